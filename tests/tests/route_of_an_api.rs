//! `/api/mcp/{api}`: one LLM API, whatever the config entry says.

use hearth_harness::stage::Stage;
use hearth_harness::streamable::StreamableClient;
use hearth_host::contract::hearth::mcp::types::{RefusalReason, Route};
use hearth_host::engine::Refused;
use hearth_host::limits::Limits;
use hearth_host::principals::Rights;
use hearth_tests::guests;
use serde_json::{Value, json};

async fn stage() -> Stage {
    let stage = Stage::new(guests::built_in()).await;
    stage.principals.set("ann", Some(Rights { admin: false }));
    stage
}

fn at(stage: &Stage, principal: &str, api: &str) -> StreamableClient {
    let mut client = stage.streamable(principal);
    client.route = Route::Streamable(Some(api.to_owned()));
    client
}

fn turn_on() -> Value {
    let params = json!({"name": "intent__HassTurnOn", "arguments": {"name": "Bed Light"}});
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
}

async fn acts(client: &StreamableClient) -> Value {
    let mut call = client.post(&turn_on()).await;
    call.rest().await.pop().unwrap_or_default()["result"]["isError"].take()
}

#[tokio::test(start_paused = true)]
async fn assist_is_for_everybody_and_no_config_entry_has_a_say() {
    let stage = stage().await;
    stage.entries.change(|entry| {
        entry.require_admin = true;
        entry.read_only = true;
    });
    stage.engine.notify_entries();
    let mut ann = at(&stage, "ann", "assist");
    ann.begin("2025-11-25").await;
    assert_eq!(acts(&ann).await, false);
    stage.entries.set_loaded(0);
    stage.engine.notify_entries();
    stage.settle().await;
    assert_eq!(acts(&ann).await, false, "without any config entry");
    stage.engine.renew().await;
    assert_eq!(acts(&ann).await, false, "with another instance");
}

#[tokio::test(start_paused = true)]
async fn the_rights_of_the_principal_hold_there_too() {
    let stage = stage().await;
    let mut ann = at(&stage, "ann", "assist");
    ann.begin("2025-11-25").await;
    stage.principals.set("ann", None);
    assert_eq!(acts(&ann).await, true);
    let refused = at(&stage, "ann", "homeassistant")
        .try_post(turn_on().to_string().as_bytes())
        .await;
    assert!(matches!(refused, Err(Refused::Refusal(refusal)) if refusal.reason == RefusalReason::AdminRequired));
}

#[tokio::test(start_paused = true)]
async fn a_session_of_one_route_is_none_of_another() {
    let stage = stage().await;
    let mut ann = at(&stage, "ann", "assist");
    ann.begin("2025-11-25").await;
    let mut elsewhere = stage.streamable("ann");
    elsewhere.session = ann.session.clone();
    let (_, answer) = elsewhere.post(&turn_on()).await.only().await;
    assert_eq!(answer["error"]["code"], -32001, "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_session_whose_stream_nobody_reads_gives_way_to_a_client_that_is_there() {
    let limits = Limits {
        sessions_per_principal: 2,
        ..Limits::default()
    };
    let stage = Stage::with_limits(guests::built_in(), limits).await;
    let mut clients = Vec::new();
    let mut streams = Vec::new();
    for _ in 0..2 {
        let mut client = stage.streamable("ann");
        client.begin("2025-11-25").await;
        streams.push(client.get().await.expect("it has a session"));
        clients.push(client);
    }
    let hello =
        json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}});
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}).to_string();
    let refused = stage.streamable("ann").try_post(hello.as_bytes()).await;
    assert!(matches!(refused, Err(Refused::Refusal(refusal)) if refusal.reason == RefusalReason::TooManySessions));
    // The first client is gone without a word.
    streams.remove(0);
    stage.settle().await;
    stage.streamable("ann").begin("2025-11-25").await;
    let ping = json!({"jsonrpc": "2.0", "id": 2, "method": "ping"});
    let (_, gone) = clients[0].post(&ping).await.only().await;
    assert_eq!(gone["error"]["code"], -32001, "{gone}");
    let (_, there) = clients[1].post(&ping).await.only().await;
    assert_eq!(there["result"], json!({}), "{there}");
}
