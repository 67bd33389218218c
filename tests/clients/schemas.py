"""Holds all that a server said to a client against the schema of the protocol's version.

    python schemas.py FILE       FILE: for each connection what was asked and answered, in Base64, as JSON

The schemas are those of the harness, which does the same in the tests that are written in Rust. It prints what does not
follow them, and the counts.
"""

from __future__ import annotations

import base64
import json
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import jsonschema
from exchanges import Exchange, exchanges

SCHEMAS = Path(__file__).resolve().parents[1] / "harness/schemas"
ENVELOPE = "io.modelcontextprotocol/protocolVersion"
STATELESS = "2026-07-28"
#: The version of a session before `initialize`, and of one that never has it.
BEFORE = "2024-11-05"
#: JSON-RPC 2.0, 5.1: an error about what could not be read has no id, whether a version has a word for it or not.
UNREADABLE = (-32700, -32600)


class Schema:
    """The schema of one version."""

    def __init__(self, version: str) -> None:
        self.document = json.loads((SCHEMAS / f"{version}.json").read_text())
        self.table = "$defs" if "$defs" in self.document else "definitions"
        self.definitions = self.document[self.table]
        requests = self._by_method("ClientRequest")
        self.requests, self.notifications = self._by_method("ServerRequest"), self._by_method("ServerNotification")
        self.results = {method: name.replace("Request", "Result") for method, name in requests.items()}

    def _by_method(self, union: str) -> dict[str, str]:
        names = [one["$ref"].rsplit("/", 1)[1] for one in self.definitions.get(union, {}).get("anyOf", [])]
        return {self.definitions[name]["properties"]["method"]["const"]: name for name in names}

    @cache  # noqa: B019 (there are five of these)
    def _validator(self, definition: str):
        schema = {"$schema": self.document["$schema"], self.table: self.definitions, "$ref": f"#/{self.table}/{definition}"}
        return jsonschema.validators.validator_for(schema)(schema)

    def _wrong(self, *names: str, value: object) -> str | None:
        known = next((name for name in names if name in self.definitions), None)
        error = jsonschema.exceptions.best_match(self._validator(known).iter_errors(value))
        return error and f"no {known}: {error.json_path}: {error.message[:300]}"

    def wrong(self, message: dict, answers: str | None) -> str | None:
        """What is wrong with a message that answers a request of this method, or none."""
        if "method" in message:
            known = (self.requests if "id" in message else self.notifications).get(message["method"])
            return self._wrong(known, value=message) if known else f"no server sends {message['method']}"
        if "error" in message:
            if message["error"].get("code") in UNREADABLE and "id" not in message:
                return None
            return self._wrong("JSONRPCErrorResponse", "JSONRPCError", value=message)
        if answers not in self.results:
            return f"a result of {answers}"
        if wrong := self._wrong("JSONRPCResultResponse", "JSONRPCResponse", value=message):
            return wrong
        asks = message["result"].get("resultType") == "input_required"
        return self._wrong("InputRequiredResult" if asks else self.results[answers], "EmptyResult", value=message["result"])


@cache
def schema(version: str) -> Schema:
    """The schema of a version."""
    return Schema(version)


@dataclass
class Session:
    """What was asked in a session, and what was agreed on."""

    version: str = BEFORE
    asked: dict[str, str] = field(default_factory=dict)


def of_request(message: dict) -> str | None:
    """The version that a request says itself."""
    return ((message.get("params") or {}).get("_meta") or {}).get(ENVELOPE)


def key(exchange: Exchange) -> str | None:
    """The session to which an exchange belongs: its path over HTTP+SSE, its header over Streamable HTTP, or none."""
    if endpoint := exchange.endpoint():
        return endpoint
    identity = exchange.request.headers.get("mcp-session-id")
    if identity is None and exchange.response is not None:
        identity = exchange.response.headers.get("mcp-session-id")
    return identity or (exchange.path if "/messages/" in exchange.path else None)


def judge(all_of_them: list[Exchange]) -> tuple[int, list[str]]:
    """How many messages the server sent, and what is wrong with them."""
    sessions: dict[str | None, Session] = {}
    for exchange in all_of_them:
        session = sessions.setdefault(key(exchange), Session())
        for message in exchange.asked():
            if "id" in message and "method" in message:
                session.asked[json.dumps(message["id"])] = message["method"]
            if version := of_request(message):
                session.version = version
    for exchange in all_of_them:
        for message in exchange.answered():
            if version := (message.get("result") or {}).get("protocolVersion"):
                sessions[key(exchange)].version = version
    count, wrong = 0, []
    for exchange in all_of_them:
        session = sessions[key(exchange)]
        own = {json.dumps(one["id"]): one for one in exchange.asked() if "id" in one and "method" in one}
        for message in exchange.answered():
            count += 1
            identity = json.dumps(message.get("id"))
            request = own.get(identity, {})
            method = request.get("method") or session.asked.get(identity)
            said = next((version for one in own.values() if (version := of_request(one))), None)
            version = said or session.version
            # A probe asks at a version that the session may not come to serve: an error refuses it at any.
            if complaint := schema(version if (SCHEMAS / f"{version}.json").exists() else BEFORE).wrong(message, method):
                wrong.append(f"{version}: {complaint}: {json.dumps(message)[:300]}")
    return count, wrong


def main() -> None:
    connections = json.loads(Path(sys.argv[1]).read_text())
    pairs = [tuple(map(base64.b64decode, pair)) for pair in connections]
    count, wrong = judge([one for asked, answered in pairs for one in exchanges(asked, answered)])
    print("\n".join([*wrong, f"{count} messages, {len(wrong)} wrong"]))


if __name__ == "__main__":
    main()
