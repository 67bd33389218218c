"""A Hearth of a test's own: built as the README says, on a free port, with a data directory that is thrown away."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

#: Seconds that it may take to answer, and to end.
PATIENCE = 60


def binary() -> Path:
    """Builds Hearth and gives the path of the program."""
    root = Path(__file__).resolve().parents[2]
    command = ["cargo", "build", "--release", "--locked", "--package", "hearth", "--bin", "hearth"]
    done = subprocess.run([*command, "--message-format=json"], cwd=root, check=True, stdout=subprocess.PIPE, text=True)
    artifacts = [json.loads(line) for line in done.stdout.splitlines()]
    return Path([one["executable"] for one in artifacts if one.get("executable")][-1])


class Hearth:
    """`with Hearth(binary) as hearth:` and then `hearth.url`, `hearth.token`."""

    def __init__(self, program: Path, *options: str) -> None:
        self.program, self.options = program, options
        self._data = tempfile.TemporaryDirectory(prefix="hearth-test-")
        self._process: subprocess.Popen | None = None
        self.url = self.token = ""

    def command(self, *arguments: str) -> str:
        """Runs a command on its data directory and gives what it printed."""
        command = [self.program, *arguments, "--data-dir", self._data.name]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True)
        return done.stdout.strip()

    def new_token(self, name: str) -> str:
        """A token of an administrator of this name."""
        return self.command("token", "create", name, "--admin")

    def __enter__(self) -> "Hearth":
        port = free_port()
        log = open(Path(self._data.name) / "test.log", "wb")  # noqa: SIM115 (it lives as long as the process)
        self._process = subprocess.Popen(
            [self.program, "serve", "--listen", f"127.0.0.1:{port}", "--data-dir", self._data.name, *self.options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )
        log.close()
        try:
            self._wait(f"http://127.0.0.1:{port}/healthz")
            self.token = self.new_token("tests")
        except BaseException:
            self.__exit__()
            raise
        self.url = f"http://127.0.0.1:{port}/mcp_server/sse"
        return self

    def _wait(self, url: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError(f"hearth ended with {self._process.returncode}:\n{self.log()}")
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                time.sleep(0.02)
        raise RuntimeError(f"hearth did not answer in {PATIENCE} s:\n{self.log()}")

    @property
    def data(self) -> str:
        """Its data directory."""
        return self._data.name

    def log(self) -> str:
        """What it has said so far."""
        return (Path(self._data.name) / "test.log").read_text(errors="replace")

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def __exit__(self, *_: object) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if os.environ.get("HEARTH_VERBOSE"):
            print(self.log())
        self._data.cleanup()


#: Ports that this program has given out: several servers start at a time, and none of them listens yet.
_given: set[int] = set()


def free_port() -> int:
    """A port on loopback that nobody listens on, and that has not been given out before."""
    while True:
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port
