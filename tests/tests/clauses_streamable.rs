//! What the specification demands of Streamable HTTP in the versions that have sessions: each test stands in
//! `tests/harness/clauses/`.

use std::collections::BTreeSet;

use hearth_tests::http_host::{BEN, Host, Setup};
use hearth_tests::streamable_client::{Answer, Reading, Streamable};
use serde_json::{Value, json};

const VERSION: &str = "2025-11-25";

const PING: &str = r#"{"jsonrpc":"2.0","id":"p","method":"ping"}"#;

async fn stage() -> (Host, Streamable) {
    let host = Host::start(Setup::default()).await;
    let ben = Streamable::initialized(host.address, BEN, VERSION).await;
    (host, ben)
}

fn boil(id: &str, seconds: u64) -> String {
    let params = json!({
        "name": "script__egg_timer", "arguments": {"seconds": seconds}, "_meta": {"progressToken": id}
    });
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params}).to_string()
}

/// A call that waits for the clock, and the id of its first event.
async fn boiling(host: &Host, ben: &Streamable, id: &str, seconds: u64) -> (Reading, String) {
    let mut reading = ben.post(boil(id, seconds)).await.stream();
    let prime = reading.prime().await;
    let moment = host.now() + seconds * 1_000;
    host.until("the eggs", || host.clock.is_awaited(moment)).await;
    (reading, prime)
}

/// Changes the list of tools, of which Ben knows.
async fn change_the_list(host: &Host, ben: &Streamable) {
    let list = json!({"jsonrpc": "2.0", "id": "list", "method": "tools/list"});
    assert_eq!(ben.post(list.to_string()).await.json().0, 200);
    host.entries.change(|entry| entry.read_only = !entry.read_only);
    host.engine.notify_entries();
}

fn methods(messages: &[Value]) -> Vec<&str> {
    let method = |message: &'_ Value| message["method"].as_str().map(str::to_owned);
    let of = |message| {
        method(message).map_or("answer", |name| match name.as_str() {
            "notifications/progress" => "progress",
            "notifications/tools/list_changed" => "list_changed",
            _ => "other",
        })
    };
    messages.iter().map(of).collect()
}

#[tokio::test]
async fn one_path_takes_post_and_get() {
    let (_host, ben) = stage().await;
    assert_eq!(ben.post(PING).await.json().0, 200);
    match ben.get().await {
        Answer::Stream(head, _) => assert_eq!(head.status, 200),
        Answer::Whole(response) => panic!("{:?}", response.head),
    }
}

#[tokio::test]
async fn a_page_of_somewhere_else_is_403_whatever_it_asks() {
    let (_host, ben) = stage().await;
    for origin in ["https://evil.example", "null", "http://localhost.evil.example"] {
        let page = ben.clone().with(&format!("Origin: {origin}"));
        assert_eq!(page.post(PING).await.whole().status, 403, "{origin}");
        assert_eq!(page.get().await.whole().status, 403, "{origin}");
        assert_eq!(page.delete().await.status, 403, "{origin}");
    }
    assert_eq!(ben.post(PING).await.json().0, 200, "the session goes on");
}

#[tokio::test]
async fn notifications_and_answers_are_202_without_a_body() {
    let (_host, ben) = stage().await;
    for message in [
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "method": "notifications/unheard_of", "params": {"a": 1}}),
        json!({"jsonrpc": "2.0", "id": 1, "result": {}}),
        json!({"jsonrpc": "2.0", "id": "never asked", "error": {"code": -1, "message": "no"}}),
    ] {
        let answer = ben.post(message.to_string()).await.whole();
        assert_eq!((answer.status, answer.text()), (202, ""), "{message}");
        assert_eq!(answer.header("content-type"), None, "{message}");
    }
}

#[tokio::test]
async fn what_cannot_be_accepted_is_an_http_error() {
    let (_host, ben) = stage().await;
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    for body in [
        "{",
        "[]",
        "1",
        r#"{"jsonrpc":"2.0","method":5}"#,
        r#"{"method":"notifications/initialized"}"#,
    ] {
        let (status, error) = ben.post(body).await.json();
        assert_eq!((status, error.get("id")), (400, None), "{body}: {error}");
    }
    let nobody = ben.clone().without("Mcp-Session-Id");
    assert_eq!(nobody.post(notification).await.whole().status, 400);
    let stranger = ben.clone().with("Mcp-Session-Id: 6f1dd5a5-0000-4000-8000-000000000000");
    for body in [notification, r#"{"jsonrpc":"2.0","id":1,"result":{}}"#] {
        assert_eq!(stranger.post(body).await.whole().status, 404);
    }
}

