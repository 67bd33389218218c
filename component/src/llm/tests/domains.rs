//! The tools of single domains: what they ask the home to do, and what they refuse.

use serde_json::{Value, json};

use super::{Bench, outcome, parsed};
use crate::contract::hearth::mcp::types::OutcomeKind;

/// A home with one or two of each.
fn villa() -> Value {
    json!({
        "time_zone": "Europe/Amsterdam",
        "floors": [{"id": "up", "name": "Upstairs"}, {"id": "down", "name": "Downstairs"}],
        "areas": [
            {"id": "salon", "name": "Salon", "floor": "down"},
            {"id": "chambre", "name": "Chambre", "floor": "up"},
            {"id": "kuche", "name": "Küche", "aliases": ["Salon annexe"], "floor": "down"},
        ],
        "devices": [{"id": "panel", "name": "Panel", "area": "chambre"}],
        "scripts": [
            {"entity": "intent_script.Good Morning!", "action": "intent_script.Good Morning!",
             "description": "Wakes the house"},
            {"entity": "intent_script.Bonjour", "action": "intent_script.Bonjour", "description": "Greets"},
        ],
        "entities": [
            {"id": "climate.salon", "name": "Heizung", "area": "salon", "state": "heat", "features": 385},
            {"id": "climate.chambre", "name": "Air", "area": "chambre", "state": "cool", "features": 1},
            {"id": "climate.dumb", "name": "Stove", "state": "heat", "features": 0},
            {"id": "fan.salon", "name": "Ventilator", "area": "salon", "state": "off", "features": 49},
            {"id": "fan.chambre", "name": "Ceiling fan", "area": "chambre", "state": "on", "features": 49},
            {"id": "humidifier.on", "name": "Mist", "state": "on", "features": 1,
             "attributes": {"available_modes": ["home", "eco"]}},
            {"id": "humidifier.off", "name": "Fog", "state": "off", "features": 1,
             "attributes": {"available_modes": ["baby"]}},
            {"id": "humidifier.plain", "name": "Bowl", "state": "on", "features": 0},
            {"id": "lawn_mower.one", "name": "Schaf", "state": "docked", "features": 5},
            {"id": "lawn_mower.stuck", "name": "Goat", "state": "error", "features": 4},
            {"id": "vacuum.down", "name": "Rosie", "area": "salon", "state": "docked", "features": 24592},
            {"id": "vacuum.up", "name": "Robby", "area": "chambre", "state": "docked", "features": 24592},
            {"id": "vacuum.old", "name": "Broom", "state": "docked", "features": 16},
        ],
    })
}

fn target(name: &str, id: &str) -> Value {
    json!({"name": name, "type": "entity", "id": id})
}

