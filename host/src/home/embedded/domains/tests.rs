//! What the tables of the real Home Assistant cannot show: devices that its demo does not have, time in between, and
//! descriptions that are wrong.

mod climates;
mod machines;
mod machines_described;

use serde_json::{Map, Value, json};

use super::domain;
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, ServiceError};

/// 2027-01-15T08:00:00Z
pub(super) const NOW: Moment = 1_800_000_000_000;

/// An entity, described by the fields of a home file that its domain reads.
fn config(id: &str, described: Value) -> EntityConfig {
    let map = |key: &str| described[key].as_object().cloned().unwrap_or_default();
    let text = |key: &str| described[key].as_str().map(str::to_owned);
    EntityConfig {
        id: id.to_owned(),
        domain: id.split('.').next().unwrap_or_default().to_owned(),
        state: text("state"),
        device_class: text("device_class"),
        unit: text("unit"),
        time_zone: text("time_zone").and_then(|zone| jiff::tz::TimeZone::get(&zone).ok()),
        attributes: map("attributes"),
        options: map("options"),
        ..EntityConfig::default()
    }
}

pub(super) struct Entity {
    pub config: EntityConfig,
    pub state: EntityState,
}

impl Entity {
    pub fn new(id: &str, described: Value) -> Self {
        let config = config(id, described);
        let rules = domain(&config.domain).expect("the domain exists");
        let state = rules.initial(&config).expect("the description is right");
        Self { config, state }
    }

    pub fn call(&mut self, service: &str, data: Value, now: Moment) -> Result<(), ServiceError> {
        let rules = domain(&self.config.domain).expect("the domain exists");
        let data = rules.validate(service, data.as_object().expect("data is an object"))?;
        rules.call(&self.config, &mut self.state, service, &data, now)
    }

    pub fn ask(&self, service: &str, data: Value, now: Moment) -> Result<Value, ServiceError> {
        let rules = domain(&self.config.domain).expect("the domain exists");
        let data = rules.validate(service, data.as_object().expect("data is an object"))?;
        rules.answer(&self.config, &self.state, service, &data, now)
    }

    pub fn at(&mut self, now: Moment) -> (&str, &Map<String, Value>) {
        domain(&self.config.domain)
            .expect("the domain exists")
            .advance(&self.config, &mut self.state, now);
        (&self.state.state, &self.state.attributes)
    }

    pub fn due(&self) -> Option<Moment> {
        domain(&self.config.domain)?.due(&self.config, &self.state)
    }
}

/// What is wrong with a description: the key that it is about, and the reason.
pub(super) fn wrong(id: &str, described: Value) -> (Option<String>, String) {
    let config = config(id, described);
    let rules = domain(&config.domain).expect("the domain exists");
    let error = rules.initial(&config).expect_err("the description is wrong");
    (error.key, error.reason)
}

#[test]
fn colours_reach_lights_of_modes_that_the_demo_lacks() {
    // The figures are Home Assistant's own functions'.
    for (modes, data, kelvin, hs, rgb, xy) in [
        (
            "rgb",
            json!({"color_temp_kelvin": 10028}),
            None,
            [221.887, 20.784],
            [202, 218, 255],
            [0.278, 0.287],
        ),
        (
            "rgb",
            json!({"xy_color": [0.5019, 0.7582]}),
            None,
            [68.706, 100.0],
            [218, 255, 0],
            [0.398, 0.556],
        ),
        (
            "rgb",
            json!({"hs_color": [186.6326, 2.9034]}),
            None,
            [188.571, 2.745],
            [248, 254, 255],
            [0.316, 0.328],
        ),
        (
            "xy",
            json!({"color_temp_kelvin": 3476}),
            None,
            [27.414, 45.49],
            [255, 192, 139],
            [0.456, 0.375],
        ),
        (
            "xy",
            json!({"xy_color": [0.1867, 0.388]}),
            None,
            [168.153, 61.569],
            [98, 255, 224],
            [0.1867, 0.388],
        ),
        (
            "color_temp",
            json!({"hs_color": [112, 70.8598]}),
            Some(7293),
            [231.137, 8.059],
            [234, 237, 255],
            [0.307, 0.31],
        ),
    ] {
        let mut light = Entity::new("light.strip", json!({"options": {"supported_color_modes": [modes]}}));
        light.call("turn_on", data, NOW).expect("a light takes any colour");
        let shown = &light.state.attributes;
        assert_eq!(shown["color_mode"], modes);
        assert_eq!(shown.get("color_temp_kelvin").and_then(Value::as_i64), kelvin);
        assert_eq!(
            (&shown["hs_color"], &shown["rgb_color"], &shown["xy_color"]),
            (&json!(hs), &json!(rgb), &json!(xy))
        );
    }
}

