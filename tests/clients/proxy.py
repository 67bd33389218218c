"""A TCP proxy before a server, that can cut every connection through it, counts what clients do and keeps what was said.

It runs in a thread of the runner. The clients, whatever they are written in, reach it over HTTP: `GET /cut` ends all
connections as a network that went away does, `GET /seen` gives the counts.
"""

from __future__ import annotations

import asyncio
import json
import re
import threading
from urllib.parse import urlsplit

#: What is counted in the bytes that clients send.
_ASKED = {
    "initializes": rb'"method" ?: ?"initialize"',
    "discovers": rb'"method" ?: ?"server/discover"',
    "envelopes": rb'"io.modelcontextprotocol/protocolVersion"',
    "listens": rb'"method" ?: ?"subscriptions/listen"',
    "cancels": rb'"method" ?: ?"notifications/cancelled"',
    "deletes": rb"DELETE /[^ ]* HTTP/1\.1",
    "resumes": rb"(?mi)^last-event-id:",
}
#: A name may be cut between two reads: so many bytes of the last one are looked at again.
_KEPT = 60


class Proxy:
    """`with Proxy(url) as proxy:` and then `proxy.url` for clients, `proxy.control` for tests, `proxy.seen`."""

    def __init__(self, url: str) -> None:
        self._target = urlsplit(url)
        self._writers: set[asyncio.StreamWriter] = set()
        self.seen = dict.fromkeys([*_ASKED, "streams"], 0)
        #: For each connection, in the order in which they were opened, all that went to the server and all that came.
        self.said: list[tuple[bytearray, bytearray]] = []
        self.url = self.control = ""

    def __enter__(self) -> "Proxy":
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(ready),), daemon=True)
        self._thread.start()
        ready.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join()

    async def _serve(self, ready: threading.Event) -> None:
        self._over = asyncio.Event()
        proxy = await asyncio.start_server(self._pass, "127.0.0.1", 0)
        control = await asyncio.start_server(self._answer, "127.0.0.1", 0)
        port, other = (server.sockets[0].getsockname()[1] for server in (proxy, control))
        self.url = self._target._replace(netloc=f"127.0.0.1:{port}").geturl()
        self.control = f"http://127.0.0.1:{other}"
        ready.set()
        await self._over.wait()
        proxy.close()
        control.close()
        passing = asyncio.all_tasks() - {asyncio.current_task()}
        for task in passing:
            task.cancel()
        await asyncio.gather(*passing, return_exceptions=True)

    def _cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = await reader.readline()
        while (await reader.readline()).strip():
            pass
        body = json.dumps(self.seen).encode()
        if b"/cut" in line:
            self._cut()
        head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\nConnection: close"
        writer.write(head.encode() + b"\r\n\r\n" + body)
        writer.close()

    async def _pass(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        try:
            server, requests = await asyncio.open_connection(self._target.hostname, self._target.port)
        except ConnectionError:
            answers.transport.abort()
            return
        ends = {answers, requests}
        self._writers |= ends
        method = [b""]
        said = (bytearray(), bytearray())
        self.said.append(said)

        def asked(data: bytes, kept: int) -> None:
            said[0].extend(data[kept:])
            for name, pattern in _ASKED.items():
                # What ends in the part that was looked at before has been counted.
                self.seen[name] += sum(found.end() > kept for found in re.finditer(pattern, data))
            if found := re.findall(rb"(GET|POST|DELETE|OPTIONS) /[^ ]* HTTP/1\.1", data):
                method[0] = found[-1]

        def answered(data: bytes, kept: int) -> None:
            said[1].extend(data[kept:])
            if method[0] == b"GET":
                self.seen["streams"] += sum(found.end() > kept for found in re.finditer(rb"text/event-stream", data))

        try:
            passing = [_copy(client, requests, asked), _copy(server, answers, answered)]
            copying = [asyncio.create_task(one) for one in passing]
            await asyncio.wait(copying, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in copying:
                one.cancel()
            self._writers -= ends
            for writer in ends:
                writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, look) -> None:
    last = b""
    try:
        while data := await reader.read(1 << 16):
            look(last + data, len(last))
            last = (last + data)[-_KEPT:]
            writer.write(data)
            await writer.drain()
    except (ConnectionError, asyncio.CancelledError):
        pass
