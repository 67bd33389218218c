//! What the specification demands where a server needs something of the client, at 2026-07-28: each test stands in
//! `tests/harness/clauses/`.

use hearth_tests::http_host::{ADA, BEN, Host};
use hearth_tests::stateless_client::Stateless;
use serde_json::{Value, json};

const TOOL: &str = "test_input_required_result_request_state";
const OTHER: &str = "test_input_required_result_tampered_state";

/// A host with what the conformance suite calls, and Ben, who can be asked.
async fn stage() -> (Host, Stateless) {
    let host = Host::with_fixtures().await;
    let ben = client(&host, BEN);
    (host, ben)
}

fn client(host: &Host, token: &str) -> Stateless {
    Stateless::new(host.address, token).declaring(json!({"elicitation": {}}))
}

/// The state that a call of this tool is given.
async fn asked(ben: &Stateless, id: &str, tool: &str) -> String {
    let result = ben
        .result(id, "tools/call", json!({"name": tool, "arguments": {}}))
        .await;
    assert_eq!(result["resultType"], "input_required", "{result}");
    assert_eq!(
        result["inputRequests"]["confirm"]["method"], "elicitation/create",
        "{result}"
    );
    result["requestState"].as_str().expect("it has a state").to_owned()
}

fn again(tool: &str, state: &str) -> Value {
    let reply = json!({"action": "accept", "content": {"ok": true}});
    json!({"name": tool, "arguments": {}, "inputResponses": {"confirm": reply}, "requestState": state})
}

async fn is_refused(ben: &Stateless, params: Value) {
    let (_, answer) = ben.ask("refused", "tools/call", params).await;
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
}

#[tokio::test]
async fn a_client_is_asked_in_the_result_of_its_request() {
    let (_host, ben) = stage().await;
    let state = asked(&ben, "one", TOOL).await;
    let result = ben.result("two", "tools/call", again(TOOL, &state)).await;
    assert_eq!(
        (&result["resultType"], &result["isError"]),
        (&json!("complete"), &json!(false)),
        "{result}"
    );
}

#[tokio::test]
async fn a_state_that_was_tampered_with_is_refused() {
    let (_host, ben) = stage().await;
    let state = asked(&ben, "one", TOOL).await;
    for at in [0, state.len() / 2, state.len() - 2] {
        let mut bytes = state.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).expect("it is ASCII");
        is_refused(&ben, again(TOOL, &changed)).await;
    }
    let longest = "A".repeat(100_000);
    for odd in ["", "x", "{}", &state[..state.len() / 2], &longest] {
        is_refused(&ben, again(TOOL, odd)).await;
    }
    let result = ben.result("two", "tools/call", again(TOOL, &state)).await;
    assert_eq!(result["resultType"], "complete", "the one that was given is still good");
}

#[tokio::test]
async fn a_state_is_good_for_who_asked_what_was_asked_and_not_for_long() {
    let (host, ben) = stage().await;
    let state = asked(&ben, "one", TOOL).await;
    is_refused(&client(&host, ADA), again(TOOL, &state)).await;
    is_refused(&ben, again(OTHER, &state)).await;
    let mut other = again(TOOL, &state);
    other["arguments"] = json!({"more": 1});
    is_refused(&ben, other).await;
    host.clock.advance(24 * 60 * 60 * 1_000);
    is_refused(&ben, again(TOOL, &state)).await;
}

#[tokio::test]
async fn who_does_not_come_again_leaves_nothing_behind() {
    let (host, ben) = stage().await;
    for id in 0..100 {
        asked(&ben, &id.to_string(), TOOL).await;
    }
    let status = host.engine.status();
    assert_eq!((status.sessions, status.work), (0, 0));
}
