//! Whom an action reaches, what it answers, and who hears of it.

use serde_json::json;

use super::{HOME, Probe};
use crate::home::{Home, Nature};

#[tokio::test]
async fn reaches_entities_by_id_area_floor_and_device() {
    let cases = [
        (json!({"entity_id": "switch.one"}), ["on", "off"]),
        (json!({"entity_id": ["switch.one", "switch.two"]}), ["on", "on"]),
        (json!({"entity_id": "switch.one, switch.two"}), ["on", "on"]),
        (json!({"area_id": "kitchen"}), ["on", "off"]),
        (json!({"floor_id": ["ground"]}), ["on", "off"]),
        (json!({"device_id": "strip"}), ["off", "on"]),
        (json!({"area_id": "garage"}), ["off", "on"]),
        (json!({"entity_id": "all"}), ["on", "on"]),
        (json!({"entity_id": "none"}), ["off", "off"]),
        (json!({"entity_id": "switch.nobody"}), ["off", "off"]),
        (json!({"entity_id": "light.lamp"}), ["off", "off"]),
        (json!({"label_id": "cosy"}), ["off", "on"]),
        (json!({"label_id": "sad"}), ["off", "off"]),
    ];
    for (target, wanted) in cases {
        let probe = Probe::new();
        assert_eq!(
            probe.act("switch.turn_on", target.clone(), json!({})).await,
            Ok(None),
            "{target}"
        );
        assert_eq!(
            [probe.state("switch.one"), probe.state("switch.two")],
            wanted,
            "{target}"
        );
    }
}

#[tokio::test]
async fn refuses_what_it_cannot_do_and_says_why() {
    let cases = [
        (
            "switch.explode",
            json!({"entity_id": "switch.one"}),
            json!({}),
            "Action switch.explode not found",
        ),
        (
            "toaster.turn_on",
            json!({}),
            json!({}),
            "Action toaster.turn_on not found",
        ),
        ("nothing", json!({}), json!({}), "Action nothing not found"),
        (
            "switch.turn_on",
            json!({}),
            json!({}),
            "at least one of ['entity_id', 'device_id', 'area_id', 'floor_id', 'label_id'] is required",
        ),
        (
            "switch.turn_on",
            json!({"entity_id": "one"}),
            json!({}),
            "Entity ID one is an invalid entity ID at 'entity_id'",
        ),
        (
            "switch.turn_on",
            json!({"entity_id": [5]}),
            json!({}),
            "expected str at 'entity_id[0]'",
        ),
        (
            "switch.turn_on",
            json!({"entity_id": "switch.one"}),
            json!({"loud": 1}),
            "not a valid option at 'loud'",
        ),
        (
            "cover.stop_cover",
            json!({"entity_id": "cover.door"}),
            json!({}),
            "Entity cover.door does not support action cover.stop_cover",
        ),
        (
            "scene.turn_on",
            json!({"entity_id": "scene.evening"}),
            json!({"transition": "x"}),
            "expected float at 'transition'",
        ),
        (
            "script.turn_on",
            json!({"entity_id": "script.once"}),
            json!({"variables": 5}),
            "expected a mapping at 'variables'",
        ),
    ];
    let probe = Probe::new();
    for (action, target, data, wanted) in cases {
        assert_eq!(probe.act(action, target, data).await, Err(wanted.to_owned()));
    }
    assert_eq!(probe.changed(), Vec::<String>::new());
}

#[tokio::test]
async fn passes_over_what_cannot_do_it_unless_it_was_named() {
    let probe = Probe::new();
    let stopped = probe
        .act("cover.stop_cover", json!({"area_id": "garage"}), json!({}))
        .await;
    assert_eq!(stopped, Ok(None));
    let reached = probe
        .act("switch.turn_on", json!({"entity_id": "switch.gone"}), json!({}))
        .await;
    assert_eq!(reached, Ok(None));
    assert_eq!(probe.state("switch.gone"), "unavailable");
}

#[tokio::test]
async fn the_generic_services_serve_each_domain_by_its_own() {
    let probe = Probe::new();
    let target = json!({"entity_id": ["switch.one", "light.lamp", "sensor.outside", "cover.door", "switch.nobody"]});
    assert_eq!(probe.act("homeassistant.turn_on", target, json!({})).await, Ok(None));
    assert_eq!([probe.state("switch.one"), probe.state("light.lamp")], ["on", "on"]);
    assert_eq!(probe.state("cover.door"), "closed");
    assert_eq!(
        probe
            .act("homeassistant.toggle", json!({"area_id": "kitchen"}), json!({}))
            .await,
        Ok(None)
    );
    assert_eq!([probe.state("switch.one"), probe.state("light.lamp")], ["off", "off"]);
}

#[tokio::test]
async fn a_scene_brings_its_entities_into_their_states() {
    let probe = Probe::new();
    probe
        .act("switch.turn_on", json!({"entity_id": "switch.two"}), json!({}))
        .await
        .expect("it turns on");
    assert_eq!(probe.state("scene.evening"), "unknown");
    assert_eq!(
        probe
            .act("scene.turn_on", json!({"entity_id": "scene.evening"}), json!({}))
            .await,
        Ok(None)
    );
    assert_eq!([probe.state("switch.one"), probe.state("switch.two")], ["on", "off"]);
    assert_eq!(probe.state("scene.evening"), "2026-11-22T12:00:00.000000+00:00");
}

