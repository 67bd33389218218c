"""The clients, in every mode that they have: a row for each, in the order of the table that the runner prints."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Callable

from installed import environment, inspector, node, python

HERE = Path(__file__).resolve().parent

#: The columns of the table.
BEHAVIOURS = (
    "connects", "lists", "controls", "refusals", "evening", "progress", "cancels", "changes", "answers", "resumes",
    "comes back", "leaves",
)
HANDSHAKE, STATELESS = "2025-11-25", "2026-07-28"
TRANSPORTS = {"sse": "HTTP+SSE", "http": "Streamable HTTP"}
#: Beside these, what starts `hearth stdio` and has that speak Streamable HTTP.
STDIO = "stdio"
PATHS = {"sse": "/mcp_server/sse", "http": "/api/mcp", STDIO: "/api/mcp"}


@dataclass(frozen=True)
class Mode:
    """One client in one mode."""

    client: str
    #: `sse`, `http` or `stdio`.
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
    #: Behaviours that are not tried, and why not: of bridges alone.
    left_out: dict[str, str] = field(default_factory=dict)
    #: The one LLM API that it is sent to, with a token of no administrator; empty for those of the config entry.
    api: str = ""

    @property
    def name(self) -> str:
        """For the command line: `python-2.3-http-auto`."""
        words = (self.client, self.transport, self.mode, self.api)
        return "-".join(filter(None, words)).replace(" ", "-").lower()

    @property
    def has_sessions(self) -> bool:
        """Whether it has sessions that end by DELETE."""
        return self.transport in ("http", STDIO) and self.version == HANDSHAKE

    @property
    def path(self) -> str:
        """Where it is sent."""
        return f"/api/mcp/{self.api}" if self.api else PATHS[self.transport]

    def environment(self) -> dict[str, str]:
        """What its program is told beside URL, token and house."""
        told = {
            "HEARTH_TRANSPORT": self.transport,
            "HEARTH_MODE": self.mode,
            "HEARTH_VERSION": self.version,
            "HEARTH_LACKING": ",".join(self.lacks),
            "HEARTH_LEFT_OUT": ",".join(self.left_out),
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
_IS_THE_CANCEL = "at 2026-07-28 a response that is cut is a request that is cancelled"
_SILENT = "it gives a call up without telling the server"
_NO_ENTRY = "what the config entry says does not concern the endpoint of one LLM API"
_POSTS_IT = "it posts a notification that 2026-07-28 does not have over HTTP, and does not hang up"
_MIXES = (
    "on its new stream it says initialize and goes on with requests of 2026-07-28, in an order that is a race: whichever "
    "comes first decides"
)
_NO_DELETE = {"leaves": "it ends without ending its session"}
_BRIDGED = {
    "cancels": "it does not pass on that a call was given up",
    "changes": "of notifications it passes on progress alone",
    "answers": "it tells the server that its client cannot be asked",
}


def _lacks(transport: str, version: str, *, reopens: bool = True) -> dict[str, str]:
    """What no client can that agrees on this; and what those cannot that do not open a stream of HTTP+SSE again."""
    if transport == "sse":
        return {"resumes": _GONE} | ({} if reopens else {"comes back": _ONE_STREAM})
    return {"resumes": _IS_THE_CANCEL} if version == STATELESS else {}


def _rows(client: str, program: Callable[[], list[str]], modes: dict[str, str], reopens: bool = True) -> list[Mode]:
    """A client over both transports, in these modes, each of which agrees on a version."""
    return [
        Mode(client, transport, mode, version, program, _lacks(transport, version, reopens=reopens))
        for transport in TRANSPORTS
        for mode, version in modes.items()
    ]


def _remote(transport: str, strategy: str) -> list[Mode]:
    """`mcp-remote` with one of its transport strategies, in both of its eras."""
    rows = [
        Mode(
            "mcp-remote 0.15", transport, f"{strategy} {protocol}", version, _node("bridge.mjs"),
            _lacks(transport, version), _mcp_remote("--transport", strategy, "--protocol", protocol),
        )
        for protocol, version in (("legacy", HANDSHAKE), ("auto", STATELESS))
    ]
    if transport == "sse":
        return [rows[0], replace(rows[1], left_out={"comes back": _MIXES})]
    return [
        replace(rows[0], lacks=rows[0].lacks | _NO_DELETE),
        replace(rows[1], lacks=rows[1].lacks | {"cancels": _POSTS_IT}),
    ]


def _proxied(transport: str, option: str) -> Mode:
    """`mcp-proxy` over one transport."""
    lacks = _lacks(transport, HANDSHAKE, reopens=False) | _BRIDGED
    return Mode("mcp-proxy 0.13", transport, "", HANDSHAKE, _node("bridge.mjs"), lacks, _mcp_proxy(option))


def _inspected(eras: dict[str, str]) -> list[Mode]:
    """The Inspector's command line. It connects anew for each question: what needs a connection that stays is not tried."""
    return [
        replace(mode, lacks=_NO_DELETE if mode.has_sessions else {}) for mode in _rows("Inspector 2.12", _inspector, eras)
    ]


