//! What each tool asks the home to do, and what it answers.

use serde_json::{Value, json};

use super::{Bench, change, outcome, parsed};
use crate::contract::hearth::mcp::types::OutcomeKind;
use crate::llm::Call;

#[test]
fn on_and_off_speak_the_words_of_the_domain() {
    let table: [(&str, Value, &[&str]); 10] = [
        ("On", json!({"name": "Plug"}), &["homeassistant.turn_on switch.plug {}"]),
        (
            "Off",
            json!({"name": "Plug"}),
            &["homeassistant.turn_off switch.plug {}"],
        ),
        ("On", json!({"name": "Blind"}), &["cover.open_cover cover.blind {}"]),
        ("Off", json!({"name": "Blind"}), &["cover.close_cover cover.blind {}"]),
        ("On", json!({"name": "Tap"}), &["valve.open_valve valve.tap {}"]),
        ("Off", json!({"name": "Tap"}), &["valve.close_valve valve.tap {}"]),
        ("On", json!({"name": "Front door"}), &["lock.lock lock.door {}"]),
        ("Off", json!({"name": "Front door"}), &["lock.unlock lock.door {}"]),
        (
            "On",
            json!({"name": "Bell"}),
            &["input_button.press input_button.bell {}"],
        ),
        ("On", json!({"name": "Brew"}), &["homeassistant.turn_on script.tea {}"]),
    ];
    for (direction, arguments, deeds) in table {
        assert_eq!(
            Bench::house().deeds(&format!("intent__HassTurn{direction}"), arguments),
            deeds
        );
    }
}

#[test]
fn what_has_no_such_service_fails_alone() {
    let mut bench = Bench::house();
    let text = bench.refusal("intent__HassTurnOn", json!({"name": "Humidity"}));
    assert!(
        text.starts_with("Failed to call turn_on for: ['sensor.humidity']"),
        "{text}"
    );
    let text = bench.refusal("intent__HassTurnOff", json!({"name": "Bell"}));
    assert!(
        text.starts_with("Failed to call turn_off for: ['input_button.bell']"),
        "{text}"
    );

    // With others beside it, it is among the failed.
    let ok = [
        outcome(OutcomeKind::Ok, Value::Null),
        outcome(OutcomeKind::Running, Value::Null),
    ];
    let answer = bench.finished("intent__HassTurnOn", json!({"area": "kitchen"}), &ok);
    let expected = json!({
        "speech": {},
        "response_type": "action_done",
        "data": {
            "success": [
                {"name": "Kitchen", "type": "area", "id": "kitchen"},
                {"name": "Lamp", "type": "entity", "id": "light.lamp_kitchen"},
                {"name": "Tap", "type": "entity", "id": "valve.tap"},
            ],
            "failed": [{"name": "Humidity", "type": "entity", "id": "sensor.humidity"}],
        },
    });
    assert!(!answer.is_error);
    assert_eq!(answer.text(), expected.to_string());
}

#[test]
fn floors_come_before_areas_in_an_answer() {
    let ok = [outcome(OutcomeKind::Ok, Value::Null)];
    let arguments = json!({"floor": "downstairs", "area": "kitchen", "domain": "light"});
    let answer = Bench::house().finished("intent__HassTurnOff", arguments, &ok);
    let success = parsed(&answer)["data"]["success"].clone();
    assert_eq!(
        success[0],
        json!({"name": "Ground floor", "type": "floor", "id": "ground_floor"})
    );
    assert_eq!(
        success[1],
        json!({"name": "Lamp", "type": "entity", "id": "light.lamp_kitchen"})
    );
    assert_eq!(success.as_array().map(Vec::len), Some(2));
}

