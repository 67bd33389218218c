#!/usr/bin/env python3
"""Compares Hearth with a Home Assistant over the same home: what they offer, and what they answer.

    tests/parity/compare.py --ours http://127.0.0.1:8124/mcp_server/sse TOKEN \\
                            --theirs http://homeassistant.local:8123/api/mcp/assist TOKEN

Both must have the home that `home.toml` describes: start Hearth with `--home tests/parity/home.toml`, or write a home
file of your own Home Assistant and put its names into `calls.py`. Theirs may be the SSE URL, or `/api/mcp/assist`, which
serves `assist` alone whatever the config entry says. IT SWITCHES LIGHTS, MOVES COVERS AND TURNS LOCKS. It needs PyYAML.

Results are compared parsed. Of what is refused only that it is refused: the texts are our own. So are the descriptions
of tools and the prompt. What differs on purpose is in `DIFFERENCES` of `calls.py`, with the reason.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "clients"))

import yaml  # noqa: E402
from calls import CALLS, DIFFERENCES, DOMAINS, PREPARE, REQUESTS, TOOLS  # noqa: E402
from wire import Client, RpcError  # noqa: E402

#: What an entity does while it is on its way.
MOVING = {"opening", "closing", "locking", "unlocking", "jammed"}
#: Seconds that a home may need to come to rest.
REST = 40.0
INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?")


class Report:
    """Prints `ok title` for what is equal and ends with the counts."""

    def __init__(self) -> None:
        self.passed = self.failed = 0
        self.told: list[str] = []

    def equal(self, title: str, ours: object, theirs: object) -> None:
        """One comparison."""
        if ours == theirs:
            self.passed += 1
            print(f"ok {title}", flush=True)
        elif title in DIFFERENCES and ours == DIFFERENCES[title][0]:
            self.passed += 1
            self.told.append(title)
            print(f"ok {title} (differs on purpose: {DIFFERENCES[title][1]})", flush=True)
        else:
            self.failed += 1
            print(f"FAILED {title}", flush=True)
            for line in _where(ours, theirs) or [f"ours:   {_short(ours)}", f"theirs: {_short(theirs)}"]:
                print(f"    {line}", flush=True)


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) < 600 else text[:600] + " …"


def _where(ours: object, theirs: object, path: str = "") -> list[str]:
    """The first places where two values differ."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        found = [f"{path}/{key}: only {'ours' if key in ours else 'theirs'}" for key in ours.keys() ^ theirs.keys()]
        for key in ours.keys() & theirs.keys():
            found += _where(ours[key], theirs[key], f"{path}/{key}")
        return found[:6]
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [line for n, pair in enumerate(zip(ours, theirs)) for line in _where(*pair, f"{path}/{n}")][:6]
    return [] if ours == theirs else [f"{path}: {_short(ours)} != {_short(theirs)}"]


def context(text: str) -> object:
    """A live or static context as data: only the domains compared, instants without their value."""
    head, found, listing = text.partition("- names:")
    entities = yaml.safe_load(found + listing) if found else []
    kept = [one for one in entities if one.get("domain") in DOMAINS]
    for one in kept:
        if INSTANT.fullmatch(str(one.get("state", ""))):
            one["state"] = "an instant"
        # Attributes are in the home's order, and that order is part of the answer.
        if "attributes" in one:
            one["attributes"] = [[key, value] for key, value in one["attributes"].items()]
    return [head.strip().splitlines()[-1:] if found else [], kept]


def answer(text: str, failed: bool) -> object:
    """A tool's answer as data."""
    if failed:
        return {"isError": True}
    parsed = json.loads(text)
    result = parsed.get("result")
    if isinstance(result, str) and "- names:" in result:
        return {"result": context(result)}
    if isinstance(data := parsed.get("data"), dict):
        # The order of what a call reached is that of the homes' own tables, which nobody promises.
        for key in ("success", "failed"):
            reached = data.get(key, [])
            places = [one for one in reached if one["type"] != "entity"]
            entities = [one for one in reached if one["type"] == "entity" and one["id"].split(".")[0] in DOMAINS]
            data[key] = places + sorted(entities, key=lambda one: one["id"])
    if {"date", "time"} <= parsed.keys():
        return {**parsed, "time": parsed["time"][:4]}
    return parsed


async def asked(client: Client, method: str, params: dict) -> object:
    """The answer to a request as data, errors included."""
    try:
        result = await client.request(method, params)
    except RpcError as error:
        return {"error": error.code}
    if method == "tools/call":
        return answer("".join(part["text"] for part in result["content"]), bool(result.get("isError")))
    return result


