//! Level `assist`: the LLM API of that name over the simulated home. Names, results and texts are Home Assistant's.

pub mod acting;
pub mod exposure;
pub mod furnished;
pub mod telling;

use serde_json::{Value, json};

use crate::case::Case;
use crate::conversation::{call, initialized};
use crate::stage::{Client, Stage};

const TURN_ON: &str = "intent__HassTurnOn";
const TURN_OFF: &str = "intent__HassTurnOff";
const LIVE_CONTEXT: &str = "homeassistant__GetLiveContext";
const DATE_TIME: &str = "llm__GetDateTime";

/// A stage with a client on it.
async fn begun(case: &Case) -> (Stage, Client) {
    let stage = case.stage().await;
    let ben = initialized(&stage, "ben").await;
    (stage, ben)
}

/// What a call says: whether it failed, and its text.
async fn said(client: &mut Client, tool: &str, arguments: Value) -> (bool, String) {
    let result = client.result(&call("call", tool, arguments)).await;
    let text = result["content"][0]["text"].as_str();
    let text = text.unwrap_or_else(|| panic!("the result has no text: {result}"));
    (result["isError"] == true, text.to_owned())
}

/// The data of a call that works.
async fn works(client: &mut Client, tool: &str, arguments: Value) -> Value {
    let shown = arguments.to_string();
    let (failed, text) = said(client, tool, arguments).await;
    assert!(!failed, "{tool} with {shown} failed: {text}");
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}

/// What is said of a call that fails.
async fn fails(client: &mut Client, tool: &str, arguments: Value) -> String {
    let shown = arguments.to_string();
    let (failed, text) = said(client, tool, arguments).await;
    assert!(failed, "{tool} with {shown} was answered as if it had worked: {text}");
    text
}

/// The live context.
async fn live_context(client: &mut Client) -> String {
    match works(client, LIVE_CONTEXT, json!({})).await {
        Value::String(text) => text,
        data => data["result"].as_str().map_or_else(|| data.to_string(), str::to_owned),
    }
}
