//! What MCP clients say, as far as several tests say it.

use hearth_host::contract::hearth::mcp::types::{Refusal, RefusalReason};
use hearth_host::engine::Refused;
use serde_json::{Value, json};

use crate::stage::{Client, Stage};

/// The newest version of the handshake era.
const VERSION: &str = "2025-11-25";

/// `initialize`.
pub fn initialize(id: &str) -> Value {
    let client = json!({"name": "tests", "version": "1"});
    let params = json!({"protocolVersion": VERSION, "capabilities": {}, "clientInfo": client});
    json!({"jsonrpc": "2.0", "id": id, "method": "initialize", "params": params})
}

/// `tools/call`, with the id as progress token.
pub fn call(id: &str, tool: &str, arguments: Value) -> Value {
    let params = json!({"name": tool, "arguments": arguments, "_meta": {"progressToken": id}});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})
}

/// A client that has shaken hands.
///
/// # Panics
/// When it is refused.
pub async fn initialized(stage: &Stage, principal: &str) -> Client {
    let mut client = stage.client(principal).await;
    client.post(&initialize("init")).await.expect("it is taken");
    let answer = client.next().await;
    assert_eq!(answer["result"]["protocolVersion"], VERSION, "{answer}");
    let done = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    client.post(&done).await.expect("it is taken");
    client
}

/// A ping is answered, next of all.
///
/// # Panics
/// When it is not.
pub async fn ping(client: &mut Client) {
    let ping = json!({"jsonrpc": "2.0", "id": "ping", "method": "ping"});
    client.post(&ping).await.expect("it is taken");
    assert_eq!(
        client.next().await,
        json!({"jsonrpc": "2.0", "id": "ping", "result": {}})
    );
}

/// The refusal that something came to: its reason and its detail.
///
/// # Panics
/// When it was not refused, or not by the component.
pub fn refusal<T>(came_to: Result<T, Refused>) -> (RefusalReason, String) {
    match came_to {
        Err(Refused::Refusal(Refusal { reason, detail })) => (reason, detail),
        Err(other) => panic!("it is refused by the component, not by {other:?}"),
        Ok(_) => panic!("it is refused"),
    }
}