async def states(client: Client) -> object:
    """All states, once nothing moves any more."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + REST
    before: object = None
    while True:
        now = context(await client.live(domain=DOMAINS))
        moving = [one["names"] for one in now[1] if one["state"] in MOVING]
        if not moving and now == before:
            return now
        if loop.time() > deadline:
            return {"never came to rest": moving}
        before = now
        await asyncio.sleep(0.3)


def tool(one: dict) -> dict:
    """A tool as it is compared: the words in it are each side's own, but for a script's, which are the user's."""
    schema = one["inputSchema"]
    if not one["name"].startswith("script__"):
        properties = schema.get("properties", {})
        schema = schema | {
            "properties": {
                name: {key: value for key, value in each.items() if key != "description"}
                for name, each in properties.items()
            }
        }
    kept = {"title": one.get("title"), "inputSchema": schema, "annotations": one["annotations"]}
    return kept | ({"description": one["description"]} if one["name"].startswith("script__") else {})


async def both(ours: Client, theirs: Client, ask) -> tuple[object, object]:
    """The same question to both."""
    return await asyncio.gather(ask(ours), ask(theirs))


async def offers(report: Report, ours: Client, theirs: Client) -> None:
    """Tools, prompts and resources."""
    lists = await both(ours, theirs, lambda client: client.request("tools/list"))
    our_tools, their_tools = ({one["name"]: one for one in each["tools"]} for each in lists)
    wanted = [name for name in their_tools if name in TOOLS or name.startswith("script__")]
    report.equal("tools: the names, in their order", list(our_tools), wanted)
    for name in wanted:
        if name in our_tools:
            report.equal(f"tools: {name}", tool(our_tools[name]), tool(their_tools[name]))
    prompts = await both(ours, theirs, lambda client: client.request("prompts/list"))
    report.equal("prompts/list", *prompts)
    resources = await both(ours, theirs, lambda client: client.request("resources/list"))
    report.equal("resources/list", *resources)

    async def prompt(client: Client) -> object:
        result = await client.request("prompts/get", {"name": prompts[1]["prompts"][0]["name"]})
        listing = "".join(re.findall(r"^- names:.*\n(?:^ .*\n?)*", result["messages"][0]["content"]["text"] + "\n", re.M))
        return [result["description"], [message["role"] for message in result["messages"]], context(listing)[1]]

    report.equal("prompts/get: description, role and static context", *await both(ours, theirs, prompt))

    async def resource(client: Client) -> object:
        contents = (await client.request("resources/read", {"uri": resources[1]["resources"][0]["uri"]}))["contents"]
        text = contents[0].pop("text")
        return [contents, context(json.loads(text)["result"] if text.startswith("{") else text)]

    report.equal("resources/read", *await both(ours, theirs, resource))


async def compare(report: Report, ours: Client, theirs: Client) -> None:
    """Everything."""
    for name, arguments in PREPARE:
        await both(ours, theirs, lambda client: client.call(name, arguments))
    start = await both(ours, theirs, states)
    report.equal("the homes begin in the same state", *start)
    await offers(report, ours, theirs)
    accepted = 0
    for title, name, arguments in CALLS:
        question = {"name": name, "arguments": arguments}
        results = await both(ours, theirs, lambda client: asked(client, "tools/call", question))
        shown = f"{title}: {name} {json.dumps(arguments, ensure_ascii=False)}"
        report.equal(title if title in DIFFERENCES else shown, *results)
        accepted += results[1] != {"isError": True}
        if name.startswith(("intent", "light", "script")) and results[1] != {"isError": True}:
            report.equal(f"{title}: the states after it", *await both(ours, theirs, states))
    for title, method, params in REQUESTS:
        report.equal(title, *await both(ours, theirs, lambda client: asked(client, method, params)))
    print(f"# {len(CALLS)} calls, {accepted} of them accepted; {len(report.told)} differ on purpose")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for side, meaning in (("--ours", "Hearth"), ("--theirs", "Home Assistant")):
        parser.add_argument(side, nargs=2, metavar=("URL", "TOKEN"), required=True, help=f"{meaning}")
    given = parser.parse_args()
    report = Report()
    async with Client(*given.ours) as ours, Client(*given.theirs) as theirs:
        await compare(report, ours, theirs)
    print(f"{report.passed} passed, {report.failed} failed")
    sys.exit(1 if report.failed or not report.passed else 0)


if __name__ == "__main__":
    asyncio.run(main())
