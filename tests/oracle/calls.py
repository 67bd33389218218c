"""The calls of the tables: what is made of which entity, in order.

An entity has `config` (its description in a home file, with the state that `prepare` brings about), `prepare` (calls
that are not recorded), `touches` (entities that change along and are put back) and `calls`. A helper with `created` is
made for the table; `registered` are options of the entity's registry entry while it is taken. A call is a service with its data; `at` waits for attributes of a moving entity before it,
`leave_moving` goes on while it still moves; `response` notes what it answers instead of the state, and `tidy` puts
that into the form that is kept.
"""

from __future__ import annotations

from airs import FANS, HUMIDIFIERS
from calendars import CALENDARS
from climates import CLIMATES
from lights import LIGHTS
from lists import TODO_LISTS
from players import PLAYERS
from robots import LAWN_MOWERS, VACUUMS, VALVES
from steps import call
from weathers import PERSONS, WEATHERS


def toggled(entity: str, config: dict, **more) -> dict:
    """An entity that is on or off and nothing else; it begins off."""
    calls = [
        call("turn_on"),
        call("turn_on"),
        call("turn_off"),
        call("toggle"),
        call("toggle"),
        call("turn_on", {"brightness": 5}),
        call("toggle", {"transition": 1}),
        call("explode"),
    ]
    return {"entity": entity, "config": config, "prepare": [("turn_off", {})], "calls": calls, **more}


SWITCHES = [
    toggled("switch.ac", {"device_class": "outlet", "state": "off"}),
    toggled("switch.decorative_lights", {"assumed_state": True, "state": "off"}),
]

INPUT_BOOLEANS = [
    toggled("input_boolean.guest_mode", {"state": "off"}, touches=["light.desk_lamp"]),
    toggled("input_boolean.coffee", {"state": "off"}),
]

COVERS = [
    {
        "entity": "cover.hall_window",
        "config": {"attributes": {"current_position": 10}, "options": {"travel_seconds": 10}},
        "prepare": [("set_cover_position", {"position": 10})],
        "calls": [
            call("open_cover"),
            call("open_cover"),
            call("toggle"),
            call("close_cover"),
            call("toggle", leave_moving=True),
            call("toggle", at={"current_position": 20}),
            call("toggle"),
            call("set_cover_position", {"position": 70}),
            call("set_cover_position", {"position": 70}),
            call("set_cover_position", {"position": "50"}),
            call("set_cover_position", {"position": 40.9}),
            call("set_cover_position", {"position": 101}),
            call("set_cover_position", {"position": -1}),
            call("set_cover_position", {"position": "half"}),
            call("set_cover_position", {"position": None}),
            call("set_cover_position", {}),
            call("set_cover_position", {"position": 10, "speed": "warp"}),
            call("set_cover_position", {"position": 20, "speed": []}),
            call("set_cover_position", {"position": 80}, leave_moving=True),
            call("stop_cover", at={"current_position": 40}),
            call("toggle"),
            call("open_cover", leave_moving=True),
            call("close_cover", at={"current_position": 20}),
            call("open_cover", {"position": 3}),
            call("stop_cover", {"now": True}),
            call("stop_cover"),
            call("open_cover_tilt"),
            call("close_cover_tilt"),
            call("stop_cover_tilt"),
            call("set_cover_tilt_position", {"tilt_position": 50}),
            call("toggle_cover_tilt"),
            call("turn_on"),
        ],
    },
    {
        "entity": "cover.living_room_window",
        "config": {
            "attributes": {"current_position": 70, "current_tilt_position": 50},
            "options": {"supported_speeds": ["slow", "fast"], "travel_seconds": 10, "tilt_seconds": 10},
        },
        "prepare": [
            ("set_cover_position", {"position": 70}),
            ("set_cover_tilt_position", {"tilt_position": 50}),
        ],
        "calls": [
            call("set_cover_position", {"position": 40, "speed": "slow"}),
            call("set_cover_position", {"position": 70, "speed": "warp"}),
            call("open_cover", {"speed": "fast"}),
            call("open_cover", {"speed": None}),
            call("close_cover_tilt"),
            call("close_cover_tilt"),
            call("toggle_cover_tilt"),
            call("toggle_cover_tilt"),
            call("set_cover_tilt_position", {"tilt_position": 30}),
            call("set_cover_tilt_position", {"tilt_position": 130}),
            call("set_cover_tilt_position", {"tilt_position": "x"}),
                        call("set_cover_tilt_position", {}),
            call("open_cover_tilt", {"speed": "fast"}),
            call("stop_cover_tilt"),
            call("open_cover_tilt", leave_moving=True),
            call("stop_cover_tilt", at={"current_tilt_position": 60}),
        ],
    },
    {
        "entity": "cover.kitchen_window",
        "config": {"state": "closed", "options": {"positions": False, "travel_seconds": 0}},
        "prepare": [("close_cover", {})],
        "calls": [
            call("open_cover"),
            call("open_cover"),
            call("stop_cover"),
            call("toggle"),
            call("toggle"),
            call("close_cover"),
            call("set_cover_position", {"position": 50}),
            call("set_cover_position", {"position": "x"}),
            call("open_cover_tilt"),
            call("open_cover", {"speed": "slow"}),
        ],
    },
    {
        "entity": "cover.garage_door",
        "config": {
            "state": "closed",
            "device_class": "garage",
            "options": {"features": ["open", "close"], "positions": False, "travel_seconds": 0},
        },
        "prepare": [("close_cover", {})],
        "calls": [
            call("open_cover"),
            call("toggle"),
            call("toggle"),
            call("stop_cover"),
            call("set_cover_position", {"position": 50}),
            call("close_cover"),
        ],
    },
    {
        "entity": "cover.pergola_roof",
        "config": {
            "state": "closed",
            "attributes": {"current_tilt_position": 60},
            "options": {
                "features": ["open_tilt", "close_tilt", "stop_tilt", "set_tilt_position"],
                "positions": False,
                "tilt_seconds": 10,
            },
        },
        "prepare": [("set_cover_tilt_position", {"tilt_position": 60})],
        "calls": [
            call("open_cover"),
            call("close_cover"),
            call("toggle"),
            call("stop_cover"),
            call("set_cover_position", {"position": 50}),
            call("set_cover_tilt_position", {"tilt_position": 30}),
            call("open_cover_tilt"),
            call("close_cover_tilt"),
        ],
    },
]


