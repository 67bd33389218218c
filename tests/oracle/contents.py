"""What is in lists and calendars beside their states: what a table put there is taken out again."""

from __future__ import annotations

import datetime


async def listed(home, entity: str) -> list[dict]:
    answer = await home.call(entity, "get_items", {}, response=True)
    return answer["result"]["response"][entity]["items"]


async def planned(home, entity: str) -> list[dict]:
    now = datetime.datetime.now(datetime.UTC)
    start, end = (now + datetime.timedelta(days=days) for days in (-4000, 8000))
    return await home.get(f"/api/calendars/{entity}", start=start.isoformat(), end=end.isoformat())


async def contents(home, entity: str) -> set[str]:
    """The uids of what is in a list or a calendar; nothing of other entities."""
    match entity.split(".")[0]:
        case "todo":
            return {item["uid"] for item in await listed(home, entity)}
        case "calendar":
            return {event["uid"] for event in await planned(home, entity)}
    return set()


async def take_out(home, entity: str, before: set[str]) -> None:
    """Takes out what was not there before."""
    for uid in await contents(home, entity) - before:
        if entity.startswith("todo."):
            await home.call(entity, "remove_item", {"item": uid})
        else:
            await home.ask("calendar/event/delete", entity_id=entity, uid=uid)
