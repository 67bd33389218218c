//! What the protocol says of messages where its schema says nothing.

use serde_json::Value;

/// What a result of 2026-07-28 may say that it is, without an extension.
const RESULT_TYPES: [&str; 2] = ["complete", "input_required"];
/// The methods whose result may ask for more. MCP 2026-07-28, multi round-trip requests.
const MAY_ASK: [&str; 3] = ["prompts/get", "resources/read", "tools/call"];
/// Codes that 2026-07-28 has given up. MCP 2026-07-28, base protocol, error codes.
const GIVEN_UP: [i64; 2] = [-32002, -32042];

/// What is wrong with a message that follows the schema.
pub fn violation(version: &str, message: &Value, answers: Option<&str>) -> Option<String> {
    if message.get("id") == Some(&Value::Null) {
        return Some("its id is null".to_owned());
    }
    if version == "2026-07-28" {
        return of_the_stateless_era(message, answers);
    }
    None
}

fn of_the_stateless_era(message: &Value, answers: Option<&str>) -> Option<String> {
    if let Some(code) = message["error"]["code"].as_i64() {
        let gone = GIVEN_UP.contains(&code);
        return gone.then(|| format!("it sent the error {code}, which the version has given up"));
    }
    let result = message.get("result")?;
    let kind = result["resultType"].as_str().unwrap_or_default();
    if !RESULT_TYPES.contains(&kind) {
        return Some(format!("its `resultType` is {kind:?}"));
    }
    let asks = kind == "input_required";
    let method = answers.unwrap_or_default();
    if asks && !MAY_ASK.contains(&method) {
        return Some(format!("it asks for input where {method:?} may not"));
    }
    let asks_nothing = asks && result.get("inputRequests").is_none() && result.get("requestState").is_none();
    asks_nothing.then(|| "it asks for input and names neither requests nor a state".to_owned())
}
