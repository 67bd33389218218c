"""A host for the suite: the harness's `serve-conformance`, on loopback, for whoever can connect."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

#: Seconds that building and starting may take, and that the server may take to end.
START, END = 900, 30


def harness() -> Path:
    """Builds the harness, with the features that the whole workspace has, and gives the path of the program."""
    command = ["cargo", "build", "--release", "--locked", "--workspace", "--bin", "hearth-harness"]
    done = subprocess.run([*command, "--message-format=json"], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    artifacts = [json.loads(line) for line in done.stdout.splitlines()]
    return Path([one["executable"] for one in artifacts if one.get("executable")][-1])


class Server:
    """`with Server(program) as url:`"""

    def __init__(self, program: Path) -> None:
        self._command = [str(program), "serve-conformance", "--listen", "127.0.0.1:0"]
        self._process: subprocess.Popen | None = None

    def __enter__(self) -> str:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        signal.signal(signal.SIGALRM, self._too_late)
        signal.alarm(START)
        url = self._process.stdout.readline().strip()
        signal.alarm(0)
        if not url:
            sys.exit(f"{' '.join(self._command)} ended with {self._process.wait()}")
        return url

    def _too_late(self, *_: object) -> None:
        self.__exit__()
        sys.exit(f"{' '.join(self._command)} was not ready after {START} s")

    def __exit__(self, *_: object) -> None:
        # It may still be building: its whole group.
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(END)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
