"""What a Home Assistant tells nobody about its devices, and the generated home needs: how long they travel, what its
players have to play, what its scenes do. What is said of the demo's devices is how they behave."""

from __future__ import annotations

import json
from pathlib import Path

CONFIGURATION = Path(__file__).resolve().parent / "configuration"

#: What two players share, as their integration reads it.
LIBRARY = json.loads((CONFIGURATION / "custom_components/record_player/library.json").read_text())

#: What the demo's music players go on to; a state tells the track that plays.
TRACKS = [
    {"title": title, "artist": artist, "album": "Bounzz", "content_id": "bounzz-1", "content_type": "music"}
    for artist, title in (
        ("Technohead", "I Wanna Be A Hippy (Flamman & Abraxas Radio Mix)"),
        ("Paul Elstak", "Luv U More"),
        ("Dune", "Hardcore Vibes"),
        ("Nakatomi", "Children Of The Night"),
    )
]

#: The same of its television.
CHAPTERS = [
    {"title": f"Chapter {number}", "content_id": "house-of-cards-1", "content_type": "tvshow"}
    for number in range(1, 14)
]

#: Keys of a home file by entity.
KEYS: dict[str, dict] = {
    # Templates that show a helper.
    "light.desk_lamp": {"follows": "input_boolean.guest_mode"},
    "light.lamp": {"follows": "input_boolean.lamp_1"},
    "light.lamp_2": {"follows": "input_boolean.lamp_2"},
    # Without positions a cover is there at once, or after a while; with positions it moves by ten a second.
    "cover.kitchen_window": {"travel_seconds": 0},
    "cover.garage_door": {"travel_seconds": 2},
    "cover.hall_window": {"travel_seconds": 10},
    "cover.living_room_window": {"travel_seconds": 10},
    "cover.pergola_roof": {"travel_seconds": 0},
    "lock.poorly_installed_door": {"jams": True},
    # What they are turned on with.
    "fan.living_room_fan": {"turn_on_percentage": 67},
    "fan.ceiling_fan": {"turn_on_percentage": 67},
    "fan.percentage_full_fan": {"turn_on_percentage": 67},
    "fan.preset_only_limited_fan": {"turn_on_percentage": 67},
    # They work until they are told to stop.
    "vacuum.demo_vacuum_0_ground_floor": {
        "cleaning_seconds": 0, "return_seconds": 30, "areas": ["living_room", "kitchen"],
    },
    "vacuum.demo_vacuum_1_first_floor": {"cleaning_seconds": 0, "return_seconds": 30},
    "vacuum.demo_vacuum_2_second_floor": {"cleaning_seconds": 0},
    "lawn_mower.my_lawn_mower": {"mowing_seconds": 0, "return_seconds": 5},
    "valve.front_garden": {"travel_seconds": 2},
    "valve.orchard": {"travel_seconds": 2},
    "valve.back_garden": {"travel_seconds": 10},
    "valve.trees": {"travel_seconds": 10},
    "media_player.kitchen": {"tracks": TRACKS},
    "media_player.walkman": {"tracks": TRACKS},
    "media_player.lounge_room": {"tracks": CHAPTERS},
    "media_player.record_player": {"library": LIBRARY},
    "media_player.gramophone": {"library": LIBRARY},
}

#: What a scene brings about. The configuration of scenes that were not made in the user interface is not shown.
SCENES = {"scene.reading": {"light.bed_light": {"state": "on", "brightness": 120}}}
