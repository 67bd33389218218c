"""What is called of what moves and moistens the air: fans and humidifiers."""

from __future__ import annotations

from steps import call


PRESETS = ["auto", "smart", "sleep", "on"]
# The demo's fans forget how fast they were.
TURNED_ON = {"turn_on_percentage": 67}
THREE = {"speed_count": 3, **TURNED_ON}
SPEEDS = [
    call("set_percentage", {"percentage": 33}),
    call("set_percentage", {"percentage": 50}),
    call("set_percentage", {"percentage": "100"}),
    call("set_percentage", {"percentage": 12.9}),
    call("set_percentage", {"percentage": 101}),
    call("set_percentage", {"percentage": -1}),
    call("set_percentage", {"percentage": "fast"}),
    call("set_percentage", {"percentage": None}),
    call("set_percentage", {}),
    call("set_percentage", {"percentage": 50, "speed": "low"}),
    call("increase_speed"),
    call("increase_speed"),
    call("increase_speed"),
    call("increase_speed"),
    call("decrease_speed"),
    call("decrease_speed"),
    call("decrease_speed"),
    call("decrease_speed"),
    call("increase_speed", {"percentage_step": 10}),
    call("increase_speed", {"percentage_step": 25}),
    call("increase_speed", {"percentage_step": 101}),
    call("increase_speed", {"percentage_step": 90}),
    call("decrease_speed", {"percentage_step": "5"}),
    call("decrease_speed", {"percentage_step": "much"}),
    call("decrease_speed", {"percentage_step": 100}),
    call("set_percentage", {"percentage": 40}),
    call("increase_speed"),
    call("set_percentage", {"percentage": 40}),
    call("decrease_speed"),
    call("set_percentage", {"percentage": 0}),
    call("turn_on"),
    call("turn_on", {"percentage": 20}),
    call("turn_on", {"percentage": 0}),
    call("turn_on", {"percentage": 200}),
    call("turn_on", {"percentage": None}),
    call("toggle"),
    call("toggle"),
    call("toggle", {"percentage": 3}),
    call("turn_off"),
    call("turn_off"),
]
PRESET_CALLS = [
    call("set_preset_mode", {"preset_mode": "auto"}),
    call("set_preset_mode", {"preset_mode": "party"}),
    call("set_preset_mode", {"preset_mode": ""}),
    call("set_preset_mode", {"preset_mode": None}),
    call("set_preset_mode", {}),
    call("turn_off"),
    call("turn_on", {"preset_mode": "sleep"}),
    call("turn_on", {"preset_mode": "party"}),
    call("turn_on", {"preset_mode": "smart", "percentage": 20}),
    call("toggle"),
    call("turn_on"),
]


def fan(name: str, features: list, options: dict, attributes: dict, calls: list) -> dict:
    return {
        "entity": f"fan.{name}",
        "config": {
            "state": "off",
            "attributes": attributes,
            "options": {**options, "features": [*features, "turn_off", "turn_on"]},
        },
        "prepare": [("turn_on", {}), ("turn_off", {})],
        "calls": calls,
    }


