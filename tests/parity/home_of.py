#!/usr/bin/env python3
"""Reads a running Home Assistant and writes a home file of Hearth for the same home.

    tests/parity/home_of.py http://127.0.0.1:8123 TOKEN [configuration.yaml] > home.toml

It needs an administrator's token. Of the domains that Hearth has it takes what is exposed, and what that depends on:
floors, areas, devices, names and aliases, states and attributes as beginnings, features, scripts, scenes, items of
lists, events. What none of that tells is in `unsaid.py`, and in its configuration: the intents of the owner.
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import tomli_w
import yaml
from described import DOMAINS, described
from hub import Hub
from unsaid import KEYS, SCENES

#: Exposed to nobody, but not without effect: what others follow, and one that must stay hidden.
UNEXPOSED = ["input_boolean.lamp_1", "input_boolean.lamp_2", "fan.percentage_limited_fan"]

#: Between which recurring events are asked for.
SPAN = {"start": "2024-01-01T00:00:00Z", "end": "2030-01-01T00:00:00Z"}


class House:
    """What was read once, for all entities."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.states = {state["entity_id"]: state for state in hub.ask("get_states")}
        self.devices = {device["id"]: device for device in hub.ask("config/device_registry/list")}
        registered = [each["entity_id"] for each in hub.ask("config/entity_registry/list")]
        entries = hub.ask("config/entity_registry/get_entries", entity_ids=registered)
        self.entries = {entity: entry for entity, entry in entries.items() if entry}
        exposed = hub.ask("homeassistant/expose_entity/list")["exposed_entities"]
        self.exposed = {entity for entity, to in exposed.items() if to.get("conversation")}

    def of(self, domain: str) -> list[str]:
        """The entities of a domain that Hearth's home is to have."""
        wanted = [entity for entity in self.states if entity in self.exposed or entity in UNEXPOSED]
        return [entity for entity in wanted if entity.partition(".")[0] == domain]

    def devices_of(self, entities: list[dict]) -> list[dict]:
        """The devices that these entities belong to."""
        ids = dict.fromkeys(entity["device"] for entity in entities if "device" in entity)
        devices = (self.devices[each] for each in ids)
        return [
            {"id": each["id"], "name": each["name_by_user"] or each["name"]}
            | ({} if each["area_id"] is None else {"area": each["area_id"]})
            for each in devices
        ]

    def place_and_names(self, entity: str) -> dict:
        """Its area, its name, what it answers to, and whether it is exposed."""
        found: dict = {}
        friendly = self.states[entity]["attributes"].get("friendly_name")
        if friendly is not None:
            found["name"] = friendly
        entry = self.entries.get(entity)
        device = self.devices.get(entry["device_id"]) if entry else None
        if entry and entry["area_id"]:
            found["area"] = entry["area_id"]
        if device:
            found["device"] = device["id"]
        # Without an entry it is called what its state is called, as in a home file without aliases.
        if entry:
            aliases = [self.alias(each, entry, device) for each in entry["aliases"]]
            # Who has no name at all has a blank one there, which nobody can say.
            found |= {} if aliases == [friendly] else {"aliases": [alias for alias in aliases if alias]}
        if entity not in self.exposed:
            found["exposed"] = False
        return found

    @staticmethod
    def alias(alias: str | None, entry: dict, device: dict | None) -> str:
        """None stands for the name made of those of device and entity."""
        if alias is not None:
            return alias.strip()
        own = entry["name"] or entry["original_name"]
        of_device = device and (device["name_by_user"] or device["name"])
        parts = [of_device if entry["next_name_part"] == "device" else None, own]
        return " ".join(part for part in parts if part).strip()


def floors(hub: Hub) -> list[dict]:
    """Floors in their order."""
    return [
        {"id": each["floor_id"], "name": each["name"], "aliases": each["aliases"]}
        | ({} if each["level"] is None else {"level": each["level"]})
        for each in hub.ask("config/floor_registry/list")
    ]


