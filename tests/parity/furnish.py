#!/usr/bin/env python3
"""Brings into a Home Assistant, over its interfaces, what the comparison needs beside what its scripts provide: more
exposed devices, so that every tool is offered; names in several alphabets; people, items of lists, events.

    tests/parity/furnish.py http://127.0.0.1:8123 TOKEN

It is meant for a Home Assistant that was provisioned a moment ago; a second time finds what it has made.
"""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta

from hub import Hub

FLOORS = [{"name": "Außen", "level": 0, "aliases": ["Снаружи"]}]

#: Name, floor, aliases.
AREAS = [
    ("Großer Garten", "Außen", ["ΚΗΠΟΣ", "花园"]),
    ("İskele", "Außen", []),
]

#: What is exposed besides: its area, the name that its owner gave it, and what they call it besides. None where no
#: registry has it, and there is no more of it than a state.
ENTITIES: dict[str, tuple[str | None, str | None, list[str]] | None] = {
    "cover.pergola_roof": ("Großer Garten", None, ["سقف الحديقة"]),
    "fan.percentage_full_fan": ("İskele", "Straßenlüfter", ["ΑΝΕΜΙΣΤΗΡΑΣ"]),
    "fan.preset_only_limited_fan": (None, None, ["İstanbul"]),
    "humidifier.dehumidifier": None,
    "humidifier.hygrostat": None,
    "lawn_mower.my_lawn_mower": ("Großer Garten", None, ["Газонокосилка"]),
    "lock.openable_lock": None,
    "lock.poorly_installed_door": None,
    "media_player.gramophone": ("Bedroom", None, []),
    "media_player.kitchen": None,
    "media_player.lounge_room": None,
    "media_player.record_player": ("Office", None, ["Plattenspieler", "留声机"]),
    "person.anna": (None, None, []),
    "person.ben": (None, None, []),
    "vacuum.demo_vacuum_1_first_floor": ("Bedroom", "Пылесос", []),
    "vacuum.demo_vacuum_2_second_floor": (None, None, []),
    "valve.back_garden": ("Großer Garten", "Поливной кран", []),
    "valve.orchard": ("İskele", None, ["果园"]),
    "valve.trees": ("Großer Garten", "ΔΕΝΤΡΟΣ", ["δέντρα"]),
    "weather.demo_weather_north": (None, None, []),
}

#: What has its area through its device.
DEVICES = {"vacuum.demo_vacuum_0_ground_floor": "Living Room"}

#: The demo's fans have no speed before they were told one.
STILL = ["fan.living_room_fan", "fan.ceiling_fan", "fan.percentage_full_fan"]

PEOPLE = {"Anna": ["device_tracker.demo_home_boy"], "Ben": ["device_tracker.demo_paulus"]}

#: The segments of its map that the vacuum cleans for an area.
MAPPED = {"vacuum.demo_vacuum_0_ground_floor": {"living_room": ["living_room"], "kitchen": ["kitchen"]}}

ITEMS = {
    "todo.shopping_list": [{"item": "Milk"}, {"item": "Ölsardinen"}, {"item": "Bread"}, {"item": "Eggs"}],
    "todo.chores": [
        {"item": "Water the plants", "due_date": "2026-12-01", "description": "Both of them"},
        {"item": "Call the plumber", "due_datetime": "2026-12-02 09:30:00"},
        {"item": "ΛΟΥΛΟΥΔΙΑ ΚΑΙ ΠΟΛΕΜΟΣ"},
        {"item": "Take out the bins"},
    ],
}
COMPLETED = {"todo.shopping_list": ["Eggs"], "todo.chores": ["Take out the bins"]}


