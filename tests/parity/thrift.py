"""What a client's model has to read, in bytes: ours must never be more than Home Assistant's."""

from __future__ import annotations

import json

from differences import NOT_OFFERED
from report import Report
from wire import Client

SNAPSHOT = "homeassistant://assist/context-snapshot"


def size(value: object) -> int:
    """The bytes of a value as compact JSON, of a text as it is."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return len(text.encode())


async def measured(client: Client) -> dict[str, int]:
    """What is read of one side."""
    tools = [one for one in (await client.request("tools/list"))["tools"] if one["name"] not in NOT_OFFERED]
    read = [{key: one[key] for key in ("name", "description", "inputSchema") if key in one} for one in tools]
    name = (await client.request("prompts/list"))["prompts"][0]["name"]
    prompt = (await client.request("prompts/get", {"name": name}))["messages"][0]["content"]["text"]
    snapshot = (await client.request("resources/read", {"uri": SNAPSHOT}))["contents"][0]["text"]
    return {
        "list of tools": size(tools),
        "of the list what a model reads: names, descriptions, input schemas": size(read),
        "prompt": size(prompt),
        "live context": size(await client.live()),
        "snapshot": size(snapshot),
    }


async def thrift(report: Report, ours: Client, theirs: Client) -> None:
    """Prints the table, and fails where ours is more."""
    mine, other = await measured(ours), await measured(theirs)
    print("\n| bytes | Hearth | Home Assistant | |\n| --- | ---: | ---: | ---: |")
    for row in other:
        print(f"| {row} | {mine[row]:,} | {other[row]:,} | {mine[row] / other[row]:.0%} |")
    print()
    for row in other:
        report.holds(f"not more to read than of Home Assistant: {row}", mine[row] <= other[row])
