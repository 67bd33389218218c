//! What MCP clients say, as far as several tests say it.

use hearth_host::contract::exports::hearth::mcp::server::Description;
use hearth_host::contract::hearth::mcp::types::{Refusal, RefusalReason};
use hearth_host::engine::Refused;
use serde_json::{Value, json};

use crate::stage::{Client, Stage};

/// The newest version of the handshake era.
pub const VERSION: &str = "2025-11-25";

/// A request.
pub fn request(id: impl Into<Value>, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params})
}

/// A notification.
pub fn notification(method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "method": method, "params": params})
}

/// `notifications/cancelled` for a request of this id.
pub fn cancelled(id: impl Into<Value>) -> Value {
    notification("notifications/cancelled", json!({"requestId": id.into()}))
}

/// `initialize`.
pub fn initialize(id: &str) -> Value {
    initialize_at(id, VERSION)
}

/// `initialize`, asking for this version.
pub fn initialize_at(id: &str, version: &str) -> Value {
    let client = json!({"name": "tests", "version": "1"});
    let params = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
    request(id, "initialize", params)
}

/// `tools/call`, with the id as progress token.
pub fn call(id: &str, tool: &str, arguments: Value) -> Value {
    let params = json!({"name": tool, "arguments": arguments, "_meta": {"progressToken": id}});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})
}

/// The first version without `initialize`.
const STATELESS: &str = "2026-07-28";

/// The versions that a component serves and that are agreed on by `initialize`.
pub fn with_handshake(description: &Description) -> Vec<String> {
    let versions = description.protocol_versions.iter().cloned();
    versions.filter(|version| version.as_str() < STATELESS).collect()
}

/// A client that has shaken hands, at the newest version that the component serves.
///
/// # Panics
/// When it is refused.
pub async fn initialized(stage: &Stage, principal: &str) -> Client {
    let mut client = stage.client(principal).await;
    let version = with_handshake(&stage.engine.describe())
        .into_iter()
        .max()
        .unwrap_or_default();
    let answer = client.ask(&initialize_at("init", &version)).await;
    assert_eq!(answer["result"]["protocolVersion"], version, "{answer}");
    client.say(&notification("notifications/initialized", json!({}))).await;
    client
}

/// A ping is answered, next of all.
///
/// # Panics
/// When it is not.
pub async fn ping(client: &mut Client) {
    let ping = json!({"jsonrpc": "2.0", "id": "ping", "method": "ping"});
    assert_eq!(client.result(&ping).await, json!({}), "the answer to a ping");
}

/// The refusal that something came to: its reason and its detail.
///
/// # Panics
/// When it was not refused, or not by the component.
pub fn refusal<T>(came_to: Result<T, Refused>) -> (RefusalReason, String) {
    match came_to {
        Err(Refused::Refusal(Refusal { reason, detail })) => (reason, detail),
        Err(other) => panic!("it came to {other:?}, not to a refusal of the component"),
        Ok(_) => panic!("it was taken, and had to be refused"),
    }
}
