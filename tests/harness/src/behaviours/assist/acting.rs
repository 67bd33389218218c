//! What is acted on, and how.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{TURN_OFF, TURN_ON, begun, fails, works};
use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::ping;

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Assist,
        a_light_is_turned_on_and_off_by_its_name,
        "A light that is named is turned on and off, it alone, and the result says so.",
        [an_action_is_done_and_told]
    ),
    behaviour!(
        Assist,
        names_are_matched_as_people_write_them,
        "An entity answers to its name, its aliases and its id, in any case and with spaces around.",
        [a_light_is_turned_on_and_off_by_its_name]
    ),
    behaviour!(
        Assist,
        all_of_an_area_are_acted_on,
        "With an area and a domain all such entities in it are acted on, and no others.",
        [a_light_is_turned_on_and_off_by_its_name]
    ),
    behaviour!(
        Assist,
        turning_on_opens_and_locks,
        "Turning on opens a cover and locks a lock; turning off closes and unlocks.",
        [a_light_is_turned_on_and_off_by_its_name]
    ),
    behaviour!(
        Assist,
        what_matches_nothing_is_told,
        "A name, area or domain that nothing has is an error that says which it was, and nothing is done.",
        [a_light_is_turned_on_and_off_by_its_name]
    ),
    behaviour!(
        Assist,
        wrong_arguments_are_told,
        "Arguments of a wrong type or value are an error that names them, and nothing is done.",
        [what_matches_nothing_is_told]
    ),
    behaviour!(
        Assist,
        what_succeeded_and_what_failed_is_told,
        "When a call works on some entities and fails on others, the result names both.",
        [all_of_an_area_are_acted_on]
    ),
    behaviour!(
        Assist,
        a_script_is_a_tool,
        "An exposed script is a tool with its description, and calling it runs it.",
        [an_action_is_done_and_told]
    ),
    behaviour!(
        Assist,
        the_audit_learns_who_called_what,
        "Each action is recorded with the principal, the client's name, the tool and the arguments of the call.",
        [a_light_is_turned_on_and_off_by_its_name]
    ),
];

/// Names of the entities among the targets of a result, in order.
fn names(targets: &Value) -> Vec<&str> {
    let targets = targets.as_array().map(Vec::as_slice).unwrap_or_default();
    let entities = targets.iter().filter(|target| target["type"] == "entity");
    let mut names: Vec<&str> = entities.filter_map(|target| target["name"].as_str()).collect();
    names.sort_unstable();
    names
}

async fn a_light_is_turned_on_and_off_by_its_name(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    for (tool, service) in [(TURN_ON, "turn_on"), (TURN_OFF, "turn_off")] {
        let before = stage.home.done().len();
        let result = works(&mut ben, tool, json!({"name": "Bed Light"})).await;
        assert_eq!(result["response_type"], "action_done", "{result}");
        assert_eq!(names(&result["data"]["success"]), ["Bed Light"], "{result}");
        let done = stage.home.done().split_off(before);
        let [done] = &done[..] else {
            panic!("the home did {done:?}")
        };
        assert!(
            done.contains(service) && done.ends_with(" light.bed"),
            "the home did {done}"
        );
    }
    ping(&mut ben).await;
}

async fn names_are_matched_as_people_write_them(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    for name in ["bed light", "  BED LIGHT ", "reading lamp", "light.bed"] {
        works(&mut ben, TURN_ON, json!({ "name": name })).await;
        let done = stage.home.done();
        let last = done.last().cloned().unwrap_or_default();
        assert!(
            last.ends_with(" light.bed"),
            "for the name {name:?} the home did {last}"
        );
    }
}

