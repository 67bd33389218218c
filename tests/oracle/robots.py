"""What is called of valves, vacuum cleaners and lawn mowers, all of which take their time."""

from __future__ import annotations

from steps import call


POSITION = "set_valve_position"
VALVES = [
    {
        "entity": "valve.back_garden",
        "config": {"attributes": {"current_position": 70}, "options": {"travel_seconds": 10}},
        # Its state is told to be closed until it has moved.
        "prepare": [(POSITION, {"position": 60}), (POSITION, {"position": 70})],
        "calls": [
            call(POSITION, {"position": 50}),
            call(POSITION, {"position": 50}),
            call(POSITION, {"position": "30"}),
            call(POSITION, {"position": 101}),
            call(POSITION, {"position": -1}),
            call(POSITION, {"position": "half"}),
            call(POSITION, {"position": None}),
            call(POSITION),
            call(POSITION, {"position": 10, "speed": "fast"}),
            call("close_valve"),
            call("close_valve"),
            call("toggle", leave_moving=True),
            call("toggle", at={"current_position": 20}),
            call("toggle"),
            call("open_valve", leave_moving=True),
            call("stop_valve", at={"current_position": 40}),
            call("stop_valve"),
            call("open_valve"),
            call("open_valve", {"position": 3}),
            call("toggle"),
            call("turn_on"),
        ],
    },
    {
        "entity": "valve.orchard",
        "config": {
            "state": "closed",
            "options": {"features": ["open", "close"], "positions": False, "travel_seconds": 2},
        },
        "prepare": [("close_valve", {})],
        "calls": [
            call("open_valve"),
            call("close_valve"),
            call("toggle"),
            call("toggle"),
            call("stop_valve"),
            call(POSITION, {"position": 50}),
            call(POSITION, {"position": "x"}),
        ],
    },
]

SPEEDS = ["min", "medium", "high", "max"]
SPEED = {"fan_speed": "medium"}
# The demo's cleaners clean until they are told otherwise.
ENDLESS = {"cleaning_seconds": 0, "return_seconds": 30}
BASIC = ["state", "start", "stop"]
MOST = [*BASIC, "pause", "return_home", "fan_speed"]
ALL = [*MOST, "send_command", "locate", "status", "map", "clean_spot", "clean_area"]
FAN_SPEEDS = [
    call("set_fan_speed", {"fan_speed": "high"}),
    call("set_fan_speed", {"fan_speed": "warp"}),
    call("set_fan_speed", {"fan_speed": 3}),
    call("set_fan_speed", {"fan_speed": None}),
    call("set_fan_speed"),
    call("set_fan_speed", {"fan_speed": "medium"}),
]


def areas(*ids) -> dict:
    return call("clean_area", {"cleaning_area_id": list(ids)})


VACUUMS = [
    {
        "entity": "vacuum.demo_vacuum_0_ground_floor",
        "config": {
            "state": "idle",
            "attributes": SPEED,
            "options": {
                "fan_speed_list": SPEEDS,
                "features": ALL,
                "areas": ["kitchen", "living_room"],
                **ENDLESS,
            },
        },
        "registered": {"vacuum": {"area_mapping": {"kitchen": ["kitchen"], "living_room": ["living_room"]}}},
        "prepare": [("stop", {}), ("set_fan_speed", SPEED)],
        "calls": [
            call("locate"),
            call("locate", {"loudly": True}),
            call("send_command", {"command": "dance"}),
            call("send_command", {"command": "dance", "params": {"steps": 3}}),
            call("send_command", {"command": "dance", "params": "tango"}),
            call("send_command", {"command": None}),
            call("send_command"),
            call("pause"),
            call("start"),
            call("start"),
            call("pause"),
            call("pause"),
            call("start"),
            call("stop"),
            call("clean_spot"),
            call("stop"),
            areas("kitchen"),
            areas("kitchen", "living_room"),
            areas("cellar"),
            areas("kitchen", "cellar", "attic"),
            call("clean_area", {"cleaning_area_id": "kitchen"}),
            call("clean_area", {"cleaning_area_id": [1]}),
            call("clean_area", {"cleaning_area_id": None}),
            call("clean_area", {"cleaning_area_id": []}),
            call("clean_area"),
            *FAN_SPEEDS,
            call("return_to_base"),
            call("start", {"fast": True}),
            call("turn_on"),
            call("toggle"),
        ],
    },
    {
        "entity": "vacuum.demo_vacuum_1_first_floor",
        "config": {
            "state": "docked",
            "attributes": SPEED,
            "options": {"fan_speed_list": SPEEDS, "features": MOST, **ENDLESS},
        },
        "prepare": [("return_to_base", {}), ("set_fan_speed", SPEED)],
        "calls": [
            call("pause"),
            call("start"),
            call("stop"),
            call("return_to_base"),
            call("locate"),
            call("clean_spot"),
            areas("kitchen"),
            call("send_command", {"command": "dance"}),
        ],
    },
    {
        "entity": "vacuum.demo_vacuum_2_second_floor",
        "config": {"state": "idle", "options": {"features": BASIC, **ENDLESS}},
        "prepare": [("stop", {})],
        "calls": [call("start"), call("pause"), call("return_to_base"), *FAN_SPEEDS, call("stop")],
    },
    {
        "entity": "vacuum.demo_vacuum_4_fourth_floor",
        "config": {"state": "docked", "options": {"features": []}},
        "calls": [call("start"), call("stop"), call("locate")],
    },
]

LAWN_MOWERS = [
    {
        "entity": "lawn_mower.my_lawn_mower",
        "config": {"state": "idle", "options": {"mowing_seconds": 0, "return_seconds": 5}},
        "prepare": [("stop", {})],
        "calls": [
            call("start_mowing"),
            call("start_mowing"),
            call("pause"),
            call("start_mowing"),
            call("stop"),
            call("start_mowing"),
            call("dock"),
            call("start_mowing"),
            call("dock", leave_moving=True),
            call("start_mowing", {"fast": True}),
            call("pause"),
            call("dock", leave_moving=True),
            call("start_mowing"),
            call("start"),
            call("turn_on"),
        ],
    }
]
