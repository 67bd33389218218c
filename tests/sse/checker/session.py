"""The server that is checked, and one session of it."""

from __future__ import annotations

import asyncio
import itertools
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from wire import Connection, Response, Stream, open_stream

from . import Missed, expect
from .events import Event, Parser

#: Seconds for anything that a server is asked for.
PATIENCE = 10.0
#: Seconds that count as at once: what clients are content with, and far less than the ten that some of them wait.
AT_ONCE = 2.0
#: What the newest clients put into every request.
ENVELOPE = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "sse-check", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")


def shown(response: Response) -> str:
    """A response in a line."""
    body = response.body.decode(errors="replace").strip().replace("\n", " ")
    return f"{response.status} {body[:120]}".strip()


class Session:
    """One stream, and the posts that belong to it."""

    def __init__(self, server: "Server", stream: Stream) -> None:
        self.server, self.stream = server, stream
        self.parser = Parser()
        self.events: list[Event] = []
        self.ended = False
        self._ids = itertools.count(1)
        self._changed = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    @property
    def head(self) -> Response:
        """What the GET was answered with."""
        return self.stream.head

    async def _read(self) -> None:
        try:
            async for data in self.stream.chunks():
                self.events += self.parser.feed(data)
                await self._tell()
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass
        self.ended = True
        await self._tell()

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def until(self, condition, what: str, patience: float = PATIENCE) -> None:
        """Waits until something has come."""
        try:
            async with self._changed:
                await asyncio.wait_for(self._changed.wait_for(lambda: condition() or self.ended), patience)
        except asyncio.TimeoutError:
            raise Missed(f"{what} did not come in {patience:g} s") from None
        expect(condition(), f"the stream ended before {what} came")

    async def endpoint(self) -> str:
        """What the `endpoint` event says."""
        await self.until(lambda: any(one.name == "endpoint" for one in self.events), "an `endpoint` event")
        return next(one.data for one in self.events if one.name == "endpoint")

    async def messages_url(self) -> str:
        """Where this session is posted to."""
        return urljoin(self.server.url, await self.endpoint())

    def messages(self) -> list[dict]:
        """The messages that have come, those of a batch one by one; what cannot be read is left out."""
        found = []
        for event in self.events:
            if event.name != "message":
                continue
            try:
                message = json.loads(event.data)
            except ValueError:
                continue
            found += [one for one in (message if isinstance(message, list) else [message]) if isinstance(one, dict)]
        return found

    def answers(self, identity: object) -> list[dict]:
        """The answers to the request with this id: of the same value and the same JSON type."""
        return [
            message
            for message in self.messages()
            if "method" not in message and message.get("id") == identity and type(message.get("id")) is type(identity)
        ]

    async def post(self, body: object, headers: dict[str, str | None] | None = None) -> Response:
        """Posts a message, or any bytes."""
        return await self.server.request("POST", await self.messages_url(), body, headers)

    async def send(self, message: object) -> Response:
        """Posts a message that must be taken."""
        response = await self.post(message)
        expect(200 <= response.status < 300, f"the post was answered with {shown(response)}")
        return response

    async def begin(self, method: str, params: dict | None = None, identity: object = None) -> object:
        """Posts a request and gives its id."""
        identity = f"check-{next(self._ids)}" if identity is None else identity
        await self.send({"jsonrpc": "2.0", "id": identity, "method": method, **({"params": params} if params else {})})
        return identity

    async def answer(self, identity: object, patience: float = PATIENCE) -> dict:
        """Waits for the answer to a request."""
        await self.until(lambda: self.answers(identity), f"an answer with the id {json.dumps(identity)}", patience)
        return self.answers(identity)[0]

    async def ask(self, method: str, params: dict | None = None, identity: object = None) -> dict:
        """Asks and gives the answer, a result or an error."""
        return await self.answer(await self.begin(method, params, identity))

    async def notify(self, method: str, params: dict | None = None) -> Response:
        """Posts a notification."""
        return await self.send({"jsonrpc": "2.0", "method": method, **({"params": params} if params else {})})

    async def initialize(self, version: str = VERSIONS[-1]) -> dict:
        """The handshake; gives the result."""
        information = {"name": "sse-check", "version": "1"}
        answer = await self.ask(
            "initialize", {"protocolVersion": version, "capabilities": {}, "clientInfo": information}
        )
        expect("result" in answer, f"initialize was answered with {json.dumps(answer)[:200]}")
        await self.notify("notifications/initialized")
        return answer["result"]

    async def close(self) -> None:
        """Hangs up."""
        self.stream.cut()
        await self._reading


@dataclass
class Server:
    """What is checked, and with what."""

    url: str
    token: str | None = None
    other_token: str | None = None
    #: Seconds to wait for a comment on an idle stream.
    patience: float = 30.0
    slow_tool: str | None = None
    slow_arguments: dict = field(default_factory=dict)
    #: All that has come on the streams of the checks.
    seen: list[Event] = field(default_factory=list)

    @property
    def origin(self) -> str:
        """Scheme, host and port, as a browser would say it."""
        return "{0.scheme}://{0.netloc}".format(urlsplit(self.url))

    async def request(
        self, method: str, url: str, body: object = b"", headers: dict[str, str | None] | None = None
    ) -> Response:
        """One request over a connection of its own; of a stream only the head is read."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        given = dict(headers or {})
        if method not in ("GET", "POST") and raw:
            given["Content-Length"] = str(len(raw))
        # It may be asked without a token, or with somebody else's: then the header says so.
        token = None if "Authorization" in given else self.token
        if method == "GET":
            stream = await asyncio.wait_for(open_stream(url, token, given), PATIENCE)
            stream.cut()
            return stream.head
        connection = Connection(url, token)
        try:
            return await asyncio.wait_for(connection.request(method, url, raw, given), PATIENCE)
        except asyncio.TimeoutError:
            raise Missed(f"{method} {url} was not answered in {PATIENCE:g} s") from None
        finally:
            connection.close()

    @asynccontextmanager
    async def session(self, headers: dict[str, str | None] | None = None):
        """Opens a stream and hangs up at the end."""
        token = None if "Authorization" in (headers or {}) else self.token
        try:
            stream = await asyncio.wait_for(open_stream(self.url, token, headers), PATIENCE)
        except asyncio.TimeoutError:
            raise Missed(f"GET {self.url} was not answered in {PATIENCE:g} s") from None
        if stream.head.status != 200:
            stream.cut()
            raise Missed(f"GET {self.url} was answered with {stream.head.status}")
        session = Session(self, stream)
        try:
            yield session
        finally:
            await session.close()
            self.seen += session.events
