//! Calls that have to ask the client before they can answer: who may answer, when, and what becomes of the call
//! otherwise. In the handshake era the question is a request of the server, in the stateless one a result.

use hearth_harness::stage::Stage;
use hearth_harness::streamable::{Reading, StreamableClient, header};
use hearth_host::contract::hearth::mcp::types::Status;
use hearth_host::engine::Part;
use hearth_tests::guests;
use serde_json::{Value, json};

/// A tool that asks the user for a name and an address.
const ASKS: &str = "test_elicitation";
/// One that asks the user to confirm, and remembers having asked.
const REMEMBERS: &str = "test_input_required_result_request_state";
/// One that asks three things in one round.
const ASKS_MUCH: &str = "test_input_required_result_multiple_inputs";

async fn stage() -> Stage {
    let stage = Stage::new(guests::conformance()).await;
    stage.entries.change(|entry| {
        entry.all_llm_apis = false;
        entry.llm_apis = vec!["conformance".to_owned()];
    });
    stage.engine.notify_entries();
    stage
}

/// A client that can be asked everything.
async fn with_session(stage: &Stage, principal: &str) -> StreamableClient {
    let mut client = stage.streamable(principal);
    let capabilities = json!({"elicitation": {}, "sampling": {}, "roots": {}});
    client.begin_with("2025-11-25", capabilities).await;
    client
}

fn call(id: u64, tool: &str) -> Value {
    let params = json!({"name": tool, "arguments": {"message": "Who are you?"}});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})
}

fn answered(question: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": question["id"], "result": result})
}

fn form() -> Value {
    json!({"action": "accept", "content": {"username": "ann", "email": "ann@example.org"}})
}

/// The call, and the question that it puts.
async fn asked(client: &StreamableClient, id: u64) -> (Reading, Value) {
    let mut call = client.post(&call(id, ASKS)).await;
    call.prime().await;
    let question = call.next().await;
    assert_eq!(question["method"], "elicitation/create", "{question}");
    (call, question)
}

/// Posts an answer. It is accepted whatever becomes of it.
async fn answers(client: &StreamableClient, answer: &Value) {
    assert_eq!(client.post(answer).await.only().await, (Status::Accepted, Value::Null));
}

/// The text of a tool's result.
fn text(answer: &Value) -> &str {
    answer["result"]["content"][0]["text"].as_str().unwrap_or_default()
}

#[tokio::test(start_paused = true)]
async fn an_answer_reaches_the_call_that_asked() {
    let stage = stage().await;
    let ann = with_session(&stage, "ann").await;
    let (mut call, question) = asked(&ann, 1).await;
    answers(&ann, &answered(&question, form())).await;
    let answer = call.next().await;
    assert_eq!(answer["id"], 1);
    assert!(text(&answer).contains("ann@example.org"), "{answer}");
    assert!(call.is_over());
}

#[tokio::test(start_paused = true)]
async fn an_answer_to_what_was_never_asked_is_ignored() {
    let stage = stage().await;
    let ann = with_session(&stage, "ann").await;
    let (mut call, _) = asked(&ann, 1).await;
    for id in [json!("no such question"), json!(1), json!("")] {
        answers(&ann, &json!({"jsonrpc": "2.0", "id": id, "result": form()})).await;
    }
    assert_eq!(call.unread(), []);
}

#[tokio::test(start_paused = true)]
async fn of_two_answers_the_first_counts() {
    let stage = stage().await;
    let ann = with_session(&stage, "ann").await;
    let (mut call, question) = asked(&ann, 1).await;
    answers(&ann, &answered(&question, form())).await;
    answers(&ann, &answered(&question, json!({"action": "decline"}))).await;
    let answer = call.next().await;
    assert!(text(&answer).contains("ann@example.org"), "{answer}");
    assert!(call.is_over());
}

