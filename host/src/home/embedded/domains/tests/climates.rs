//! Climate, fans, humidifiers and weather: what devices do that the demo lacks.

use serde_json::{Value, json};

use super::{Entity, NOW};
use crate::home::embedded::domains::domain;

#[test]
fn a_thermostat_says_what_it_is_doing() {
    let described = json!({
        "state": "heat_cool",
        "attributes": {"current_temperature": 20, "temperature": 21, "target_temp_low": 18, "target_temp_high": 24},
        "options": {"hvac_modes": ["off", "heat", "cool", "heat_cool", "dry", "fan_only"]},
    });
    let mut room = Entity::new("climate.room", described);
    assert_eq!(room.state.attributes["hvac_action"], "idle");
    for (mode, action) in [
        ("heat", "heating"),
        ("cool", "idle"),
        ("dry", "drying"),
        ("fan_only", "fan"),
        ("off", "off"),
    ] {
        room.call("set_hvac_mode", json!({ "hvac_mode": mode }), NOW)
            .expect("it can");
        assert_eq!(room.state.attributes["hvac_action"], action, "{mode}");
    }
    let warmer = json!({"target_temp_low": 21, "target_temp_high": 26, "hvac_mode": "heat_cool"});
    room.call("set_temperature", warmer, NOW).expect("it can");
    assert_eq!(room.state.attributes["hvac_action"], "heating");
}

#[test]
fn a_thermostat_refuses_a_mode_that_comes_with_a_temperature() {
    let mut room = Entity::new("climate.room", json!({}));
    let data = json!({"temperature": 20, "hvac_mode": "cool"});
    let refused = room.call("set_temperature", data, NOW).expect_err("it only heats");
    assert_eq!(
        refused.to_string(),
        "HVAC mode cool is not valid. Valid HVAC modes are: heat, off"
    );
    assert_eq!(room.state.attributes["temperature"], Value::Null);
}

#[test]
fn a_device_that_only_blows_is_turned_on_by_its_first_mode() {
    let described = json!({"options": {"hvac_modes": ["off", "fan_only", "dry"]}});
    let mut room = Entity::new("climate.room", described);
    room.call("turn_on", json!({}), NOW).expect("it can");
    assert_eq!(room.state.state, "fan_only");
}

#[test]
fn a_fan_is_as_fast_as_it_was() {
    let mut fan = Entity::new("fan.room", json!({"options": {"speed_count": 4}}));
    fan.call("set_percentage", json!({"percentage": 25}), NOW)
        .expect("it can");
    fan.call("turn_off", json!({}), NOW).expect("it can");
    fan.call("turn_on", json!({}), NOW).expect("it can");
    assert_eq!(fan.state.attributes["percentage"], 25);
    assert_eq!(fan.state.attributes["percentage_step"], 25.0);
}

#[test]
fn a_humidifier_rests_when_it_is_damp_enough() {
    let described = json!({
        "state": "on",
        "device_class": "dehumidifier",
        "attributes": {"current_humidity": 55, "humidity": 50},
        "options": {"min_humidity": 30, "max_humidity": 70},
    });
    let mut cellar = Entity::new("humidifier.cellar", described);
    assert_eq!(cellar.state.attributes["action"], "drying");
    cellar
        .call("set_humidity", json!({"humidity": 60}), NOW)
        .expect("it can");
    assert_eq!(cellar.state.attributes["action"], "idle");
    let refused = cellar
        .call("set_humidity", json!({"humidity": 80}), NOW)
        .expect_err("it is too damp");
    assert_eq!(
        refused.to_string(),
        "Provided humidity 80 is not valid. Accepted range is 30 to 70"
    );
}

#[test]
fn a_forecast_is_of_the_days_to_come() {
    let entry = |temperature: i64, day: bool| json!({"temperature": temperature, "is_daytime": day});
    let described = json!({
        "options": {
            "forecast_daily": [{"temperature": 1}, {"temperature": 2}],
            "forecast_hourly": [{"temperature": 1}, {"temperature": 2}],
            "forecast_twice_daily": [entry(1, false), entry(2, true), entry(3, false)],
        },
    });
    let mut weather = Entity::new("weather.home", described);
    // 2027-01-15T09:00:00+01:00
    weather.config.time_zone = jiff::tz::TimeZone::get("Europe/Berlin").ok();
    let rules = domain("weather").expect("the domain exists");
    for (kind, wanted) in [
        ("daily", vec!["2027-01-15T12:00:00+01:00", "2027-01-16T12:00:00+01:00"]),
        ("hourly", vec!["2027-01-15T09:00:00+01:00", "2027-01-15T10:00:00+01:00"]),
        (
            "twice_daily",
            vec![
                "2027-01-15T18:00:00+01:00",
                "2027-01-16T06:00:00+01:00",
                "2027-01-16T18:00:00+01:00",
            ],
        ),
    ] {
        let data = json!({ "type": kind });
        let data = data.as_object().expect("it is one");
        let answer = rules.answer(&weather.config, &weather.state, "get_forecasts", data, NOW);
        let answer = answer.expect("the file has it");
        let times = answer["forecast"].as_array().expect("it is a list").iter();
        assert_eq!(
            times.map(|entry| &entry["datetime"]).collect::<Vec<_>>(),
            wanted,
            "{kind}"
        );
    }
}
