//! What tools there are. MCP 2025-11-25, tools.

use std::collections::BTreeSet;
use std::sync::Arc;

use hearth_host::contract::hearth::mcp::types::Route;
use serde_json::{Value, json};

use super::acting::tools;
use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{initialize, initialized, request};

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Tools,
        tools_are_a_capability,
        "`initialize` declares the capability `tools`.",
        [initialize_is_answered]
    ),
    behaviour!(
        Tools,
        tools_are_listed,
        "`tools/list` gives at least one tool, each with a name of its own and an input schema that is an object.",
        [ping_is_answered]
    ),
    behaviour!(
        Tools,
        schemas_name_what_they_require,
        "What an input schema requires is among its properties.",
        [tools_are_listed]
    ),
    behaviour!(
        Tools,
        the_list_stays_the_same,
        "While nothing changes, the list is the same at each asking, for each client with the same rights, in a new instance.",
        [tools_are_listed, a_new_instance_goes_on]
    ),
    behaviour!(
        Tools,
        offers_say_the_same,
        "`offers` names the tools that `tools/list` gives, in the same words and order.",
        [the_list_stays_the_same]
    ),
    behaviour!(
        Tools,
        a_cursor_that_is_no_text_is_told,
        "A cursor that is not a string is answered with -32602.",
        [tools_are_listed]
    ),
];

async fn tools_are_a_capability(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = stage.client("ben").await;
    let result = ben.result(&initialize("first")).await;
    assert!(
        result["capabilities"]["tools"].is_object(),
        "the capabilities are {}",
        result["capabilities"]
    );
}

/// Characters of a tool's name. MCP 2025-11-25, tools, tool names: at most 128 of these.
fn is_name(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    (1..=128).contains(&name.len()) && name.bytes().all(fits)
}

async fn tools_are_listed(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ada = initialized(&stage, "ada").await;
    let tools = tools(&mut ada).await;
    assert!(!tools.is_empty(), "there is none");
    let mut names = BTreeSet::new();
    for tool in &tools {
        let name = tool["name"].as_str().unwrap_or_default();
        assert!(is_name(name), "no name for a tool: {tool}");
        assert!(names.insert(name), "two tools are named {name}");
        let described = tool["description"].as_str().is_some_and(|text| !text.is_empty());
        assert!(described, "a model does not learn what {name} is for: {tool}");
        assert_eq!(
            tool["inputSchema"]["type"], "object",
            "the input schema of {name}: {tool}"
        );
    }
}

async fn schemas_name_what_they_require(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ada = initialized(&stage, "ada").await;
    for tool in tools(&mut ada).await {
        let schema = &tool["inputSchema"];
        let required = schema["required"].as_array().cloned().unwrap_or_default();
        for name in required.iter().map(Value::as_str) {
            let known = name.is_some_and(|name| schema["properties"][name].is_object());
            assert!(known, "{name:?} is required and not described: {tool}");
        }
    }
}

async fn the_list_stays_the_same(case: Arc<Case>) {
    let stage = case.stage().await;
    let (mut ben, mut eve) = (initialized(&stage, "ben").await, initialized(&stage, "eve").await);
    let list = tools(&mut ben).await;
    assert_eq!(tools(&mut ben).await, list, "asked again");
    assert_eq!(tools(&mut eve).await, list, "another client asked");
    stage.engine.renew().await;
    assert_eq!(tools(&mut ben).await, list, "a new instance was asked");
}

async fn offers_say_the_same(case: Arc<Case>) {
    let stage = case.stage().await;
    for principal in ["ada", "ben"] {
        let mut client = initialized(&stage, principal).await;
        let offered = stage.engine.offers(&client.principal, &Route::Sse).await;
        let offered: Vec<Value> = offered
            .unwrap_or_else(|refused| panic!("`offers` came to {refused:?}"))
            .iter()
            .map(|tool| {
                let definition: Value = serde_json::from_slice(&tool.definition).unwrap_or_default();
                assert_eq!(definition["name"], tool.name.as_str(), "one tool with two names");
                definition
            })
            .collect();
        assert_eq!(offered, tools(&mut client).await, "what {principal} is offered");
    }
}

async fn a_cursor_that_is_no_text_is_told(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    for cursor in [json!(5), json!({"page": 2})] {
        let code = ben.error(&request(1, "tools/list", json!({ "cursor": cursor }))).await;
        assert_eq!(code, -32602, "for the cursor {cursor}");
    }
    tools(&mut ben).await;
}