#[tokio::test(start_paused = true)]
async fn nobody_answers_for_another() {
    let stage = stage().await;
    let (ann, ben) = (with_session(&stage, "ann").await, with_session(&stage, "ben").await);
    let anns_other = with_session(&stage, "ann").await;
    let (mut call, question) = asked(&ann, 1).await;
    for other in [&ben, &anns_other] {
        answers(other, &answered(&question, form())).await;
    }
    assert_eq!(call.unread(), []);
    answers(&ann, &answered(&question, form())).await;
    assert_eq!(call.next().await["id"], 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_refuses_to_answer_ends_the_call() {
    let stage = stage().await;
    let ann = with_session(&stage, "ann").await;
    let (mut call, question) = asked(&ann, 1).await;
    let error = json!({"jsonrpc": "2.0", "id": question["id"], "error": {"code": -1, "message": "no"}});
    answers(&ann, &error).await;
    let answer = call.next().await;
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!(1), &json!(true)),
        "{answer}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_question_outlives_the_instance_that_put_it() {
    let stage = stage().await;
    let ann = with_session(&stage, "ann").await;
    let (mut call, question) = asked(&ann, 1).await;
    stage.engine.renew().await;
    answers(&ann, &answered(&question, form())).await;
    stage.engine.renew().await;
    assert!(text(&call.next().await).contains("ann@example.org"));
    answers(&ann, &answered(&question, form())).await;
    assert!(call.is_over());
}

#[tokio::test(start_paused = true)]
async fn a_cancelled_call_asks_no_more() {
    let stage = stage().await;
    let ann = with_session(&stage, "ann").await;
    let (mut call, question) = asked(&ann, 1).await;
    let cancelled = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 1}});
    answers(&ann, &cancelled).await;
    answers(&ann, &answered(&question, form())).await;
    assert!(call.unread().is_empty() && call.is_over());
    // Its id is free again.
    asked(&ann, 1).await;
}

#[tokio::test(start_paused = true)]
async fn the_end_of_a_session_ends_what_it_asks() {
    let stage = stage().await;
    let ann = with_session(&stage, "ann").await;
    let (mut call, _) = asked(&ann, 1).await;
    ann.delete().await.expect("it is hers");
    assert!(call.unread().is_empty() && call.is_over());
    assert_eq!(stage.engine.status().checkpoints, 0);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_cannot_be_asked_is_not() {
    let stage = stage().await;
    let mut ann = stage.streamable("ann");
    ann.begin("2025-11-25").await;
    let (_, answer) = ann.post(&call(1, ASKS)).await.only().await;
    assert_eq!(answer["result"]["isError"], true, "{answer}");
    assert!(text(&answer).contains("elicitation/create"), "{answer}");
}

#[tokio::test(start_paused = true)]
async fn a_call_that_waits_for_an_answer_counts_as_in_flight() {
    let stage = stage().await;
    let ann = with_session(&stage, "ann").await;
    let _asked = asked(&ann, 1).await;
    let (_, answer) = ann.post(&call(1, ASKS)).await.only().await;
    assert_eq!(answer["error"]["code"], -32600, "the same id again: {answer}");
}

/// A client of the stateless era that can be asked everything.
fn stateless(stage: &Stage, principal: &str) -> StreamableClient {
    let mut client = stage.streamable(principal);
    client.headers = vec![
        header("mcp-protocol-version", "2026-07-28"),
        header("mcp-method", "tools/call"),
    ];
    client
}

/// Calls a tool in the stateless way, with what is brought from an earlier attempt.
async fn round(client: &StreamableClient, tool: &str, arguments: Value, brought: &[(&str, Value)]) -> (Status, Value) {
    let mut client = client.clone();
    client.headers.push(header("mcp-name", tool));
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}, "sampling": {}, "roots": {}},
    });
    let mut params = json!({"name": tool, "arguments": arguments, "_meta": meta});
    for (name, value) in brought {
        params[name] = value.clone();
    }
    let body = json!({"jsonrpc": "2.0", "id": "x", "method": "tools/call", "params": params});
    client.post(&body).await.only().await
}

