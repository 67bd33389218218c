"""A server that is right in all that the checks ask, but for one flaw: the one that has the name of a check breaks it.

It is there to show that each check can fail. It knows nothing of a home: it has one tool, which waits.
"""

from __future__ import annotations

import asyncio
import json
import uuid
from dataclasses import dataclass, field

from .session import VERSIONS

#: Who may ask.
TOKENS = {"Bearer one": "one", "Bearer two": "two"}
#: Sessions that the flaw of never freeing one leaves room for.
ROOM = 20


@dataclass
class Request:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Session:
    """A stream and what belongs to it."""

    key: str
    owner: str
    writer: asyncio.StreamWriter
    initialized: bool = False
    probed: bool = False
    #: Calls of the tool, by the id of their requests.
    calls: dict[object, asyncio.Task] = field(default_factory=dict)


class Flawed:
    """`async with Flawed("ping") as server:` and then `server.url`."""

    def __init__(self, flaw: str) -> None:
        self.flaw = flaw
        self.sessions: dict[str, Session] = {}
        self.opened = 0
        self._connections: set[asyncio.Task] = set()

    async def __aenter__(self) -> "Flawed":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.authority = "127.0.0.1:%d" % self._server.sockets[0].getsockname()[1]
        self.url = f"http://{self.authority}/sse"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._connection(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(reader)) is not None:
                if not await self._answer(request, reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _answer(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answers a request; false when the connection is over."""
        refused = self._refused(request)
        if refused is None and request.path == "/sse":
            await self._stream(request, reader, writer)
            return False
        status, headers, body = refused or await self._posted(request)
        _write(writer, status, headers, body)
        return True

    def _refused(self, request: Request) -> tuple[int, dict[str, str], bytes] | None:
        """What is refused before anything is done."""
        flaw, stream = self.flaw, request.path == "/sse"
        if request.path.startswith("/.well-known/"):
            return (401 if flaw == "well-known" else 404), {}, b""
        if request.headers["host"] != self.authority and flaw != "host-evil":
            return 403, {}, b"Host"
        if origin := request.headers.get("origin"):
            lets_in = flaw == ("origin-evil-stream" if stream else "origin-evil-post")
            if (origin != f"http://{self.authority}" or flaw == "origin-own") and not lets_in:
                return 403, {}, b"Origin"
        if request.method == "OPTIONS" and flaw != "preflight":
            return 204, {"Access-Control-Allow-Headers": "authorization, mcp-protocol-version"}, b""
        wanted = "GET" if stream else "POST"
        if request.method != wanted and (flaw != "messages-by-get" or stream):
            allow = {} if flaw == "allow" else {"Allow": wanted}
            return (400 if flaw == "other-methods" else 405), allow, b""
        admits = flaw == ("without-token-stream" if stream else "without-token-post")
        if request.headers.get("authorization") not in TOKENS and not admits:
            return 401, {} if flaw == "challenge" else {"WWW-Authenticate": "Bearer"}, b""
        if flaw == "version-header" and "mcp-protocol-version" in request.headers:
            return 400, {}, b"version"
        if stream and flaw == "accept-of-any-kind" and "event-stream" not in request.headers.get("accept", ""):
            return 406, {}, b""
        if stream and flaw == "stream-opens":
            return 204, {}, b""
        if stream and flaw == "hanging-up-frees" and self.opened >= ROOM:
            return 503, {}, b""
        return None

    async def _stream(self, request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        key = f"{self.opened:036}" if self.flaw == "session-ids" else str(uuid.uuid4())
        session = Session(key, TOKENS.get(request.headers.get("authorization"), "one"), writer)
        self.sessions[key] = session
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n" + self._head() + b"\r\n")
        if self.flaw == "endpoint-first":
            self._event(session, "hello", "you")
        self._event(session, "endpoint", self._endpoint(key))
        if self.flaw == "every-event-is-a-message":
            self._event(session, "message", "hello")
        comments = asyncio.create_task(self._comments(session))
        try:
            await reader.read()
        finally:
            comments.cancel()
            self._ended(session)

    def _head(self) -> bytes:
        kind = {"content-type": "application/json", "content-type-as-read": "Text/Event-Stream"}
        said = {"Content-Type": kind.get(self.flaw, "text/event-stream")}
        if self.flaw != "cache-control":
            said["Cache-Control"] = "no-cache"
        if self.flaw != "x-accel-buffering":
            said["X-Accel-Buffering"] = "no"
        if self.flaw == "not-compressed":
            said["Content-Encoding"] = "gzip"
        return "".join(f"{name}: {value}\r\n" for name, value in said.items()).encode()

    def _endpoint(self, key: str) -> str:
        return {
            "endpoint-is-a-uri": json.dumps({"uri": f"/messages/{key}"}),
            "endpoint-same-origin": f"http://localhost/messages/{key}",
            "endpoint-path-absolute": f"messages/{key}",
        }.get(self.flaw, f"/messages/{key}")

    async def _comments(self, session: Session) -> None:
        while self.flaw != "keep-alive":
            await asyncio.sleep(0.1)
            self._chunk(session, b": here\n\n")

    def _ended(self, session: Session) -> None:
        for call in session.calls.values():
            call.cancel()
        if self.flaw != "ended-session":
            self.sessions.pop(session.key, None)
        if self.flaw == "ended-session-alone":
            for other in self.sessions.values():
                other.writer.transport.abort()

    def _chunk(self, session: Session, data: bytes) -> None:
        if not session.writer.is_closing():
            session.writer.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _event(self, session: Session, name: str, data: str) -> None:
        end = "\r" if self.flaw == "line-ends" else "\n"
        self._chunk(session, f"event: {name}{end}data: {data}{end}{end}".encode())

    def _send(self, session: Session, message: object) -> None:
        name = "answer" if self.flaw == "answer-on-stream" else "message"
        for one in list(self.sessions.values()) if self.flaw == "sessions-do-not-mix" else [session]:
            self._event(one, name, json.dumps(message, ensure_ascii=False))

    async def _posted(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        session = self.sessions.get(request.path.removeprefix("/messages/"))
        if session is None:
            return (202 if self.flaw == "unknown-session" else 404), {}, b""
        stranger = session.owner != TOKENS.get(request.headers.get("authorization"), "one")
        if stranger and self.flaw != "session-of-someone-else":
            return 404, {}, b""
        if self.flaw == "json-with-parameters" and ";" in request.headers.get("content-type", ""):
            return 415, {}, b""
        try:
            message = json.loads(request.body)
        except ValueError:
            return self._unreadable(session, "not-json")
        batch = message if isinstance(message, list) and message and self.flaw != "batch" else [message]
        if not all(map(_is_message, batch)):
            return self._unreadable(session, "no-message")
        for one in batch:
            await self._take(session, one)
        body = b'{"jsonrpc":"2.0"}' if self.flaw == "post-body-is-no-answer" else b""
        return (500 if self.flaw == "post-accepted" else 202), {}, body

    def _unreadable(self, session: Session, flaw: str) -> tuple[int, dict[str, str], bytes]:
        if self.flaw == "goes-on-after-refusals":
            session.writer.transport.abort()
        return (202 if self.flaw == flaw else 400), {}, b""

    async def _take(self, session: Session, message: dict) -> None:
        identity, method, params = message.get("id"), message.get("method"), message.get("params", {})
        if method is None:
            if self.flaw == "answer-to-nothing":
                session.writer.transport.abort()
        elif "id" not in message:
            if method == "notifications/cancelled":
                self._cancel(session, params.get("requestId"))
            elif self.flaw == "notifications-unanswered":
                self._send(session, {"jsonrpc": "2.0", "id": None, "result": {}})
        elif method == "tools/call":
            session.calls[identity] = asyncio.create_task(self._call(session, identity, params))
            if self.flaw == "others-meanwhile":
                await session.calls[identity]
        else:
            outcome = self._outcome(session, method, params)
            if outcome is None:
                return
            echoed = str(identity) if self.flaw == "ids-are-echoed" else identity
            for _ in range(2 if self.flaw == "concurrent-requests" else 1):
                self._send(session, {"jsonrpc": "2.0", "id": echoed, **outcome})
            if method == "initialize" and self.flaw == "quiet-before-initialized":
                self._send(session, {"jsonrpc": "2.0", "id": 1, "method": "roots/list"})
            if method == "initialize" and self.flaw == "endpoint-once":
                self._event(session, "endpoint", self._endpoint(session.key))

    async def _call(self, session: Session, identity: object, params: dict) -> None:
        await asyncio.sleep(params["arguments"]["seconds"])
        result = {"content": [{"type": "text", "text": "done"}], "isError": False}
        self._send(session, {"jsonrpc": "2.0", "id": identity, "result": result})

    def _cancel(self, session: Session, identity: object) -> None:
        call = session.calls.pop(identity, None)
        if call is not None:
            call.cancel()
            if self.flaw == "cancelled-unanswered":
                error = {"code": 0, "message": "cancelled"}
                self._send(session, {"jsonrpc": "2.0", "id": identity, "error": error})

    def _outcome(self, session: Session, method: str, params: dict) -> dict | None:
        flaw = self.flaw
        if method == "initialize":
            if flaw == "probe-leads-on" and session.probed:
                return {"error": {"code": -32600, "message": "too late"}}
            session.initialized = True
            return {"result": self._initialized(params["protocolVersion"])}
        if method == "server/discover":
            session.probed = True
            return None if flaw == "probe-at-once" else {"error": {"code": -32601, "message": "unknown"}}
        if method == "ping":
            return {"result": {"pong": True} if flaw == "ping" else {}}
        if method != "tools/list":
            return {"error": {"code": -32600 if flaw == "unknown-method" else -32601, "message": "unknown"}}
        if flaw == "served-without-initialize" and not session.initialized:
            return {"error": {"code": -32602, "message": "not initialized"}}
        if flaw == "declared-is-served":
            return {"error": {"code": -32601, "message": "unknown"}}
        description = "x" * (2 << 20 if flaw == "event-size" else 10)
        return {"result": {"tools": [{"name": "wait", "description": description, "inputSchema": {"type": "object"}}]}}

    def _initialized(self, asked: str) -> dict:
        newest = VERSIONS[0 if self.flaw == "initialize-unknown-newest" else -1]
        version = asked if asked in VERSIONS or self.flaw == "initialize-unknown" else newest
        if self.flaw == f"initialize-{asked}":
            version = next(one for one in VERSIONS if one != asked)
        information = {"name": "flawed"} if self.flaw == "initialize" else {"name": "flawed", "version": "1"}
        return {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": information}


def _is_message(value: object) -> bool:
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0":
        return False
    return isinstance(value.get("method"), str) or "result" in value or "error" in value


async def _read(reader: asyncio.StreamReader) -> Request | None:
    line = (await reader.readline()).split()
    if len(line) < 3:
        return None
    headers = {}
    while text := (await reader.readline()).strip().decode():
        name, _, value = text.partition(":")
        headers[name.lower()] = value.strip()
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Request(line[0].decode(), line[1].decode(), headers, body)


def _write(writer: asyncio.StreamWriter, status: int, headers: dict[str, str], body: bytes) -> None:
    given = headers | {"Content-Length": str(len(body))}
    head = "".join(f"{name}: {value}\r\n" for name, value in given.items())
    writer.write(f"HTTP/1.1 {status} X\r\n{head}\r\n".encode() + body)
