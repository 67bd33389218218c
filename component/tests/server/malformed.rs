//! Bodies that are no messages, and batches.

use hearth_component::contract::hearth::mcp::types::RefusalReason;
use serde_json::{Value, json};

use crate::support::{Host, admin, light_on, request};

#[test]
fn what_is_no_message_is_refused_with_the_text_of_home_assistant_and_the_session_goes_on() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"a":{}}}}}"#,
        "[".repeat(100) + &"]".repeat(100)
    );
    let bodies: [&[u8]; 9] = [
        b"",
        b"[",
        b"\xff\xfe",
        br#"{"a":1}"#,
        br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
        br#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
        br#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#,
        br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
        deep.as_bytes(),
    ];
    for body in bodies {
        let refusal = host.post(&client, body).expect_err("it is refused");
        assert_eq!(refusal.reason, RefusalReason::Malformed);
        assert_eq!(refusal.detail, "Could not parse message");
    }
    host.ask(&client, request(1, "ping", json!({})));
}

#[test]
fn the_limit_of_nesting_is_the_installation_s() {
    let mut host = Host::new();
    host.installation.0.borrow_mut().limits.insert("nesting", 3);
    host.restart();
    let client = host.open(admin("a"));
    host.ask(&client, request(1, "ping", json!({"a": {}})));
    let too_deep = request(1, "ping", json!({"a": {"b": {}}})).to_string();
    assert_eq!(host.refused(&client, too_deep), RefusalReason::Malformed);
}

#[test]
fn batches_are_taken_at_the_one_version_that_has_them() {
    let batch = json!([
        request(1, "ping", json!({})),
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        request("b", "nope", json!({})),
    ])
    .to_string();
    let mut host = Host::new();
    for version in ["2024-11-05", "2025-06-18", "2025-11-25"] {
        let client = host.connect(admin("a"), version);
        assert_eq!(host.refused(&client, &batch), RefusalReason::Malformed);
    }
    let uninitialized = host.open(admin("a"));
    assert_eq!(host.refused(&uninitialized, &batch), RefusalReason::Malformed);

    let client = host.connect(admin("a"), "2025-03-26");
    let said = host.said(&client, &batch);
    let answers: Vec<Value> = said
        .iter()
        .map(|body| serde_json::from_str(body).expect("JSON"))
        .collect();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0], json!({"jsonrpc": "2.0", "id": 1, "result": {}}));
    assert_eq!(
        (&answers[1]["id"], &answers[1]["error"]["code"]),
        (&json!("b"), &json!(-32601))
    );
}

#[test]
fn a_batch_that_is_empty_or_initializes_or_never_ends_is_refused_whole() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-03-26");
    let turn_on = light_on(1);
    let endless: Vec<Value> = (0..65).map(|id| request(id, "ping", json!({}))).collect();
    for batch in [
        json!([]),
        json!([turn_on, crate::support::initialize("2025-03-26")]),
        json!([turn_on, 5]),
        json!([turn_on, [turn_on]]),
        json!(endless),
    ] {
        assert_eq!(host.refused(&client, batch.to_string()), RefusalReason::Malformed);
    }
    assert!(host.work.is_empty());
}
