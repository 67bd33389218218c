//! The conversations that a format is shown by: together they make our component keep all that it ever keeps.

use std::sync::Arc;

use hearth_harness::conversation::{call, initialized, notification, ping, request};
use hearth_harness::meddle::Meddled;
use hearth_harness::stage::{Stage, load};
use hearth_harness::streamable::{Reading, StreamableClient, header};
use hearth_harness::trace::Trace;
use hearth_host::contract::hearth::mcp::types::Route;
use hearth_host::limits::Limits;
use serde_json::{Value, json};

use crate::fixture::{Build, Case};
use crate::taken::case;

/// The version without `initialize`.
const STATELESS: &str = "2026-07-28";
/// A resource that changes with the home.
const CONTEXT: &str = "homeassistant://assist/context-snapshot";

/// A stage that remembers all that happens on it.
async fn stage(build: Build) -> (Stage, Trace) {
    let trace = Trace::default();
    let (watched, component) = (trace.clone(), load(build.bytes()).await);
    let program = Meddled::new(Arc::new(component), move || watched.clone());
    let stage = Stage::on_program(program, Limits::default()).await;
    build.configure(&stage);
    (stage, trace)
}

/// All of them, held with today's component.
pub async fn take() -> Vec<Case> {
    let mut cases = Vec::new();
    macro_rules! hold {
        ($($name:literal, $build:ident, $conversation:ident;)+) => {
            $({
                let (stage, trace) = stage(Build::$build).await;
                $conversation(&stage).await;
                stage.settle().await;
                cases.push(case($name, Build::$build, &trace));
            })+
        };
    }
    hold! {
        "HTTP+SSE: a session with everything set, and calls in flight", BuiltIn, sse;
        "HTTP+SSE: a session in which nothing was said", BuiltIn, silent;
        "HTTP+SSE: work of every kind, and what was paused", BuiltIn, furnished;
        "HTTP+SSE: a session of 2026-07-28 that listens", BuiltIn, listening_on_a_stream;
        "Streamable HTTP: a session with a stream, and a call in flight", BuiltIn, streamable;
        "Streamable HTTP: a session without a stream", BuiltIn, streamable_without_stream;
        "Streamable HTTP: exchanges of 2026-07-28, with a call in flight and listening", BuiltIn, stateless;
        "Streamable HTTP: questions that wait for an answer", Conformance, questions;
    }
    cases
}

/// The calls of this stage wait from now on, and it is known which entity cannot be turned on.
async fn hold(stage: &Stage) {
    stage.home.offer_service("script.turn_on", false);
    stage.engine.deliver_changes().await;
    stage.home.hold("homeassistant.turn_on");
}

/// A call with places, entities, and one of these for which there is no action.
fn turn_on(id: impl Into<Value>) -> Value {
    let params = json!({"name": "intent__HassTurnOn", "arguments": {"domain": ["light", "script"]}});
    request(id, "tools/call", params)
}

async fn waits(stage: &Stage, actions: usize) {
    stage
        .until("the home works", |stage| stage.home.waiting() == actions)
        .await;
}

async fn sse(stage: &Stage) {
    hold(stage).await;
    let mut ada = stage.client("ada").await;
    let capabilities = json!({"elicitation": {}, "sampling": {}, "roots": {}});
    let client = json!({"name": "tests", "version": "1"});
    let params = json!({"protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": client});
    ada.result(&request("init", "initialize", params)).await;
    ada.say(&notification("notifications/initialized", json!({}))).await;
    ada.result(&request("level", "logging/setLevel", json!({"level": "debug"})))
        .await;
    ada.result(&request("subscribe", "resources/subscribe", json!({"uri": CONTEXT})))
        .await;
    ada.result(&request("list", "tools/list", json!({}))).await;
    ada.say(&call("with progress", "script__slow", json!({}))).await;
    ada.say(&turn_on(7)).await;
    let bedroom = json!({"area": "Bedroom"});
    ada.say(&call("with a place", "intent__HassTurnOn", bedroom)).await;
    waits(stage, 5).await;

    stage.engine.renew().await;
    ping(&mut ada).await;
    stage.home.break_down("light.ceiling", true);
    stage.home.release(5);
    stage.until("it is done", |stage| stage.home.waiting() == 0).await;
    stage.settle().await;
    ada.unread();
}

/// Work that ends in other ways, one of them in two steps, while players are paused.
async fn furnished(stage: &Stage) {
    stage.home.furnish();
    stage.engine.deliver_changes().await;
    let mut ada = initialized(stage, "ada").await;
    ada.result(&call("pause", "media_player__HassMediaPause", json!({})))
        .await;
    stage.home.set("media_player.radio", "idle");
    stage.engine.deliver_changes().await;
    stage.home.hold_all(true);
    for (tool, arguments) in [
        ("todo__HassListAddItem", json!({"name": "Shopping", "item": "Tea"})),
        (
            "todo__HassListCompleteItem",
            json!({"name": "Shopping", "item": "Milk"}),
        ),
        ("todo__get_items", json!({"todo_list": "Shopping"})),
        ("intent_script__Greet", json!({})),
    ] {
        ada.say(&call(tool, tool, arguments)).await;
    }
    waits(stage, 4).await;

    stage.engine.renew().await;
    stage.home.hold_all(false);
    stage.until("it is done", |stage| stage.home.waiting() == 0).await;
    stage.settle().await;
    ada.unread();
}

