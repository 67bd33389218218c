"""The Python SDK 1.x, as a program of its users would use it. It knows the handshake versions alone."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager

import httpx
from abilities import Abilities
from checks import Checks, Surroundings, surroundings
from mcp import ClientSession
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import ServerNotification, ToolListChangedNotification


class Said(Abilities):
    """The conversation in the words of SDK 1.x."""

    def __init__(self) -> None:
        self.session: ClientSession | None = None
        self._heard: set[asyncio.Event] = set()

    async def tools(self) -> list[str]:
        return [tool.name for tool in (await self.session.list_tools()).tools]

    async def prompts(self) -> list[str]:
        return [prompt.name for prompt in (await self.session.list_prompts()).prompts]

    async def resources(self) -> list[str]:
        return [str(resource.uri) for resource in (await self.session.list_resources()).resources]

    async def call(self, tool: str, arguments: dict, progress=None) -> tuple[str, bool]:
        result = await self.session.call_tool(tool, arguments, progress_callback=progress)
        return "".join(part.text for part in result.content), bool(result.isError)

    async def prompt(self, name: str) -> str:
        return "".join(message.content.text for message in (await self.session.get_prompt(name)).messages)

    async def resource(self, uri: str) -> str:
        return "".join(part.text for part in (await self.session.read_resource(uri)).contents)

    async def hear(self, message: object) -> None:
        """What the SDK gives every message that is no answer."""
        if isinstance(message, ServerNotification) and isinstance(message.root, ToolListChangedNotification):
            for heard in self._heard:
                heard.set()

    @asynccontextmanager
    async def listening(self):
        heard = asyncio.Event()
        self._heard.add(heard)
        yield heard
        self._heard.discard(heard)


@asynccontextmanager
async def streams(around: Surroundings):
    """The two streams of the transport."""
    if around.transport == "sse":
        async with sse_client(around.url, headers=around.headers) as (read, write):
            yield read, write
    else:
        async with httpx.AsyncClient(headers=around.headers, timeout=httpx.Timeout(30, read=300)) as client:
            async with streamable_http_client(around.url, http_client=client) as (read, write, _):
                yield read, write


async def main() -> None:
    around = surroundings()
    checks = Checks(f"Python SDK 1.30, {around.transport}")
    said = Said()
    try:
        async with streams(around) as (read, write):
            async with ClientSession(read, write, message_handler=said.hear) as session:
                said.session = session
                async with checks.check("connects", shows="connects"):
                    answer = await session.initialize()
                    assert answer.serverInfo.name == around.house["server"], answer.serverInfo
                    checks.shown["connects"] = answer.protocolVersion
                    assert answer.protocolVersion == around.version or not around.version, answer.protocolVersion
                await said.hold(checks, around.house)
                await said.try_all(checks, around)
                # Whatever a cut stream makes of leaving is not what is tried here.
                asyncio.get_running_loop().call_later(5, checks.end)
    except BaseExceptionGroup:
        pass
    checks.end()


asyncio.run(main())
