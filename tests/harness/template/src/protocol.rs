//! MCP as bytes: JSON-RPC 2.0, and the handshake. Knows neither sessions nor the home.

use serde_json::{Map, Value, json};

use crate::contract::hearth::mcp::types::Trace;

/// The protocol versions that are served, newest first. 2025-03-26 is not: it would need batches.
pub const VERSIONS: [&str; 3] = ["2025-11-25", "2025-06-18", "2024-11-05"];

pub type Params = Map<String, Value>;

/// One message of a client.
pub enum Message {
    Request(Request),
    Notification {
        method: String,
        params: Params,
    },
    /// It answers a request of ours. We make none.
    Response,
}

pub struct Request {
    /// A string or an integer, given back as it is.
    pub id: Value,
    pub method: String,
    pub params: Params,
}

/// An error answer. JSON-RPC 2.0, 5.1.
pub struct RpcError {
    code: i32,
    message: String,
}

impl RpcError {
    pub const REFUSED: i32 = -32000;
    pub const INVALID_REQUEST: i32 = -32600;
    pub const METHOD_NOT_FOUND: i32 = -32601;
    pub const INVALID_PARAMS: i32 = -32602;
    pub const INTERNAL: i32 = -32603;

    pub fn new(code: i32, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { code, message }
    }
}

/// Reads a body.
///
/// # Errors
/// What is wrong with it, when it is not one message of the protocol.
pub fn parse(body: &[u8], nesting: u64) -> Result<Message, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| format!("The body is not JSON: {error}"))?;
    if depth(&value) > nesting {
        return Err(format!("The message is nested deeper than {nesting}"));
    }
    let Value::Object(mut message) = value else {
        return Err("The message is not an object; batches are not served".to_owned());
    };
    if message.get("jsonrpc") != Some(&json!("2.0")) {
        return Err("The message is not JSON-RPC 2.0".to_owned());
    }
    let Some(method) = message.remove("method") else {
        let answers = message.contains_key("id") && message.contains_key("result") != message.contains_key("error");
        let wrong = || "The message is neither a request nor a response".to_owned();
        return answers.then_some(Message::Response).ok_or_else(wrong);
    };
    let Value::String(method) = method else {
        return Err(format!("The method {method} is not a string"));
    };
    let params = match message.remove("params") {
        None => Params::new(),
        Some(Value::Object(params)) => params,
        Some(_) => return Err("The params are not an object".to_owned()),
    };
    match message.remove("id") {
        None => Ok(Message::Notification { method, params }),
        Some(id) if is_id(&id) => Ok(Message::Request(Request { id, method, params })),
        Some(id) => Err(format!("The id {id} is neither a string nor an integer")),
    }
}

/// Arrays and objects around the innermost value.
fn depth(value: &Value) -> u64 {
    match value {
        Value::Array(values) => 1 + values.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn is_id(id: &Value) -> bool {
    match id {
        Value::String(_) => true,
        Value::Number(number) => !number.to_string().contains(['.', 'e', 'E']),
        _ => false,
    }
}

/// The trace that the client is in, as `_meta` says (SEP-414). The host judges whether it is a good one.
pub fn trace(params: &Params) -> Option<Trace> {
    let text = |name| params.get("_meta")?.get(name)?.as_str().filter(|text| text.len() <= 512).map(str::to_owned);
    Some(Trace { traceparent: text("traceparent")?, tracestate: text("tracestate").unwrap_or_default() })
}

/// A result.
pub fn result(id: &Value, result: &Value) -> Vec<u8> {
    bytes(&json!({"jsonrpc": "2.0", "id": id, "result": result}))
}

/// An error.
pub fn error(id: &Value, error: &RpcError) -> Vec<u8> {
    bytes(&json!({"jsonrpc": "2.0", "id": id, "error": {"code": error.code, "message": error.message}}))
}

/// A notification without params.
pub fn notification(method: &str) -> Vec<u8> {
    bytes(&json!({"jsonrpc": "2.0", "method": method}))
}

/// JSON as the contract carries it.
pub fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

/// What `initialize` says: the version to speak, and name and version of the client.
///
/// # Errors
/// When something is missing or not what it must be.
pub fn handshake(params: &Params) -> Result<(&'static str, String), RpcError> {
    let invalid = |what| RpcError::new(RpcError::INVALID_PARAMS, format!("initialize needs {what}"));
    let text = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
    let requested = text(params.get("protocolVersion")).ok_or_else(|| invalid("a protocolVersion"))?;
    let info = params.get("clientInfo").and_then(Value::as_object);
    let info = info.ok_or_else(|| invalid("a clientInfo"))?;
    if !params.get("capabilities").is_some_and(Value::is_object) {
        return Err(invalid("capabilities"));
    }
    let (Some(name), Some(version)) = (text(info.get("name")), text(info.get("version"))) else {
        return Err(invalid("a clientInfo with name and version"));
    };
    // MCP, lifecycle: the same version if it is served, else the newest. What a client calls itself is kept in its
    // checkpoint, so that it may not be long.
    let served = VERSIONS.into_iter().find(|served| *served == requested);
    let client = format!("{name} {version}").chars().take(100).collect();
    Ok((served.unwrap_or(VERSIONS[0]), client))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Option<String> {
        let body = format!(r#"{{"jsonrpc": "2.0", "id": {text}, "method": "ping"}}"#);
        match parse(body.as_bytes(), 64) {
            Ok(Message::Request(request)) => Some(request.id.to_string()),
            _ => None,
        }
    }

    #[test]
    fn strings_and_integers_are_ids_and_are_echoed_as_they_are() {
        for text in [r#""a""#, r#""""#, "7", "-7", "123456789012345678901234567890"] {
            assert_eq!(id(text).as_deref(), Some(text));
        }
        for text in ["null", "true", "1.0", "1e3", "{}", "[1]"] {
            assert_eq!(id(text), None, "{text}");
        }
    }

    #[test]
    fn a_message_may_be_as_deep_as_the_limit_and_no_deeper() {
        let body = br#"{"jsonrpc": "2.0", "method": "x", "params": {"a": [1]}}"#;
        assert!(parse(body, 3).is_ok() && parse(body, 2).is_err());
    }
}
