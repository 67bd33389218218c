"""How Hearth's home file describes an entity that a Home Assistant shows: per domain, which of its attributes are the
keys of the entity, which are what it begins with, and what its features are called."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Rules:
    """What is taken over in one domain."""

    #: Attributes that are keys of the entity.
    keys: tuple[str, ...] = ()
    #: Attributes that the entity begins with.
    attributes: tuple[str, ...] = ()
    #: Names of features, from the lowest bit; an empty one is not written. None: the domain has no such key.
    features: tuple[str, ...] | None = None
    #: The attribute that says what it is doing, which not every device reports.
    action: str = ""
    #: Whether the state is written.
    state: bool = True


COVER = ("open", "close", "set_position", "stop", "open_tilt", "close_tilt", "stop_tilt", "set_tilt_position")

DOMAINS: dict[str, Rules] = {
    "binary_sensor": Rules(),
    "button": Rules(state=False),
    "calendar": Rules(features=("create", "delete", "update"), state=False),
    "climate": Rules(
        keys=(
            "hvac_modes", "min_temp", "max_temp", "target_temp_step", "fan_modes", "preset_modes", "swing_modes",
            "swing_horizontal_modes", "min_humidity", "max_humidity", "target_humidity_step",
        ),
        attributes=(
            "current_temperature", "temperature", "target_temp_high", "target_temp_low", "current_humidity",
            "humidity", "fan_mode", "preset_mode", "swing_mode", "swing_horizontal_mode",
        ),
        features=(
            "target_temperature", "target_temperature_range", "target_humidity", "fan_mode", "preset_mode",
            "swing_mode", "", "turn_off", "turn_on", "swing_horizontal_mode",
        ),
        action="hvac_action",
    ),
    "cover": Rules(
        keys=("supported_speeds",), attributes=("current_position", "current_tilt_position"), features=COVER
    ),
    "fan": Rules(
        keys=("preset_modes",),
        attributes=("direction", "oscillating", "percentage", "preset_mode"),
        features=("set_speed", "oscillate", "direction", "preset_mode", "turn_off", "turn_on"),
    ),
    "humidifier": Rules(
        keys=("min_humidity", "max_humidity", "available_modes", "target_humidity_step"),
        attributes=("current_humidity", "humidity", "mode"),
        features=("modes",),
        action="action",
    ),
    "input_boolean": Rules(),
    "input_button": Rules(state=False),
    "input_number": Rules(keys=("min", "max", "step", "mode", "initial")),
    "input_select": Rules(keys=("options",)),
    "lawn_mower": Rules(features=("start_mowing", "pause", "dock", "stop")),
    "light": Rules(
        keys=("supported_color_modes", "min_color_temp_kelvin", "max_color_temp_kelvin", "effect_list"),
        attributes=("brightness", "color_mode"),
    ),
    "lock": Rules(features=("open",)),
    "media_player": Rules(
        attributes=(
            "volume_level", "is_volume_muted", "app_name", "source", "sound_mode", "shuffle", "repeat", "group_members",
        ),
        features=(
            "pause", "seek", "volume_set", "volume_mute", "previous_track", "next_track", "", "turn_on", "turn_off",
            "play_media", "volume_step", "select_source", "stop", "clear_playlist", "play", "shuffle_set",
            "select_sound_mode", "browse_media", "repeat_set", "grouping", "media_announce", "media_enqueue",
            "search_media",
        ),
    ),
    "person": Rules(),
    "sensor": Rules(keys=("state_class",)),
    "switch": Rules(),
    "todo": Rules(
        features=("create", "delete", "update", "move", "due_date", "due_datetime", "description"), state=False
    ),
    "vacuum": Rules(
        keys=("fan_speed_list",),
        attributes=("fan_speed",),
        features=(
            "", "", "pause", "stop", "return_home", "fan_speed", "", "status", "send_command", "locate",
            "clean_spot", "map", "state", "start", "clean_area",
        ),
    ),
    "valve": Rules(attributes=("current_position",), features=("open", "close", "set_position", "stop")),
    "weather": Rules(
        keys=("temperature_unit", "pressure_unit", "wind_speed_unit", "visibility_unit", "precipitation_unit"),
        attributes=("temperature", "humidity", "pressure", "wind_speed"),
    ),
}

#: What a media player shows of what it plays, as a track of the home file has it. Not how long it is: there the next
#: follows what ends, and in the demo nothing ends.
TRACK = {
    "media_title": "title", "media_artist": "artist", "media_album_name": "album", "media_series_title": "series",
    "media_season": "season", "media_episode": "episode", "media_content_id": "content_id",
    "media_content_type": "content_type",
}

#: Attributes of every domain that are keys of the entity.
SHARED = ("device_class", "unit_of_measurement", "icon", "assumed_state")


def described(state: dict, entry: dict | None) -> dict:
    """The keys of an entity in the home file, but for its id, its names and its place."""
    domain = state["entity_id"].partition(".")[0]
    rules, shown = DOMAINS[domain], {key: value for key, value in state["attributes"].items() if value is not None}
    found = {key: shown[key] for key in (*SHARED, *rules.keys) if key in shown}
    if rules.state:
        found["state"] = state["state"]
    bits = shown.get("supported_features", 0)
    if rules.features is not None:
        found["features"] = [name for bit, name in enumerate(rules.features) if name and bits >> bit & 1]
    begins = {key: shown[key] for key in rules.attributes if key in shown}
    if domain == "light":
        # The other colours are what this one looks like.
        colour = {"color_temp": "color_temp_kelvin"}.get(mode := shown.get("color_mode"), f"{mode}_color")
        begins |= {key: shown[key] for key in (colour, "effect") if key in shown}
    if domain == "media_player":
        lists = {"source_list": "sources", "sound_mode_list": "sound_modes"}
        found |= {key: shown[at] for at, key in lists.items() if at in shown}
        if "media_title" in shown:
            found["tracks"] = [{key: shown[at] for at, key in TRACK.items() if at in shown}]
    if rules.action in shown:
        found["reports_action"] = True
    if step := shown.get("percentage_step"):
        found["speed_count"] = round(100 / step)
    if domain in ("cover", "valve") and "current_position" not in shown:
        found["positions"] = False
    if domain == "sensor" and entry:
        told = entry["options"].get("sensor", {})
        precision = told.get("display_precision", told.get("suggested_display_precision"))
        found |= {} if precision is None else {"precision": precision}
    return found | ({"attributes": begins} if begins else {})
