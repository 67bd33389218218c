//! Tool calls: answered at once, or worked on by the home while the session goes on.

use hearth_component::contract::exports::hearth::mcp::server::News;
use hearth_component::contract::hearth::mcp::types::{Effect, Outcome, OutcomeKind, Progress};
use serde_json::{Value, json};

use crate::support::{Host, admin, call, cancel, light_on, ok, request, user};

#[test]
fn a_tool_that_only_reads_is_answered_at_once() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let result = host.ask(&client, call(1, "homeassistant__GetLiveContext", json!({})))["result"].clone();
    assert_eq!(
        (&result["isError"], &result["content"][0]["type"]),
        (&json!(false), &json!("text"))
    );
    let without = json!({"name": "homeassistant__GetLiveContext", "arguments": null});
    assert_eq!(host.ask(&client, request(2, "tools/call", without))["result"], result);
}

#[test]
fn an_unknown_tool_is_an_error_that_the_model_sees() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let result = host.ask(&client, call(1, "intent__HassTurnOnn", json!({})))["result"].clone();
    assert_eq!(result["isError"], true);
    assert!(
        result["content"][0]["text"]
            .as_str()
            .expect("a text")
            .contains("intent__HassTurnOn")
    );
}

#[test]
fn a_call_is_work_on_behalf_of_the_one_who_asked_and_answered_when_it_is_done() {
    let mut host = Host::new();
    let client = host.connect(user("u"), "2025-06-18");
    let before = host.unread(&client);
    let effects = host.post(&client, light_on("x").to_string()).expect("received");
    let [Effect::Perform(perform)] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(perform.principal, "u");
    assert_eq!(perform.tool, "intent__HassTurnOn");
    assert_eq!(perform.arguments, br#"{"name":"Kitchen light"}"#);
    assert_eq!(perform.actions.len(), 1);
    assert_eq!(perform.actions[0].target, br#"{"entity_id":["light.kitchen"]}"#);

    host.ask(&client, request("y", "ping", json!({})));
    host.finish(vec![ok()]);
    let answer = host.read_from(&client, before + 1);
    assert_eq!(answer.len(), 1);
    let answer: Value = serde_json::from_str(&answer[0]).expect("JSON");
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!("x"), &json!(false))
    );
}

#[test]
fn a_call_that_the_home_refuses_is_an_error_that_the_model_sees() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    host.post(&client, light_on(1).to_string()).expect("received");
    let before = host.unread(&client);
    host.finish(vec![Outcome {
        kind: OutcomeKind::Failed,
        data: br#"{"error":"The lamp is out"}"#.to_vec(),
    }]);
    let answer: Value = serde_json::from_str(&host.read_from(&client, before)[0]).expect("JSON");
    assert_eq!(answer["result"]["isError"], true);
}

#[test]
fn a_cancelled_request_is_abandoned_and_never_answered() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    host.post(&client, light_on("a").to_string()).expect("received");
    let (key, perform) = host
        .work
        .first_key_value()
        .map(|(key, work)| (key.clone(), work.clone()))
        .expect("work");
    // Another writing of the same id.
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"\u0061"}}"#;
    let effects = host.post(&client, notification).expect("received");
    assert_eq!(effects, [Effect::Abandon(key)]);
    // Outcomes that were on their way all the same.
    let late = host.server.resume(
        perform.ticket,
        News::Outcomes(vec![ok()]),
        host.moment,
        crate::support::nonce(99),
    );
    assert_eq!(late, []);
    // The id is free again.
    host.ask(&client, request("a", "ping", json!({})));
}

#[test]
fn only_its_own_session_can_cancel_a_request() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let other = host.connect(admin("a"), "2025-06-18");
    host.post(&client, light_on(1).to_string()).expect("received");
    assert_eq!(host.post(&other, cancel(1).to_string()).expect("received"), []);
    assert_eq!(host.post(&client, cancel(2).to_string()).expect("received"), []);
    assert_eq!(host.post(&client, cancel("1").to_string()).expect("received"), []);
    assert_eq!(host.work.len(), 1);
}

#[test]
fn an_id_in_flight_is_not_used_twice() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    host.post(&client, light_on(1).to_string()).expect("received");
    for second in [light_on(1), request(1, "ping", json!({}))] {
        assert_eq!(host.ask(&client, second)["error"]["code"], -32600);
    }
    assert_eq!(host.work.len(), 1);
    // The same number as a text is another id, and so is the same id in another session.
    host.post(&client, light_on("1").to_string()).expect("received");
    let other = host.connect(admin("a"), "2025-06-18");
    host.post(&other, light_on(1).to_string()).expect("received");
    assert_eq!(host.work.len(), 3);
}

