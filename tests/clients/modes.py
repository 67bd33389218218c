"""The clients, in every mode that they have: a row for each, in the order of the table that the runner prints."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable

from installed import environment, inspector, node, python

HERE = Path(__file__).resolve().parent

#: The columns of the table.
BEHAVIOURS = ("connects", "lists", "controls", "refusals", "progress", "cancels", "changes", "resumes", "comes back")
HANDSHAKE, STATELESS = "2025-11-25", "2026-07-28"
TRANSPORTS = {"sse": "HTTP+SSE", "http": "Streamable HTTP"}


@dataclass(frozen=True)
class Mode:
    """One client in one mode."""

    client: str
    #: `sse` or `http`.
    transport: str
    #: As the client names it; empty if it has none.
    mode: str
    #: The protocol version that it and Hearth must agree on.
    version: str
    program: Callable[[], list[str]]
    #: The behaviours that it does not have, and why not. They are tried all the same: that it can is a failure.
    lacks: dict[str, str] = field(default_factory=dict)
    #: What it runs to be a bridge, as words; `bridge.mjs` puts the URL where `{url}` stands.
    bridge: Callable[[], list[str]] | None = None

    @property
    def name(self) -> str:
        """For the command line: `python-2.3-http-auto`."""
        words = (self.client, self.transport, self.mode)
        return "-".join(filter(None, words)).replace(" ", "-").lower()

    def environment(self) -> dict[str, str]:
        """What its program is told beside URL, token and house."""
        told = {
            "HEARTH_TRANSPORT": self.transport,
            "HEARTH_MODE": self.mode,
            "HEARTH_VERSION": self.version,
            "HEARTH_LACKING": ",".join(self.lacks),
        }
        return told | ({"HEARTH_BRIDGE": json.dumps([self.client, *self.bridge()])} if self.bridge else {})


def _script(interpreter: Callable[[], object], name: str) -> Callable[[], list[str]]:
    return lambda: [str(interpreter()), str(HERE / name)]


def _node(name: str) -> Callable[[], list[str]]:
    return lambda: ["node", str(node() / name)]


def _mcp_remote(*options: str) -> Callable[[], list[str]]:
    # The header comes from the environment, as in the README: so it is in no process list.
    header = ["--header", "Authorization:${HEARTH_AUTHORIZATION}"]
    return lambda: ["node", str(node() / "node_modules/mcp-remote/dist/proxy.js"), "{url}", *header, *options]


def _mcp_proxy(transport: str) -> Callable[[], list[str]]:
    # The token comes from the environment.
    proxy = lambda: environment(HERE / "requirements-mcp-proxy.txt", "mcp-proxy").parent / "mcp-proxy"  # noqa: E731
    return lambda: [str(proxy()), "--transport", transport, "{url}"]


def _inspector() -> list[str]:
    inspector()
    return [sys.executable, str(HERE / "inspector.py")]


_PYTHON_1 = _script(lambda: python("1.30"), "python_1.py")
_PYTHON_2 = _script(lambda: python("2.3"), "python_2.py")
_RAW = _script(lambda: sys.executable, "raw.py")

#: Reasons for what a client lacks, as they stand below the table.
_GONE = "over HTTP+SSE a stream that is cut takes its session with it, and the answer with the session"
_ONE_STREAM = "over HTTP+SSE it opens its stream once"
_SILENT = "it gives a call up without telling the server"
_SSE = {"resumes": _GONE}
_SSE_ONCE = _SSE | {"comes back": _ONE_STREAM}
_BRIDGED = {
    "cancels": "it does not pass on that a call was given up",
    "changes": "of notifications it passes on progress alone",
}

MODES = [
    Mode("Python 1.30", "sse", "", HANDSHAKE, _PYTHON_1, _SSE_ONCE | {"cancels": _SILENT}),
    Mode("Python 2.3", "sse", "legacy", HANDSHAKE, _PYTHON_2, _SSE_ONCE),
    Mode("TypeScript 1.32", "sse", "", HANDSHAKE, _node("typescript_1.mjs"), _SSE),
    Mode("TypeScript 2.4", "sse", "legacy", HANDSHAKE, _node("typescript_2.mjs"), _SSE),
    # HTTP comes first, and falls back.
    Mode(
        "mcp-remote 0.15", "sse", "http-first legacy", HANDSHAKE, _node("bridge.mjs"), _SSE,
        bridge=_mcp_remote("--transport", "http-first", "--protocol", "legacy"),
    ),
    Mode(
        "mcp-remote 0.15", "sse", "sse-only legacy", HANDSHAKE, _node("bridge.mjs"), _SSE,
        bridge=_mcp_remote("--transport", "sse-only", "--protocol", "legacy"),
    ),
    Mode("mcp-proxy 0.13", "sse", "", HANDSHAKE, _node("bridge.mjs"), _SSE_ONCE | _BRIDGED, bridge=_mcp_proxy("sse")),
    Mode("Inspector 2.12", "sse", "legacy", HANDSHAKE, _inspector),
    Mode("bare sockets", "sse", "", HANDSHAKE, _RAW),
]