def lock(entity: str, config: dict, prepare: str) -> dict:
    calls = [
        call("lock"),
        call("lock"),
        call("unlock"),
        call("unlock"),
        call("open"),
        call("lock", {"code": "1234"}),
        call("unlock", {"code": 1234}),
        call("lock", {"code": ["1"]}),
        call("lock", {"code": None}),
        call("lock", {"pin": "1"}),
        call("toggle"),
        call("turn_on"),
    ]
    return {"entity": entity, "config": config, "prepare": [(prepare, {})], "calls": calls}


LOCKS = [
    lock("lock.front_door", {"state": "locked", "options": {"motor_seconds": 2}}, "lock"),
    lock("lock.openable_lock", {"state": "locked", "options": {"features": ["open"], "motor_seconds": 2}}, "lock"),
    lock("lock.poorly_installed_door", {"state": "unlocked", "options": {"jams": True, "motor_seconds": 2}}, "unlock"),
]

PRESSES = [call("press"), call("press", {"hard": True}), call("turn_on"), call("turn_off"), call("press")]
BUTTONS = [{"entity": "button.push", "config": {}, "prepare": [("press", {})], "calls": PRESSES}]
INPUT_BUTTONS = [
    {"entity": "input_button.doorbell_test", "config": {}, "prepare": [("press", {})], "calls": PRESSES}
]