FANS = [
    fan(
        "living_room_fan",
        ["set_speed", "oscillate", "direction"],
        {**THREE, "preset_modes": PRESETS},
        {"percentage": 0, "direction": "forward", "oscillating": False},
        [
            *SPEEDS,
            *PRESET_CALLS,
            call("set_preset_mode", {"preset_mode": "auto"}),
            call("increase_speed"),
            call("set_preset_mode", {"preset_mode": "auto"}),
            call("decrease_speed"),
            call("set_preset_mode", {"preset_mode": "auto"}),
            call("set_percentage", {"percentage": 0}),
            call("oscillate", {"oscillating": True}),
            call("oscillate", {"oscillating": "no"}),
            call("oscillate", {"oscillating": "Enable"}),
            call("oscillate", {"oscillating": 0}),
            call("oscillate", {"oscillating": 2.5}),
            call("oscillate", {"oscillating": "maybe"}),
            call("oscillate", {"oscillating": None}),
            call("oscillate", {"oscillating": [True]}),
            call("oscillate", {}),
            call("oscillate", {"oscillating": "off"}),
            call("set_direction", {"direction": "reverse"}),
            call("set_direction", {"direction": "sideways"}),
            call("set_direction", {"direction": ["reverse"]}),
            call("set_direction", {"direction": "forward"}),
            call("open_cover"),
        ],
    ),
    fan(
        "ceiling_fan",
        ["set_speed"],
        THREE,
        {"percentage": 0},
        [
            *SPEEDS,
            call("set_preset_mode", {"preset_mode": "auto"}),
            call("turn_on", {"preset_mode": "auto"}),
            call("oscillate", {"oscillating": True}),
            call("oscillate", {"oscillating": "maybe"}),
            call("set_direction", {"direction": "reverse"}),
        ],
    ),
    fan(
        "percentage_limited_fan",
        ["set_speed"],
        {**THREE, "preset_modes": PRESETS},
        {"percentage": 0},
        [*PRESET_CALLS, call("set_percentage", {"percentage": 10}), call("set_preset_mode", {"preset_mode": "on"})],
    ),
    fan(
        "preset_only_limited_fan",
        ["preset_mode"],
        {"preset_modes": PRESETS, **TURNED_ON},
        {},
        [
            *PRESET_CALLS,
            call("set_percentage", {"percentage": 10}),
            call("increase_speed"),
            call("turn_on", {"percentage": 10}),
        ],
    ),
]


def humidity(number) -> dict:
    return call("set_humidity", {"humidity": number})


HUMIDITIES = [
    humidity(50),
    humidity(0),
    humidity(100),
    humidity(101),
    humidity(-1),
    humidity(45.9),
    humidity("30"),
    humidity("damp"),
    humidity(None),
    humidity([40]),
    call("set_humidity"),
    call("set_humidity", {"humidity": 40, "mode": "eco"}),
    call("turn_off"),
    humidity(60),
    call("turn_off"),
    call("toggle"),
    call("toggle"),
    call("turn_on"),
    call("turn_on", {"humidity": 40}),
]
MODES = [
    call("set_mode", {"mode": "eco"}),
    call("set_mode", {"mode": "party"}),
    call("set_mode", {"mode": None}),
    call("set_mode", {"mode": ["eco"]}),
    call("set_mode"),
    call("set_mode", {"mode": "home"}),
]
HUMIDIFIERS = [
    {
        "entity": "humidifier.humidifier",
        "config": {
            "state": "on",
            "device_class": "humidifier",
            "attributes": {"current_humidity": 45, "humidity": 65},
            "options": {"target_humidity_step": 5},
        },
        "prepare": [("turn_on", {}), ("set_humidity", {"humidity": 65})],
        "calls": [*HUMIDITIES, *MODES, call("open_cover")],
    },
    {
        "entity": "humidifier.dehumidifier",
        "config": {
            "state": "on",
            "device_class": "dehumidifier",
            "attributes": {"current_humidity": 59.4, "humidity": 54},
        },
        "prepare": [("turn_on", {}), ("set_humidity", {"humidity": 54})],
        "calls": [humidity(40), call("turn_off"), call("turn_on"), *MODES],
    },
    {
        "entity": "humidifier.hygrostat",
        "config": {
            "state": "on",
            "attributes": {"humidity": 50, "mode": "home"},
            "options": {"available_modes": ["home", "eco"], "reports_action": False},
        },
        "prepare": [("turn_on", {}), ("set_humidity", {"humidity": 50}), ("set_mode", {"mode": "home"})],
        "calls": [*MODES, call("turn_off"), call("set_mode", {"mode": "eco"}), call("toggle")],
    },
]
