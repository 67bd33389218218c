"""What the Python clients share: the lines that they print, and what surrounds them."""

from __future__ import annotations

import json
import os
import re
import sys
import time
import traceback
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path


class Unprepared(Exception):
    """What a behaviour needs could not be had: this tells nothing about the behaviour."""


class Checks:
    """Prints `ok name` for what holds, and at the end what the client has shown and the counts.

    What a client shows is a behaviour: a column in the table of the runner.
    """

    def __init__(self, client: str) -> None:
        self.client, self.passed, self.failed = client, 0, 0
        self.shown: dict[str, object] = {}
        #: Behaviours that this client is known not to have, in this mode. They are tried all the same.
        self.lacking = set(filter(None, os.environ.get("HEARTH_LACKING", "").split(",")))

    def _count(self, passed: bool, name: str, text: str) -> None:
        self.passed, self.failed = self.passed + passed, self.failed + (not passed)
        print(f"{'ok' if passed else 'FAILED'} {self.client}: {name}{text}", flush=True)

    @asynccontextmanager
    async def check(self, name: str, shows: str | None = None):
        """One thing that must hold; the block raises when it does not."""
        begin = time.monotonic()
        try:
            yield
        except Exception as error:  # noqa: BLE001 (whatever it is, the next check shall run)
            self._count(False, name, f": {error!r}")
            traceback.print_exc(file=sys.stderr)
            if shows:
                self.shown[shows] = False
        else:
            self._count(True, name, f" ({(time.monotonic() - begin) * 1000:.0f} ms)")
            if shows:
                self.shown.setdefault(shows, True)

    @asynccontextmanager
    async def attempt(self, behaviour: str, name: str):
        """The same for what not every client can: one that lacks it must fail here, or the table would be wrong."""
        if behaviour not in self.lacking:
            async with self.check(name, shows=behaviour):
                yield
            return
        try:
            yield
        except Unprepared as error:
            self.shown[behaviour] = False
            self._count(False, name, f": {error!r}")
        except Exception as error:  # noqa: BLE001 (failing is what is expected)
            self.shown[behaviour] = False
            self._count(True, name, f": it cannot, as is known ({type(error).__name__})")
        else:
            self.shown[behaviour] = True
            self._count(False, name, ": it can, against what is known of it")

    def patience(self, behaviour: str) -> float:
        """Seconds to wait for it: few where it will not come."""
        return 2.0 if behaviour in self.lacking else 15.0

    def end(self) -> None:
        """Prints what was shown and the counts, and ends the process with them."""
        print(f"# shows {json.dumps(self.shown)}")
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        # Not `sys.exit`: a client whose stream was cut may wait for it until the end of days.
        os._exit(1 if self.failed or not self.passed else 0)


@dataclass(frozen=True)
class Surroundings:
    """What the runner tells a client."""

    url: str
    token: str
    house: dict
    transport: str
    mode: str
    #: The protocol version that must be agreed on; empty where it is not known.
    version: str
    #: The URL of a server that asks its clients; empty if there is none.
    asking: str
    #: The URL at which the proxy before the server is told to cut; empty if there is none.
    control: str

    def stdio(self, url: str) -> dict[str, object]:
        """How `hearth stdio` is started to join the server at this URL."""
        environment = {"HEARTH_TOKEN": self.token, "PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}
        return {"command": os.environ["HEARTH_PROGRAM"], "args": ["stdio", "--url", url], "env": environment}

    @property
    def headers(self) -> dict[str, str]:
        """With which each request goes."""
        return {"Authorization": f"Bearer {self.token}"}


def surroundings() -> Surroundings:
    """From the environment, as the runner sets it."""
    given = os.environ.get
    house = json.loads(Path(os.environ["HEARTH_HOUSE"]).read_text())
    return Surroundings(
        os.environ["HEARTH_URL"], os.environ["HEARTH_TOKEN"], house, given("HEARTH_TRANSPORT", "sse"),
        given("HEARTH_MODE", ""), given("HEARTH_VERSION", ""), given("HEARTH_ASKING", ""),
        given("HEARTH_CONTROL", ""),
    )


def entity(context: str, name: str) -> str | None:
    """The lines of a live context about the entity that has this name among its names."""
    for block in re.split(r"^- ", context, flags=re.MULTILINE)[1:]:
        names = re.search(r"names: (.*)$", block, flags=re.MULTILINE)
        if names and name in [one.strip() for one in names[1].strip("'\"").split(",")]:
            return block
    return None


def state(context: str, name: str) -> str:
    """The state of that entity."""
    block = entity(context, name)
    assert block is not None, f"{name!r} is not in the live context"
    return re.search(r"^\s*state: ['\"]?(.*?)['\"]?$", block, flags=re.MULTILINE)[1]


def targets(text: str) -> list[tuple[str, str]]:
    """Type and name of what an intent reached."""
    return [(one["type"], one["name"]) for one in json.loads(text)["data"]["success"]]
