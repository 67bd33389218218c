//! What a model is told: of the home, and of the tools.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{DATE_TIME, TURN_ON, begun, fails, live_context, works};
use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::request;

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Assist,
        tools_are_titled_and_annotated,
        "Each tool has a title and says whether it reads only, destroys, can be repeated and reaches beyond the home.",
        [tools_are_listed]
    ),
    behaviour!(
        Assist,
        an_unknown_tool_is_told_with_the_closest,
        "A call of a tool that is not there is told the closest one that is.",
        [an_unknown_tool_is_told]
    ),
    behaviour!(
        Assist,
        the_live_context_tells_the_states,
        "The live context names each exposed entity with its state of now.",
        [every_tool_answers_once]
    ),
    behaviour!(
        Assist,
        the_snapshot_is_the_live_context,
        "The snapshot resource has the text of the live context.",
        [the_live_context_tells_the_states, resources_can_be_read]
    ),
    behaviour!(
        Assist,
        the_prompt_tells_what_there_is,
        "The prompt names each exposed entity and its area, and the tool for states.",
        [prompts_can_be_got]
    ),
    behaviour!(
        Assist,
        an_effect_is_seen_before_its_answer,
        "Who reads the home after the answer to a call sees what the call did.",
        [
            the_live_context_tells_the_states,
            a_light_is_turned_on_and_off_by_its_name
        ]
    ),
    behaviour!(
        Assist,
        the_time_is_that_of_the_home,
        "The date and time are those of the event, in the zone of the home.",
        [every_tool_answers_once]
    ),
];

async fn tools_are_titled_and_annotated(case: Arc<Case>) {
    let (_stage, mut ben) = begun(&case).await;
    let list = ben.result(&request(1, "tools/list", json!({}))).await;
    for tool in list["tools"].as_array().cloned().unwrap_or_default() {
        let titled = tool["title"].as_str().is_some_and(|title| !title.is_empty());
        assert!(titled, "no title: {tool}");
        for hint in ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"] {
            assert!(tool["annotations"][hint].is_boolean(), "no {hint}: {tool}");
        }
    }
}

async fn an_unknown_tool_is_told_with_the_closest(case: Arc<Case>) {
    let (_stage, mut ben) = begun(&case).await;
    let text = fails(&mut ben, "intent__HassTurnOnn", json!({"name": "Bed Light"})).await;
    assert!(text.contains(TURN_ON), "{text}");
}

/// The state that a live context tells of an entity: the first after its name.
fn state_of<'a>(context: &'a str, name: &str) -> &'a str {
    let after = context.split_once(name).map(|(_, after)| after);
    let after = after.unwrap_or_else(|| panic!("{name} is not in the live context: {context}"));
    let line = after.lines().find_map(|line| line.trim().strip_prefix("state:"));
    line.unwrap_or_default().trim().trim_matches(['"', '\''])
}

async fn the_live_context_tells_the_states(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    for state in ["on", "off", "unavailable"] {
        stage.home.set("light.bed", state);
        stage.engine.deliver_changes().await;
        let context = live_context(&mut ben).await;
        assert_eq!(state_of(&context, "Bed Light"), state, "{context}");
        assert_eq!(state_of(&context, "Front Door"), "locked", "{context}");
    }
}

async fn the_snapshot_is_the_live_context(case: Arc<Case>) {
    let (_stage, mut ben) = begun(&case).await;
    let context = live_context(&mut ben).await;
    let list = ben.result(&request(1, "resources/list", json!({}))).await;
    let uri = list["resources"][0]["uri"].clone();
    let read = ben.result(&request(2, "resources/read", json!({ "uri": uri }))).await;
    assert_eq!(read["contents"][0]["text"], context.as_str());
}

async fn the_prompt_tells_what_there_is(case: Arc<Case>) {
    let (_stage, mut ben) = begun(&case).await;
    let list = ben.result(&request(1, "prompts/list", json!({}))).await;
    let got = ben
        .result(&request(2, "prompts/get", json!({"name": list["prompts"][0]["name"]})))
        .await;
    let text: &Value = &got["messages"][0]["content"]["text"];
    let text = text.as_str().unwrap_or_else(|| panic!("the prompt has no text: {got}"));
    for told in [
        "Bed Light",
        "Ceiling Light",
        "Front Door",
        "Blind",
        "Bedroom",
        super::LIVE_CONTEXT,
    ] {
        assert!(text.contains(told), "{told} is not in the prompt: {text}");
    }
}

async fn an_effect_is_seen_before_its_answer(case: Arc<Case>) {
    let (_stage, mut ben) = begun(&case).await;
    works(&mut ben, TURN_ON, json!({"name": "Bed Light"})).await;
    let context = live_context(&mut ben).await;
    assert_eq!(state_of(&context, "Bed Light"), "on", "{context}");
}

async fn the_time_is_that_of_the_home(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    // Berlin, winter: an hour ahead of 2026-01-01T00:00:00Z.
    let now = works(&mut ben, DATE_TIME, json!({})).await;
    let date = &now["date"];
    assert!(date == "2026-01-01" && now["time"] == "01:00:00", "{now}");
    const HALF_A_YEAR_MS: u64 = 182 * 86_400_000;
    stage.clock.advance(HALF_A_YEAR_MS);
    // And summer: two hours.
    let now = works(&mut ben, DATE_TIME, json!({})).await;
    assert!(now["date"] == "2026-07-02" && now["time"] == "02:00:00", "{now}");
}
