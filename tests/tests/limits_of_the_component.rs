//! Invariant 5: what happens at the limits that our component keeps, and at those that the engine keeps around its calls.
//! In each case a second client goes on.

use hearth_harness::conversation::{call, initialized, ping, refusal};
use hearth_harness::stage::{Client, Stage, load};
use hearth_host::contract::hearth::mcp::types::{RefusalReason, Route, Status};
use hearth_host::limits::Limits;
use hearth_tests::guests;
use serde_json::json;

/// Ben, who meets the limit, and Eve, who does not.
async fn two_clients(limits: Limits) -> (Stage, Client, Client) {
    let stage = Stage::on(load(guests::built_in()).await, limits).await;
    let (ben, eve) = (initialized(&stage, "ben").await, initialized(&stage, "eve").await);
    (stage, ben, eve)
}

#[tokio::test(start_paused = true)]
async fn one_session_more_than_all_may_have_is_refused_until_another_ends() {
    let limits = Limits {
        sessions: 2,
        ..Limits::default()
    };
    let (stage, mut ben, eve) = two_clients(limits).await;
    let (reason, detail) = refusal(stage.try_client("ada", Vec::new()).await);
    assert_eq!(reason, RefusalReason::TooManySessions);
    assert!(detail.contains("the limit of sessions;"), "{detail}");
    ping(&mut ben).await;
    drop(eve);
    stage.settle().await;
    initialized(&stage, "ada").await;
    ping(&mut ben).await;
}

#[tokio::test(start_paused = true)]
async fn one_session_more_than_a_principal_may_have_is_refused_until_another_ends() {
    let limits = Limits {
        sessions_per_principal: 2,
        ..Limits::default()
    };
    let (stage, mut ben, mut eve) = two_clients(limits).await;
    let second = stage.client("ben").await;
    let (reason, detail) = refusal(stage.try_client("ben", Vec::new()).await);
    assert_eq!(reason, RefusalReason::TooManySessions);
    assert!(detail.contains("the limit of sessions-per-principal;"), "{detail}");
    ping(&mut eve).await;
    drop(second);
    stage.settle().await;
    initialized(&stage, "ben").await;
    ping(&mut ben).await;
}

#[tokio::test(start_paused = true)]
async fn one_request_more_than_may_be_in_flight_is_an_error_that_says_so() {
    let limits = Limits {
        requests_in_flight: 2,
        ..Limits::default()
    };
    let (stage, mut ben, mut eve) = two_clients(limits).await;
    for id in ["1", "2", "3"] {
        let slow = call(id, "script__slow", json!({}));
        ben.post(&slow).await.expect("it is taken");
    }
    let refused = ben.next().await;
    assert_eq!(
        (&refused["id"], &refused["error"]["code"]),
        (&json!("3"), &json!(-32000))
    );
    let text = refused["error"]["message"].to_string();
    assert!(
        text.contains("requests-in-flight") && text.contains("wait for an answer"),
        "{text}"
    );
    ping(&mut ben).await;
    eve.post(&call("1", "script__slow", json!({})))
        .await
        .expect("it is taken");
    stage.settle().await;
    assert_eq!(stage.home.waiting(), 3);
    stage.home.release(3);
    assert_eq!(eve.next().await["result"]["isError"], false);
    let answered = [ben.next().await, ben.next().await].map(|answer| answer["id"].to_string());
    assert_eq!(answered, ["\"1\"", "\"2\""], "no call was lost");
    ben.post(&call("4", "script__slow", json!({})))
        .await
        .expect("it is taken");
    stage.home.release(1);
    assert_eq!(ben.next().await["result"]["isError"], false, "there is room again");
}

#[tokio::test(start_paused = true)]
async fn a_page_holds_as_much_as_the_limit_says_and_its_cursor_is_good_nowhere_else() {
    let limits = Limits {
        page: 2,
        ..Limits::default()
    };
    let (stage, mut ben, mut eve) = two_clients(limits).await;
    let list = |method: &str, cursor: &serde_json::Value| {
        let params = if cursor.is_null() {
            json!({})
        } else {
            json!({"cursor": cursor})
        };
        json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params})
    };
    let first = ben.ask(&list("tools/list", &json!(null))).await;
    assert_eq!(first["result"]["tools"].as_array().map(Vec::len), Some(2), "{first}");
    let cursor = first["result"]["nextCursor"].clone();
    let second = eve.ask(&list("tools/list", &cursor)).await;
    assert_ne!(
        second["result"]["tools"][0]["name"],
        first["result"]["tools"][0]["name"]
    );
    for (method, cursor) in [
        ("prompts/list", cursor.clone()),
        ("resources/list", cursor.clone()),
        ("tools/list", json!("nowhere")),
        ("tools/list", json!("")),
        ("tools/list", json!(7)),
    ] {
        let refused = ben.ask(&list(method, &cursor)).await;
        assert_eq!(refused["error"]["code"], -32602, "{method} at {cursor}: {refused}");
    }
    // Another list of tools has other pages.
    stage.entries.change(|entry| entry.read_only = true);
    stage.engine.notify_entries();
    stage.settle().await;
    assert_eq!(ben.next().await["method"], "notifications/tools/list_changed");
    let stale = ben.ask(&list("tools/list", &cursor)).await;
    assert_eq!(stale["error"]["code"], -32602, "{stale}");
    ping(&mut ben).await;
}

