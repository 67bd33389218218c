"""What the Python clients share: the lines that they print, and the conversation that every SDK must be able to hold."""

from __future__ import annotations

import json
import os
import re
import sys
import time
import traceback
from contextlib import asynccontextmanager
from pathlib import Path


class Checks:
    """Prints `ok name` for what holds and ends with the counts."""

    def __init__(self, client: str) -> None:
        self.client, self.passed, self.failed = client, 0, 0

    @asynccontextmanager
    async def check(self, name: str):
        """One thing that must hold; the block raises when it does not."""
        begin = time.monotonic()
        try:
            yield
        except Exception as error:  # noqa: BLE001 (whatever it is, the next check shall run)
            self.failed += 1
            print(f"FAILED {self.client}: {name}: {error!r}", flush=True)
            traceback.print_exc(file=sys.stderr)
        else:
            self.passed += 1
            print(f"ok {self.client}: {name} ({(time.monotonic() - begin) * 1000:.0f} ms)", flush=True)

    def end(self) -> None:
        """Prints the counts and ends the process with them."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.exit(1 if self.failed or not self.passed else 0)


def surroundings() -> tuple[str, str, dict]:
    """The URL, the token and the house, from the environment as the runner sets it."""
    house = json.loads(Path(os.environ["HEARTH_HOUSE"]).read_text())
    return os.environ["HEARTH_URL"], os.environ["HEARTH_TOKEN"], house


def entity(context: str, name: str) -> str | None:
    """The lines of a live context about the entity that has this name among its names."""
    for block in re.split(r"^- ", context, flags=re.MULTILINE)[1:]:
        names = re.search(r"names: (.*)$", block, flags=re.MULTILINE)
        if names and name in [one.strip() for one in names[1].strip("'\"").split(",")]:
            return block
    return None


def state(context: str, name: str) -> str:
    """The state of that entity."""
    block = entity(context, name)
    assert block is not None, f"{name!r} is not in the live context"
    return re.search(r"^\s*state: ['\"]?(.*?)['\"]?$", block, flags=re.MULTILINE)[1]


def targets(text: str) -> list[tuple[str, str]]:
    """Type and name of what an intent reached."""
    return [(one["type"], one["name"]) for one in json.loads(text)["data"]["success"]]


class Conversation:
    """What a client says and must hear, whatever SDK it is. Subclasses know how their SDK says it."""

    async def tools(self) -> list[str]:
        raise NotImplementedError

    async def prompts(self) -> list[str]:
        raise NotImplementedError

    async def resources(self) -> list[str]:
        raise NotImplementedError

    async def call(self, tool: str, arguments: dict) -> tuple[str, bool]:
        raise NotImplementedError

    async def prompt(self, name: str) -> str:
        raise NotImplementedError

    async def resource(self, uri: str) -> str:
        raise NotImplementedError

    async def live(self, **filters: object) -> str:
        text, failed = await self.call("homeassistant__GetLiveContext", filters)
        return text if failed else json.loads(text)["result"]

    async def hold(self, checks: Checks, house: dict) -> None:
        """The whole conversation."""
        await self._lists(checks, house)
        await self._control(checks, house)
        await self._refused(checks, house)

    async def _lists(self, checks: Checks, house: dict) -> None:
        async with checks.check("lists tools"):
            tools = await self.tools()
            missing = {"intent__HassTurnOn", "light__HassLightSet", "homeassistant__GetLiveContext", house["slow"]["tool"]}
            assert missing <= set(tools), f"not offered: {missing - set(tools)}"
            assert len(tools) == len(set(tools))
        async with checks.check("lists and gets the prompt"):
            prompts = await self.prompts()
            assert prompts == [house["prompt"]], prompts
            text = await self.prompt(house["prompt"])
            assert house["light"]["name"] in text, text[:200]
        async with checks.check("lists the resource"):
            assert "homeassistant://assist/context-snapshot" in await self.resources()

    async def _control(self, checks: Checks, house: dict) -> None:
        name = house["light"]["name"]
        async with checks.check("controls by name and reads it back"):
            for tool, wanted in (("intent__HassTurnOn", "on"), ("intent__HassTurnOff", "off")):
                text, failed = await self.call(tool, {"name": name})
                assert not failed, text
                assert ("entity", name) in targets(text), text
                assert state(await self.live(name=name), name) == wanted
        async with checks.check("controls by area and reads it back"):
            area = house["area"]
            text, failed = await self.call("light__HassLightSet", {"area": area["name"], "brightness": 40})
            assert not failed, text
            reached = targets(text)
            assert reached[0] == ("area", area["name"]) and ("entity", area["light"]) in reached, reached
            block = entity(await self.live(area=area["name"]), area["light"])
            assert block is not None and re.search(r"brightness_pct: ['\"]?40['\"]?", block), block
        async with checks.check("controls by floor and reads it back"):
            floor = house["floor"]
            for tool, wanted in (("intent__HassTurnOn", "on"), ("intent__HassTurnOff", "off")):
                text, failed = await self.call(tool, {"floor": floor["name"], "domain": ["light"]})
                assert not failed, text
                reached = targets(text)
                assert reached[0] == ("floor", floor["name"]) and ("entity", floor["light"]) in reached, reached
                assert state(await self.live(name=floor["light"]), floor["light"]) == wanted
        async with checks.check("reads the same from the resource"):
            text = await self.resource("homeassistant://assist/context-snapshot")
            context = json.loads(text)["result"] if text.startswith("{") else text
            assert state(context, floor["light"]) == "off"

    async def _refused(self, checks: Checks, house: dict) -> None:
        async with checks.check("hears of a refused action"):
            for tool, arguments in house["refused"]:
                text, failed = await self.call(tool, arguments)
                assert failed and text, (tool, arguments, text)
        async with checks.check("hears of an unknown tool as an error that the model can read"):
            text, failed = await self.call("intent__HassTurnOm", {"name": name_of(house)})
            assert failed and "intent__HassTurnOm" in text, text
        async with checks.check("what is not exposed is as if it did not exist"):
            hidden, nobody = house["hidden"], house["nobody"]
            seen = await self.live() + await self.prompt(house["prompt"])
            assert entity(seen, hidden) is None and hidden not in seen
            text, failed = await self.call("intent__HassTurnOn", {"name": hidden})
            other, other_failed = await self.call("intent__HassTurnOn", {"name": nobody})
            assert failed and other_failed, (text, other)
            if house["hides"]:
                assert text.replace(hidden, nobody) == other, (text, other)


def name_of(house: dict) -> str:
    """The name of the light that the conversation is about."""
    return house["light"]["name"]
