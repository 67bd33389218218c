//! Vacuum cleaners, lawn mowers and valves: what takes time, and what they do when it is over.

use serde_json::{Value, json};

use super::{Entity, NOW, config};
use crate::home::embedded::domains::domain;

const SECOND: u64 = 1000;

fn rosie() -> Entity {
    let options = json!({
        "areas": ["kitchen", "hall", "office", "attic"],
        "cleaning_seconds": 400,
        "return_seconds": 30,
    });
    Entity::new("vacuum.rosie", json!({ "options": options }))
}

#[test]
fn a_cleaner_goes_home_when_it_is_done() {
    let mut rosie = rosie();
    assert_eq!(rosie.due(), None);
    rosie.call("start", json!({}), NOW).expect("it can");
    assert_eq!(rosie.due(), Some(NOW + 400 * SECOND));
    assert_eq!(rosie.at(NOW + 399 * SECOND).0, "cleaning");
    assert_eq!(rosie.at(NOW + 400 * SECOND).0, "returning");
    assert_eq!(rosie.at(NOW + 430 * SECOND).0, "docked");
    assert_eq!(rosie.due(), None);
}

#[test]
fn a_cleaner_that_nobody_watched_is_home_all_the_same() {
    let mut rosie = rosie();
    rosie.call("start", json!({}), NOW).expect("it can");
    assert_eq!(rosie.at(NOW + 10_000 * SECOND).0, "docked");
}

#[test]
fn paused_work_is_gone_on_with_and_stopped_work_is_not() {
    let mut rosie = rosie();
    rosie.call("start", json!({}), NOW).expect("it can");
    rosie.call("pause", json!({}), NOW + 300 * SECOND).expect("it can");
    assert_eq!(rosie.at(NOW + 10_000 * SECOND).0, "paused");
    rosie.call("start", json!({}), NOW + 10_000 * SECOND).expect("it can");
    assert_eq!(rosie.due(), Some(NOW + 10_100 * SECOND));

    rosie.call("stop", json!({}), NOW + 10_050 * SECOND).expect("it can");
    assert_eq!(rosie.at(NOW + 10_050 * SECOND).0, "idle");
    rosie.call("start", json!({}), NOW + 10_050 * SECOND).expect("it can");
    assert_eq!(rosie.due(), Some(NOW + 10_450 * SECOND));
}

#[test]
fn a_cleaner_takes_as_long_as_its_part_of_the_house() {
    let mut rosie = rosie();
    let areas = json!({ "cleaning_area_id": ["kitchen", "attic"] });
    rosie.call("clean_area", areas, NOW).expect("it can");
    assert_eq!(rosie.state.state, "cleaning");
    assert_eq!(rosie.due(), Some(NOW + 200 * SECOND));
    rosie.call("clean_spot", json!({}), NOW).expect("it can");
    assert_eq!(rosie.due(), Some(NOW + 20 * SECOND));
}

#[test]
fn areas_of_another_cleaner_are_not_left_over() {
    let below = config("vacuum.below", json!({"options": {"areas": ["kitchen"]}}));
    let above = config("vacuum.above", json!({"options": {"areas": ["bedroom"]}}));
    let rules = domain("vacuum").expect("the domain exists");
    let left = |areas: Value, served: &[_]| {
        let data = json!({ "cleaning_area_id": areas });
        let left = rules.left_over("clean_area", data.as_object().expect("it is one"), served);
        left.map(|error| error.to_string())
    };
    assert_eq!(left(json!(["kitchen", "bedroom"]), &[&below, &above]), None);
    let said = left(json!(["kitchen", "roof", "bath"]), &[&below, &above]).expect("two are left");
    assert!(said.ends_with("vacuums: bath, roof"), "{said}");
}

#[test]
fn a_docked_machine_stays_where_it_is() {
    let mut mower = Entity::new("lawn_mower.garden", json!({}));
    for service in ["stop", "pause", "dock"] {
        mower.call(service, json!({}), NOW).expect("it can");
        assert_eq!((mower.state.state.as_str(), mower.due()), ("docked", None), "{service}");
    }
}

#[test]
fn a_mower_that_is_at_home_at_once_never_returns() {
    let options = json!({"mowing_seconds": 10, "return_seconds": 0});
    let mut mower = Entity::new("lawn_mower.garden", json!({ "options": options }));
    mower.call("start_mowing", json!({}), NOW).expect("it can");
    mower.call("dock", json!({}), NOW).expect("it can");
    assert_eq!(mower.state.state, "docked");
}

#[test]
fn a_valve_can_be_stopped_halfway_and_turned_back() {
    let mut tap = Entity::new("valve.tap", json!({"options": {"travel_seconds": 10}}));
    tap.call("open_valve", json!({}), NOW).expect("it can");
    assert_eq!(tap.at(NOW + 3 * SECOND).1["current_position"], 30);
    tap.call("toggle", json!({}), NOW + 3 * SECOND).expect("it can");
    assert_eq!(tap.state.state, "open");
    tap.call("toggle", json!({}), NOW + 4 * SECOND).expect("it can");
    assert_eq!(tap.state.state, "closing");
    assert_eq!(tap.at(NOW + 7 * SECOND).0, "closed");
}