#[test]
fn a_light_remembers_what_it_was_told_while_it_is_off() {
    let mut light = Entity::new(
        "light.lamp",
        json!({"options": {"supported_color_modes": ["brightness"]}}),
    );
    light
        .call("turn_on", json!({"brightness_pct": 30, "rgb_color": [1, 2, 3]}), NOW)
        .expect("it is dimmed");
    light.call("turn_off", json!({}), NOW).expect("it goes out");
    assert_eq!(light.state.attributes["brightness"], Value::Null);
    light.call("toggle", json!({}), NOW).expect("it goes on");
    assert_eq!(light.state.attributes["brightness"], 76);
    assert!(!light.state.attributes.contains_key("rgb_color"));
}

#[test]
fn a_cover_tells_where_it_is_every_second_and_arrives_on_time() {
    let described = json!({"attributes": {"current_position": 40}, "options": {"travel_seconds": 7.5}});
    let mut cover = Entity::new("cover.awning", described);
    cover.call("open_cover", json!({}), NOW).expect("it opens");
    let mut seen = Vec::new();
    while let Some(due) = cover.due() {
        let (state, attributes) = cover.at(due);
        seen.push((due - NOW, state.to_owned(), attributes["current_position"].as_i64()));
    }
    let on_the_way = |ms, position| (ms, "opening".to_owned(), Some(position));
    let arrived = (4500, "open".to_owned(), Some(100));
    assert_eq!(
        seen,
        [
            on_the_way(1000, 53),
            on_the_way(2000, 66),
            on_the_way(3000, 80),
            on_the_way(4000, 93),
            arrived
        ]
    );
}

#[test]
fn a_cover_that_is_stopped_or_turned_round_goes_on_from_where_it_is() {
    let mut cover = Entity::new(
        "cover.blind",
        json!({"state": "closed", "options": {"travel_seconds": 10}}),
    );
    cover.call("open_cover", json!({}), NOW).expect("it opens");
    cover
        .call("set_cover_position", json!({"position": 10}), NOW + 2550)
        .expect("it turns round");
    assert_eq!(
        (cover.state.state.as_str(), &cover.state.attributes["current_position"]),
        ("closing", &json!(25))
    );
    cover.call("stop_cover", json!({}), NOW + 3000).expect("it stops");
    assert_eq!(cover.at(NOW + 60_000).0, "open");
    assert_eq!(cover.due(), None);
    assert_eq!(cover.state.attributes["current_position"], 21);
}

#[test]
fn a_cover_without_positions_moves_between_its_ends() {
    let described = json!({"state": "closed", "options": {"positions": false, "travel_seconds": 4}});
    let mut garage = Entity::new("cover.garage", described);
    garage.call("open_cover", json!({}), NOW).expect("it opens");
    assert_eq!(garage.at(NOW + 3999).0, "opening");
    assert_eq!(
        garage.at(NOW + 4000),
        ("open", json!({"is_closed": false}).as_object().expect("an object"))
    );
}

#[test]
fn a_movement_survives_being_kept() {
    let mut cover = Entity::new(
        "cover.blind",
        json!({"state": "open", "options": {"travel_seconds": 10}}),
    );
    cover.call("close_cover", json!({}), NOW).expect("it closes");
    let kept = serde_json::to_string(&cover.state).expect("a state is plain JSON");
    cover.state = serde_json::from_str(&kept).expect("what was kept is a state");
    assert_eq!(cover.at(NOW + 10_000).0, "closed");
}

#[test]
fn a_lock_asks_for_its_code() {
    let described = json!({"options": {"code_format": "[0-9]{4}", "motor_seconds": 0}});
    let mut lock = Entity::new("lock.safe", described);
    assert_eq!(lock.state.attributes["code_format"], "[0-9]{4}");
    for code in [json!({}), json!({"code": ""}), json!({"code": "12a4"})] {
        let refused = lock.call("unlock", code, NOW).expect_err("the code is wrong");
        assert_eq!(
            refused.to_string(),
            "The code for lock.safe doesn't match pattern [0-9]{4}"
        );
        assert_eq!(lock.state.state, "locked");
    }
    lock.call("unlock", json!({"code": 1234}), NOW)
        .expect("the code is right");
    assert_eq!(lock.state.state, "unlocked");
    lock.config.options.insert("default_code".to_owned(), "0000".into());
    lock.call("lock", json!({}), NOW).expect("there is a default code");
    assert_eq!(lock.state.state, "locked");
}

#[test]
fn a_lock_that_is_told_something_else_while_it_turns_does_that() {
    let mut lock = Entity::new("lock.door", json!({}));
    lock.call("unlock", json!({}), NOW).expect("it turns");
    lock.call("lock", json!({}), NOW + 500).expect("it turns back");
    assert_eq!(lock.at(NOW + 2000).0, "locking");
    assert_eq!(lock.at(NOW + 2500).0, "locked");
    assert_eq!(lock.due(), None);
}

