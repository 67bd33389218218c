"""An event stream taken apart byte by byte, as far as the checks must see it: line ends, sizes, comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

_END = re.compile(rb"\r\n|\n|\r")


@dataclass(frozen=True)
class Event:
    """One event: its name, its data, and how many bytes it took on the stream."""

    name: str
    data: str
    size: int


class Parser:
    """HTML, 9.2.6, parsing an event stream."""

    def __init__(self) -> None:
        self.comments = 0
        #: The line ends that came.
        self.ends: set[bytes] = set()
        self._buffer = b""
        self._name, self._data, self._size = "", [], 0

    def feed(self, data: bytes) -> list[Event]:
        """Takes more bytes and gives the events that they complete."""
        self._buffer += data
        events = []
        begin = 0
        for end in _END.finditer(self._buffer):
            # A CR at the very end may be half of a CRLF.
            if end[0] == b"\r" and end.end() == len(self._buffer):
                break
            self.ends.add(end[0])
            self._size += end.end() - begin
            if (event := self._line(self._buffer[begin : end.start()])) is not None:
                events.append(event)
            begin = end.end()
        self._buffer = self._buffer[begin:]
        return events

    def _line(self, line: bytes) -> Event | None:
        if not line:
            event = Event(self._name or "message", "\n".join(self._data), self._size) if self._data else None
            self._name, self._data, self._size = "", [], 0
            return event
        if line.startswith(b":"):
            self.comments += 1
            return None
        field, _, value = line.decode().partition(":")
        value = value.removeprefix(" ")
        if field == "event":
            self._name = value
        elif field == "data":
            self._data.append(value)
        return None
