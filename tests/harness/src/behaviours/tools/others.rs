//! Prompts and resources, where they are declared. MCP 2025-11-25, prompts and resources.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{initialize, ping, request};
use crate::stage::Client;

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Tools,
        prompts_can_be_got,
        "Each prompt that is listed without required arguments can be got, and has messages.",
        [initialize_is_answered]
    ),
    behaviour!(
        Tools,
        an_unknown_prompt_is_told,
        "A prompt that is not there is answered with -32602.",
        [prompts_can_be_got, ping_is_answered]
    ),
    behaviour!(
        Tools,
        resources_can_be_read,
        "Each resource that is listed can be read, and has contents under its URI.",
        [initialize_is_answered]
    ),
    behaviour!(
        Tools,
        an_unknown_resource_is_told,
        "A resource that is not there is answered with -32002 or -32602.",
        [resources_can_be_read, ping_is_answered]
    ),
];

/// A client, if the component declares this capability; else the case gets a note.
async fn with_capability(case: &Case, name: &str) -> Option<Client> {
    let stage = case.stage().await;
    let mut ben = stage.client("ben").await;
    let result = ben.result(&initialize("first")).await;
    if result["capabilities"][name].is_object() {
        return Some(ben);
    }
    case.note(format!("it does not declare the capability `{name}`"));
    None
}

async fn listed(client: &mut Client, what: &str) -> Vec<Value> {
    let result = client
        .result(&request("list", &format!("{what}/list"), json!({})))
        .await;
    let items = result[what].as_array();
    items.unwrap_or_else(|| panic!("no list of {what}: {result}")).clone()
}

async fn prompts_can_be_got(case: Arc<Case>) {
    let Some(mut ben) = with_capability(&case, "prompts").await else {
        return;
    };
    for prompt in listed(&mut ben, "prompts").await {
        let arguments = prompt["arguments"].as_array().cloned().unwrap_or_default();
        if arguments.iter().any(|argument| argument["required"] == true) {
            continue;
        }
        let got = ben
            .result(&request("get", "prompts/get", json!({"name": prompt["name"]})))
            .await;
        let messages = got["messages"].as_array().cloned().unwrap_or_default();
        assert!(!messages.is_empty(), "the prompt {prompt} has no messages: {got}");
        for message in messages {
            let spoken = message["role"].is_string() && message["content"]["type"].is_string();
            assert!(spoken, "a message without role or content: {message}");
        }
    }
}

async fn an_unknown_prompt_is_told(case: Arc<Case>) {
    let Some(mut ben) = with_capability(&case, "prompts").await else {
        return;
    };
    let code = ben
        .error(&request(1, "prompts/get", json!({"name": "no such prompt"})))
        .await;
    assert_eq!(code, -32602);
    ping(&mut ben).await;
}

async fn resources_can_be_read(case: Arc<Case>) {
    let Some(mut ben) = with_capability(&case, "resources").await else {
        return;
    };
    for resource in listed(&mut ben, "resources").await {
        let uri = &resource["uri"];
        let read = ben
            .result(&request("read", "resources/read", json!({"uri": uri})))
            .await;
        let contents = read["contents"].as_array().cloned().unwrap_or_default();
        let fits =
            |content: &Value| content["uri"] == *uri && (content["text"].is_string() || content["blob"].is_string());
        assert!(
            !contents.is_empty() && contents.iter().all(fits),
            "the resource {uri} was read as {read}"
        );
    }
}

async fn an_unknown_resource_is_told(case: Arc<Case>) {
    let Some(mut ben) = with_capability(&case, "resources").await else {
        return;
    };
    let code = ben
        .error(&request(1, "resources/read", json!({"uri": "no-such://resource"})))
        .await;
    // -32002 until 2025-11-25, -32602 afterwards.
    assert!([-32002, -32602].contains(&code), "it was {code}");
    ping(&mut ben).await;
}