INPUT_NUMBERS = [
    {
        "entity": "input_number.target_level",
        "config": {"options": {"min": 0, "max": 120, "step": 1, "initial": 40}},
        "prepare": [("set_value", {"value": 40})],
        "calls": [
            call("set_value", {"value": 55}),
            call("set_value", {"value": 55.25}),
            call("set_value", {"value": "60.5"}),
            call("set_value", {"value": True}),
            call("set_value", {"value": 0}),
            call("set_value", {"value": -0.5}),
            call("set_value", {"value": 121}),
            call("set_value", {"value": "inf"}),
            call("set_value", {"value": "warm"}),
            call("set_value", {"value": None}),
            call("set_value", {"value": [1]}),
            call("set_value", {}),
            call("set_value", {"value": 5, "unit": "m"}),
            call("decrement"),
            call("set_value", {"value": 1.5}),
            call("decrement"),
            call("decrement"),
            call("decrement", {"by": 2}),
            call("set_value", {"value": 119.5}),
            call("increment"),
            call("increment"),
            call("turn_on"),
        ],
    },
    {
        "entity": "input_number.oracle_fine",
        "created": {"name": "Oracle fine", "min": -1.5, "max": 1, "step": 0.1, "unit_of_measurement": "V", "mode": "box"},
        "config": {"unit": "V", "options": {"min": -1.5, "max": 1, "step": 0.1, "mode": "box"}},
        "prepare": [("set_value", {"value": -1.5})],
        "calls": [
            call("increment"),
            call("increment"),
            call("increment"),
            call("set_value", {"value": 1e-7}),
            call("set_value", {"value": 0.30000000000000004}),
            call("set_value", {"value": 2}),
            call("set_value", {"value": 0.95}),
            call("increment"),
            call("set_value", {"value": "nan"}),
        ],
    },
]

INPUT_SELECTS = [
    {
        "entity": "input_select.house_scene",
        "config": {"options": {"options": ["Day", "Evening", "Night"]}},
        "prepare": [("set_options", {"options": ["Day", "Evening", "Night"]}), ("select_first", {})],
        "calls": [
            call("select_option", {"option": "Night"}),
            call("select_option", {"option": "night"}),
            call("select_option", {"option": ""}),
            call("select_option", {"option": None}),
            call("select_option", {"option": 3}),
            call("select_option", {"option": ["Day"]}),
            call("select_option", {}),
            call("select_option", {"option": "Day", "cycle": True}),
            call("select_next"),
            call("select_previous"),
            call("select_previous", {"cycle": False}),
            call("select_last"),
            call("select_next", {"cycle": False}),
            call("select_next", {"cycle": "no"}),
            call("select_first", {"cycle": True}),
            call("select_first"),
            call("select_previous", {"cycle": False}),
            call("set_options", {"options": ["Day", "Day"]}),
            call("set_options", {"options": []}),
            call("set_options", {"options": "Holiday"}),
            call("select_option", {"option": "Day"}),
            call("set_options", {"options": ["Holiday", 7]}),
            call("select_last"),
            call("set_options", {"options": ["Day", "Evening", "Night"]}),
            call("turn_on"),
        ],
    }
]

INPUT_TEXTS = [
    {
        "entity": "input_text.oracle_note",
        "created": {"name": "Oracle note", "min": 2, "max": 8, "initial": "hello"},
        "config": {"options": {"min": 2, "max": 8, "initial": "hello"}},
        "calls": [
            call("set_value", {"value": "küche"}),
            call("set_value", {"value": "x"}),
            call("set_value", {"value": "much too long"}),
            call("set_value", {"value": 1234}),
            call("set_value", {"value": True}),
            call("set_value", {"value": 12.5}),
            call("set_value", {"value": None}),
            call("set_value", {"value": ["a"]}),
            call("set_value", {}),
            call("set_value", {"value": "ab", "to": "cd"}),
        ],
    },
    {
        "entity": "input_text.oracle_code",
        "created": {"name": "Oracle code", "initial": "12", "pattern": "[0-9]+", "mode": "password"},
        "config": {"options": {"initial": "12", "pattern": "[0-9]+", "mode": "password"}},
        "calls": [
            call("set_value", {"value": "987"}),
            call("set_value", {"value": "9x"}),
            call("set_value", {"value": "x9"}),
            call("set_value", {"value": "1"}),
        ],
    },
]


def moment(name: str, date: bool, time: bool, initial: str, calls: list) -> dict:
    options = {"has_date": date, "has_time": time, "initial": initial}
    return {
        "entity": f"input_datetime.oracle_{name}",
        "created": {"name": f"Oracle {name}", **options},
        "config": {"options": options},
        "calls": calls,
    }


