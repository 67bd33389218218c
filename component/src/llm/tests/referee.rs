//! What was captured from a Home Assistant 2026.11.0 over a home, and what we say over the same home.
//!
//! `referee/` holds facts only: the home, the tools without their descriptions, the data of the live context, and what
//! each selector becomes.

use serde_json::{Map, Value, json};

use super::{Bench, list, parsed};
use crate::llm::Variant;

fn home() -> Value {
    serde_json::from_str(include_str!("referee/home.json")).expect("a captured file")
}

/// Descriptions are our own words.
fn without_descriptions(value: Value) -> Value {
    match value {
        Value::Object(members) => members
            .into_iter()
            .filter(|(name, value)| name != "description" || !value.is_string())
            .map(|(name, value)| (name, without_descriptions(value)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.into_iter().map(without_descriptions).collect(),
        other => other,
    }
}

/// `0` is `0.0`.
fn numbers_as_floats(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64()),
        Value::Array(items) => items.into_iter().map(numbers_as_floats).collect(),
        Value::Object(members) => members
            .into_iter()
            .map(|(name, value)| (name, numbers_as_floats(value)))
            .collect::<Map<_, _>>()
            .into(),
        other => other,
    }
}

#[test]
fn the_tools_are_those_of_home_assistant() {
    let theirs: Value = serde_json::from_str(include_str!("referee/tools.json")).expect("a captured file");
    let ours = Bench::of(&home()).with(|llm, selection, request| llm.tools_json(selection, request, Variant::Plain));
    let ours: Value = serde_json::from_str(&ours).expect("it is JSON");
    assert!(
        list(&ours)
            .iter()
            .all(|tool| tool["description"].as_str().is_some_and(|text| text.len() > 10))
    );
    assert_eq!(numbers_as_floats(without_descriptions(ours)), numbers_as_floats(theirs));
}

#[test]
fn the_live_context_parses_to_the_same_data() {
    let theirs: Value = serde_json::from_str(include_str!("referee/live.json")).expect("a captured file");
    let answer = Bench::of(&home()).answer("homeassistant__GetLiveContext", json!({}));
    let text = parsed(&answer)["result"].as_str().expect("a text").to_owned();
    let (header, yaml) = text.split_once('\n').expect("a header and a list");
    assert_eq!(
        header,
        "Live Context: An overview of the areas and the devices in this smart home:"
    );
    let ours: Value = serde_yaml_ng::from_str(yaml).expect("it is YAML");
    for (ours, theirs) in list(&ours).iter().zip(list(&theirs)) {
        // To the order of keys.
        assert_eq!(ours.to_string(), theirs.to_string());
    }
    assert_eq!(list(&ours).len(), list(&theirs).len());
}

#[test]
fn selectors_become_the_same_schemas() {
    let cases: Value = serde_json::from_str(include_str!("referee/selectors.json")).expect("a captured file");
    for case in list(&cases) {
        let home = json!({
            "entities": [{"id": "script.x", "name": "X", "state": "off"}],
            "scripts": [{"entity": "script.x", "action": "script.x", "fields": {"x": {"selector": case[0]}}}],
        });
        let tools = Bench::of(&home).with(|llm, selection, request| llm.tools_json(selection, request, Variant::Plain));
        let tools: Value = serde_json::from_str(&tools).expect("it is JSON");
        let tool = list(&tools)
            .iter()
            .find(|tool| tool["name"] == "script__x")
            .expect("the script is exposed");
        let ours = tool["inputSchema"]["properties"]["x"].clone();
        assert_eq!(
            numbers_as_floats(ours),
            numbers_as_floats(case[1].clone()),
            "{}",
            case[0]
        );
    }
}
