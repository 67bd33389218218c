"""Opening a stream, and the endpoint that it names."""

from __future__ import annotations

import asyncio
import json
import re
from urllib.parse import urljoin, urlsplit

from . import MUST, SHOULD, NotTried, check, expect
from .session import Server

SSE = "MCP 2024-11-05, transports, HTTP with SSE"
STREAMS = "HTML, server-sent events"
CLIENTS = "clients in use"
#: An event of this size ends the stream of some clients.
LARGEST_EVENT = 1 << 20


@check("stream-opens", MUST, "GET is answered with 200 and a body that goes on", SSE)
async def stream_opens(server: Server) -> str:
    async with server.session() as session:
        await session.endpoint()
        expect("content-length" not in session.head.headers, "a Content-Length")
        return f"{session.head.status}"


@check("content-type", MUST, "the media type is text/event-stream", STREAMS)
async def content_type(server: Server) -> str:
    async with server.session() as session:
        kind = session.head.headers.get("content-type", "nothing")
        expect(kind.split(";")[0].strip().lower() == "text/event-stream", kind)
        return kind


@check("content-type-as-read", SHOULD, "`text/event-stream` in lower case; charset, if any, utf-8", CLIENTS)
async def content_type_as_read(server: Server) -> str:
    async with server.session() as session:
        kind = session.head.headers.get("content-type", "nothing")
        expect(re.fullmatch(r'text/event-stream(;\s*charset="?(?i:utf-8)"?)?', kind), kind)
        return kind


@check("endpoint-first", MUST, "the first event is `endpoint`", SSE)
async def endpoint_first(server: Server) -> str:
    async with server.session() as session:
        await session.until(lambda: session.events, "an event")
        expect(session.events[0].name == "endpoint", f"`{session.events[0].name}`")
        return "`endpoint`"


@check("endpoint-once", SHOULD, "there is one `endpoint` event, and no second one after messages", SSE)
async def endpoint_once(server: Server) -> str:
    async with server.session() as session:
        await session.initialize()
        await session.ask("ping")
        count = sum(event.name == "endpoint" for event in session.events)
        expect(count == 1, f"{count} of them")
        return "one"


@check("endpoint-is-a-uri", MUST, "the data of `endpoint` is a URI reference, not JSON", SSE)
async def endpoint_is_a_uri(server: Server) -> str:
    async with server.session() as session:
        endpoint = await session.endpoint()
        # RFC 3986, appendix A: the characters that a URI is made of.
        expect(re.fullmatch(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+", endpoint), endpoint)
        expect(endpoint[0] not in "[", endpoint)
        return endpoint


@check("endpoint-same-origin", SHOULD, "it resolves to the origin of the stream: clients refuse any other", CLIENTS)
async def endpoint_same_origin(server: Server) -> str:
    async with server.session() as session:
        resolved = urlsplit(urljoin(server.url, await session.endpoint()))
        origin = f"{resolved.scheme}://{resolved.netloc}"
        expect(origin == server.origin, origin)
        return origin


@check("endpoint-path-absolute", SHOULD, "it begins with a path: then a proxy's name and port do not matter", CLIENTS)
async def endpoint_path_absolute(server: Server) -> str:
    async with server.session() as session:
        endpoint = await session.endpoint()
        expect(endpoint.startswith("/") and not endpoint.startswith("//"), endpoint)
        return endpoint


@check("line-ends", SHOULD, "lines end with LF or CRLF: no client splits at CR alone", CLIENTS)
async def line_ends(server: Server) -> str:
    async with server.session() as session:
        await session.initialize()
        names = {b"\n": "LF", b"\r\n": "CRLF", b"\r": "CR"}
        seen = ", ".join(sorted(names[end] for end in session.parser.ends))
        expect(b"\r" not in session.parser.ends, seen)
        return seen


@check("event-size", SHOULD, "the answer to tools/list is no event of more than 1 MiB: some clients end at one", CLIENTS)
async def event_size(server: Server) -> str:
    async with server.session() as session:
        declared = (await session.initialize()).get("capabilities", {})
        if "tools" not in declared:
            raise NotTried("no tools are declared")
        answer = await session.ask("tools/list")
        expect("result" in answer, json.dumps(answer)[:200])
        largest = max(event.size for event in session.events)
        expect(largest <= LARGEST_EVENT, f"{largest} bytes")
        return f"{largest} bytes"


@check("not-compressed", SHOULD, "no Content-Encoding unless the client asked for one", "RFC 9110, 12.5.3")
async def not_compressed(server: Server) -> str:
    async with server.session() as session:
        encoding = session.head.headers.get("content-encoding", "identity")
        expect(encoding == "identity", encoding)
        return encoding


@check("cache-control", SHOULD, "Cache-Control says no-cache or no-store", CLIENTS)
async def cache_control(server: Server) -> str:
    async with server.session() as session:
        said = session.head.headers.get("cache-control", "nothing")
        expect("no-cache" in said or "no-store" in said, said)
        return said


@check("x-accel-buffering", SHOULD, "X-Accel-Buffering: no, so that reverse proxies pass events on at once", CLIENTS)
async def x_accel_buffering(server: Server) -> str:
    async with server.session() as session:
        said = session.head.headers.get("x-accel-buffering", "nothing")
        expect(said == "no", said)
        return said


@check("accept-of-any-kind", SHOULD, "a stream opens without Accept and with `*/*`: no rule asks for more", SSE)
async def accept_of_any_kind(server: Server) -> str:
    for accept in (None, "*/*"):
        async with server.session({"Accept": accept}) as session:
            await session.endpoint()
    return "both open"


@check("version-header", SHOULD, "MCP-Protocol-Version does not hurt: clients that come back say it", CLIENTS)
async def version_header(server: Server) -> str:
    said = {"MCP-Protocol-Version": "2025-11-25"}
    async with server.session(said) as session:
        response = await session.post({"jsonrpc": "2.0", "id": 1, "method": "ping"}, said)
        expect(200 <= response.status < 300, response.status)
        await session.answer(1)
        return f"200 and {response.status}"


@check("keep-alive", SHOULD, "an idle stream hears a comment within 30 s (this check waits for it)", CLIENTS)
async def keep_alive(server: Server) -> str:
    begin = asyncio.get_running_loop().time()
    async with server.session() as session:
        await session.until(lambda: session.parser.comments, "a comment", server.patience)
        return f"after {asyncio.get_running_loop().time() - begin:.0f} s"
