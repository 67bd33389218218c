"""The Python SDK 2.x: as it comes (it asks `server/discover` first), in the handshake, and at 2026-07-28 without asking."""

from __future__ import annotations

import asyncio
import time
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import httpx2
from abilities import FILLED_IN, SAMPLED, Abilities
from checks import Checks, Surroundings, surroundings
from evening import Evening
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import (
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequestParams,
    ElicitResult,
    TextContent,
    ToolListChangedNotification,
)

#: Seconds that connecting may take: a client that waits for an answer to its probe gives up after ten.
AT_ONCE = 8


class Said(Abilities):
    """The conversation in the words of SDK 2.x."""

    def __init__(self) -> None:
        self.client: Client | None = None
        self._heard: set[asyncio.Event] = set()

    async def tools(self) -> list[str]:
        return [tool.name for tool in (await self.client.list_tools()).tools]

    async def prompts(self) -> list[str]:
        return [prompt.name for prompt in (await self.client.list_prompts()).prompts]

    async def resources(self) -> list[str]:
        return [str(resource.uri) for resource in (await self.client.list_resources()).resources]

    async def call(self, tool: str, arguments: dict, progress=None) -> tuple[str, bool]:
        result = await self.client.call_tool(tool, arguments, progress_callback=progress)
        return "".join(part.text for part in result.content), bool(result.is_error)

    async def prompt(self, name: str) -> str:
        return "".join(message.content.text for message in (await self.client.get_prompt(name)).messages)

    async def resource(self, uri: str) -> str:
        return "".join(part.text for part in (await self.client.read_resource(uri)).contents)

    async def hear(self, message: object) -> None:
        """What the SDK gives every notification."""
        if isinstance(message, ToolListChangedNotification):
            for heard in self._heard:
                heard.set()

    @asynccontextmanager
    async def listening(self):
        heard = asyncio.Event()
        if self.client.protocol_version < "2026":
            self._heard.add(heard)
            yield heard
            self._heard.discard(heard)
            return
        async with self.client.listen(tools_list_changed=True) as subscription:

            async def wait() -> None:
                await anext(subscription)
                heard.set()

            waiting = asyncio.create_task(wait())
            yield heard
            waiting.cancel()


async def filled_in(_: object, params: ElicitRequestParams) -> ElicitResult:
    """Whoever is asked fills in every form like this."""
    return ElicitResult(action="accept", content=FILLED_IN)


async def sampled(_: object, params: CreateMessageRequestParams) -> CreateMessageResult:
    """The model of this client."""
    return CreateMessageResult(role="assistant", model="none", content=TextContent(type="text", text=SAMPLED))


@asynccontextmanager
async def transport(around: Surroundings, url: str):
    """The transport, which the client opens and closes."""
    if around.transport == "sse":
        yield sse_client(url, headers=around.headers)
    elif around.transport == "stdio":
        yield stdio_client(StdioServerParameters(**around.stdio(url)))
    else:
        async with httpx2.AsyncClient(headers=around.headers, timeout=httpx2.Timeout(30, read=300)) as client:
            yield streamable_http_client(url, http_client=client)


@asynccontextmanager
async def opened(around: Surroundings, url: str):
    """A conversation at this URL."""
    said = Said()
    async with transport(around, url) as streams:
        callbacks = {"message_handler": said.hear, "elicitation_callback": filled_in, "sampling_callback": sampled}
        async with Client(streams, mode=around.mode, **callbacks) as client:
            said.client = client
            yield said


async def main() -> None:
    around = surroundings()
    checks = Checks(f"Python SDK 2.3, {around.transport}, {around.mode}")
    with suppress(Exception):
        async with AsyncExitStack() as stack:
            async with checks.check("connects", shows="connects"):
                begin = time.monotonic()
                said = await stack.enter_async_context(opened(around, around.url))
                taken = time.monotonic() - begin
                checks.shown["connects"] = version = said.client.protocol_version
                assert taken < AT_ONCE, f"connecting took {taken:.1f} s"
                assert around.version in ("", version), version
                # Without a handshake and without a probe it has not been told the name.
                if around.mode in ("auto", "legacy"):
                    assert said.client.server_info.name == around.house["server"], said.client.server_info
            await said.hold(checks, around.house)
            if "evening" in around.house:
                await Evening(said, checks, around.house).spend()
            await said.try_all(checks, around, lambda url: opened(around, url))
            # Whatever a cut stream makes of leaving is not what is tried here.
            asyncio.get_running_loop().call_later(5, checks.end)
    checks.end()


asyncio.run(main())
