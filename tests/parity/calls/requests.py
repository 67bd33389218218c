"""Requests that are no tool calls: title, method, parameters."""

REQUESTS = [
    ("prompts/get of an unknown prompt", "prompts/get", {"name": "no such prompt"}),
    ("prompts/get without a name", "prompts/get", {}),
    ("resources/read of an unknown resource", "resources/read", {"uri": "homeassistant://nowhere"}),
    ("tools/call without a name", "tools/call", {"arguments": {}}),
    ("tools/call with a list for arguments", "tools/call", {"name": "llm__GetDateTime", "arguments": []}),
    ("tools/call with text for arguments", "tools/call", {"name": "llm__GetDateTime", "arguments": "{}"}),
    ("an unknown method", "no/such", {}),
    ("resources/templates/list", "resources/templates/list", {}),
    (
        "a device id that is no string", "tools/call",
        {"name": "llm__GetDateTime", "arguments": {}, "_meta": {"io.home-assistant/device_id": 7}},
    ),
    (
        "a device id that nobody knows", "tools/call",
        {"name": "intent__HassCancelAllTimers", "arguments": {}, "_meta": {"io.home-assistant/device_id": "nobody"}},
    ),
]
