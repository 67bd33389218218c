"""Takes apart what went over connections: HTTP exchanges, and the messages in them."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "sse"))

from checker.events import Parser  # noqa: E402


@dataclass
class Part:
    """A request or a response: its first line, its headers, its body as far as it came."""

    line: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Exchange:
    """A request and what it was answered with, if that came."""

    request: Part
    response: Part | None

    @property
    def method(self) -> str:
        """`GET`, `POST`, …"""
        return self.request.line.split()[0]

    @property
    def path(self) -> str:
        """Where it went."""
        return self.request.line.split()[1]

    def asked(self) -> list[dict]:
        """The messages that the client posted."""
        return _messages(self.request.body) if self.method == "POST" else []

    def endpoint(self) -> str | None:
        """What an `endpoint` event of the answer says."""
        return next((event.data for event in self._events() if event.name == "endpoint"), None)

    def answered(self) -> list[dict]:
        """The messages that the server sent."""
        if self.response is None:
            return []
        if "event-stream" in self.response.headers.get("content-type", ""):
            return [one for event in self._events() if event.name == "message" for one in _messages(event.data.encode())]
        return _messages(self.response.body) if "json" in self.response.headers.get("content-type", "") else []

    def _events(self) -> list:
        if self.response is None or "event-stream" not in self.response.headers.get("content-type", ""):
            return []
        return Parser().feed(self.response.body)


def exchanges(asked: bytes, answered: bytes) -> list[Exchange]:
    """What one connection carried."""
    requests, responses = _parts(asked, False), _parts(answered, True)
    # A preliminary answer is none.
    responses = [one for one in responses if not one.line.split()[1].startswith("1")]
    return [
        Exchange(request, responses[place] if place < len(responses) else None) for place, request in enumerate(requests)
    ]


def _parts(data: bytes, to_the_end: bool) -> list[Part]:
    found = []
    while b"\r\n\r\n" in data:
        head, _, data = data.partition(b"\r\n\r\n")
        line, *lines = head.decode(errors="replace").split("\r\n")
        headers = {name.strip().lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body, data = _chunked(data)
        else:
            length = int(headers.get("content-length", len(data) if to_the_end and "content-type" in headers else 0))
            body, data = data[:length], data[length:]
        found.append(Part(line, headers, body))
    return found


def _chunked(data: bytes) -> tuple[bytes, bytes]:
    body = b""
    while b"\r\n" in data:
        size, _, rest = data.partition(b"\r\n")
        count = int(size.split(b";")[0], 16)
        body, data = body + rest[:count], rest[count + 2 :]
        if count == 0:
            break
    return body, data


def _messages(data: bytes) -> list[dict]:
    try:
        said = json.loads(data)
    except ValueError:
        return []
    return [one for one in (said if isinstance(said, list) else [said]) if isinstance(one, dict)]