fn confirmed() -> (&'static str, Value) {
    let answer = json!({"action": "accept", "content": {"ok": true}});
    ("inputResponses", json!({"confirm": answer}))
}

#[tokio::test(start_paused = true)]
async fn a_state_comes_back_sealed_and_is_good_once_more() {
    let stage = stage().await;
    let ann = stateless(&stage, "ann");
    let (status, answer) = round(&ann, REMEMBERS, json!({}), &[]).await;
    let result = &answer["result"];
    assert_eq!(
        (status, &result["resultType"]),
        (Status::Ok, &json!("input_required")),
        "{answer}"
    );
    let state = result["requestState"].clone();
    // Another instance opens it as well, and whoever has answered may answer again.
    for _ in 0..2 {
        stage.engine.renew().await;
        let (_, answer) = round(
            &ann,
            REMEMBERS,
            json!({}),
            &[("requestState", state.clone()), confirmed()],
        )
        .await;
        assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
        assert!(text(&answer).contains("state-ok"), "{answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_not_the_callers_own_is_refused() {
    let stage = stage().await;
    let (ann, ben) = (stateless(&stage, "ann"), stateless(&stage, "ben"));
    let (_, answer) = round(&ann, REMEMBERS, json!({}), &[]).await;
    let state = answer["result"]["requestState"].as_str().expect("a state").to_owned();
    let flipped = match state.strip_suffix('A') {
        Some(rest) => format!("{rest}B"),
        None => format!("{}A", &state[..state.len() - 1]),
    };
    let refused = async |client: &StreamableClient, tool: &str, arguments: Value, state: &str| {
        let (_, answer) = round(client, tool, arguments, &[("requestState", state.into()), confirmed()]).await;
        assert_eq!(answer["error"]["code"], -32602, "{tool} with {state}: {answer}");
    };
    refused(&ben, REMEMBERS, json!({}), &state).await;
    refused(&ann, ASKS_MUCH, json!({}), &state).await;
    refused(&ann, REMEMBERS, json!({"other": 1}), &state).await;
    for hostile in [&flipped, "", "x", &"A".repeat(100_000), &state[..20], "\u{0}\u{1f600}"] {
        refused(&ann, REMEMBERS, json!({}), hostile).await;
    }
    stage.clock.advance(60 * 60 * 1_000);
    refused(&ann, REMEMBERS, json!({}), &state).await;
    let (_, answer) = round(&ann, REMEMBERS, json!({}), &[("requestState", json!(7)), confirmed()]).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
}

#[tokio::test(start_paused = true)]
async fn subscriptions_without_end_meet_the_limit_of_sessions() {
    let stage = stage().await;
    let mut ann = stateless(&stage, "ann");
    ann.headers = vec![
        header("mcp-protocol-version", "2026-07-28"),
        header("mcp-method", "subscriptions/listen"),
    ];
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let params = json!({"notifications": {"toolsListChanged": true}, "_meta": meta});
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "subscriptions/listen", "params": params});
    let mut open = Vec::new();
    let mut refused = 0;
    for _ in 0..1_000 {
        match ann.try_post(body.to_string().as_bytes()).await {
            Ok(received) => open.extend(received.exchange),
            Err(_) => refused += 1,
        }
    }
    assert_eq!((open.len(), refused), (64, 936), "the limit of sessions-per-principal");
    // Another principal is not concerned, and a place is free again when one is closed.
    let mut ben = stateless(&stage, "ben");
    ben.headers = ann.headers.clone();
    let mut bens = ben.post(&body).await;
    assert_eq!(bens.next().await["method"], "notifications/subscriptions/acknowledged");
    open.pop();
    stage.settle().await;
    let mut again = ann.post(&body).await;
    assert!(matches!(again.part().await, Some(Part::Message { last: false, .. })));
}
