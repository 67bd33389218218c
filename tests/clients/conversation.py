"""The conversation that every client of the Python SDKs must be able to hold."""

from __future__ import annotations

import json
import re

from checks import Checks, entity, state, targets


class Conversation:
    """What a client says and must hear, whatever SDK it is. Subclasses know how their SDK says it."""

    async def tools(self) -> list[str]:
        raise NotImplementedError

    async def prompts(self) -> list[str]:
        raise NotImplementedError

    async def resources(self) -> list[str]:
        raise NotImplementedError

    async def call(self, tool: str, arguments: dict, progress=None) -> tuple[str, bool]:
        """The text of a result and whether it is an error; `progress` is told how far it has come."""
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
        async with checks.check("lists tools", shows="lists"):
            tools = await self.tools()
            missing = {"intent__HassTurnOn", "light__HassLightSet", "homeassistant__GetLiveContext", house["slow"]["tool"]}
            assert missing <= set(tools), f"not offered: {missing - set(tools)}"
            assert len(tools) == len(set(tools))
        async with checks.check("lists and gets the prompt", shows="lists"):
            prompts = await self.prompts()
            assert prompts == [house["prompt"]], prompts
            text = await self.prompt(house["prompt"])
            assert house["light"]["name"] in text, text[:200]
        async with checks.check("lists the resource", shows="lists"):
            assert "homeassistant://assist/context-snapshot" in await self.resources()

    async def _control(self, checks: Checks, house: dict) -> None:
        name = house["light"]["name"]
        async with checks.check("controls by name and reads it back", shows="controls"):
            for tool, wanted in (("intent__HassTurnOn", "on"), ("intent__HassTurnOff", "off")):
                text, failed = await self.call(tool, {"name": name})
                assert not failed, text
                assert ("entity", name) in targets(text), text
                assert state(await self.live(name=name), name) == wanted
        async with checks.check("controls by area and reads it back", shows="controls"):
            area = house["area"]
            text, failed = await self.call("light__HassLightSet", {"area": area["name"], "brightness": 40})
            assert not failed, text
            reached = targets(text)
            assert reached[0] == ("area", area["name"]) and ("entity", area["light"]) in reached, reached
            block = entity(await self.live(area=area["name"]), area["light"])
            assert block is not None and re.search(r"brightness_pct: ['\"]?40['\"]?", block), block
        async with checks.check("controls by floor and reads it back", shows="controls"):
            floor = house["floor"]
            for tool, wanted in (("intent__HassTurnOn", "on"), ("intent__HassTurnOff", "off")):
                text, failed = await self.call(tool, {"floor": floor["name"], "domain": ["light"]})
                assert not failed, text
                reached = targets(text)
                assert reached[0] == ("floor", floor["name"]) and ("entity", floor["light"]) in reached, reached
                assert state(await self.live(name=floor["light"]), floor["light"]) == wanted
        async with checks.check("reads the same from the resource", shows="controls"):
            text = await self.resource("homeassistant://assist/context-snapshot")
            context = json.loads(text)["result"] if text.startswith("{") else text
            assert state(context, floor["light"]) == "off"

    async def _refused(self, checks: Checks, house: dict) -> None:
        async with checks.check("hears of a refused action", shows="refusals"):
            for tool, arguments in house["refused"]:
                text, failed = await self.call(tool, arguments)
                assert failed and text, (tool, arguments, text)
        async with checks.check("hears of an unknown tool as an error that the model can read", shows="refusals"):
            text, failed = await self.call("intent__HassTurnOm", {"name": house["light"]["name"]})
            assert failed and "intent__HassTurnOm" in text, text
        async with checks.check("what is not exposed is as if it did not exist", shows="refusals"):
            hidden, nobody = house["hidden"], house["nobody"]
            seen = await self.live() + await self.prompt(house["prompt"])
            assert entity(seen, hidden) is None and hidden not in seen
            text, failed = await self.call("intent__HassTurnOn", {"name": hidden})
            other, other_failed = await self.call("intent__HassTurnOn", {"name": nobody})
            assert failed and other_failed, (text, other)
            if house["hides"]:
                assert text.replace(hidden, nobody) == other, (text, other)