#[test]
fn one_thermostat_is_set() {
    let mut bench = Bench::of(&villa());
    let tool = "climate__HassClimateSetTemperature";
    let arguments = json!({"name": "HEIZUNG", "temperature": "21.5"});
    let deed = r#"climate.set_temperature climate.salon {"temperature":21.5}"#;
    assert_eq!(bench.deeds(tool, arguments.clone()), [deed]);
    let ok = [outcome(OutcomeKind::Ok, Value::Null)];
    let answer = bench.finished(tool, arguments.clone(), &ok);
    assert_eq!(
        parsed(&answer)["data"],
        json!({"success": [target("Heizung", "climate.salon")], "failed": []})
    );
    let failed = [outcome(OutcomeKind::Failed, json!({"error": "Too warm"}))];
    let answer = bench.finished(tool, arguments, &failed);
    assert_eq!(
        (answer.text(), answer.is_error),
        (
            "Error calling tool: Error handling HassClimateSetTemperature: Too warm",
            true
        )
    );
    // Who asks from the bedroom means the one there.
    let mut there = Bench::of(&villa()).on("panel");
    assert_eq!(
        there.deeds(tool, json!({"temperature": 18})),
        [r#"climate.set_temperature climate.chambre {"temperature":18}"#]
    );
    for (arguments, text) in [
        (
            json!({"temperature": 18}),
            "Multiple entities matched, but a single target is required (given domains climate, features 1)",
        ),
        (
            json!({"temperature": 18, "name": "Stove"}),
            "No entities supported the required features (given name 'Stove', domains climate, features 1)",
        ),
        (
            json!({"temperature": 18, "area": "Moon"}),
            "The area does not exist (given area 'Moon', domains climate, features 1)",
        ),
        (
            json!({"temperature": "warm"}),
            "Invalid arguments for climate__HassClimateSetTemperature: temperature must be a number, not \"warm\"",
        ),
    ] {
        assert_eq!(bench.refusal(tool, arguments), text);
    }
}

#[test]
fn fans_mowers_and_vacuums_are_sent() {
    let mut bench = Bench::of(&villa());
    for (tool, arguments, deeds) in [
        (
            "fan__HassFanSetSpeed",
            json!({"percentage": 66.9}),
            &[
                r#"fan.turn_on fan.salon {"percentage":66}"#,
                r#"fan.turn_on fan.chambre {"percentage":66}"#,
            ][..],
        ),
        (
            "fan__HassFanSetSpeed",
            json!({"name": "all", "area": "Salon", "percentage": 0}),
            &[r#"fan.turn_on fan.salon {"percentage":0}"#],
        ),
        (
            "lawn_mower__HassLawnMowerStartMowing",
            json!({}),
            &["lawn_mower.start_mowing lawn_mower.one {}"],
        ),
        (
            "lawn_mower__HassLawnMowerDock",
            json!({"name": " schaf "}),
            &["lawn_mower.dock lawn_mower.one {}"],
        ),
        (
            "vacuum__HassVacuumStart",
            json!({"floor": "upstairs", "domain": "vacuum"}),
            &["vacuum.start vacuum.up {}"],
        ),
        (
            "vacuum__HassVacuumReturnToBase",
            json!({"name": "Broom"}),
            &["vacuum.return_to_base vacuum.old {}"],
        ),
    ] {
        assert_eq!(bench.deeds(tool, arguments), deeds, "{tool}");
    }
    assert_eq!(
        bench.refusal("vacuum__HassVacuumStart", json!({"name": "Broom"})),
        "No entities supported the required features (given name 'Broom', domains vacuum, features 8192)"
    );
    assert!(
        bench
            .refusal("fan__HassFanSetSpeed", json!({"percentage": 101}))
            .contains("percentage must be at most 100")
    );
}

#[test]
fn an_area_is_cleaned_by_the_vacuum_that_is_near() {
    let mut bench = Bench::of(&villa());
    let tool = "vacuum__HassVacuumCleanArea";
    let deed = r#"vacuum.clean_area vacuum.up {"cleaning_area_id":["kuche"]}"#;
    let arguments = json!({"area": "KÜCHE", "name": "Robby"});
    assert_eq!(bench.deeds(tool, arguments.clone()), [deed]);
    let ok = [outcome(OutcomeKind::Ok, Value::Null)];
    let kitchen = json!({"name": "Küche", "type": "area", "id": "kuche"});
    assert_eq!(
        parsed(&bench.finished(tool, arguments.clone(), &ok))["data"]["success"],
        json!([kitchen, target("Robby", "vacuum.up")])
    );
    // Without a name: all that can, in one call.
    assert_eq!(
        bench.deeds(tool, json!({"area": "Salon"})),
        [r#"vacuum.clean_area vacuum.down,vacuum.up {"cleaning_area_id":["salon"]}"#]
    );
    let failed = [outcome(OutcomeKind::Failed, json!({"error": "No map"}))];
    assert_eq!(
        bench.finished(tool, arguments, &failed).text(),
        "Error calling tool: Failed to call clean_area for areas: ['kuche'] with vacuums: ['vacuum.up']: No map"
    );
    assert_eq!(
        bench.refusal(tool, json!({"area": "Moon"})),
        "The area does not exist (given area 'Moon')"
    );
    assert_eq!(
        bench.refusal(tool, json!({"area": "Salon", "name": "Broom"})),
        "No entities supported the required features (given name 'Broom', domains vacuum, features 16384)"
    );
}

#[test]
fn a_humidifier_that_is_off_is_turned_on() {
    let mut bench = Bench::of(&villa());
    let (set, mode) = ("humidifier__HassHumidifierSetpoint", "humidifier__HassHumidifierMode");
    let ok = || outcome(OutcomeKind::Ok, Value::Null);
    for (tool, arguments, deeds, said) in [
        (
            set,
            json!({"name": "Mist", "humidity": "44"}),
            &[r#"humidifier.set_humidity humidifier.on {"humidity":44}"#][..],
            "The Mist is set to 44%",
        ),
        (
            set,
            json!({"name": "Fog", "humidity": 50}),
            &[
                "humidifier.turn_on humidifier.off {}",
                r#"humidifier.set_humidity humidifier.off {"humidity":50}"#,
            ],
            "Turned Fog on and set humidity to 50%",
        ),
        (
            mode,
            json!({"name": "Mist", "mode": "eco"}),
            &[r#"humidifier.set_mode humidifier.on {"mode":"eco"}"#],
            "The mode for Mist is set to eco",
        ),
        (
            mode,
            json!({"name": "Fog", "mode": "baby"}),
            &[
                "humidifier.turn_on humidifier.off {}",
                r#"humidifier.set_mode humidifier.off {"mode":"baby"}"#,
            ],
            "Turned Fog on and set baby mode",
        ),
    ] {
        assert_eq!(bench.deeds(tool, arguments.clone()), deeds);
        let answer = bench.finished(tool, arguments, &deeds.iter().map(|_| ok()).collect::<Vec<_>>());
        let expected = json!({
            "speech": {"plain": {"speech": said, "extra_data": null}},
            "response_type": "action_done",
            "data": {"success": [], "failed": []},
        });
        assert_eq!(answer.text(), expected.to_string());
    }
    for (arguments, text) in [
        (
            json!({"name": "Bowl", "mode": "eco"}),
            "Entity Bowl does not support modes",
        ),
        (
            json!({"name": "Mist", "mode": "party"}),
            "Entity Mist does not support party mode; it has home, eco",
        ),
        (
            json!({"name": "Heizung", "mode": "eco"}),
            "No entities matched the name (given name 'Heizung', domains humidifier)",
        ),
    ] {
        assert_eq!(bench.refusal(mode, arguments), text);
    }
    assert!(
        bench
            .refusal(set, json!({"name": "Mist", "humidity": -1}))
            .contains("at least 0")
    );
}

#[test]
fn the_owners_intents_are_tools() {
    let mut bench = Bench::of(&villa());
    let tools = bench.with(|llm, selection, request| llm.tools(selection, request));
    let (_, tool) = tools
        .iter()
        .find(|(name, _)| name == "intent_script__Good_Morning")
        .expect("it is offered");
    let tool: Value = serde_json::from_str(tool).expect("it is JSON");
    assert_eq!(tool["description"], "Wakes the house");
    assert_eq!(tool.get("title"), None);
    assert_eq!(tool["annotations"]["openWorldHint"], true);
    assert_eq!(
        bench.deeds("intent_script__Good_Morning", json!({})),
        ["intent_script.Good Morning! - {}"]
    );
    let arguments = json!({"area": "salon", "domain": "vacuum", "name": " ", "more": 1});
    assert_eq!(
        bench.deeds("intent_script__Good_Morning", arguments.clone()),
        [
            r#"intent_script.Good Morning! - {"area":"salon","domain":["vacuum"],"targets":{"entities":["vacuum.down"],"areas":["salon"]}}"#
        ]
    );
    let speech = json!({"plain": {"speech": "Up you get", "extra_data": null}});
    let said = outcome(OutcomeKind::Ok, json!({"speech": speech}));
    let answer = bench.finished("intent_script__Bonjour", json!({"name": "nobody"}), &[said]);
    assert_eq!(
        answer.text(),
        json!({"speech": speech, "response_type": "action_done", "data": {"success": [], "failed": []}}).to_string()
    );
    let failed = outcome(OutcomeKind::Failed, json!({"error": "no bread"}));
    assert_eq!(
        bench.finished("intent_script__Bonjour", json!({}), &[failed]).text(),
        "Error calling tool: Error handling Bonjour: no bread"
    );
}