def events(today: date) -> list[dict]:
    """What the family has to do: always something today, tomorrow and this week."""
    morning = datetime.combine(today + timedelta(days=1), datetime.min.time()) + timedelta(hours=10)
    return [
        {"summary": "Holiday", "dtstart": today, "dtend": today + timedelta(days=1)},
        {"summary": "Guests", "dtstart": today - timedelta(days=1), "dtend": today + timedelta(days=3)},
        {
            "summary": "Dentist", "dtstart": morning, "dtend": morning + timedelta(minutes=45),
            "location": "Κέντρο", "description": "Bring the card",
        },
        {
            "summary": "School run", "dtstart": datetime(2025, 1, 6, 8), "dtend": datetime(2025, 1, 6, 8, 30),
            "rrule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        },
        {
            "summary": "Свободный вечер", "dtstart": datetime(2025, 1, 3, 23), "dtend": datetime(2025, 1, 4, 1),
            "rrule": "FREQ=WEEKLY;INTERVAL=1;BYDAY=FR,SU",
        },
        {"summary": "Waste", "dtstart": date(2025, 1, 1), "dtend": date(2025, 1, 2), "rrule": "FREQ=DAILY;INTERVAL=3"},
        {
            "summary": "Next month", "dtstart": morning + timedelta(days=30),
            "dtend": morning + timedelta(days=30, hours=1),
        },
    ]


def places(hub: Hub) -> dict[str, str]:
    """Floors and areas; the ids of the areas by their names."""
    floors = {each["name"]: each["floor_id"] for each in hub.ask("config/floor_registry/list")}
    for floor in FLOORS:
        if floor["name"] not in floors:
            floors[floor["name"]] = hub.ask("config/floor_registry/create", **floor)["floor_id"]
    areas = {each["name"]: each["area_id"] for each in hub.ask("config/area_registry/list")}
    for name, floor, aliases in AREAS:
        if name not in areas:
            made = hub.ask("config/area_registry/create", name=name, floor_id=floors[floor], aliases=aliases)
            areas[name] = made["area_id"]
    return areas


def people(hub: Hub) -> None:
    """Who is at home, and who is not."""
    known = {each["name"] for each in hub.ask("person/list")["storage"]}
    for name, trackers in PEOPLE.items():
        if name not in known:
            hub.ask("person/create", name=name, user_id=None, device_trackers=trackers)


def entities(hub: Hub, areas: dict[str, str]) -> None:
    """Areas, names, aliases, exposure."""
    for entity, given in ENTITIES.items():
        if given is None:
            continue
        area, name, aliases = given
        entry = hub.ask("config/entity_registry/get", entity_id=entity)
        fields: dict = {"aliases": [None, *aliases]}
        if name is not None:
            fields["name"] = name
        # Without a name of its own it is called after its device; with an area of its own it would have no name.
        unnamed = name is None and not entry["original_name"]
        if area is not None and not unnamed:
            fields["area_id"] = areas[area]
        elif area is not None:
            hub.ask("config/device_registry/update", device_id=entry["device_id"], area_id=areas[area])
        hub.ask("config/entity_registry/update", entity_id=entity, **fields)
    for entity, area in DEVICES.items():
        device = hub.ask("config/entity_registry/get", entity_id=entity)["device_id"]
        hub.ask("config/device_registry/update", device_id=device, area_id=areas[area])
    for entity, mapping in MAPPED.items():
        segments = hub.ask("vacuum/get_segments", entity_id=entity)["segments"]
        options = {"area_mapping": mapping, "last_seen_segments": segments}
        hub.ask("config/entity_registry/update", entity_id=entity, options_domain="vacuum", options=options)
    hub.ask(
        "homeassistant/expose_entity", assistants=["conversation"], entity_ids=list(ENTITIES), should_expose=True
    )


def still(hub: Hub) -> None:
    """States that only a Home Assistant shows that was started a moment ago."""
    hub.act("fan.turn_off", entity_id=STILL)


def lists(hub: Hub) -> None:
    """Items and events, where there are none."""
    for entity, items in ITEMS.items():
        if hub.ask("todo/item/list", entity_id=entity)["items"]:
            continue
        for item in items:
            hub.act("todo.add_item", item, entity_id=entity)
        for item in COMPLETED[entity]:
            hub.act("todo.update_item", {"item": item, "status": "completed"}, entity_id=entity)
    span = {"start": "2020-01-01T00:00:00Z", "end": "2030-01-01T00:00:00Z"}
    if not hub.get("/api/calendars/calendar.family", **span):
        for event in events(date.today()):
            told = {key: value if isinstance(value, str) else value.isoformat() for key, value in event.items()}
            hub.ask("calendar/event/create", entity_id="calendar.family", event=told)


def main() -> None:
    with Hub(*sys.argv[1:3]) as hub:
        people(hub)
        entities(hub, places(hub))
        lists(hub)
        still(hub)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main()
