"""Answers as data, without what cannot be the same in two homes."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone

import yaml

INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?")
#: Seconds that a home's clock may be from this one's.
LATE = 30


def context(text: str) -> object:
    """A live or static context as data: instants without their value."""
    head, found, listing = text.partition("- names:")
    entities = yaml.safe_load(found + listing) if found else []
    for one in entities:
        if INSTANT.fullmatch(str(one.get("state", ""))):
            one["state"] = "an instant"
        # Attributes are in the home's order, and that order is part of the answer.
        if "attributes" in one:
            one["attributes"] = [[key, plain(value)] for key, value in one["attributes"].items()]
    return [head.strip().splitlines()[-1:] if found else [], entities]


def plain(value: object) -> object:
    """A number without what a sum in binary leaves behind: 0.9500000000000001 is 0.95."""
    return round(value, 9) if isinstance(value, float) else value


def answer(text: str, failed: bool, known: dict[str, str]) -> object:
    """A tool's answer as data. `known` are the uids that the items of lists began with, each with its status then;
    other uids are each home's own."""
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
            data[key] = places + sorted((one for one in reached if one["type"] == "entity"), key=lambda one: one["id"])
    if {"date", "time"} <= parsed.keys():
        now, told = datetime.now(timezone.utc), datetime.strptime(parsed["time"], "%H:%M:%S")
        # Zones differ by whole hours here.
        late = (told.minute * 60 + told.second - now.minute * 60 - now.second) % 3600
        return {**parsed, "time": "now" if min(late, 3600 - late) <= LATE else parsed["time"]}
    if "instruction" in parsed:
        parsed["instruction"] = "in each side's own words"
    for item in parsed.get("items", []):
        began = known.get(item["uid"])
        item["uid"] = item["uid"] if began else "a uid of its own"
        if "completed" in item and began != "completed":
            item["completed"] = "an instant"
        else:
            # Since when it is done a home file does not say.
            item.pop("completed", None)
    return parsed


def tool(one: dict, without: set[str]) -> dict:
    """A tool as it is compared: the words in it are each side's own, but for those that the owner wrote."""
    owners = one["name"].startswith(("script__", "intent_script__"))
    schema = one["inputSchema"]
    properties = {name: each for name, each in schema.get("properties", {}).items() if name not in without}
    if not owners:
        properties = {
            name: {key: value for key, value in each.items() if key != "description"}
            for name, each in properties.items()
        }
    for each in properties.values():
        for choice in each.get("anyOf", []):
            # Those of a set, which Python shows in another order each time.
            choice |= {"enum": sorted(choice["enum"])} if "enum" in choice else {}
    kept = {"title": one.get("title"), "inputSchema": schema | {"properties": properties}}
    return kept | {"annotations": one["annotations"]} | ({"description": one["description"]} if owners else {})
