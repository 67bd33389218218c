"""What is asked of all that came while the other checks ran: so it runs last."""

from __future__ import annotations

import json

from . import MUST, NotTried, check, expect
from .session import Server

SSE = "MCP 2024-11-05, transports, HTTP with SSE"


def _is_message(value: object) -> bool:
    if not isinstance(value, dict) or value.get("jsonrpc") != "2.0":
        return False
    if "method" in value:
        return isinstance(value["method"], str) and not {"result", "error"} & value.keys()
    # A refusal of something that could not be read may have no id.
    return ("result" in value) != ("error" in value) and ("id" in value or "error" in value)


@check("every-event-is-a-message", MUST, "each `message` event of this whole run is one JSON-RPC message", SSE)
async def every_event_is_a_message(server: Server) -> str:
    events = [event for event in server.seen if event.name == "message"]
    if not events:
        raise NotTried("no other check ran")
    for event in events:
        try:
            value = json.loads(event.data)
        except ValueError:
            expect(False, event.data[:200])
        # MCP 2025-03-26 has batches.
        expect(all(map(_is_message, value if isinstance(value, list) and value else [value])), event.data[:200])
    return f"{len(events)} events"
