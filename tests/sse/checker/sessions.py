"""Sessions: apart from one another, unguessable, and over when their stream is."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack

from . import MUST, SHOULD, Missed, NotTried, check, expect
from .session import PATIENCE, Server, shown

SSE = "MCP 2024-11-05, transports, HTTP with SSE"
SECURITY = "MCP 2025-11-25, security best practices, session hijacking"
CLIENTS = "clients in use"
PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
#: Sessions that are opened to compare their ids, and those that are opened and left.
COMPARED, LEFT = 16, 100
#: Bits that nobody guesses over a network.
UNGUESSABLE = 64


@check("sessions-do-not-mix", MUST, "two sessions that use the same ids get each its own answers, and only those", SSE)
async def sessions_do_not_mix(server: Server) -> str:
    async with server.session() as one, server.session() as other:
        await one.initialize()
        await other.initialize()
        before = len(other.messages())
        identities = [f"only-one-{count}" for count in range(20)]
        shared = list(range(20))
        for session in (one, other):
            await asyncio.gather(*(session.begin("ping", identity=identity) for identity in shared))
        for identity in identities:
            await one.ask("ping", identity=identity)
        for session in (one, other):
            await asyncio.gather(*(session.answer(identity) for identity in shared))
        await other.ask("ping")
        for session in (one, other):
            counts = {len(session.answers(identity)) for identity in shared}
            expect(counts == {1}, f"an id was answered {max(counts)} times on one stream")
        strays = [identity for identity in identities if other.answers(identity)]
        expect(not strays, f"{len(strays)} answers crossed")
        count = len(other.messages()) - before
        expect(count == len(shared) + 1, f"{count} messages instead of {len(shared) + 1}")
        return f"{len(identities) + 2 * len(shared)} answers"


@check("session-ids", SHOULD, "no two endpoints are alike, and at least 64 bits of them differ", SECURITY)
async def session_ids(server: Server) -> str:
    async with AsyncExitStack() as stack:
        sessions = [await stack.enter_async_context(server.session()) for _ in range(COMPARED)]
        endpoints = [await session.endpoint() for session in sessions]
    expect(len(set(endpoints)) == COMPARED, f"{len(set(endpoints))} different ones of {COMPARED}")
    prefix = len(os.path.commonprefix(endpoints))
    suffix = len(os.path.commonprefix([endpoint[prefix:][::-1] for endpoint in endpoints]))
    parts = [endpoint[prefix : len(endpoint) - suffix] for endpoint in endpoints]
    length = min(map(len, parts))
    # What stands at one place in all of them, such as the dashes of a UUID, tells nothing.
    differing = sum(len({part[place] for part in parts}) > 1 for place in range(length))
    letters = {letter for part in parts for letter in part.lower()}
    bits = differing * (4 if letters <= set("0123456789abcdef-") else 5)
    expect(bits >= UNGUESSABLE, f"{differing} characters differ, {bits} bits: {parts[:2]}")
    return f"{differing} characters differ, about {bits} bits"


@check("unknown-session", SHOULD, "a post to a session that never was is a 404, or a 400", CLIENTS)
async def unknown_session(server: Server) -> str:
    async with server.session() as session:
        url = await session.messages_url()
        tail = "".join("0" if letter.isalnum() else letter for letter in url[-32:])
        response = await server.request("POST", url[:-32] + tail, PING)
        expect(response.status in (400, 404), shown(response))
        return shown(response)


async def _gone(server: Server, url: str) -> str:
    # The server may hear late that its client has hung up.
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while True:
        response = await server.request("POST", url, PING)
        if response.status in (400, 404):
            return shown(response)
        if asyncio.get_running_loop().time() > deadline:
            raise Missed(f"{shown(response)}, {PATIENCE:g} s after the end")
        await asyncio.sleep(0.05)


@check("ended-session", SHOULD, "a post to a session whose stream has ended is a 404, or a 400", CLIENTS)
async def ended_session(server: Server) -> str:
    async with server.session() as session:
        await session.initialize()
        url = await session.messages_url()
    return await _gone(server, url)


@check("ended-session-alone", MUST, "the end of one session leaves the others as they are", SSE)
async def ended_session_alone(server: Server) -> str:
    async with server.session() as staying:
        await staying.initialize()
        async with server.session() as leaving:
            await leaving.initialize()
            url = await leaving.messages_url()
        await _gone(server, url)
        await staying.ask("ping")
        return "they go on"


@check("hanging-up-frees", SHOULD, "100 sessions that hung up at once do not stand in the way of the next", CLIENTS)
async def hanging_up_frees(server: Server) -> str:
    for count in range(LEFT):
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while True:
            try:
                async with server.session() as session:
                    await session.endpoint()
                break
            except Missed as missed:
                if asyncio.get_running_loop().time() > deadline:
                    raise Missed(f"after {count}: {missed}") from None
                await asyncio.sleep(0.05)
    async with server.session() as session:
        await session.initialize()
        return f"after {LEFT} the next one is served"


@check("session-of-someone-else", SHOULD, "with another's token a session is not found", SECURITY)
async def session_of_someone_else(server: Server) -> str:
    if not server.other_token:
        raise NotTried("no --other-token-file")
    bearer = {"Authorization": f"Bearer {server.other_token}"}
    if (opened := await server.request("GET", server.url, headers=bearer)).status != 200:
        raise NotTried(f"with the other token nothing opens: {opened.status}")
    async with server.session() as session:
        await session.initialize()
        response = await session.post({**PING, "id": "thief"}, bearer)
        expect(response.status == 404, shown(response))
        await session.ask("ping")
        expect(not session.answers("thief"), "it was answered on the stream")
        return shown(response).replace((await session.endpoint()).rsplit("/", 1)[1], "…")
