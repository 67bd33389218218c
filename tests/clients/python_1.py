"""The Python SDK 1.x over HTTP+SSE, as a program of its users would use it."""

from __future__ import annotations

import asyncio
import time

from checks import Checks, Conversation, surroundings
from mcp import ClientSession
from mcp.client.sse import sse_client


class Said(Conversation):
    """The conversation in the words of SDK 1.x."""

    def __init__(self, session: ClientSession) -> None:
        self.session = session

    async def tools(self) -> list[str]:
        return [tool.name for tool in (await self.session.list_tools()).tools]

    async def prompts(self) -> list[str]:
        return [prompt.name for prompt in (await self.session.list_prompts()).prompts]

    async def resources(self) -> list[str]:
        return [str(resource.uri) for resource in (await self.session.list_resources()).resources]

    async def call(self, tool: str, arguments: dict) -> tuple[str, bool]:
        result = await self.session.call_tool(tool, arguments)
        return "".join(part.text for part in result.content), bool(result.isError)

    async def prompt(self, name: str) -> str:
        return "".join(message.content.text for message in (await self.session.get_prompt(name)).messages)

    async def resource(self, uri: str) -> str:
        return "".join(part.text for part in (await self.session.read_resource(uri)).contents)


async def main() -> None:
    url, token, house = surroundings()
    checks = Checks("Python SDK 1.30")
    begin = time.monotonic()
    async with sse_client(url, headers={"Authorization": f"Bearer {token}"}) as (read, write):
        async with ClientSession(read, write) as session:
            async with checks.check("initializes"):
                answer = await session.initialize()
                assert answer.protocolVersion == "2025-11-25", answer.protocolVersion
                assert answer.serverInfo.name == house["server"], answer.serverInfo
                assert time.monotonic() - begin < 2, "connecting took two seconds"
            await Said(session).hold(checks, house)
    checks.end()


asyncio.run(main())