#[tokio::test]
async fn who_follows_another_is_on_and_off_with_it() {
    let probe = Probe::new();
    probe
        .act("switch.turn_on", json!({"entity_id": "switch.sign"}), json!({}))
        .await
        .expect("it turns on");
    assert_eq!(
        [probe.state("switch.sign"), probe.state("input_boolean.guests")],
        ["on", "on"]
    );
    probe
        .act("input_boolean.turn_off", json!({"entity_id": "all"}), json!({}))
        .await
        .expect("it turns off");
    assert_eq!(
        [probe.state("switch.sign"), probe.state("input_boolean.guests")],
        ["off", "off"]
    );
}

#[tokio::test]
async fn changes_are_there_before_the_outcome_and_the_newest_only() {
    let probe = Probe::new();
    for action in ["switch.turn_on", "switch.turn_off", "switch.turn_on"] {
        let target = json!({"entity_id": ["switch.one", "switch.two"]});
        probe.act(action, target, json!({})).await.expect("it is done");
    }
    probe.home.changed().await;
    let changes = probe.home.take_changes();
    let told: Vec<_> = changes
        .iter()
        .map(|change| {
            (
                change.kind.as_str(),
                change.id.as_str(),
                String::from_utf8_lossy(&change.data).into_owned(),
            )
        })
        .collect();
    let one = r#"{"state":"on","attributes":{"friendly_name":"One"}}"#.to_owned();
    let two = r#"{"state":"on","attributes":{"friendly_name":"Two"}}"#.to_owned();
    assert_eq!(told, [("state", "switch.one", one), ("state", "switch.two", two)]);
    assert!(probe.home.take_changes().is_empty());
}

#[tokio::test]
async fn what_changes_nothing_is_no_news() {
    let probe = Probe::new();
    probe
        .act("switch.turn_off", json!({"entity_id": "all"}), json!({}))
        .await
        .expect("it is done");
    assert_eq!(probe.changed(), Vec::<String>::new());
}

#[tokio::test]
async fn nobody_hears_of_what_is_not_exposed() {
    let probe = Probe::new();
    probe
        .act("switch.turn_on", json!({"area_id": "kitchen"}), json!({}))
        .await
        .expect("it is done");
    assert_eq!(probe.state("switch.hidden"), "on");
    assert_eq!(probe.changed(), ["switch.one"]);

    let snapshot = probe.home.snapshot();
    let named = |id: &str| snapshot.entities.iter().any(|entity| entity.id == id);
    assert!(named("switch.one") && named("script.wait") && named("scene.evening"));
    assert!(!named("switch.hidden") && !named("script.secret"));
    assert!(!snapshot.scripts.iter().any(|script| script.action == "script.secret"));
    assert!(!snapshot.services.iter().any(|service| service.name == "secret"));
    assert!(probe.home.exposes("switch.one") && !probe.home.exposes("switch.hidden") && !probe.home.exposes("a.b"));
}

#[test]
fn knows_the_nature_of_its_actions() {
    let probe = Probe::new();
    let actions = [
        "switch.turn_on",
        "homeassistant.toggle",
        "scene.turn_on",
        "script.turn_on",
        "script.wait",
    ];
    for action in actions {
        assert_eq!(probe.home.nature(action), Some(Nature::Write), "{action}");
    }
    for action in [
        "script.secret",
        "switch.explode",
        "lock.lock",
        "homeassistant.restart",
        "nothing",
    ] {
        assert_eq!(probe.home.nature(action), None, "{action}");
    }
}

#[test]
fn shows_places_names_and_attributes_as_the_file_has_them() {
    let file = HOME.replace(
        "id = \"switch.two\"\nname = \"Two\"",
        "id = \"switch.two\"\naliases = []\nicon = \"mdi:x\"",
    );
    let probe = Probe::of(&file, Default::default(), crate::clock::ManualClock::at(0));
    let snapshot = probe.home.snapshot();
    assert_eq!(snapshot.time_zone, "Europe/Berlin");
    assert_eq!(snapshot.areas[0].floor.as_deref(), Some("ground"));
    let two = snapshot
        .entities
        .iter()
        .find(|entity| entity.id == "switch.two")
        .expect("it is exposed");
    assert_eq!(
        (two.name.as_str(), two.aliases.as_slice(), two.area.as_deref()),
        ("two", &[][..], Some("garage"))
    );
    assert_eq!(two.attributes, br#"{"icon":"mdi:x"}"#);
    let wait = snapshot
        .scripts
        .iter()
        .find(|script| script.action == "script.wait")
        .expect("it is exposed");
    let fields = r#"{"seconds":{"required":true,"selector":{"number":{"min":0,"max":60}}}}"#;
    assert_eq!(String::from_utf8_lossy(&wait.fields), fields);
}
