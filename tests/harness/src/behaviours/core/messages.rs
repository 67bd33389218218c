//! What a body may be, and what comes back for it. JSON-RPC 2.0, and what MCP makes of it.

use std::sync::Arc;

use hearth_host::contract::hearth::mcp::types::RefusalReason;
use hearth_host::limits::Limits;
use serde_json::{Value, json};

use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{initialize_at, initialized, notification, ping, request, with_handshake};
use crate::stage::{Client, Stage};

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Core,
        ids_come_back_as_they_were,
        "An answer has the id of its request, string or integer, to the last character.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        unknown_methods_are_told,
        "A method that is not there is answered with -32601, and the session goes on.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        notifications_are_not_answered,
        "A notification gets no answer, whether it is known or not.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        answers_that_nobody_asked_for_are_ignored,
        "A response to a request that was never made gets no answer and harms nothing.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        what_is_no_message_is_refused,
        "A body that is not one JSON-RPC message is refused as malformed, and the session goes on.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        ids_of_other_kinds_are_refused,
        "A request whose id is null, a fraction, a boolean, an array or an object is refused as malformed.",
        [what_is_no_message_is_refused]
    ),
    behaviour!(
        Core,
        deep_nesting_is_refused,
        "A message nested deeper than the limit is refused as malformed; one that just fits is served.",
        [what_is_no_message_is_refused]
    ),
    behaviour!(
        Core,
        a_batch_is_served_where_the_version_has_it,
        "On a session of 2025-03-26 each request of a batch is answered.",
        [
            every_declared_version_is_agreed_to,
            ids_come_back_as_they_were,
            unknown_methods_are_told
        ]
    ),
    behaviour!(
        Core,
        a_batch_is_refused_elsewhere,
        "On a session of any other version a batch is refused as malformed, and none of it is done.",
        [every_declared_version_is_agreed_to, what_is_no_message_is_refused]
    ),
];

/// The one version with batches. MCP 2025-03-26, base protocol; gone in 2025-06-18.
const BATCHES: &str = "2025-03-26";

async fn ids_come_back_as_they_were(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    for id in [
        json!("a"),
        json!(""),
        json!("Küche \"\\\n\u{1F4A1}"),
        json!(0),
        json!(-7),
        // One above what a double can hold.
        json!(9_007_199_254_740_993_u64),
        json!(i64::MAX),
    ] {
        ben.result(&request(id, "ping", json!({}))).await;
    }
}

async fn unknown_methods_are_told(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    for method in ["no/such/method", "", "PING", "rpc.discover"] {
        let code = ben.error(&request(1, method, json!({}))).await;
        assert_eq!(code, -32601, "the code for the method {method:?}");
    }
    ping(&mut ben).await;
}

async fn notifications_are_not_answered(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    for method in [
        "notifications/initialized",
        "notifications/no_such",
        "ping",
        "tools/list",
    ] {
        ben.say(&notification(method, json!({}))).await;
        ben.hears_nothing(&stage).await;
    }
    ping(&mut ben).await;
}

async fn answers_that_nobody_asked_for_are_ignored(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    let error = json!({"code": -32603, "message": "oh"});
    for answer in [
        json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
        json!({"jsonrpc": "2.0", "id": "x", "error": error}),
    ] {
        ben.say(&answer).await;
        ben.hears_nothing(&stage).await;
    }
    ping(&mut ben).await;
}

async fn what_is_no_message_is_refused(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    let bodies: [&[u8]; 12] = [
        b"",
        b"not JSON",
        b"{",
        b"\"ping\"",
        b"null",
        b"17",
        b"{}",
        b"\xff\xfe",
        br#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
        br#"{"id":1,"method":"ping"}"#,
        br#"{"jsonrpc":"2.0","id":1,"method":7}"#,
        br#"{"jsonrpc":"2.0","id":1,"method":"ping"} trailing"#,
    ];
    for body in bodies {
        ben.is_malformed(body).await;
    }
}

async fn ids_of_other_kinds_are_refused(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    for id in [json!(null), json!(1.5), json!(true), json!([1]), json!({"id": 1})] {
        ben.is_malformed(request(id, "ping", json!({})).to_string()).await;
    }
}

async fn deep_nesting_is_refused(case: Arc<Case>) {
    let limits = Limits {
        nesting: 8,
        ..Limits::default()
    };
    let stage = case.stage_with(limits).await;
    let mut ben = initialized(&stage, "ben").await;
    // The message and its params are two of them.
    ben.result(&request(1, "ping", json!({"deep": nested(6)}))).await;
    let deeper = request(2, "ping", json!({"deep": nested(7)}));
    ben.is_malformed(deeper.to_string()).await;
}

/// So many arrays, one in the other.
fn nested(depth: usize) -> Value {
    (0..depth).fold(json!(1), |inner, _| json!([inner]))
}

async fn a_batch_is_served_where_the_version_has_it(case: Arc<Case>) {
    if !with_handshake(case.description())
        .iter()
        .any(|version| version == BATCHES)
    {
        return case.note("it does not serve 2025-03-26");
    }
    let stage = case.stage().await;
    let mut ben = at(&stage, BATCHES).await;
    let unheard = notification("notifications/no_such", json!({}));
    let batch = json!([
        request("a", "ping", json!({})),
        unheard,
        request(2, "no/such", json!({}))
    ]);
    ben.say(&batch).await;
    stage.settle().await;
    // MCP 2025-03-26, base protocol: responses may come in a batch, or one by one.
    let mut answers: Vec<Value> = Vec::new();
    for message in ben.unread() {
        match message {
            Value::Array(batch) => answers.extend(batch),
            single => answers.push(single),
        }
    }
    let to = |id: Value| {
        answers
            .iter()
            .find(|answer| answer["id"] == id)
            .cloned()
            .unwrap_or_default()
    };
    assert_eq!(answers.len(), 2, "the answers to {batch} are {answers:?}");
    assert_eq!(to(json!("a"))["result"], json!({}), "the answers are {answers:?}");
    assert_eq!(to(json!(2))["error"]["code"], -32601, "the answers are {answers:?}");
    ben.is_malformed("[]").await;
}

async fn a_batch_is_refused_elsewhere(case: Arc<Case>) {
    let stage = case.stage().await;
    let batch = json!([request("a", "ping", json!({}))]).to_string();
    for version in &with_handshake(case.description()) {
        if version != BATCHES {
            let mut ben = at(&stage, version).await;
            let refusal = ben.refusal(&batch).await;
            assert_eq!(refusal.reason, RefusalReason::Malformed, "at {version}");
            ben.hears_nothing(&stage).await;
        }
    }
}

async fn at(stage: &Stage, version: &str) -> Client {
    let mut client = stage.client("ben").await;
    client.result(&initialize_at("first", version)).await;
    client
}
