"""The calls of scripts, and of the services that start and stop any, as `scripts.toml` has them.

A script is a service of its own, so a call here has the `target` that it names, if any, and `response` where one is
asked for. `still_running` goes on while the script runs.
"""

from __future__ import annotations

TOUCHED = ["light.bed_light", "input_number.target_level", "script.movie_night", "script.panic", "script.slow"]

# Made on both sides, so that the lamp remembers the same colour and effect.
PREPARE = [
    ("light.bed_light", "turn_on", {"color_temp_kelvin": 3000, "brightness": 10, "effect": "off"}),
    ("light.bed_light", "turn_off", {}),
    ("input_number.target_level", "set_value", {"value": 40}),
]

SLOW = {"entity_id": "script.slow"}


def run(service: str, data: dict | None = None, **more) -> dict:
    return {"service": service, "data": data or {}, **more}


def asked(service: str, data: dict | None = None, **more) -> dict:
    return run(service, data, response=True, **more)


def variables(**values) -> dict:
    return {"variables": values}


CALLS = [
    run("movie_night", {"brightness": 40}),
    asked("movie_night", {"brightness": 40}),
    asked("movie_night", {"brightness": 41, "room": "kitchen"}),
    asked("movie_night", {"brightness": "42"}),
    asked("movie_night", {"brightness": 42.4, "room": 7}),
    asked("movie_night", {"brightness": 43, "room": ["kitchen", "office"]}),
    asked("movie_night", {"brightness": 44, "room": ""}),
    asked("movie_night", {"brightness": 45, "room": None}),
    asked("movie_night", {"brightness": 46, "colour": "red"}),
    asked("movie_night", {"brightness": 0}),
    asked("movie_night", {"brightness": 100}),
    asked("movie_night", {"brightness": 101}),
    asked("movie_night", {"brightness": -1}),
    asked("movie_night", {"brightness": "much"}),
    asked("movie_night", {"brightness": None}),
    asked("movie_night", {"brightness": True}),
    asked("movie_night", {"brightness": [1]}),
    asked("movie_night", {"brightness": {"percent": 1}}),
    asked("movie_night"),
    run("movie_night"),
    asked("movie_night", {"brightness": 50}, target={"entity_id": "light.ceiling_lights"}),
    run("panic"),
    asked("panic"),
    asked("panic", {"why": "no reason"}),
    run("slow", {"seconds": 0}),
    asked("slow", {"seconds": 0}),
    asked("slow", {"seconds": 1}),
    asked("slow", {"seconds": "1"}),
    asked("slow", {"seconds": True}),
    asked("slow", {"seconds": 0.5}),
    asked("slow", {"seconds": "00:00:01"}),
    asked("slow", {"seconds": "soon"}),
    asked("slow", {"seconds": -1}),
    asked("slow", {"seconds": None}),
    asked("slow", {"seconds": [1]}),
    asked("slow", {"seconds": {"milliseconds": 500}}),
    asked("slow"),
    run("slow"),
    run("turn_on", target={"entity_id": "script.panic"}),
    run("turn_on", variables(brightness=30), target={"entity_id": "script.movie_night"}),
    run("turn_on", variables(brightness=31, room="office"), target={"entity_id": "script.movie_night"}),
    run("turn_on", variables(brightness="much"), target={"entity_id": "script.movie_night"}),
    run("turn_on", target={"entity_id": "script.movie_night"}),
    run("turn_on", variables(seconds=2), target=SLOW),
    run("turn_on", variables(seconds=30), target=SLOW, still_running=True),
    run("turn_on", variables(seconds=30), target=SLOW, still_running=True),
    run("turn_off", target=SLOW),
    run("turn_off", target=SLOW),
    run("turn_on", variables(seconds=30), target=SLOW, still_running=True),
    run("toggle", target=SLOW),
    run("toggle", target=SLOW),
    run("toggle", target={"entity_id": "script.panic"}),
    run("toggle", variables(seconds=0), target=SLOW),
    run("turn_off", variables(seconds=1), target=SLOW),
    run("turn_on", {"variables": [1]}, target=SLOW),
    run("turn_on", {"variables": "seconds"}, target=SLOW),
    run("turn_on", {"variables": None}, target=SLOW),
    run("turn_on", {"seconds": 1}, target=SLOW),
    run("turn_on", variables(seconds=1)),
    run("turn_on", target={"entity_id": []}),
    run("turn_on", target={"entity_id": "none"}),
    run("turn_on", variables(seconds=1), target={"entity_id": "script.nobody"}),
    run("turn_on", {"entity_id": "Script slow"}),
    run("turn_on", {"entity_id": ["script.panic", "SCRIPT.MOVIE_NIGHT"], **variables(brightness=15)}),
    run("turn_on", target={"entity_id": "light.bed_light"}),
    run("turn_on", variables(seconds=1, brightness=20), target={"entity_id": ["script.slow", "script.movie_night"]}),
    asked("turn_on", variables(seconds=0), target=SLOW),
    asked("toggle", target=SLOW),
    run("nobody"),
    asked("nobody", {"brightness": 1}),
]