#[test]
fn a_call_of_which_nothing_came_says_why() {
    let outcomes = [
        outcome(OutcomeKind::Failed, json!({"error": "Not responding."})),
        outcome(OutcomeKind::TimedOut, Value::Null),
        outcome(OutcomeKind::Refused, json!({"error": "Read-only"})),
        outcome(OutcomeKind::Failed, json!({"error": "Not responding."})),
    ];
    let answer = Bench::house().finished("intent__HassTurnOff", json!({"domain": "light"}), &outcomes);
    assert!(answer.is_error);
    assert_eq!(
        answer.text(),
        "Error calling tool: Failed to call turn_off for: ['light.lamp_kitchen', 'light.lamp_bedroom', \
         'light.strasse', 'light.nameless']. Not responding. It took too long and was stopped. Read-only"
    );
}

#[test]
fn covers_and_valves_take_positions() {
    let mut bench = Bench::house();
    for position in [json!(30), json!("30"), json!(30.9), json!(" 3_0 ")] {
        let deeds = bench.deeds(
            "intent__HassSetPosition",
            json!({"name": "Blind", "position": position}),
        );
        assert_eq!(deeds, [r#"cover.set_cover_position cover.blind {"position":30}"#]);
    }
    let deeds = bench.deeds(
        "intent__HassSetPosition",
        json!({"name": "Tap", "position": 0, "extra": 1}),
    );
    assert_eq!(deeds, [r#"valve.set_valve_position valve.tap {"position":0}"#]);
    assert_eq!(
        bench.deeds("intent__HassStopMoving", json!({"name": "Tap"})),
        ["valve.stop_valve valve.tap {}"]
    );
    let text = bench.refusal("intent__HassStopMoving", json!({"name": "Plug"}));
    assert_eq!(text, "Domain not supported: switch");
    let table = [
        (json!({"name": "Blind"}), "position is required"),
        (json!({"name": "Blind", "position": null}), "position is required"),
        (
            json!({"name": "Blind", "position": "half"}),
            "position must be a whole number, not \"half\"",
        ),
        (
            json!({"name": "Blind", "position": 101}),
            "position must be at most 100, not 101",
        ),
        (
            json!({"name": ["Blind"], "position": 1}),
            "name must be a text, not [\"Blind\"]",
        ),
        (
            json!({"device_class": "tv", "position": 1}),
            "device_class[0] must be one of \"awning\"",
        ),
    ];
    for (arguments, reason) in table {
        let text = bench.refusal("intent__HassSetPosition", arguments);
        assert!(
            text.starts_with(&format!("Invalid arguments for intent__HassSetPosition: {reason}")),
            "{text}"
        );
    }
}

#[test]
fn lights_take_colours_temperatures_and_brightness() {
    let mut bench = Bench::house();
    let arguments = json!({"name": "Straße", "color": "Light Blue", "temperature": "2700", "brightness": 50});
    let data = r#"{"rgb_color":[173,216,230],"color_temp_kelvin":2700,"brightness_pct":50}"#;
    assert_eq!(
        bench.deeds("light__HassLightSet", arguments),
        [format!("light.turn_on light.strasse {data}")]
    );
    // Without a target: all lights.
    assert_eq!(bench.deeds("light__HassLightSet", json!({"brightness": 1})).len(), 4);
    for (arguments, hint) in [
        (json!({"color": "blu"}), "\"blue\""),
        (json!({"brightness": 101}), "at most 100"),
        (json!({"temperature": -1}), "at least 0"),
        (json!({"domain": ["switch"]}), "domain[0]"),
    ] {
        let text = bench.refusal("light__HassLightSet", arguments);
        assert!(text.contains(hint), "{text}");
    }
}

#[test]
fn scripts_run_with_their_fields_and_answer_with_their_response() {
    let mut bench = Bench::house();
    let arguments = json!({"cups": "2", "room": "küche", "levels": "Downstairs", "sugar": true});
    let plan = bench.plan("script__tea", arguments);
    assert_eq!((plan.patience_ms, plan.deadline_ms), (60_000, 60_000));
    assert_eq!(plan.actions.len(), 1);
    assert_eq!(plan.actions[0].name, "script.make_tea");
    assert!(plan.actions[0].target.is_empty());
    let data: Value = serde_json::from_slice(&plan.actions[0].data).expect("it is JSON");
    assert_eq!(
        data,
        json!({"cups": 2, "room": "kitchen", "levels": ["ground_floor"], "sugar": true})
    );

    let arguments = json!({"cups": 1, "room": null});
    let done = |data| outcome(OutcomeKind::Ok, data);
    let answer = bench.finished("script__tea", arguments.clone(), &[done(json!({"tea": "ready"}))]);
    assert_eq!(
        (answer.text(), answer.is_error),
        (r#"{"result":{"tea":"ready"}}"#, false)
    );
    let answer = bench.finished("script__tea", arguments.clone(), &[done(Value::Null)]);
    assert_eq!(answer.text(), r#"{"result":{}}"#);
    let failed = outcome(OutcomeKind::Failed, json!({"error": "No water"}));
    let answer = bench.finished("script__tea", arguments, &[failed]);
    assert_eq!((answer.text(), answer.is_error), ("Error calling tool: No water", true));

    let text = bench.refusal("script__tea", json!({"cups": 1, "room": "Moon"}));
    assert_eq!(
        text,
        "room: the area 'Moon' does not exist; there are Kitchen, Bedroom, Garage"
    );
    assert!(bench.refusal("script__tea", json!({})).contains("cups is required"));
}

#[test]
fn a_script_tells_what_else_it_is_called() {
    let tools = Bench::house().with(|llm, selection, request| llm.tools(selection, request));
    let (_, tool) = tools
        .iter()
        .find(|(name, _)| name == "script__tea")
        .expect("it is exposed");
    let tool: Value = serde_json::from_str(tool).expect("it is JSON");
    assert_eq!(tool["title"], "Make tea");
    assert_eq!(tool["description"], "Boils water. Aliases: ['Brew', 'Make tea']");
    assert_eq!(tool["inputSchema"]["required"], json!(["cups"]));
    assert_eq!(tool["inputSchema"]["properties"]["cups"]["description"], "Cups");
}

#[test]
fn there_are_no_timers_to_cancel() {
    let answer = Bench::house().answer("intent__HassCancelAllTimers", json!({"area": "Kitchen"}));
    let expected = json!({
        "speech": {},
        "response_type": "action_done",
        "speech_slots": {"canceled": 0, "area": "Kitchen"},
        "data": {"success": [], "failed": []},
    });
    assert_eq!((answer.text(), answer.is_error), (expected.to_string().as_str(), false));
}

#[test]
fn date_and_time_are_those_of_the_home() {
    let answer = Bench::house().answer("llm__GetDateTime", json!({"ignored": true}));
    let expected = json!({"date": "2026-11-22", "time": "14:24:43", "timezone": "CET", "weekday": "Sunday"});
    assert_eq!(parsed(&answer), expected);
}

#[test]
fn an_unknown_tool_names_the_closest_one() {
    let mut bench = Bench::house();
    for (name, near) in [
        ("HassTurnOn", "intent__HassTurnOn"),
        ("intent_HassTurnOff", "intent__HassTurnOff"),
        ("getlivecontext", "homeassistant__GetLiveContext"),
        ("script__te", "script__tea"),
    ] {
        let text = bench.refusal(name, json!({}));
        assert_eq!(
            text,
            format!("Tool \"{name}\" not found; the closest one is \"{near}\"")
        );
    }
}

#[test]
fn the_newest_state_counts() {
    let mut bench = Bench::house();
    let before = bench.answer("homeassistant__GetLiveContext", json!({"name": "Lamp"}));
    assert!(!before.text().contains("brightness"));
    assert!(
        bench
            .mirror
            .apply(&change("light.lamp_kitchen", "on", json!({"brightness": 1})))
    );
    assert!(!bench.mirror.apply(&change("light.hidden", "on", json!({}))));
    let after = bench.answer("homeassistant__GetLiveContext", json!({"name": "Lamp"}));
    assert!(after.text().contains("brightness_pct: '1'"), "{}", after.text());
    assert!(matches!(
        bench.call("intent__HassTurnOn", json!({"area": "kitchen"})),
        Call::Perform(_)
    ));
}