SET = "set_datetime"
INPUT_DATETIMES = [
    moment(
        "both",
        True,
        True,
        "2026-03-29 12:30:00",
        [
            call(SET, {"datetime": "2026-07-01 08:15:30"}),
            call(SET, {"date": "2026-01-31"}),
            call(SET, {"time": "23:59"}),
            call(SET, {"date": "2026-02-28", "time": "01:02:03"}),
            call(SET, {"timestamp": 1800000000}),
            call(SET, {"datetime": "2026-07-01T08:15:30+00:00"}),
            call(SET, {"datetime": "2026-07-01"}),
            call(SET, {"datetime": "soon"}),
            call(SET, {"date": "2026-02-30"}),
            call(SET, {"date": "31.1.2026"}),
            call(SET, {"time": "25:00:00"}),
            call(SET, {"time": "noon"}),
            call(SET, {"timestamp": "later"}),
            call(SET, {}),
            call(SET, {"date": "2026-01-31", "timestamp": 1}),
            call(SET, {"datetime": "2026-07-01 08:15:30", "time": "10:00"}),
            call(SET, {"day": 3}),
        ],
    ),
    moment(
        "date",
        True,
        False,
        "2026-03-29",
        [
            call(SET, {"date": "2026-12-24"}),
            call(SET, {"time": "10:00:00"}),
            call(SET, {"datetime": "2027-01-01 10:00:00"}),
            call(SET, {"timestamp": 1800000000}),
        ],
    ),
    moment(
        "time",
        False,
        True,
        "06:45:00",
        [
            call(SET, {"time": "07:00"}),
            call(SET, {"time": "07:00:59"}),
            call(SET, {"date": "2026-12-24"}),
            call(SET, {"datetime": "2027-01-01 10:20:30"}),
            call(SET, {"timestamp": 1800000000}),
        ],
    ),
]

SCENES = [
    {
        "entity": "scene.reading",
        "config": {"options": {"entities": {"light.bed_light": {"state": "on", "brightness": 120}}}},
        "touches": ["light.bed_light"],
        "prepare": [("turn_on", {})],
        "calls": [
            call("turn_on"),
            call("turn_on", {"transition": 2}),
            call("turn_on", {"transition": -1}),
            call("turn_on", {"transition": 99999}),
            call("turn_on", {"transition": True}),
            call("turn_on", {"transition": None}),
            call("turn_on", {"transition": "slowly"}),
            call("turn_on", {"brightness": 2}),
            call("turn_off"),
            call("toggle"),
        ],
    }
]


def silent(entity: str, config: dict) -> dict:
    """An entity that only shows something."""
    return {"entity": entity, "config": config, "calls": [call("turn_on"), call("set_value", {"value": 1})]}


MEASUREMENT = {"state_class": "measurement"}
SENSORS = [
    silent(
        "sensor.outside_temperature",
        {"state": "15.6", "unit": "°C", "device_class": "temperature", "options": MEASUREMENT},
    ),
    silent(
        "sensor.outside_humidity",
        {"state": "54", "unit": "%", "device_class": "humidity", "options": MEASUREMENT},
    ),
    silent(
        "sensor.thermostat",
        {"state": "eco", "device_class": "enum", "options": {"options": ["away", "comfort", "eco", "sleep"]}},
    ),
]
BINARY_SENSORS = [
    silent("binary_sensor.movement_backyard", {"state": "on", "device_class": "motion"}),
    silent("binary_sensor.basement_floor_wet", {"state": "off", "device_class": "moisture"}),
]

ENTITIES = {
    "light": LIGHTS,
    "switch": SWITCHES,
    "cover": COVERS,
    "lock": LOCKS,
    "button": BUTTONS,
    "scene": SCENES,
    "sensor": SENSORS,
    "binary_sensor": BINARY_SENSORS,
    "input_boolean": INPUT_BOOLEANS,
    "input_number": INPUT_NUMBERS,
    "input_select": INPUT_SELECTS,
    "input_button": INPUT_BUTTONS,
    "input_text": INPUT_TEXTS,
    "input_datetime": INPUT_DATETIMES,
    "todo": TODO_LISTS,
    "calendar": CALENDARS,
    "media_player": PLAYERS,
    "climate": CLIMATES,
    "fan": FANS,
    "humidifier": HUMIDIFIERS,
    "valve": VALVES,
    "vacuum": VACUUMS,
    "lawn_mower": LAWN_MOWERS,
    "weather": WEATHERS,
    "person": PERSONS,
}
