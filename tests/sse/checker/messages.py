"""Messages: posted to the endpoint, answered on the stream."""

from __future__ import annotations

import asyncio
import json

from . import MUST, SHOULD, NotTried, check, expect
from .session import Server, Session, shown

SSE = "MCP 2024-11-05, transports, HTTP with SSE"
BASE = "MCP 2025-11-25, base protocol"
CLIENTS = "clients in use"
#: Requests of one session at a time.
AT_A_TIME = 30
#: Ids that JSON-RPC and MCP allow, and that a careless server mixes up or rounds.
IDS = (0, 1, -7, 2**53 - 1, "1", "", "0", "a b", "é", "\U0001f3e0", '"', "\\", "null", "line\nbreak")


@check("post-accepted", SHOULD, "a post is answered with 2xx", SSE)
async def post_accepted(server: Server) -> str:
    async with server.session() as session:
        response = await session.post({"jsonrpc": "2.0", "id": 1, "method": "ping"})
        expect(200 <= response.status < 300, shown(response))
        return shown(response)


@check("post-body-is-no-answer", SHOULD, "the answer is not in the body of the post: clients do not look there", CLIENTS)
async def post_body_is_no_answer(server: Server) -> str:
    async with server.session() as session:
        response = await session.post({"jsonrpc": "2.0", "id": 1, "method": "ping"})
        expect(b"jsonrpc" not in response.body, shown(response))
        return f"{len(response.body)} bytes"


@check("answer-on-stream", MUST, "the answer comes on the stream, as a `message` event", SSE)
async def answer_on_stream(server: Server) -> str:
    async with server.session() as session:
        await session.initialize()
        identity = await session.begin("ping")
        await session.until(lambda: any(identity in event.data for event in session.events), "an answer")
        event = next(event for event in session.events if identity in event.data)
        expect(event.name == "message", f"`{event.name}`")
        return "`message`"


@check("ping", MUST, "ping is answered with an empty result", "MCP 2025-11-25, ping")
async def ping(server: Server) -> str:
    async with server.session() as session:
        await session.initialize()
        answer = await session.ask("ping")
        expect(answer.get("result") == {}, json.dumps(answer)[:200])
        return "{}"


@check("unknown-method", MUST, "an unknown method is the error -32601", "JSON-RPC 2.0, 5.1")
async def unknown_method(server: Server) -> str:
    async with server.session() as session:
        await session.initialize()
        error = (await session.ask("no/such/method")).get("error", {})
        expect(error.get("code") == -32601, json.dumps(error)[:200])
        expect(isinstance(error.get("message"), str), json.dumps(error)[:200])
        return f"-32601 {error['message']}"


@check("ids-are-echoed", MUST, "an answer has the id of its request, of the same JSON type", BASE)
async def ids_are_echoed(server: Server) -> str:
    # An id may not be used twice in a session.
    for method, member in (("ping", "result"), ("no/such/method", "error")):
        async with server.session() as session:
            await session.initialize()
            for identity in IDS:
                answer = await session.ask(method, identity=identity)
                expect(member in answer, f"{identity!r}: {json.dumps(answer)[:200]}")
    return f"{len(IDS)} ids"


@check("concurrent-requests", MUST, "requests that are posted at the same time are answered, each once", BASE)
async def concurrent_requests(server: Server) -> str:
    async with server.session() as session:
        await session.initialize()
        identities = [f"at-once-{count}" for count in range(AT_A_TIME)] + list(range(1000, 1000 + AT_A_TIME))
        for part in (identities[:AT_A_TIME], identities[AT_A_TIME:]):
            await asyncio.gather(*(session.begin("ping", identity=one) for one in part))
            await asyncio.gather(*(session.answer(one) for one in part))
        await session.ask("ping")
        counts = {len(session.answers(one)) for one in identities}
        expect(counts == {1}, f"some were answered {max(counts)} times")
        return f"{len(identities)} answers"


@check("json-with-parameters", SHOULD, "`application/json; charset=utf-8` is accepted", CLIENTS)
async def json_with_parameters(server: Server) -> str:
    async with server.session() as session:
        message = {"jsonrpc": "2.0", "id": "typed", "method": "ping"}
        response = await session.post(message, {"Content-Type": "application/json; charset=utf-8"})
        expect(200 <= response.status < 300, shown(response))
        await session.answer("typed")
        return str(response.status)


@check("notifications-unanswered", MUST, "a notification is answered by no message, known or not", BASE)
async def notifications_unanswered(server: Server) -> str:
    async with server.session() as session:
        await session.initialize()
        await session.ask("ping")
        before = len(session.messages())
        for method, params in (
            ("notifications/initialized", None),
            ("notifications/no/such", {"a": 1}),
            ("notifications/cancelled", {"requestId": "never"}),
            ("notifications/progress", {"progressToken": "none", "progress": 1}),
        ):
            await session.notify(method, params)
        # Two questions, one after the other: what a notification led to would have come before or between them.
        await session.ask("ping")
        await session.ask("ping")
        answers = [one for one in session.messages()[before:] if "method" not in one]
        expect(len(answers) == 2, f"{len(answers) - 2} answers: {json.dumps(answers)[:200]}")
        return "no answer"


@check("answer-to-nothing", SHOULD, "an answer to a request that was never asked does not hurt the session", BASE)
async def answer_to_nothing(server: Server) -> str:
    async with server.session() as session:
        await session.initialize()
        response = await session.post({"jsonrpc": "2.0", "id": "nobody-asked", "result": {}})
        await session.ask("ping")
        return f"{response.status}, and it goes on"


@check("batch", MUST, "a batch is answered where 2025-03-26 was agreed on", "MCP 2025-03-26, base protocol")
async def batch(server: Server) -> str:
    async with server.session() as session:
        agreed = (await session.initialize("2025-03-26"))["protocolVersion"]
        if agreed != "2025-03-26":
            raise NotTried(f"it agrees on {agreed}")
        identities = ["first", "second"]
        await session.send([{"jsonrpc": "2.0", "id": one, "method": "ping"} for one in identities])
        for one in identities:
            await session.answer(one)
        return "both answered"


async def _slow(server: Server, session: Session) -> object:
    call = {"name": server.slow_tool, "arguments": server.slow_arguments}
    return await session.begin("tools/call", call)


@check("others-meanwhile", SHOULD, "while a tool takes its time, other requests are answered", CLIENTS)
async def others_meanwhile(server: Server) -> str:
    if not server.slow_tool:
        raise NotTried("no --slow-tool")
    async with server.session() as session:
        await session.initialize()
        late = await _slow(server, session)
        await session.ask("ping")
        expect(not session.answers(late), "the ping was answered after the tool")
        answer = await session.answer(late, server.patience)
        expect("result" in answer and not answer["result"].get("isError"), json.dumps(answer)[:200])
        return "yes"


@check("cancelled-unanswered", SHOULD, "a cancelled request is not answered in any way", "MCP 2025-11-25, cancellation")
async def cancelled_unanswered(server: Server) -> str:
    if not server.slow_tool:
        raise NotTried("no --slow-tool")
    async with server.session() as session:
        await session.initialize()
        unwanted = await _slow(server, session)
        await session.notify("notifications/cancelled", {"requestId": unwanted, "reason": "changed my mind"})
        # What begins now ends after the cancelled one would have.
        await session.answer(await _slow(server, session), server.patience)
        answers = session.answers(unwanted)
        expect(not answers, json.dumps(answers)[:200])
        return "no answer"