#[test]
fn scenes_are_brought_about_by_services() {
    let steps = |id: &str, described: Value, state: &str, attributes: Value| {
        let config = config(id, described);
        let rules = domain(&config.domain).expect("the domain exists");
        rules.reproduce(&config, state, attributes.as_object().expect("an object"))
    };
    let one = |service, data: Value| Ok(vec![(service, data.as_object().expect("an object").clone())]);
    let attributes = json!({"brightness": 120, "color_mode": "hs", "hs_color": [30, 40], "rgb_color": [1, 2, 3]});
    let wanted = json!({"brightness": 120, "hs_color": [30.0, 40.0]});
    assert_eq!(steps("light.a", json!({}), "on", attributes), one("turn_on", wanted));
    assert_eq!(
        steps("light.a", json!({}), "off", json!({})),
        one("turn_off", json!({}))
    );
    let position = json!({"current_position": 30});
    assert_eq!(
        steps("cover.a", json!({}), "open", position),
        one("set_cover_position", json!({"position": 30}))
    );
    assert_eq!(
        steps("cover.a", json!({}), "closed", json!({})),
        one("close_cover", json!({}))
    );
    assert_eq!(steps("lock.a", json!({}), "locked", json!({})), one("lock", json!({})));
    for (id, state) in [
        ("sensor.a", "1"),
        ("button.a", "on"),
        ("light.a", "blue"),
        ("lock.a", "on"),
        ("switch.a", "open"),
    ] {
        assert!(
            steps(id, json!({}), state, json!({})).is_err(),
            "{id} cannot be {state}"
        );
    }
}

#[test]
fn wrong_descriptions_name_the_key() {
    for (id, described, key) in [
        ("light.a", json!({"state": "red"}), "state"),
        (
            "light.a",
            json!({"options": {"supported_color_modes": ["hs", "infrared"]}}),
            "supported_color_modes",
        ),
        (
            "light.a",
            json!({"options": {"supported_color_modes": ["onoff", "hs"]}}),
            "supported_color_modes",
        ),
        (
            "light.a",
            json!({"options": {"supported_color_modes": ["white"]}}),
            "supported_color_modes",
        ),
        (
            "light.a",
            json!({"options": {"min_color_temp_kelvin": 9000}}),
            "max_color_temp_kelvin",
        ),
        ("light.a", json!({"options": {"features": ["disco"]}}), "features"),
        ("light.a", json!({"attributes": {"brightness": "much"}}), "attributes"),
        ("light.a", json!({"attributes": {"rgb_color": [1, 2, 3]}}), "attributes"),
        ("cover.a", json!({"state": "ajar"}), "state"),
        (
            "cover.a",
            json!({"state": "closed", "attributes": {"current_position": 5}}),
            "state",
        ),
        (
            "cover.a",
            json!({"attributes": {"current_position": 101}}),
            "attributes",
        ),
        ("cover.a", json!({"options": {"travel_seconds": -1}}), "travel_seconds"),
        (
            "cover.a",
            json!({"options": {"positions": false, "features": ["set_position"]}}),
            "features",
        ),
        ("lock.a", json!({"state": "open"}), "state"),
        ("lock.a", json!({"options": {"code_format": "["}}), "code_format"),
        ("sensor.a", json!({"state": "warm", "unit": "°C"}), "state"),
        (
            "sensor.a",
            json!({"device_class": "enum", "state": "c", "options": {"options": ["a", "b"]}}),
            "state",
        ),
        ("sensor.a", json!({"options": {"state_class": "mean"}}), "state_class"),
        ("binary_sensor.a", json!({"state": "open"}), "state"),
        ("button.a", json!({"state": "on"}), "state"),
        ("input_boolean.a", json!({"state": "yes"}), "state"),
        ("input_number.a", json!({"options": {"min": 5, "max": 5}}), "max"),
        (
            "input_number.a",
            json!({"state": "7", "options": {"min": 0, "max": 5}}),
            "state",
        ),
        ("input_select.a", json!({}), "options"),
        ("input_select.a", json!({"options": {"options": ["a", "a"]}}), "options"),
        (
            "input_select.a",
            json!({"state": "b", "options": {"options": ["a"]}}),
            "state",
        ),
        ("input_text.a", json!({"options": {"min": 9, "max": 3}}), "max"),
        (
            "input_text.a",
            json!({"options": {"initial": "ab", "pattern": "[0-9]"}}),
            "initial",
        ),
    ] {
        let (named, reason) = wrong(id, described.clone());
        assert_eq!(named.as_deref(), Some(key), "{id} {described}: {reason}");
    }
    let (named, reason) = wrong("input_number.a", json!({"options": {"min": 5}}));
    assert_eq!((named, reason.as_str()), (None, "an input number needs `max`"));
}
