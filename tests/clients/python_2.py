"""The Python SDK 2.x over HTTP+SSE. Its default mode asks `server/discover` first and waits ten seconds for an answer."""

from __future__ import annotations

import asyncio
import time

from checks import Checks, Conversation, surroundings
from mcp import Client
from mcp.client.sse import sse_client


class Said(Conversation):
    """The conversation in the words of SDK 2.x."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def tools(self) -> list[str]:
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def prompts(self) -> list[str]:
        return [prompt.name for prompt in (await self.client.list_prompts()).prompts]

    async def resources(self) -> list[str]:
        return [str(resource.uri) for resource in (await self.client.list_resources()).resources]

    async def call(self, tool: str, arguments: dict) -> tuple[str, bool]:
        result = await self.client.call_tool(tool, arguments)
        return "".join(part.text for part in result.content), bool(result.is_error)

    async def prompt(self, name: str) -> str:
        return "".join(message.content.text for message in (await self.client.get_prompt(name)).messages)

    async def resource(self, uri: str) -> str:
        return "".join(part.text for part in (await self.client.read_resource(uri)).contents)


async def main() -> None:
    url, token, house = surroundings()
    checks = Checks("Python SDK 2.3")
    for mode in ("auto", "legacy"):
        begin = time.monotonic()
        async with Client(sse_client(url, headers={"Authorization": f"Bearer {token}"}), mode=mode) as client:
            taken = time.monotonic() - begin
            async with checks.check(f"connects in mode {mode}, after {taken * 1000:.0f} ms"):
                assert taken < 2, f"connecting took {taken:.1f} s"
                assert client.server_info.name == house["server"], client.server_info
            if mode == "auto":
                await Said(client).hold(checks, house)
            else:
                async with checks.check(f"calls in mode {mode}"):
                    text, failed = await Said(client).call("llm__GetDateTime", {})
                    assert not failed and '"date"' in text, text
    checks.end()


asyncio.run(main())
