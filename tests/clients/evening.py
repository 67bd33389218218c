"""An evening at home, as one conversation: every step asks for something, and sees it in what the home says then."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta

from checks import Checks, entity, state
from conversation import Conversation

PLAYER = "media_player__"


class Evening:
    """A client that spends the evening with the home that `house` tells of."""

    def __init__(self, client: Conversation, checks: Checks, house: dict) -> None:
        self._client, self._checks, self._house = client, checks, house

    async def spend(self) -> None:
        """All of it, in its order."""
        for title, step in (
            ("asks who is at home", self._who_is_home),
            ("prepares the living room for a movie", self._movie),
            ("pauses all that plays when it rings, and goes on", self._doorbell),
            ("puts something on the shopping list", self._shopping),
            ("tells what is tomorrow", self._tomorrow),
            ("says good night", self._good_night),
        ):
            async with self._checks.check(f"in the evening, {title}", shows="evening"):
                await step(self._house["evening"])

    async def _asked(self, tool: str, **arguments: object) -> dict:
        """What a tool answers, which must not be an error."""
        text, failed = await self._client.call(tool, arguments)
        assert not failed, (tool, arguments, text)
        return json.loads(text)

    async def _states(self, *names: str) -> list[str]:
        return [state(await self._client.live(name=name), name) for name in names]

    async def _who_is_home(self, evening: dict) -> None:
        told = await self._client.live(domain="person")
        assert {name: state(told, name) for name in evening["people"]} == evening["people"], told

    async def _movie(self, evening: dict) -> None:
        movie = evening["movie"]
        await self._asked(movie["tool"], **movie["arguments"])
        light = entity(await self._client.live(name=movie["light"]), movie["light"])
        percent = movie["arguments"]["brightness"]
        assert light is not None and re.search(rf"brightness_pct: ['\"]?{percent}['\"]?$", light, re.MULTILINE), light
        assert (await self._states(movie["cover"]))[0] in ("closing", "closed")

    async def _doorbell(self, evening: dict) -> None:
        players, speaker = evening["players"], evening["speaker"]
        found = await self._asked(f"{PLAYER}search_media", search_query=speaker["search"], player_name=speaker["name"])
        first = next(one for one in found["results"] if one["can_play"])
        await self._asked(
            f"{PLAYER}play_media", media_content_id=first["media_content_id"],
            media_content_type=first["media_content_type"], player_name=speaker["name"],
        )
        assert first["title"] in await self._client.live(name=speaker["name"])
        assert await self._states(*players) == ["playing"] * len(players)
        before = await self._states(evening["doorbell"])
        await self._asked("intent__HassTurnOn", name=evening["doorbell"])
        assert await self._states(evening["doorbell"]) != before
        reached = (await self._asked(f"{PLAYER}HassMediaPause"))["data"]["success"]
        assert {one["name"] for one in reached} == set(players), reached
        assert await self._states(*players) == ["paused"] * len(players)
        await self._asked(f"{PLAYER}HassMediaUnpause")
        assert await self._states(*players) == ["playing"] * len(players)

    async def _shopping(self, evening: dict) -> None:
        shopping = evening["list"]
        await self._asked("todo__HassListAddItem", name=shopping, item="oat milk")
        items = (await self._asked("todo__get_items", todo_list=shopping))["items"]
        assert [one["status"] for one in items if one["summary"] == "Oat milk"] == ["needs_action"], items

    async def _tomorrow(self, evening: dict) -> None:
        today = date.fromisoformat((await self._asked("llm__GetDateTime"))["date"])
        tomorrow = str(today + timedelta(days=1))
        events = (await self._asked("calendar__get_events", calendar=evening["calendar"], range="week"))["events"]
        assert [one["summary"] for one in events if one["start"][:10] == tomorrow], events

    async def _good_night(self, evening: dict) -> None:
        night = evening["night"]
        await self._asked("intent__HassTurnOn", name=night["scene"], domain=["scene"])
        for name, wanted in night["states"].items():
            assert (await self._states(name))[0] in wanted, name
