//! Machines as a file describes them, and as a scene wants them.

use serde_json::json;

use super::{config, wrong};
use crate::home::embedded::domains::domain;

#[test]
fn descriptions_of_machines_that_are_wrong_say_so() {
    for (id, described, key, reason) in [
        (
            "climate.a",
            json!({"options": {"hvac_modes": ["warm"]}}),
            "hvac_modes",
            "`warm` is none of",
        ),
        (
            "climate.a",
            json!({"state": "cool"}),
            "state",
            "none of its modes: heat, off",
        ),
        (
            "climate.a",
            json!({"attributes": {"temperature": 50}}),
            "attributes",
            "from 7 to 35",
        ),
        (
            "climate.a",
            json!({"attributes": {"fan_mode": "low"}}),
            "attributes",
            "its features do not have it",
        ),
        (
            "climate.a",
            json!({"options": {"min_temp": 30, "max_temp": 20}}),
            "min_temp",
            "above the max_temp",
        ),
        (
            "climate.a",
            json!({"options": {"features": ["fan_mode"]}}),
            "fan_modes",
            "a list with something in it",
        ),
        (
            "fan.a",
            json!({"options": {"speed_count": 0}}),
            "speed_count",
            "from 1 to 100",
        ),
        (
            "fan.a",
            json!({"attributes": {"direction": "up"}}),
            "attributes",
            "none of forward, reverse",
        ),
        (
            "fan.a",
            json!({"state": "off", "attributes": {"percentage": 5}}),
            "state",
            "cannot be `off`",
        ),
        (
            "fan.a",
            json!({"options": {"features": ["preset_mode"]}}),
            "features",
            "write preset_modes",
        ),
        (
            "humidifier.a",
            json!({"device_class": "fog"}),
            "device_class",
            "humidifier, dehumidifier",
        ),
        (
            "humidifier.a",
            json!({"attributes": {"humidity": 120}}),
            "attributes",
            "0 to 100",
        ),
        (
            "valve.a",
            json!({"device_class": "air"}),
            "device_class",
            "neither `water` nor `gas`",
        ),
        (
            "valve.a",
            json!({"state": "closed", "attributes": {"current_position": 5}}),
            "state",
            "a valve at 5",
        ),
        (
            "vacuum.a",
            json!({"state": "cleaning"}),
            "state",
            "`docked`, `idle` or `paused`",
        ),
        (
            "vacuum.a",
            json!({"options": {"features": ["fan_speed"]}}),
            "fan_speed_list",
            "it has no speed",
        ),
        (
            "vacuum.a",
            json!({"options": {"cleaning_seconds": -1}}),
            "cleaning_seconds",
            "-1",
        ),
        (
            "lawn_mower.a",
            json!({"attributes": {"blades": 3}}),
            "attributes",
            "does not begin with `blades`",
        ),
        ("weather.a", json!({"state": "nice"}), "state", "`nice` is none of"),
        (
            "weather.a",
            json!({"options": {"wind_speed_unit": "bf"}}),
            "wind_speed_unit",
            "none of km/h",
        ),
        (
            "weather.a",
            json!({"options": {"forecast_daily": []}}),
            "forecast_daily",
            "a list of tables",
        ),
        (
            "weather.a",
            json!({"options": {"forecast_daily": [{}]}}),
            "forecast_daily",
            "entry 1: `temperature`",
        ),
        (
            "weather.a",
            json!({"options": {"forecast_twice_daily": [{"temperature": 1}]}}),
            "forecast_twice_daily",
            "`is_daytime` is missing",
        ),
        (
            "weather.a",
            json!({"options": {"forecast_hourly": [{"temperature": 1, "datetime": "now"}]}}),
            "forecast_hourly",
            "follows from its place",
        ),
        (
            "person.a",
            json!({"attributes": {"mood": "good"}}),
            "attributes",
            "does not begin with `mood`",
        ),
    ] {
        let (at, said) = wrong(id, described.clone());
        assert_eq!(at.as_deref(), Some(key), "{id} {described}: {said}");
        assert!(said.contains(reason), "{id} {described}: {said}");
    }
}

#[test]
fn scenes_bring_machines_into_a_state() {
    for (id, described, state, attributes, wanted) in [
        (
            "climate.a",
            json!({"options": {"preset_modes": ["eco"]}}),
            "heat",
            json!({"temperature": 20, "preset_mode": "eco"}),
            Ok(vec!["set_hvac_mode", "set_temperature", "set_preset_mode"]),
        ),
        (
            "climate.a",
            json!({}),
            "heat",
            json!({"fan_mode": "low"}),
            Err("set_fan_mode"),
        ),
        ("fan.a", json!({}), "on", json!({"percentage": 50}), Ok(vec!["turn_on"])),
        ("fan.a", json!({}), "on", json!({"oscillating": true}), Err("oscillate")),
        (
            "humidifier.a",
            json!({}),
            "on",
            json!({"humidity": 50}),
            Ok(vec!["turn_on", "set_humidity"]),
        ),
        ("humidifier.a", json!({}), "on", json!({"mode": "eco"}), Err("no modes")),
        (
            "valve.a",
            json!({}),
            "open",
            json!({"current_position": 50}),
            Ok(vec!["set_valve_position"]),
        ),
        ("vacuum.a", json!({}), "cleaning", json!({}), Ok(vec!["start"])),
        (
            "vacuum.a",
            json!({}),
            "cleaning",
            json!({"fan_speed": "low"}),
            Err("do not allow"),
        ),
        (
            "lawn_mower.a",
            json!({}),
            "mowing",
            json!({}),
            Err("cannot be in a scene"),
        ),
        ("weather.a", json!({}), "sunny", json!({}), Err("cannot be in a scene")),
        ("person.a", json!({}), "home", json!({}), Err("cannot be in a scene")),
    ] {
        let config = config(id, described);
        let rules = domain(&config.domain).expect("the domain exists");
        let calls = rules.reproduce(&config, state, attributes.as_object().expect("it is one"));
        match (calls, wanted) {
            (Ok(calls), Ok(wanted)) => {
                assert_eq!(
                    calls.into_iter().map(|(service, _)| service).collect::<Vec<_>>(),
                    wanted,
                    "{id}"
                );
            }
            (Err(said), Err(reason)) => assert!(said.contains(reason), "{id}: {said}"),
            (calls, _) => panic!("{id} {state} {attributes}: {calls:?}"),
        }
    }
}
