//! What is not exposed is not there.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{TURN_ON, begun, fails, live_context, works};
use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::request;
use crate::stage::Client;

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Assist,
        what_is_hidden_is_answered_like_what_is_not_there,
        "A call that names what is not exposed fails in the words for what does not exist.",
        [what_matches_nothing_is_told]
    ),
    behaviour!(
        Assist,
        what_is_hidden_is_in_no_answer,
        "No tool list, prompt, resource or live context names what is not exposed.",
        [tools_are_listed, prompts_can_be_got, resources_can_be_read]
    ),
    behaviour!(
        Assist,
        exposing_and_hiding_is_followed,
        "What the owner exposes can be read and acted on at once, and what the owner hides cannot any more.",
        [the_live_context_tells_the_states, what_matches_nothing_is_told]
    ),
    behaviour!(
        Assist,
        a_read_only_entry_offers_what_reads,
        "Under a read-only entry every tool is marked as reading only, and none that acts can be called.",
        [a_light_is_turned_on_and_off_by_its_name]
    ),
];

async fn what_is_hidden_is_answered_like_what_is_not_there(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    for (hidden, missing) in [("Safe Light", "Void Light"), ("light.safe", "light.void")] {
        let of_hidden = fails(&mut ben, TURN_ON, json!({ "name": hidden })).await;
        let of_missing = fails(&mut ben, TURN_ON, json!({ "name": missing })).await;
        assert_eq!(of_hidden.replace(hidden, "…"), of_missing.replace(missing, "…"));
    }
    let hidden = fails(&mut ben, "script__hidden", json!({})).await;
    let missing = fails(&mut ben, "script__sudden", json!({})).await;
    assert_eq!(
        hidden.replace("script__hidden", "…"),
        missing.replace("script__sudden", "…")
    );
    let done = stage.home.done();
    assert!(done.is_empty(), "and yet the home did {done:?}");
}

/// All that a client can read without acting.
async fn everything(client: &mut Client) -> Vec<Value> {
    let mut all = Vec::new();
    for (method, list) in [
        ("tools/list", "tools"),
        ("prompts/list", "prompts"),
        ("resources/list", "resources"),
    ] {
        let result = client.result(&request(1, method, json!({}))).await;
        for item in result[list].as_array().cloned().unwrap_or_default() {
            let read = match list {
                "prompts" => request(2, "prompts/get", json!({"name": item["name"]})),
                "resources" => request(3, "resources/read", json!({"uri": item["uri"]})),
                _ => continue,
            };
            all.push(client.result(&read).await);
        }
        all.push(result);
    }
    all.push(json!(live_context(client).await));
    all
}

async fn what_is_hidden_is_in_no_answer(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    stage.home.set("light.safe", "on");
    stage.engine.deliver_changes().await;
    for answer in everything(&mut ben).await {
        let text = answer.to_string();
        for hidden in ["Safe Light", "light.safe", "Hidden", "script__hidden"] {
            assert!(
                !text.contains(hidden),
                "{hidden} is not exposed, and this names it: {text}"
            );
        }
    }
}

async fn exposing_and_hiding_is_followed(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    fails(&mut ben, TURN_ON, json!({"name": "Safe Light"})).await;
    stage.home.expose("light.safe", true);
    stage.home.expose("light.bed", false);
    stage.engine.deliver_changes().await;
    ben.unread();
    works(&mut ben, TURN_ON, json!({"name": "Safe Light"})).await;
    fails(&mut ben, TURN_ON, json!({"name": "Bed Light"})).await;
    let context = live_context(&mut ben).await;
    assert!(
        context.contains("Safe Light") && !context.contains("Bed Light"),
        "{context}"
    );
}

async fn a_read_only_entry_offers_what_reads(case: Arc<Case>) {
    let (stage, mut ben) = begun(&case).await;
    stage.entries.change(|entry| entry.read_only = true);
    stage.engine.notify_entries();
    stage.engine.deliver_changes().await;
    ben.unread();
    let list = ben.result(&request(1, "tools/list", json!({}))).await;
    let tools = list["tools"].as_array().cloned().unwrap_or_default();
    assert!(!tools.is_empty(), "nothing is left to read with");
    for tool in tools {
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{tool}");
    }
    fails(&mut ben, TURN_ON, json!({"name": "Bed Light"})).await;
    let done = stage.home.done();
    assert!(done.is_empty(), "and yet the home did {done:?}");
}
