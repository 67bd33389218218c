"""Runs the checks against a server and says what came of them."""

from __future__ import annotations

import asyncio
import fnmatch
from dataclasses import dataclass

from . import CHECKS, MUST, Check, Missed, NotTried
from . import opening, handshake, messages, sessions, refusals, afterwards  # noqa: F401 (they register their checks)
from .opening import keep_alive
from .session import Server

HOLDS, MISSES, NOT_TRIED = "holds", "does not", "not tried"


@dataclass(frozen=True)
class Finding:
    """What came of one check."""

    check: Check
    result: str
    seen: str

    def record(self) -> dict:
        """For programs."""
        check = self.check
        return {
            "name": check.name, "level": check.level, "result": self.result,
            "expected": check.expected, "seen": self.seen, "source": check.source,
        }

    def line(self) -> str:
        """For people."""
        head = f"{self.result:9}  {self.check.level:6}  {self.check.name}: "
        if self.result == MISSES:
            return f"{head}expected: {self.check.expected}; seen: {self.seen} [{self.check.source}]"
        return head + self.seen


async def _one(check: Check, server: Server) -> Finding:
    try:
        return Finding(check, HOLDS, await check.body(server))
    except NotTried as reason:
        return Finding(check, NOT_TRIED, str(reason))
    except Missed as missed:
        return Finding(check, MISSES, str(missed))
    except Exception as error:  # noqa: BLE001 (whatever a server does to a check, the next one shall run)
        return Finding(check, MISSES, f"{type(error).__name__}: {error}")


async def run(server: Server, only: list[str], tell) -> list[Finding]:
    """Runs all checks, or those whose names fit one of the patterns, and tells each finding as it comes."""
    chosen = [check for check in CHECKS if not only or any(fnmatch.fnmatch(check.name, one) for one in only)]
    # The one that waits does so beside the others.
    waiting = {check: asyncio.create_task(_one(check, server)) for check in chosen if check.body is keep_alive}
    findings = []
    for check in [one for one in chosen if one not in waiting] + list(waiting):
        finding = await (waiting[check] if check in waiting else _one(check, server))
        tell(finding)
        findings.append(finding)
    return findings


def counts(findings: list[Finding]) -> dict[str, int]:
    """How many of each result."""
    return {result: sum(one.result == result for one in findings) for result in (HOLDS, MISSES, NOT_TRIED)}


def broken(findings: list[Finding]) -> bool:
    """Whether something that a specification demands does not hold, or nothing was found out at all."""
    musts = any(one.result == MISSES and one.check.level == MUST for one in findings)
    return musts or not any(one.result == HOLDS for one in findings)