def _joined(client: str, program: Callable[[], list[str]], modes: dict[str, str]) -> list[Mode]:
    """A client that starts `hearth stdio`."""
    return [Mode(client, STDIO, mode, version, program, _lacks(STDIO, version)) for mode, version in modes.items()]


def _silent(modes: list[Mode]) -> list[Mode]:
    return [replace(mode, lacks=mode.lacks | {"cancels": _SILENT}) for mode in modes]


def _of_one_api(client: str, program: Callable[[], list[str]], modes: dict[str, str]) -> list[Mode]:
    """A client that is sent to one LLM API."""
    rows = [mode for mode in _rows(client, program, modes) if mode.transport == "http"]
    return [replace(mode, api="assist", lacks=mode.lacks | {"changes": _NO_ENTRY}) for mode in rows]


MODES = [
    *_silent(_rows("Python 1.30", _PYTHON_1, {"": HANDSHAKE}, reopens=False)),
    *_rows("Python 2.3", _PYTHON_2, {"legacy": HANDSHAKE, "auto": STATELESS, STATELESS: STATELESS}, reopens=False),
    *_rows("TypeScript 1.32", _node("typescript_1.mjs"), {"": HANDSHAKE}),
    *_rows("TypeScript 2.4", _node("typescript_2.mjs"), {"legacy": HANDSHAKE, "auto": STATELESS, "pinned": STATELESS}),
    # HTTP comes first, and falls back.
    *_remote("sse", "http-first"),
    *_remote("sse", "sse-first"),
    *_remote("sse", "sse-only"),
    *_remote("http", "http-first"),
    *_remote("http", "http-only"),
    _proxied("sse", "sse"),
    _proxied("http", "streamablehttp"),
    *_inspected({"legacy": HANDSHAKE, "auto": STATELESS, "modern": STATELESS}),
    *_of_one_api("Python 2.3", _PYTHON_2, {"legacy": HANDSHAKE, "auto": STATELESS}),
    *_of_one_api("TypeScript 2.4", _node("typescript_2.mjs"), {"legacy": HANDSHAKE, "auto": STATELESS}),
    *_silent(_joined("Python 1.30", _PYTHON_1, {"": HANDSHAKE})),
    *_joined("Python 2.3", _PYTHON_2, {"legacy": HANDSHAKE, "auto": STATELESS, STATELESS: STATELESS}),
    *_joined("TypeScript 1.32", _node("typescript_1.mjs"), {"": HANDSHAKE}),
    *_joined("TypeScript 2.4", _node("typescript_2.mjs"), {"legacy": HANDSHAKE, "auto": STATELESS, "pinned": STATELESS}),
    Mode("bare sockets", "sse", "", HANDSHAKE, _RAW),
]