async fn all_of_an_area_are_acted_on(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    let result = works(&mut ben, TURN_ON, json!({"area": "Bedroom", "domain": ["light"]})).await;
    assert_eq!(
        names(&result["data"]["success"]),
        ["Bed Light", "Ceiling Light"],
        "{result}"
    );
    let done = stage.home.done().join("; ");
    for (entity, acted) in [
        ("light.bed", true),
        ("light.ceiling", true),
        ("light.safe", false),
        ("cover.", false),
    ] {
        assert_eq!(done.contains(entity), acted, "whether {entity} was acted on: {done}");
    }
}

async fn turning_on_opens_and_locks(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    for (tool, name, expected) in [
        (TURN_ON, "Blind", "cover.open_cover cover.blind"),
        (TURN_OFF, "Blind", "cover.close_cover cover.blind"),
        (TURN_OFF, "Front Door", "lock.unlock lock.front"),
        (TURN_ON, "Front Door", "lock.lock lock.front"),
    ] {
        works(&mut ben, tool, json!({ "name": name })).await;
        assert_eq!(
            stage.home.done().last().map(String::as_str),
            Some(expected),
            "{tool} of {name}"
        );
    }
}

async fn what_matches_nothing_is_told(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    for (arguments, told) in [
        (json!({"name": "No Such Thing"}), "name"),
        (json!({"area": "No Such Place", "domain": ["light"]}), "area"),
        (json!({"area": "Bedroom", "domain": ["lock"]}), "area"),
    ] {
        let text = fails(&mut ben, TURN_ON, arguments.clone()).await;
        assert!(
            text.to_lowercase().contains(told),
            "{arguments}: it does not say what was wrong: {text}"
        );
    }
    let done = stage.home.done();
    assert!(done.is_empty(), "and yet the home did {done:?}");
}

async fn wrong_arguments_are_told(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    for (arguments, told) in [
        (json!({"name": ["Bed Light", "Blind"]}), "name"),
        (json!({"name": "Bed Light", "domain": [7]}), "domain"),
        (
            json!({"name": "Bed Light", "device_class": ["no_such_class"]}),
            "device_class",
        ),
    ] {
        let text = fails(&mut ben, TURN_ON, arguments.clone()).await;
        assert!(
            text.contains(told),
            "{arguments}: it does not say which was wrong: {text}"
        );
    }
    let done = stage.home.done();
    assert!(done.is_empty(), "and yet the home did {done:?}");
}

async fn what_succeeded_and_what_failed_is_told(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    stage.home.break_down("light.ceiling", true);
    let result = works(&mut ben, TURN_ON, json!({"area": "Bedroom", "domain": ["light"]})).await;
    assert_eq!(names(&result["data"]["success"]), ["Bed Light"], "{result}");
    assert_eq!(names(&result["data"]["failed"]), ["Ceiling Light"], "{result}");
}

async fn a_script_is_a_tool(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    let list = ben
        .result(&crate::conversation::request("list", "tools/list", json!({})))
        .await;
    let tools = list["tools"].as_array().cloned().unwrap_or_default();
    let script = tools.iter().find(|tool| tool["name"] == "script__slow");
    let script = script.unwrap_or_else(|| panic!("script__slow is not among {list}"));
    let described = script["description"]
        .as_str()
        .is_some_and(|text| text.contains("It takes its time"));
    assert!(described, "it is not described as its owner does: {script}");
    stage.home.release(1);
    let result = works(&mut ben, "script__slow", json!({})).await;
    assert!(result["result"].is_object(), "{result}");
    assert_eq!(stage.home.done(), ["script.slow"]);
}

async fn the_audit_learns_who_called_what(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    works(&mut ben, TURN_ON, json!({"name": "Bed Light"})).await;
    let records = stage.audit.records();
    let [record] = &records[..] else { panic!("{records:?}") };
    assert_eq!(record.principal, "ben");
    assert!(record.client.starts_with("tests"), "the client is {:?}", record.client);
    assert_eq!(record.tool, TURN_ON);
    assert_eq!(record.arguments, r#"{"name":"Bed Light"}"#);
    assert_eq!(record.entities, ["light.bed"]);
}
