"""The Python SDK 1.x, as a program of its users would use it. It knows the handshake versions alone."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import httpx
from abilities import FILLED_IN, SAMPLED, Abilities
from checks import Checks, Surroundings, surroundings
from evening import Evening
from mcp import ClientSession
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import (
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequestParams,
    ElicitResult,
    InitializeResult,
    ServerNotification,
    TextContent,
    ToolListChangedNotification,
)


class Said(Abilities):
    """The conversation in the words of SDK 1.x."""

    def __init__(self) -> None:
        self.session: ClientSession | None = None
        self.answer: InitializeResult | None = None
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


async def filled_in(_: object, params: ElicitRequestParams) -> ElicitResult:
    """Whoever is asked fills in every form like this."""
    return ElicitResult(action="accept", content=FILLED_IN)


async def sampled(_: object, params: CreateMessageRequestParams) -> CreateMessageResult:
    """The model of this client."""
    return CreateMessageResult(role="assistant", model="none", content=TextContent(type="text", text=SAMPLED))


@asynccontextmanager
async def streams(around: Surroundings, url: str):
    """The two streams of the transport."""
    if around.transport == "sse":
        async with sse_client(url, headers=around.headers) as (read, write):
            yield read, write
    elif around.transport == "stdio":
        async with stdio_client(StdioServerParameters(**around.stdio(url))) as (read, write):
            yield read, write
    else:
        async with httpx.AsyncClient(headers=around.headers, timeout=httpx.Timeout(30, read=300)) as client:
            async with streamable_http_client(url, http_client=client) as (read, write, _):
                yield read, write


@asynccontextmanager
async def opened(around: Surroundings, url: str):
    """A conversation at this URL."""
    said = Said()
    async with streams(around, url) as (read, write):
        callbacks = {"message_handler": said.hear, "elicitation_callback": filled_in, "sampling_callback": sampled}
        async with ClientSession(read, write, **callbacks) as session:
            said.session = session
            said.answer = await session.initialize()
            yield said


async def main() -> None:
    around = surroundings()
    checks = Checks(f"Python SDK 1.30, {around.transport}")
    with suppress(Exception):
        async with AsyncExitStack() as stack:
            async with checks.check("connects", shows="connects"):
                said = await stack.enter_async_context(opened(around, around.url))
                checks.shown["connects"] = said.answer.protocolVersion
                assert said.answer.serverInfo.name == around.house["server"], said.answer.serverInfo
                assert around.version in ("", said.answer.protocolVersion), said.answer.protocolVersion
            await said.hold(checks, around.house)
            if "evening" in around.house:
                await Evening(said, checks, around.house).spend()
            await said.try_all(checks, around, lambda url: opened(around, url))
            # Whatever a cut stream makes of leaving is not what is tried here.
            asyncio.get_running_loop().call_later(5, checks.end)
    checks.end()


asyncio.run(main())