#[tokio::test]
async fn a_request_is_answered_by_json_or_by_a_stream() {
    let (host, ben) = stage().await;
    assert_eq!(ben.post(PING).await.json().1["result"], json!({}));
    let (mut reading, _) = boiling(&host, &ben, "eggs", 6).await;
    host.clock.advance(6_000);
    let told = reading.rest().await;
    assert_eq!(
        told.last().map(|last| last["id"].clone()),
        Some(json!("eggs")),
        "{told:?}"
    );
}

#[tokio::test]
async fn each_message_comes_on_one_stream_and_answers_where_they_were_asked() {
    let (host, ben) = stage().await;
    let mut listening = ben.get().await.stream();
    let (mut reading, _) = boiling(&host, &ben, "eggs", 6).await;
    change_the_list(&host, &ben).await;
    loop {
        let event = listening.event().await.expect("the stream goes on");
        if let Some(data) = event.data.filter(|data| !data.is_empty()) {
            assert!(data.contains("notifications/tools/list_changed"), "{data}");
            break;
        }
    }
    host.clock.advance(6_000);
    let told = reading.rest().await;
    let kinds = methods(&told);
    assert_eq!(kinds.last(), Some(&"answer"), "{told:?}");
    assert!(
        kinds[..kinds.len() - 1].iter().all(|kind| *kind == "progress"),
        "{told:?}"
    );
    assert_eq!(ben.delete().await.status, 204);
    assert_eq!(
        methods(&listening.rest().await),
        [""; 0],
        "nothing more came on the stream of the GET"
    );
}

/// The ids of the events of a connection, to its end.
async fn ids(mut reading: Reading) -> Vec<String> {
    let mut ids = Vec::new();
    while let Some(event) = reading.event().await {
        ids.extend(event.id);
    }
    ids
}

#[tokio::test]
async fn no_event_id_stands_twice_in_a_session() {
    let (host, ben) = stage().await;
    let listening = ben.get().await.stream();
    let (one, first) = boiling(&host, &ben, "one", 6).await;
    let (two, second) = boiling(&host, &ben, "two", 7).await;
    change_the_list(&host, &ben).await;
    host.clock.advance(7_000);
    let mut all = vec![first, second];
    all.extend(ids(one).await);
    all.extend(ids(two).await);
    assert_eq!(ben.delete().await.status, 204);
    all.extend(ids(listening).await);
    let unique: BTreeSet<&String> = all.iter().collect();
    assert!(unique.len() == all.len() && all.len() >= 6, "{all:?}");
}

#[tokio::test]
async fn what_is_replayed_is_of_the_stream_that_broke_off() {
    let (host, ben) = stage().await;
    let mut listening = ben.get().await.stream();
    let prime = listening.prime().await;
    let (reading, first) = boiling(&host, &ben, "eggs", 6).await;
    drop((reading, listening));
    change_the_list(&host, &ben).await;
    host.clock.advance(6_000);
    let told = ben.resume(&first).await.stream().rest().await;
    assert!(!methods(&told).contains(&"list_changed"), "{told:?}");
    assert_eq!(
        told.last().map(|last| last["id"].clone()),
        Some(json!("eggs")),
        "{told:?}"
    );
    let mut listening = ben.resume(&prime).await.stream();
    assert_eq!(ben.delete().await.status, 204);
    let told = listening.rest().await;
    assert!(methods(&told).iter().all(|kind| *kind == "list_changed"), "{told:?}");
}

#[tokio::test]
async fn a_session_id_is_visible_ascii() {
    let (_host, ben) = stage().await;
    let line = ben.headers.iter().find(|line| line.starts_with("Mcp-Session-Id: "));
    let id = line.expect("it has a session").trim_start_matches("Mcp-Session-Id: ");
    assert!(
        !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic()),
        "{id:?}"
    );
}

#[tokio::test]
async fn a_session_that_has_ended_is_404() {
    let (_host, ben) = stage().await;
    assert_eq!(ben.delete().await.status, 204);
    let (status, error) = ben.post(PING).await.json();
    assert_eq!((status, &error["id"]), (404, &json!("p")), "{error}");
    assert_eq!(ben.get().await.whole().status, 404);
    assert_eq!(ben.delete().await.status, 404);
}

#[tokio::test]
async fn an_unknown_protocol_version_is_400() {
    let (_host, ben) = stage().await;
    for version in ["1999-01-01", "2099-12-31", "nonsense", "2025-11-25, 2025-06-18"] {
        let odd = ben.clone().with(&format!("MCP-Protocol-Version: {version}"));
        assert_eq!(odd.post(PING).await.whole().status, 400, "{version}");
        assert_eq!(odd.get().await.whole().status, 400, "{version}");
        assert_eq!(odd.delete().await.status, 400, "{version}");
    }
    assert_eq!(ben.post(PING).await.json().0, 200, "the session goes on");
}