#[test]
fn so_many_requests_are_in_flight_and_the_next_is_told_so() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    for id in 0..64 {
        host.post(&client, light_on(id).to_string()).expect("received");
    }
    let error = host.ask(&client, light_on(64))["error"].clone();
    assert_eq!(error["code"], -32000);
    assert!(error["message"].as_str().expect("a text").contains("64"));
    host.ask(&client, request(65, "ping", json!({})));
    let other = host.connect(admin("a"), "2025-06-18");
    host.post(&other, light_on(1).to_string()).expect("received");
    assert_eq!(host.work.len(), 65);
    host.finish(vec![ok()]);
    host.post(&client, light_on(66).to_string()).expect("received");
    assert_eq!(host.work.len(), 65);
}

#[test]
fn a_call_is_not_kept_under_an_endless_id_or_token() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let endless = "x".repeat(100_000);
    let mut with_token = light_on(1);
    with_token["params"]["_meta"] = json!({ "progressToken": endless });
    for call in [light_on(endless.clone()), with_token] {
        assert_eq!(host.ask(&client, call)["error"]["code"], -32600);
    }
    assert!(host.work.is_empty());
    host.ask(&client, request(endless, "ping", json!({})));
}

#[test]
fn progress_is_reported_to_who_gave_a_token_for_it() {
    let mut host = Host::new();
    for (version, message) in [("2024-11-05", json!(null)), ("2025-06-18", json!("half way"))] {
        let client = host.connect(admin("a"), version);
        let mut with_token = light_on(1);
        with_token["params"]["_meta"] = json!({"progressToken": "t"});
        host.post(&client, with_token.to_string()).expect("received");
        let key = host.work.keys().next().expect("work").clone();
        let before = host.unread(&client);
        host.resume(&key, News::Progress(half()));
        let sent: Value = serde_json::from_str(&host.read_from(&client, before)[0]).expect("JSON");
        assert_eq!(sent["method"], "notifications/progress");
        assert_eq!(sent["params"]["progressToken"], "t");
        assert_eq!(
            (&sent["params"]["progress"], &sent["params"]["total"]),
            (&json!(0.5), &json!(1.0))
        );
        assert_eq!(sent["params"]["message"], message);
        host.finish(vec![ok()]);
        host.close(&client);
    }
}

#[test]
fn progress_without_a_token_is_not_reported() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    host.post(&client, light_on(1).to_string()).expect("received");
    let key = host.work.keys().next().expect("work").clone();
    assert_eq!(host.resume(&key, News::Progress(half())), []);
}

#[test]
fn a_body_that_trapped_is_answered_with_errors_and_does_nothing() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-03-26");
    let before = host.unread(&client);
    let batch = json!([light_on(1), cancel(2), request("b", "tools/list", json!({}))]).to_string();
    let mut delivery = host.delivery(&client.session, client.principal.clone(), batch.as_bytes());
    delivery.fault = true;
    host.deliver(delivery).expect("received");
    let answers = host.read_from(&client, before);
    assert_eq!(answers.len(), 2);
    for (answer, id) in answers.iter().zip([json!(1), json!("b")]) {
        let answer: Value = serde_json::from_str(answer).expect("JSON");
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&id, &json!(-32603)));
        let message = answer["error"]["message"].as_str().expect("a text");
        assert!(message.starts_with("Internal error"), "{message}");
    }
    assert!(host.work.is_empty());
}

#[test]
fn a_call_whose_outcome_trapped_is_answered_with_an_error() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    host.post(&client, light_on(1).to_string()).expect("received");
    let key = host.work.keys().next().expect("work").clone();
    let before = host.unread(&client);
    host.resume(&key, News::Fault);
    let answer: Value = serde_json::from_str(&host.read_from(&client, before)[0]).expect("JSON");
    assert_eq!((&answer["id"], &answer["error"]["code"]), (&json!(1), &json!(-32603)));
    host.ask(&client, request(1, "ping", json!({})));
}

#[test]
fn a_ticket_that_cannot_be_read_is_logged_and_harms_nobody() {
    let mut host = Host::new();
    let effects = host
        .server
        .resume(b"?".to_vec(), News::Fault, host.moment, crate::support::nonce(1));
    host.apply(&effects);
    assert_eq!(host.logged.len(), 1);
}

fn half() -> Progress {
    Progress {
        done: 0.5,
        total: Some(1.0),
        text: Some("half way".into()),
    }
}
