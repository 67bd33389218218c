//! Which entities a call means, and why none.

use serde_json::{Value, json};

use super::{Bench, house};
use crate::llm::assist::targets::{Constraints, Preferences, Reason, failure, find};

const ON: &str = "intent__HassTurnOn";

/// The entities that turning on this would act on.
fn meant(bench: &mut Bench, arguments: Value) -> Vec<String> {
    let deeds = bench.deeds(ON, arguments);
    deeds
        .iter()
        .filter_map(|deed| deed.split(' ').nth(1))
        .map(str::to_owned)
        .collect()
}

#[test]
fn names_aliases_and_ids_mean_an_entity() {
    let table = [
        ("Straße", "light.strasse"),
        ("STRASSE", "light.strasse"),
        ("  street LIGHT ", "light.strasse"),
        ("light.strasse", "light.strasse"),
        ("light.nameless", "light.nameless"),
        ("front DOOR", "lock.door"),
    ];
    for (name, entity) in table {
        assert_eq!(meant(&mut Bench::house(), json!({"name": name})), [entity], "{name}");
    }
}

#[test]
fn places_mean_what_is_in_them() {
    let kitchen = ["light.lamp_kitchen", "valve.tap"];
    let bedroom = ["light.lamp_bedroom", "switch.plug", "cover.blind"];
    let table: [(Value, &[&str]); 10] = [
        (json!({"area": "kitchen", "domain": ["light", "valve"]}), &kitchen),
        (json!({"area": " KÜCHE ", "domain": ["light", "valve"]}), &kitchen),
        (json!({"area": "Sleep"}), &bedroom),
        (json!({"floor": "first_floor"}), &bedroom),
        (json!({"floor": "First Floor", "area": "Den"}), &bedroom),
        (
            json!({"floor": "downstairs", "domain": "light"}),
            &["light.lamp_kitchen"],
        ),
        (
            json!({"domain": "light"}),
            &[
                "light.lamp_kitchen",
                "light.lamp_bedroom",
                "light.strasse",
                "light.nameless",
            ],
        ),
        (
            json!({"device_class": ["outlet", "blind"]}),
            &["switch.plug", "cover.blind"],
        ),
        (
            json!({"name": "all", "area": "Bedroom", "domain": "light"}),
            &["light.lamp_bedroom"],
        ),
        (json!({"name": "lamp", "area": "bedroom"}), &["light.lamp_bedroom"]),
    ];
    for (arguments, entities) in table {
        assert_eq!(meant(&mut Bench::house(), arguments.clone()), entities, "{arguments}");
    }
}

#[test]
fn a_match_fails_for_the_first_reason_there_is() {
    let table = [
        (
            json!({"name": "nope lamp"}),
            "No entities matched the name (given name 'nope lamp')",
        ),
        (
            json!({"name": "Nameless"}),
            "No entities matched the name (given name 'Nameless')",
        ),
        (
            json!({"name": "Mum's"}),
            "No entities matched the name (given name \"Mum's\")",
        ),
        (json!({"area": "Moon"}), "The area does not exist (given area 'Moon')"),
        (
            json!({"floor": "Moon", "area": "Moon"}),
            "The floor does not exist (given area 'Moon', floor 'Moon')",
        ),
        (
            json!({"area": "garage"}),
            "No entities were in the area (given area 'garage')",
        ),
        (
            json!({"area": "kitchen", "floor": "first_floor", "name": "plug"}),
            "No entities were in the area (given name 'plug', area 'kitchen', floor 'first_floor')",
        ),
        (
            json!({"floor": "ground_floor", "name": "plug"}),
            "No entities were on the floor (given name 'plug', floor 'ground_floor')",
        ),
        (
            json!({"domain": ["media_player", "fan"]}),
            "No entities matched the domain (given domains fan, media_player)",
        ),
        (
            json!({"name": "Lamp", "device_class": ["tv"]}),
            "No entities matched the device class (given name 'Lamp', device classes tv)",
        ),
        (
            json!({"name": "Lamp"}),
            "Multiple entities share the name (given name 'Lamp')",
        ),
        (json!({"name": "all"}), "Service handler cannot target all devices"),
        (json!({}), "Service handler cannot target all devices"),
        (
            json!({"name": null, "area": "  "}),
            "Service handler cannot target all devices",
        ),
    ];
    for (arguments, text) in table {
        assert_eq!(Bench::house().refusal(ON, arguments.clone()), text, "{arguments}");
    }
}

#[test]
fn the_place_of_the_device_tells_two_of_one_name_apart() {
    assert_eq!(
        meant(&mut Bench::house().on("kitchen_speaker"), json!({"name": "lamp"})),
        ["light.lamp_kitchen"]
    );
    // In the garage there is no lamp, and nothing is known of where it is lost.
    let text = "No entities matched the name (given name 'lamp')";
    assert_eq!(
        Bench::house().on("garage_speaker").refusal(ON, json!({"name": "lamp"})),
        text
    );
    for device in ["lost_speaker", "no_such_device"] {
        let text = Bench::house().on(device).refusal(ON, json!({"name": "lamp"}));
        assert_eq!(text, "Multiple entities share the name (given name 'lamp')", "{device}");
    }
}

/// What the constraints mean in the house, spoken to this device.
fn found(device: Option<&str>, wanted: &Constraints) -> Result<Vec<String>, Reason> {
    let bench = Bench::of(&house());
    let preferences = Preferences::of_device(&bench.mirror, device);
    let matched = find(&bench.mirror, bench.mirror.entities().iter(), wanted, preferences)?;
    Ok(matched.entities.iter().map(|entity| entity.id.clone()).collect())
}

#[test]
fn features_and_states_can_be_asked_for() {
    let able = Constraints {
        features: 36,
        ..Constraints::default()
    };
    assert_eq!(
        found(None, &able),
        Ok(vec!["light.lamp_kitchen".to_owned(), "light.lamp_bedroom".to_owned()])
    );
    let able_and_on = Constraints {
        states: vec!["on", "open"],
        ..able.clone()
    };
    assert_eq!(found(None, &able_and_on), Ok(vec!["light.lamp_bedroom".to_owned()]));

    let unable = Constraints {
        features: 1,
        name: Some("lamp"),
        ..Constraints::default()
    };
    assert_eq!(found(None, &unable), Err(Reason::Feature));
    let text = "No entities supported the required features (given name 'lamp', features 1)";
    assert_eq!(failure(Reason::Feature, &unable), text);
    let playing = Constraints {
        states: vec!["playing", "idle"],
        domains: Some(vec!["light"]),
        ..Constraints::default()
    };
    assert_eq!(found(None, &playing), Err(Reason::State));
    let text = "No entities were in the required state (given domains light, states idle, playing)";
    assert_eq!(failure(Reason::State, &playing), text);
}

#[test]
fn a_single_target_is_the_one_where_the_asker_is() {
    let single = Constraints {
        domains: Some(vec!["light"]),
        single_target: true,
        ..Constraints::default()
    };
    assert_eq!(
        found(Some("kitchen_speaker"), &single),
        Ok(vec!["light.lamp_kitchen".to_owned()])
    );
    for device in [None, Some("lost_speaker"), Some("garage_speaker")] {
        assert_eq!(found(device, &single), Err(Reason::MultipleTargets), "{device:?}");
    }
    let text = "Multiple entities matched, but a single target is required (given domains light)";
    assert_eq!(failure(Reason::MultipleTargets, &single), text);
    let only = Constraints {
        domains: Some(vec!["valve"]),
        ..single
    };
    assert_eq!(found(None, &only), Ok(vec!["valve.tap".to_owned()]));
}
