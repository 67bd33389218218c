#!/usr/bin/env python3
"""Compares Hearth with a Home Assistant over the same home: what they offer, and what they answer.

    tests/parity/compare.py --ours http://127.0.0.1:8124/mcp_server/sse TOKEN \\
                            --theirs http://homeassistant.local:8123/api/mcp/assist TOKEN --home home.toml

Both must have the same home: `home_of.py` writes it of the one for the other, in the state that both begin with. Theirs
may be the SSE URL, or `/api/mcp/assist`, which serves `assist` alone whatever the config entry says. The names of the
calls are those of the Home Assistant that `furnish.py` has furnished. IT SWITCHES LIGHTS, MOVES COVERS AND TURNS LOCKS.

Results are compared parsed. Of what is refused only that it is refused: the texts are our own. So are the descriptions
of tools and the prompt. What differs on purpose is in `differences.py`, with the reason.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import tomllib
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "clients"))

from calls import CALLS, PREPARE  # noqa: E402
from calls.devices import KITCHEN  # noqa: E402
from calls.requests import REQUESTS  # noqa: E402
from differences import NOT_OFFERED, NOT_TAKEN  # noqa: E402
from reading import answer, context, tool  # noqa: E402
from report import Report, where  # noqa: E402
from thrift import thrift  # noqa: E402
from wire import Client, RpcError  # noqa: E402

#: What an entity does while it is on its way and will soon be there.
MOVING = {"opening", "closing", "locking", "unlocking"}
#: Seconds that a home may need to come to rest, and that a difference must last at rest to be one.
REST, LASTS = 40.0, 3.0
#: Where a request says to which device it was spoken.
DEVICE = "io.home-assistant/device_id"
#: How often every tool is called at least.
AT_LEAST = 2


class Comparison:
    """Both homes, and what was found."""

    def __init__(self, report: Report, ours: Client, theirs: Client, devices: dict[str, str]) -> None:
        self.report, self.ours, self.theirs, self.devices = report, ours, theirs, devices
        self.uids: dict[str, str] = {}
        self.told: list[str] = []

    async def both(self, ask) -> tuple[object, object]:
        """The same question to both."""
        return await asyncio.gather(ask(self.ours), ask(self.theirs))

    async def asked(self, client: Client, method: str, params: dict) -> tuple[object, str]:
        """The answer to a request as data, errors included, and its text."""
        try:
            result = await client.request(method, params)
        except RpcError as error:
            return {"error": error.code}, ""
        if method == "tools/call":
            text = "".join(part["text"] for part in result["content"])
            return answer(text, bool(result.get("isError")), self.uids), text
        return result, ""

    async def states(self, title: str) -> None:
        """All states are the same, once nothing moves any more."""
        loop = asyncio.get_running_loop()
        began = since = loop.time()
        before: object = None
        while True:
            now = [context(text) for text in await self.both(lambda client: client.live())]
            moving = any(one["state"] in MOVING for each in now for one in each[1])
            differ = where(*now)
            if not moving and (not differ or differ == self.told):
                break
            since = since if now == before else loop.time()
            before = now
            if (not moving and loop.time() - since > LASTS) or loop.time() - began > REST:
                break
            await asyncio.sleep(0.05)
        # A difference that stays is told once.
        self.report.holds(title, not differ, *(["as before"] if differ == self.told else differ))
        self.told = differ

    async def offers(self) -> None:
        """Tools, prompts and resources."""
        report = self.report
        lists = await self.both(lambda client: client.request("tools/list"))
        ours, theirs = ({one["name"]: one for one in each["tools"]} for each in lists)
        wanted = [name for name in theirs if name not in NOT_OFFERED]
        report.equal("tools: the names, in their order", list(ours), wanted)
        for name in (name for name in wanted if name in ours):
            report.equal(f"tools: {name}", tool(ours[name], set()), tool(theirs[name], set(NOT_TAKEN)))
        prompts = await self.both(lambda client: client.request("prompts/list"))
        report.equal("prompts/list", *prompts)
        resources = await self.both(lambda client: client.request("resources/list"))
        report.equal("resources/list", *resources)

        async def prompt(client: Client) -> object:
            result = await client.request("prompts/get", {"name": prompts[1]["prompts"][0]["name"]})
            text = result["messages"][0]["content"]["text"] + "\n"
            listing = "".join(re.findall(r"^- names:.*\n(?:^ .*\n?)*", text, re.M))
            return [result["description"], [message["role"] for message in result["messages"]], context(listing)[1]]

        report.equal("prompts/get: description, role and static context", *await self.both(prompt))

        async def floor_told(client: Client) -> object:
            name, told = prompts[1]["prompts"][0]["name"], []
            for meta in ({}, {"_meta": {DEVICE: self.devices[KITCHEN]}}):
                result = await client.request("prompts/get", {"name": name, **meta})
                told.append("Ground floor" in result["messages"][0]["content"]["text"])
            return told

        report.equal("prompts/get: the floor of the device that is spoken to, and of none", *await self.both(floor_told))

        async def resource(client: Client) -> object:
            first = resources[1]["resources"][0]["uri"]
            contents = (await client.request("resources/read", {"uri": first}))["contents"]
            text = contents[0].pop("text")
            return [contents, context(json.loads(text)["result"] if text.startswith("{") else text)]

        report.equal("resources/read", *await self.both(resource))
        called = [name for _, name, *_ in CALLS]
        seldom = [name for name in wanted if called.count(name) < AT_LEAST]
        report.holds(f"every tool is called {AT_LEAST} times or more", not seldom, ", ".join(seldom))

    async def known(self) -> None:
        """The uids that the items of lists begin with, which both homes have."""
        lists = [each.get("todo_list") for _, name, each, *_ in CALLS if name == "todo__get_items"]
        for name in {each for each in lists if isinstance(each, str)}:
            text, failed = await self.theirs.call("todo__get_items", {"todo_list": name, "status": "all"})
            if not failed:
                self.uids |= {item["uid"]: item["status"] for item in json.loads(text)["items"]}

    async def call(self, title: str, name: str, arguments: dict, device: str = "") -> None:
        """One call, said to a device or to none, and what it changed."""
        question = {"name": name, "arguments": arguments}
        if device:
            question["_meta"] = {DEVICE: self.devices[device]}
        (ours, mine), (theirs, text) = await self.both(lambda client: self.asked(client, "tools/call", question))
        shown = f"{title}: {name} {json.dumps(arguments, ensure_ascii=False)}"
        differs = self.report.equal(title, ours, theirs, shown)
        if ours != theirs and not differs and {"isError": True} in (ours, theirs):
            print(f"    ours said:   {mine[:300]}\n    theirs said: {text[:300]}", flush=True)
        accepted = theirs != {"isError": True} and "error" not in theirs
        worded = not accepted and mine == text
        counted = ["accepted" if accepted else "refused", *["worded"] * worded, *["differing on purpose"] * differs]
        self.report.call(name, *counted)
        if accepted and not name.endswith(("GetLiveContext", "GetDateTime", "get_items", "get_events", "search_media")):
            await self.states(f"{title}: the states after it")

    async def run(self) -> None:
        """Everything."""
        await self.states("the homes begin in the same state")
        for name, arguments in PREPARE:
            await self.both(lambda client: client.call(name, arguments))
        await self.known()
        await self.offers()
        await thrift(self.report, self.ours, self.theirs)
        for call in CALLS:
            await self.call(*call)
        for title, method, params in REQUESTS:
            ours, theirs = await self.both(lambda client: self.asked(client, method, params))
            self.report.equal(title, ours[0], theirs[0])


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for side, meaning in (("--ours", "Hearth"), ("--theirs", "Home Assistant")):
        parser.add_argument(side, nargs=2, metavar=("URL", "TOKEN"), required=True, help=meaning)
    parser.add_argument("--home", type=Path, required=True, help="the home file, for the ids of the devices")
    given = parser.parse_args()
    report = Report()
    devices = {device["name"]: device["id"] for device in tomllib.loads(given.home.read_text())["devices"]}
    async with Client(*given.ours) as ours, Client(*given.theirs) as theirs:
        await Comparison(report, ours, theirs, devices).run()
    report.table()
    print(f"{report.passed} passed, {report.failed} failed")
    sys.exit(1 if report.failed or not report.passed else 0)


if __name__ == "__main__":
    asyncio.run(main())
