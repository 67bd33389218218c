"""Checks of a server's HTTP+SSE transport, and how one is written.

A check is an async function of a `Server` (see `session.py`). It returns what it saw, or raises `Missed` with what it saw
instead, or `NotTried` with the reason. Importing a module of checks registers them, in the order in which they run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Awaitable, Callable

#: The two levels: what a specification demands (of MCP, HTTP, JSON-RPC, event streams), and what it recommends or what
#: clients that are in use need.
MUST, SHOULD = "must", "should"


class Missed(Exception):
    """It does not hold; the text is what was seen."""


class NotTried(Exception):
    """It could not be tried; the text is why."""


@dataclass(frozen=True)
class Check:
    """One thing that holds, or does not."""

    name: str
    level: str
    expected: str
    source: str
    body: Callable[[object], Awaitable[str]]


#: All of them, in order.
CHECKS: list[Check] = []


def check(name: str, level: str, expected: str, source: str):
    """Registers the function below it."""

    def register(body):
        CHECKS.append(Check(name, level, expected, source, body))
        return body

    return register


def expect(holds: object, seen: object) -> None:
    """Ends the check with what was seen, if it does not hold."""
    if not holds:
        raise Missed(str(seen))