def areas(hub: Hub) -> list[dict]:
    """Areas in their order."""
    return [
        {"id": each["area_id"], "name": each["name"], "aliases": each["aliases"]}
        | ({} if each["floor_id"] is None else {"floor": each["floor_id"]})
        for each in hub.ask("config/area_registry/list")
    ]


def items(house: House, entity: str) -> list[dict]:
    """The items of a list, as they are kept."""
    kept = ("uid", "summary", "status", "due", "description")
    listed = house.hub.ask("todo/item/list", entity_id=entity)["items"]
    return [{key: item[key] for key in kept if item.get(key) is not None} for item in listed]


def events(house: House, entity: str) -> list[dict]:
    """The events of a calendar: each once, at its first occurrence, with its rule."""
    found: dict[str, dict] = {}
    for number, event in enumerate(house.hub.get(f"/api/calendars/{entity}", **SPAN)):
        first = found.setdefault(event["uid"] or str(number), {"summary": event["summary"]})
        if "start" in first:
            continue
        first |= {side: event[side].get("date") or clock(event[side]["dateTime"]) for side in ("start", "end")}
        first |= {key: event[key] for key in ("uid", "description", "location", "rrule") if event[key]}
    return list(found.values())


def clock(instant: str) -> str:
    """What the clock of the home says then."""
    return datetime.fromisoformat(instant).replace(tzinfo=None).isoformat()


def entities(house: House) -> list[dict]:
    """Everything but scripts and scenes."""
    found = []
    for domain in DOMAINS:
        for entity in house.of(domain):
            told = described(house.states[entity], house.entries.get(entity))
            if domain == "todo":
                told["items"] = items(house, entity)
            if domain == "calendar":
                told["events"] = events(house, entity)
            found.append({"id": entity} | house.place_and_names(entity) | told | KEYS.get(entity, {}))
    return found


def scripts(house: House) -> list[dict]:
    """Scripts with what they do."""
    found = []
    for entity in house.of("script"):
        config = house.hub.ask("script/config", entity_id=entity)["config"]
        config.pop("alias", None)
        found.append({"id": entity.partition(".")[2]} | house.place_and_names(entity) | plain(config))
    return found


def scenes(house: House) -> list[dict]:
    """Scenes with what they bring about, where that is known."""
    found = []
    for entity in house.of("scene"):
        if entity in SCENES:
            known = {"id": entity.partition(".")[2]} | house.place_and_names(entity)
            found.append(known | {"entities": SCENES[entity]})
        else:
            print(f"# left out: {entity}; write into unsaid.py what it brings about", file=sys.stderr)
    return found


def intents(configuration: Path) -> list[dict]:
    """The intents of the owner, which no interface shows."""
    written = yaml.safe_load(configuration.read_text()).get("intent_script", {})
    found = []
    for name, config in written.items():
        intent = {"name": name} | plain(config)
        if "action" in intent:
            intent["sequence"] = intent.pop("action")
        for said in ("speech", "reprompt"):
            if said in intent:
                intent[said] = intent[said]["text"]
        found.append(intent)
    return found


def plain(value: object) -> object:
    """Without what TOML does not have: an empty value."""
    if isinstance(value, dict):
        return {key: plain({} if each is None else each) for key, each in value.items()}
    return [plain(each) for each in value] if isinstance(value, list) else value


def home(hub: Hub, configuration: Path | None) -> dict:
    """The whole home."""
    house, config = House(hub), hub.ask("get_config")
    found = entities(house)
    return {
        "name": config["location_name"],
        "time_zone": config["time_zone"],
        "floors": floors(hub),
        "areas": areas(hub),
        "devices": house.devices_of(found),
        "entities": found,
        "scripts": scripts(house),
        "scenes": scenes(house),
        "intents": intents(configuration) if configuration else [],
    }


def main() -> None:
    url, token, *configuration = sys.argv[1:]
    with Hub(url, token) as hub:
        sys.stdout.write(tomli_w.dumps(home(hub, Path(configuration[0]) if configuration else None)))


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    main()
