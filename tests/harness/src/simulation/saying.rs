//! What clients say in a simulation: all methods, calls that last, and what no client should say.

use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::generate::Mood;
use crate::conversation::{notification, request};

/// Few, so that they meet again: in flight, cancelled, answered and once more.
const IDS: u32 = 3;

/// The one with batches twice.
const VERSIONS: [&str; 5] = ["2025-03-26", "2025-11-25", "2025-03-26", "2024-11-05", "1999-01-01"];

/// Deeper than the limit of the simulation.
const TOO_DEEP: usize = 12;

/// `initialize`.
pub(super) fn initialize() -> impl Strategy<Value = Value> {
    select(&VERSIONS[..]).prop_map(initialize_at)
}

/// `ping`.
pub(super) fn ping() -> impl Strategy<Value = Value> {
    id().prop_map(|id| request(id, "ping", json!({})))
}

/// One body.
pub(super) fn saying(mood: Mood, tools: &[String]) -> BoxedStrategy<Value> {
    let batch = prop::collection::vec(message(mood, tools), 0..=3);
    prop_oneof![
        20 => message(mood, tools),
        3 => batch.prop_map(Value::Array),
        1 => nonsense(),
    ]
    .boxed()
}

fn message(mood: Mood, tools: &[String]) -> BoxedStrategy<Value> {
    prop_oneof![
        if mood.busy { 24 } else { 6 } => call(mood, tools),
        6 => plain(),
        3 => id().prop_map(|id| notification("notifications/cancelled", json!({"requestId": id}))),
        2 => initialize(),
        1 => Just(notification("notifications/initialized", json!({}))),
    ]
    .boxed()
}

pub(super) fn initialize_at(version: &str) -> Value {
    let client = json!({"name": "simulation", "version": "1"});
    let params = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
    request("hello", "initialize", params)
}

/// A request that is answered at once.
fn plain() -> impl Strategy<Value = Value> {
    let of = |method: &'static str, params: Value| Just((method, params));
    let named = prop_oneof![
        2 => of("ping", json!({})),
        5 => of("tools/list", json!({})),
        1 => of("tools/list", json!({"cursor": "nowhere"})),
        1 => of("prompts/list", json!({})),
        1 => of("prompts/get", json!({"name": "Assist"})),
        1 => of("prompts/get", json!({"name": "Multiple LLM APIs"})),
        1 => of("resources/list", json!({})),
        1 => of("resources/templates/list", json!({})),
        2 => of("resources/read", json!({"uri": "homeassistant://assist/context-snapshot"})),
        1 => of("resources/read", json!({"uri": "nothing://"})),
        1 => of("resources/subscribe", json!({"uri": "homeassistant://assist/context-snapshot"})),
        1 => of("completion/complete", json!({"ref": {"type": "ref/prompt", "name": "Assist"}})),
        1 => of("logging/setLevel", json!({"level": "debug"})),
        1 => of("resources/unsubscribe", json!({"uri": "homeassistant://assist/context-snapshot"})),
        1 => of("server/discover", json!({})),
        2 => of("subscriptions/listen", json!({"notifications": {
            "toolsListChanged": true,
            "resourceSubscriptions": ["homeassistant://assist/context-snapshot"],
        }})),
        1 => of("tools/call", json!("no object")),
        1 => of("nothing/like/it", json!({})),
    ];
    (id(), named).prop_map(|(id, (method, params))| request(id, method, params))
}

/// A call of a tool: those of `assist`, which another component does not know, and those that this one offers.
fn call(mood: Mood, tools: &[String]) -> impl Strategy<Value = Value> + use<> {
    let with = |tool: &'static str, arguments: Value| Just((tool.to_owned(), arguments));
    let lights = json!(["light"]);
    let assist = prop_oneof![
        if mood.busy { 12 } else { 4 } => with("script__slow", json!({})),
        3 => with("intent__HassTurnOn", json!({"name": "Bed Light"})),
        2 => with("intent__HassTurnOff", json!({"name": "Bed Light"})),
        2 => with("intent__HassTurnOn", json!({"area": "Bedroom", "domain": lights})),
        1 => with("intent__HassTurnOn", json!({"name": "Safe Light"})),
        1 => with("intent__HassTurnOn", json!({"name": 7, "colour": "red"})),
        1 => with("light__HassLightSet", json!({"name": "Lamp", "brightness": 50})),
        1 => with("intent__HassCancelAllTimers", json!({})),
        3 => with("homeassistant__GetLiveContext", json!({})),
        1 => with("llm__GetDateTime", json!({})),
        1 => with("no_such_tool", json!({})),
    ];
    let mut names = tools.to_vec();
    names.push("no_such_tool".to_owned());
    let arguments = prop_oneof![
        Just(json!({})),
        Just(json!({"name": "Bed Light"})),
        Just(json!({"text": "hello", "count": 3})),
        Just(json!([])),
    ];
    let offered = (select(names), arguments);
    let called = prop_oneof![3 => assist, 1 => offered];
    (id(), called, any::<bool>()).prop_map(|(id, (name, arguments), progress)| {
        let mut params = json!({"name": name, "arguments": arguments});
        if progress {
            params["_meta"] = json!({"progressToken": id});
        }
        request(id, "tools/call", params)
    })
}

/// JSON that is no message.
fn nonsense() -> impl Strategy<Value = Value> {
    let deep = (0..TOO_DEEP).fold(json!("deep"), |inner, _| json!([inner]));
    prop_oneof![
        Just(json!("not a message")),
        Just(json!(null)),
        Just(json!({"jsonrpc": "1.0", "id": 1, "method": "ping"})),
        Just(json!({"jsonrpc": "2.0", "id": null, "method": "ping"})),
        Just(json!({"jsonrpc": "2.0", "id": 1.5, "method": "ping"})),
        Just(json!({"jsonrpc": "2.0", "id": 1, "result": {}})),
        Just(json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"deep": deep}})),
    ]
}

fn id() -> impl Strategy<Value = Value> {
    prop_oneof![
        3 => (0..IDS).prop_map(Value::from),
        1 => (0..IDS).prop_map(|id| Value::from(id.to_string())),
    ]
}
