"""Which calls bring an entity back to a state it had."""

from __future__ import annotations

COLOUR = {"color_temp": "color_temp_kelvin", "hs": "hs_color", "rgbw": "rgbw_color", "rgbww": "rgbww_color"}


def light(state: str, was: dict) -> list:
    if state != "on":
        return [("turn_off", {})]
    data = {}
    if was.get("brightness") is not None:
        data["brightness"] = was["brightness"]
    if (key := COLOUR.get(was.get("color_mode"))) and was.get(key) is not None:
        data[key] = was[key]
    if was.get("effect") is not None:
        data["effect"] = was["effect"]
    return [("turn_on", data)]


def cover(state: str, was: dict) -> list:
    calls = []
    if (position := was.get("current_position")) is not None:
        calls.append(("set_cover_position", {"position": position}))
    elif was["supported_features"] & 3:
        calls.append(("open_cover" if state == "open" else "close_cover", {}))
    if (tilt := was.get("current_tilt_position")) is not None:
        calls.append(("set_cover_tilt_position", {"tilt_position": tilt}))
    return calls


def media_player(state: str, was: dict) -> list:
    """The tracks of a list that was cleared do not come back before Home Assistant is started anew."""
    settings = [
        ("volume_set", "volume_level", "volume_level"),
        ("volume_mute", "is_volume_muted", "is_volume_muted"),
        ("select_source", "source", "source"),
        ("select_sound_mode", "sound_mode", "sound_mode"),
        ("shuffle_set", "shuffle", "shuffle"),
        ("repeat_set", "repeat", "repeat"),
    ]
    calls = [("unjoin", {}), *((service, {key: was[name]}) for service, key, name in settings if name in was)]
    end = {"off": "turn_off", "paused": "media_pause"}.get(state, "media_play")
    return [*calls, (end, {})]


def climate(state: str, was: dict) -> list:
    calls = [("set_hvac_mode", {"hvac_mode": state})]
    if was.get("temperature") is not None:
        calls.append(("set_temperature", {"temperature": was["temperature"]}))
    if was.get("target_temp_low") is not None:
        calls.append(("set_temperature", {key: was[key] for key in ("target_temp_low", "target_temp_high")}))
    for key in ("humidity", "fan_mode", "preset_mode", "swing_mode", "swing_horizontal_mode"):
        if was.get(key) is not None:
            calls.append((f"set_{key}", {key: was[key]}))
    return calls


def fan(state: str, was: dict) -> list:
    calls = [(f"turn_{state}", {key: was[key] for key in ("percentage", "preset_mode") if was.get(key)})]
    if state == "off":
        calls = [("turn_off", {})]
    if was.get("direction") is not None:
        calls.append(("set_direction", {"direction": was["direction"]}))
    if was.get("oscillating") is not None:
        calls.append(("oscillate", {"oscillating": was["oscillating"]}))
    return calls


def humidifier(state: str, was: dict) -> list:
    calls = [("set_humidity", {"humidity": was["humidity"]})]
    if was.get("mode") is not None:
        calls.append(("set_mode", {"mode": was["mode"]}))
    return [*calls, (f"turn_{state}", {})]


def vacuum(state: str, was: dict) -> list:
    calls = [({"cleaning": "start", "paused": "pause", "idle": "stop"}.get(state, "return_to_base"), {})]
    if was.get("fan_speed") is not None:
        calls.append(("set_fan_speed", {"fan_speed": was["fan_speed"]}))
    return calls


def restoring_calls(entity: str, before: dict) -> list[tuple[str, dict]]:
    """The service calls, in order; none where a domain has no way back (a pressed button stays pressed)."""
    state, was = before["state"], before["attributes"]
    match entity.split(".")[0]:
        case "light":
            return light(state, was)
        case "cover":
            return cover(state, was)
        case "switch" | "input_boolean":
            return [("turn_on" if state == "on" else "turn_off", {})]
        case "lock":
            return [({"locked": "lock", "open": "open"}.get(state, "unlock"), {})]
        case "media_player":
            return media_player(state, was)
        case "climate":
            return climate(state, was)
        case "fan":
            return fan(state, was)
        case "humidifier":
            return humidifier(state, was)
        case "valve" if (position := was.get("current_position")) is not None:
            return [("set_valve_position", {"position": position})]
        case "valve":
            return [("open_valve" if state == "open" else "close_valve", {})]
        case "vacuum":
            return vacuum(state, was)
        case "lawn_mower":
            return [({"mowing": "start_mowing", "paused": "pause", "idle": "stop"}.get(state, "dock"), {})]
        case "input_number":
            return [("set_value", {"value": float(state)})]
        case "input_select":
            return [("set_options", {"options": was["options"]}), ("select_option", {"option": state})]
    return []