#[tokio::test(start_paused = true)]
async fn a_message_nested_more_deeply_than_the_limit_is_malformed() {
    let limits = Limits {
        nesting: 5,
        ..Limits::default()
    };
    let (_stage, mut ben, mut eve) = two_clients(limits).await;
    let nested = |params: serde_json::Value| json!({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": params});
    ben.post(&nested(json!({"a": [[{}]]}))).await.expect("five are allowed");
    assert_eq!(ben.next().await["result"], json!({}));
    let six = nested(json!({"a": [[{"b": []}]]})).to_string();
    assert_eq!(
        refusal(ben.deliver(Route::Sse, six.as_bytes()).await).0,
        RefusalReason::Malformed
    );
    ping(&mut eve).await;
    ping(&mut ben).await;
}

#[tokio::test(start_paused = true)]
async fn an_action_at_its_time_limit_is_stopped_and_its_call_answered() {
    let limits = Limits {
        action_ms: 1_000,
        ..Limits::default()
    };
    let (stage, mut ben, mut eve) = two_clients(limits).await;
    ben.post(&call("1", "script__slow", json!({})))
        .await
        .expect("it is taken");
    stage.settle().await;
    stage.clock.advance(999);
    stage.settle().await;
    assert!(ben.unread().is_empty());
    stage.clock.advance(1);
    let answer = ben.next().await["result"].take();
    assert_eq!(answer["isError"], true);
    assert_eq!(
        answer["content"][0]["text"],
        "Error calling tool: It took too long and was stopped"
    );
    assert_eq!(stage.home.cancelled(), 1);
    ping(&mut eve).await;
}

#[tokio::test(start_paused = true)]
async fn an_action_that_outlasts_its_patience_counts_as_done_and_goes_on() {
    let (stage, mut ben, mut eve) = two_clients(Limits::default()).await;
    stage.home.hold_all(true);
    ben.post(&call("1", "intent__HassTurnOn", json!({"name": "Bed Light"})))
        .await
        .expect("it is taken");
    stage.settle().await;
    ping(&mut eve).await;
    stage.clock.advance(200);
    assert_eq!(ben.next().await["result"]["isError"], false);
    assert_eq!(
        (stage.home.waiting(), stage.audit.lines()),
        (1, vec!["ben homeassistant.turn_on: running".to_owned()])
    );
    stage.home.release(1);
    stage.settle().await;
    assert_eq!(stage.home.done(), ["homeassistant.turn_on light.bed"]);
}

#[tokio::test(start_paused = true)]
async fn endless_arguments_make_no_endless_record() {
    let (stage, mut ben, mut eve) = two_clients(Limits::default()).await;
    let arguments = json!({"name": "Bed Light", "padding": "ü".repeat(100_000)});
    ben.post(&call("1", "intent__HassTurnOn", arguments))
        .await
        .expect("it is taken");
    assert_eq!(ben.next().await["result"]["isError"], false);
    let record = stage.audit.records().remove(0);
    let kept: serde_json::Value = serde_json::from_str(&record.arguments).expect("it is JSON all the same");
    assert_eq!(kept["bytes"], 200_033);
    assert!(
        kept["beginning"]
            .as_str()
            .expect("text")
            .starts_with("{\"name\":\"Bed Light\"")
    );
    assert!(record.arguments.len() < 40_000, "{}", record.arguments.len());
    ping(&mut eve).await;
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_idle_for_too_long_ends() {
    let limits = Limits {
        session_idle_ms: 10_000,
        ..Limits::default()
    };
    let stage = Stage::on(load(guests::built_in()).await, limits).await;
    let (mut ben, mut eve) = (stage.streamable("ben"), stage.streamable("eve"));
    ben.begin("2025-11-25").await;
    eve.begin("2025-11-25").await;
    let pinged = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    stage.clock.advance(9_000);
    assert_eq!(eve.post(&pinged).await.only().await.0, Status::Ok);
    stage.clock.advance(1_000);
    stage
        .until("the end of his", |stage| stage.engine.status().sessions == 1)
        .await;
    let (status, answer) = ben.post(&pinged).await.only().await;
    assert_eq!((status, &answer["error"]["code"]), (Status::NotFound, &json!(-32001)));
    assert_eq!(eve.post(&pinged).await.only().await.0, Status::Ok);
}