async fn silent(stage: &Stage) {
    let mut ben = stage.client("ben").await;
    stage.engine.renew().await;
    ping(&mut ben).await;
}

/// A request in its envelope.
fn in_envelope(id: &str, method: &str, mut params: Value) -> Value {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": STATELESS,
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
        "io.modelcontextprotocol/logLevel": "info",
        "progressToken": id,
    });
    request(id, method, params)
}

fn listen(id: &str) -> Value {
    let wanted = json!({
        "toolsListChanged": true, "promptsListChanged": true, "resourcesListChanged": true,
        "resourceSubscriptions": [CONTEXT],
    });
    in_envelope(id, "subscriptions/listen", json!({"notifications": wanted}))
}

async fn listening_on_a_stream(stage: &Stage) {
    let mut ben = stage.client("ben").await;
    ben.say(&listen("listen")).await;
    ben.next().await;
    ben.say(&in_envelope(
        "call",
        "tools/call",
        json!({"name": "script__slow", "arguments": {}}),
    ))
    .await;
    waits(stage, 1).await;

    stage.engine.renew().await;
    stage.home.set("light.bed", "on");
    stage.engine.deliver_changes().await;
    ben.next().await;
    stage.home.release(1);
    ben.next().await;
    ben.say(&in_envelope("again", "tools/list", json!({}))).await;
    ben.next().await;
}

async fn streamable(stage: &Stage) {
    hold(stage).await;
    let mut ada = stage.streamable("ada");
    ada.route = Route::Streamable(Some("assist".to_owned()));
    ada.begin_with("2025-11-25", json!({"roots": {}})).await;
    ada.post(&request("list", "tools/list", json!({}))).await.only().await;
    let subscribe = request("subscribe", "resources/subscribe", json!({"uri": CONTEXT}));
    ada.post(&subscribe).await.only().await;
    let mut stream = ada.get().await.expect("it may read");
    let mut slow = ada.post(&call("slow", "script__slow", json!({}))).await;
    let mut on = ada.post(&turn_on("on")).await;
    waits(stage, 3).await;

    stage.engine.renew().await;
    ada.post(&request("ping", "ping", json!({}))).await.only().await;
    stage.home.report(4.0);
    stage.home.fail(Some("it is broken"));
    stage.home.release(3);
    slow.rest().await;
    on.rest().await;
    stage.home.set("light.bed", "off");
    stage.engine.deliver_changes().await;
    stream.unread();
}

async fn streamable_without_stream(stage: &Stage) {
    let mut ben = stage.streamable("ben");
    ben.begin("2025-06-18").await;
    stage.engine.renew().await;
    ben.post(&request("ping", "ping", json!({}))).await.only().await;
    ben.get().await.expect("it may read");
}

/// What a stateless client asks, with the headers that repeat it.
async fn exchange(client: &StreamableClient, asked: &Value) -> Reading {
    let mut client = client.clone();
    let said = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    client.headers.push(header("mcp-method", &said(&asked["method"])));
    if let Some(name) = asked["params"]["name"].as_str() {
        client.headers.push(header("mcp-name", name));
    }
    client.post(asked).await
}

async fn stateless(stage: &Stage) {
    let mut ben = stage.streamable("ben");
    ben.headers.push(header("mcp-protocol-version", STATELESS));
    let slow = in_envelope("call", "tools/call", json!({"name": "script__slow", "arguments": {}}));
    let mut call = exchange(&ben, &slow).await;
    let mut listening = exchange(&ben, &listen("listen")).await;
    listening.next().await;
    waits(stage, 1).await;

    stage.engine.renew().await;
    stage.home.report(4.0);
    stage.home.release(1);
    call.rest().await;
    stage.home.set("light.bed", "on");
    stage.engine.deliver_changes().await;
    listening.next().await;
}

async fn questions(stage: &Stage) {
    let mut ann = stage.streamable("ann");
    ann.begin_with("2025-11-25", json!({"elicitation": {}, "sampling": {}, "roots": {}}))
        .await;
    let asks = |id: &str, tool: &str| call(id, tool, json!({"message": "Who are you?"}));
    let mut waiting = Vec::new();
    for tool in [
        "test_elicitation",
        "test_input_required_result_request_state",
        "test_input_required_result_multiple_inputs",
    ] {
        let mut call = ann.post(&asks(tool, tool)).await;
        call.prime().await;
        let question = call.next().await;
        waiting.push((call, question));
    }
    let prompt = request(
        "prompt",
        "prompts/get",
        json!({"name": "test_input_required_result_prompt", "arguments": {}}),
    );
    let mut call = ann.post(&prompt).await;
    call.prime().await;
    let question = call.next().await;
    waiting.push((call, question));

    stage.engine.renew().await;
    let form = json!({"action": "accept", "content": {"username": "ann", "email": "ann@example.org"}});
    for (call, question) in &mut waiting {
        let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": form});
        ann.post(&answer).await.only().await;
        call.next().await;
    }
}
