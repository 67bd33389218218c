//! Calls and their results. MCP 2025-11-25, tools.

use std::sync::Arc;

use serde_json::{Value, json};

use super::acting::{scout, tools};
use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{call, initialized, ping, request};
use crate::stage::Client;

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Tools,
        every_tool_answers_once,
        "Each tool, called without arguments, answers exactly once: a result with content, or an error.",
        [tools_are_listed]
    ),
    behaviour!(
        Tools,
        an_unknown_tool_is_told,
        "A tool that is not there is told by a result with `isError`, or by -32602.",
        [every_tool_answers_once]
    ),
    behaviour!(
        Tools,
        a_call_without_a_name_is_told,
        "A call that does not name a tool is answered with -32602.",
        [tools_are_listed]
    ),
    behaviour!(
        Tools,
        arguments_must_be_an_object,
        "Arguments that are no object are an error, and the tool does nothing.",
        [every_tool_answers_once]
    ),
    behaviour!(
        Tools,
        an_action_is_done_and_told,
        "A call that acts in the home does so, and is answered without `isError`.",
        [every_tool_answers_once]
    ),
    behaviour!(
        Tools,
        a_failed_action_is_told,
        "When the home fails at all that a call asks of it, the result has `isError` and says so.",
        [an_action_is_done_and_told]
    ),
    behaviour!(
        Tools,
        a_refused_action_is_told,
        "When the host refuses all that a call asks for, the result has `isError`.",
        [an_action_is_done_and_told]
    ),
];

/// A result of a call is well-formed.
pub fn assert_result(result: &Value) {
    let content = result["content"].as_array();
    let typed = content.is_some_and(|content| content.iter().all(|item| item["type"].is_string()));
    assert!(typed, "a result without content: {result}");
    let flag = &result["isError"];
    assert!(flag.is_null() || flag.is_boolean(), "`isError` is {flag}");
}

/// The call failed, in whichever way it may.
fn assert_failed(answer: &Value) {
    let failed = answer["result"]["isError"] == true || answer["error"]["code"].is_i64();
    assert!(failed, "it was answered as if it had worked: {answer}");
}

async fn every_tool_answers_once(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ada = initialized(&stage, "ada").await;
    for tool in tools(&mut ada).await {
        let name = tool["name"].as_str().unwrap_or_default();
        stage.home.release(1);
        let answer = ada.ask(&call("once", name, json!({}))).await;
        if answer["error"].is_null() {
            assert_result(&answer["result"]);
        }
        ada.hears_nothing(&stage).await;
    }
}

async fn an_unknown_tool_is_told(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    for name in ["no_such_tool", "", "tools/list"] {
        let answer = ben.ask(&call("1", name, json!({}))).await;
        let told = answer["result"]["isError"] == true || answer["error"]["code"] == -32602;
        assert!(told, "a call of the tool {name:?} was answered with {answer}");
    }
    ping(&mut ben).await;
}

async fn a_call_without_a_name_is_told(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    for params in [json!({}), json!({"arguments": {}}), json!({"name": 7})] {
        let code = ben.error(&request(1, "tools/call", params.clone())).await;
        assert_eq!(code, -32602, "for the params {params}");
    }
}

async fn arguments_must_be_an_object(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ada = initialized(&stage, "ada").await;
    for tool in tools(&mut ada).await {
        let name = tool["name"].as_str().unwrap_or_default();
        for arguments in [json!([]), json!("text"), json!(1)] {
            assert_failed(&ada.ask(&call("1", name, arguments)).await);
        }
    }
    let done = stage.home.done();
    assert!(done.is_empty(), "and yet the home did {done:?}");
}

async fn an_action_is_done_and_told(case: Arc<Case>) {
    let Some(acting) = scout(&case).await else { return };
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    stage.home.release(1);
    let result = ben.result(&acting.call("1")).await;
    assert_worked(&result);
    assert!(!stage.home.done().is_empty(), "and yet the home did nothing");
    ben.hears_nothing(&stage).await;
}

/// The call worked.
pub fn assert_worked(result: &Value) {
    assert_result(result);
    assert_ne!(result["isError"], true, "it failed: {result}");
}

/// What the simulated home says.
const WHY: &str = "the bulb is broken";

async fn a_failed_action_is_told(case: Arc<Case>) {
    let Some(acting) = scout(&case).await else { return };
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    stage.home.fail(Some(WHY));
    stage.home.release(1);
    assert_told(&mut ben, &acting.call("1")).await;
}

async fn a_refused_action_is_told(case: Arc<Case>) {
    let Some(acting) = scout(&case).await else { return };
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    // The host knows, and the component was not told yet.
    stage.entries.change_silently(|entry| entry.read_only = true);
    assert_told(&mut ben, &acting.call("1")).await;
    let done = stage.home.done();
    assert!(done.is_empty(), "and yet the home did {done:?}");
}

async fn assert_told(client: &mut Client, call: &Value) {
    let result = client.result(call).await;
    assert_result(&result);
    assert_eq!(result["isError"], true, "it was answered as if it had worked: {result}");
    let told = result["content"][0]["text"]
        .as_str()
        .is_some_and(|text| !text.is_empty());
    assert!(told, "it does not say what went wrong: {result}");
}
