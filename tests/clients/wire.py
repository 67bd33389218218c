"""A small MCP client on nothing but the standard library.

It speaks HTTP+SSE (a URL that ends in `/sse`) and the plain half of Streamable HTTP (any other URL), shows every byte
that the SDKs hide (comments, statuses, late answers), and asks for no installation. The raw client and the comparison
with Home Assistant are built on it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

#: Seconds after which a test gives up waiting for anything.
PATIENCE = 60.0


class WireError(Exception):
    """The server answered something that this client cannot go on from."""


class RpcError(Exception):
    """The answer was a JSON-RPC error."""

    def __init__(self, error: dict) -> None:
        super().__init__(f"{error.get('code')}: {error.get('message')}")
        self.code = error.get("code")
        self.error = error


@dataclass
class Response:
    """The head and the body of an HTTP response."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass
class Stream:
    """The two ends of a connection whose response goes on without end."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    head: Response
    buffer: bytearray = field(default_factory=bytearray)

    async def chunks(self):
        """The bytes of the body as they come."""
        chunked = self.head.headers.get("transfer-encoding", "").lower() == "chunked"
        while not chunked and (data := await self.reader.read(1 << 16)):
            yield data
        while chunked and (size := await self.reader.readline()):
            count = int(size.split(b";")[0].strip() or b"0", 16)
            if count == 0:
                return
            yield (await self.reader.readexactly(count + 2))[:-2]

    async def lines(self):
        """The lines of the body, without their ends."""
        async for data in self.chunks():
            self.buffer += data
            while (end := self.buffer.find(b"\n")) >= 0:
                line = bytes(self.buffer[:end]).rstrip(b"\r").decode()
                del self.buffer[: end + 1]
                yield line

    def cut(self) -> None:
        """Hangs up without a word."""
        self.writer.transport.abort()


async def _connect(url: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    # The limit is for a single line of a stream, and a list of tools is one.
    return await asyncio.open_connection(parts.hostname, port, ssl=secure or None, limit=8 << 20)


def _request(method: str, url: str, token: str | None, headers: dict[str, str | None], body: bytes) -> bytes:
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    given = {name.lower() for name in headers}
    lines = [f"{method} {target} HTTP/1.1"]
    if "host" not in given:
        lines.append(f"Host: {parts.netloc}")
    if token and "authorization" not in given:
        lines.append(f"Authorization: Bearer {token}")
    if method == "POST":
        lines.append(f"Content-Length: {len(body)}")
        if "content-type" not in given:
            lines.append("Content-Type: application/json")
    lines += [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _head(reader: asyncio.StreamReader) -> Response:
    status = (await reader.readline()).split(b" ", 2)
    if len(status) < 2:
        raise WireError("the connection ended before an answer")
    headers: dict[str, str] = {}
    while (line := (await reader.readline()).strip()):
        name, _, value = line.decode().partition(":")
        headers[name.strip().lower()] = value.strip()
    return Response(int(status[1]), headers)


async def _body(reader: asyncio.StreamReader, head: Response) -> bytes:
    if head.headers.get("transfer-encoding", "").lower() == "chunked":
        parts = []
        while count := int((await reader.readline()).split(b";")[0].strip() or b"0", 16):
            parts.append((await reader.readexactly(count + 2))[:-2])
        await reader.readline()
        return b"".join(parts)
    if "content-length" in head.headers:
        return await reader.readexactly(int(head.headers["content-length"]))
    if head.status in (204, 304):
        return b""
    return await reader.read()


class Connection:
    """One kept-alive connection for requests that are answered at once; opened again when the server closed it."""

    def __init__(self, url: str, token: str | None) -> None:
        self.url, self.token = url, token
        self._ends: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def request(self, method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Response:
        """Sends one request and reads the whole answer."""
        data = _request(method, url, self.token, headers or {}, body)
        for fresh in (False, True):
            if self._ends is None or fresh:
                self._ends = await _connect(self.url)
            reader, writer = self._ends
            try:
                writer.write(data)
                await writer.drain()
                head = await _head(reader)
                head.body = await _body(reader, head)
            except (WireError, ConnectionError, asyncio.IncompleteReadError):
                self.close()
                if fresh:
                    raise
                continue
            if head.headers.get("connection", "").lower() == "close":
                self.close()
            return head
        raise WireError("unreachable")

    def close(self) -> None:
        """Ends it."""
        if self._ends is not None:
            self._ends[1].close()
            self._ends = None


async def open_stream(url: str, token: str | None, headers: dict[str, str | None] | None = None) -> Stream:
    """GETs a stream and leaves it open. A header that is None is left out."""
    reader, writer = await _connect(url)
    writer.write(_request("GET", url, token, {"Accept": "text/event-stream", **(headers or {})}, b""))
    await writer.drain()
    return Stream(reader, writer, await _head(reader))


class Client:
    """A conversation. `async with Client(url, token) as client: …`"""

    def __init__(self, url: str, token: str | None, version: str = "2025-06-18", initialize: bool = True) -> None:
        self.url, self.token, self.version = url, token, version
        self.sse = urlsplit(url).path.endswith("/sse")
        self.messages = url
        self.comments = 0
        self.arrived: list[dict] = []
        self.server: dict = {}
        self._initialize = initialize
        self._ids = itertools.count(1)
        self._waiting: dict[object, asyncio.Future] = {}
        self._posts: list[Connection] = []
        self._changed = asyncio.Condition()
        self._reading: asyncio.Task | None = None
        self.stream: Stream | None = None

    async def __aenter__(self) -> "Client":
        if self.sse:
            self.stream = await asyncio.wait_for(open_stream(self.url, self.token), PATIENCE)
            if self.stream.head.status != 200:
                raise WireError(f"GET {self.url}: {self.stream.head.status}")
            endpoint = asyncio.get_running_loop().create_future()
            self._reading = asyncio.create_task(self._read(self.stream, endpoint))
            self.messages = urljoin(self.url, await asyncio.wait_for(endpoint, PATIENCE))
        if self._initialize:
            self.server = await self.request(
                "initialize",
                {
                    "protocolVersion": self.version,
                    "capabilities": {},
                    "clientInfo": {"name": "hearth-wire", "version": "1"},
                },
            )
            await self.notify("notifications/initialized")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._reading is not None:
            self._reading.cancel()
        if self.stream is not None:
            self.stream.cut()
        for post in self._posts:
            post.close()

    async def _read(self, stream: Stream, endpoint: asyncio.Future) -> None:
        event, data = "message", []
        try:
            async for line in stream.lines():
                if line.startswith(":"):
                    self.comments += 1
                    await self._tell()
                elif line.startswith("event:"):
                    event = line[6:].strip()
                elif line.startswith("data:"):
                    data.append(line[5:].removeprefix(" "))
                elif not line and data:
                    text = "\n".join(data)
                    if event == "endpoint":
                        endpoint.set_result(text)
                    else:
                        await self._take(json.loads(text))
                    event, data = "message", []
        except (ConnectionError, asyncio.IncompleteReadError, ValueError) as error:
            self._fail(error)
        self._fail(WireError("the stream ended"))
        if not endpoint.done():
            endpoint.set_exception(WireError("the stream ended before its endpoint"))

    def _fail(self, error: Exception) -> None:
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(error)

    async def _take(self, message: dict) -> None:
        self.arrived.append(message)
        waiting = self._waiting.pop(message.get("id"), None) if "method" not in message else None
        if waiting is not None and not waiting.done():
            waiting.set_result(message)
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, condition) -> None:
        """Waits for a condition on what has arrived."""
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(condition), PATIENCE)

    async def post(self, body: bytes | dict | list, headers: dict[str, str] | None = None) -> Response:
        """Posts a body and gives the HTTP answer."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        connection = self._posts.pop() if self._posts else Connection(self.url, self.token)
        given = dict(headers or {})
        if not self.sse:
            given.setdefault("Accept", "application/json, text/event-stream")
            if self.server:
                given.setdefault("MCP-Protocol-Version", self.version)
        try:
            return await asyncio.wait_for(connection.request("POST", self.messages, raw, given), PATIENCE)
        finally:
            self._posts.append(connection)

    async def notify(self, method: str, params: dict | None = None) -> Response:
        """Posts a notification."""
        return await self.post({"jsonrpc": "2.0", "method": method, **({"params": params} if params else {})})

    async def begin(self, method: str, params: dict | None = None, identity: object = None) -> asyncio.Future:
        """Posts a request and gives what its answer will be: the whole message."""
        identity = next(self._ids) if identity is None else identity
        future = asyncio.get_running_loop().create_future()
        message = {"jsonrpc": "2.0", "id": identity, "method": method, **({"params": params} if params else {})}
        if self.sse:
            self._waiting[identity] = future
        response = await self.post(message)
        if response.status not in (200, 202):
            raise WireError(f"{method}: {response.status} {response.body.decode(errors='replace').strip()}")
        if not self.sse:
            future.set_result(json.loads(response.body))
        return future

    async def request(self, method: str, params: dict | None = None) -> dict:
        """Asks, waits and gives the result."""
        answer = await asyncio.wait_for(await self.begin(method, params), PATIENCE)
        if "error" in answer:
            raise RpcError(answer["error"])
        return answer["result"]

    async def call(self, tool: str, arguments: dict | None = None, **params: object) -> tuple[str, bool]:
        """Calls a tool and gives its text, and whether it is an error."""
        result = await self.request("tools/call", {"name": tool, "arguments": arguments or {}, **params})
        return "".join(part.get("text", "") for part in result["content"]), bool(result.get("isError"))

    async def live(self, **filters: object) -> str:
        """The text of the live context."""
        text, failed = await self.call("homeassistant__GetLiveContext", filters)
        return text if failed else json.loads(text)["result"]
