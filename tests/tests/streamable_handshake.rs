//! What a client of Streamable HTTP is answered in the versions with a handshake, case by case, by the component that is
//! built in. Each test names a case that servers are known to answer in different ways.

use hearth_host::limits::Limits;
use hearth_tests::http_host::{ADA, BEN, Host, Setup};
use hearth_tests::streamable_client::{Answer, Streamable};
use serde_json::{Value, json};

/// The versions that begin with a handshake and have this transport.
const VERSIONS: [&str; 3] = ["2025-03-26", "2025-06-18", "2025-11-25"];

/// A host, and Ben with a session of the newest of them.
async fn stage() -> (Host, Streamable) {
    let host = Host::start(Setup::default()).await;
    let ben = Streamable::initialized(host.address, BEN, "2025-11-25").await;
    (host, ben)
}

fn request(id: &str, method: &str, params: Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
}

fn ping(id: &str) -> String {
    request(id, "ping", json!({}))
}

fn initialize(version: &str) -> String {
    let client = json!({"name": "test", "version": "1"});
    let params = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
    request("again", "initialize", params)
}

/// A call that takes so many seconds in the home.
fn boil_eggs(id: &str, seconds: u64) -> String {
    let params = json!({"name": "script__egg_timer", "arguments": {"seconds": seconds}});
    request(id, "tools/call", params)
}

/// Moves the clock on when the call waits for it.
async fn after(host: &Host, seconds: u64) {
    let moment = host.now() + seconds * 1_000;
    host.until("the timer", || host.clock.is_awaited(moment)).await;
    host.clock.advance(seconds * 1_000);
}

/// Ben goes on as if nothing had been.
async fn goes_on(ben: &Streamable) {
    let (status, answer) = ben.post(ping("on")).await.json();
    assert_eq!(
        (status, &answer["id"], &answer["result"]),
        (200, &json!("on"), &json!({}))
    );
}

/// The status, code and id of an error.
fn error(answer: Answer) -> (u16, i64, Value) {
    let (status, answer) = answer.json();
    let code = answer["error"]["code"]
        .as_i64()
        .unwrap_or_else(|| panic!("no error: {answer}"));
    (status, code, answer.get("id").cloned().unwrap_or_default())
}

fn accepted(answer: Answer) {
    let answer = answer.whole();
    assert_eq!((answer.status, answer.text()), (202, ""));
    assert_eq!(answer.header("content-type"), None);
}

#[tokio::test]
async fn the_version_that_is_asked_for_is_agreed_on() {
    let host = Host::start(Setup::default()).await;
    for (asked, agreed) in [
        ("2024-11-05", "2024-11-05"),
        ("2025-03-26", "2025-03-26"),
        ("2025-06-18", "2025-06-18"),
        ("2025-11-25", "2025-11-25"),
        ("2026-07-28", "2025-11-25"),
        ("1999-01-01", "2025-11-25"),
    ] {
        let answer = Streamable::new(host.address, BEN)
            .judged()
            .post(initialize(asked))
            .await;
        let (status, answer) = answer.json();
        assert_eq!((status, &answer["result"]["protocolVersion"]), (200, &json!(agreed)));
    }
}

#[tokio::test]
async fn a_session_id_is_visible_ascii() {
    let host = Host::start(Setup::default()).await;
    let answer = Streamable::new(host.address, BEN)
        .judged()
        .post(initialize("2025-11-25"))
        .await
        .whole();
    let session = answer.header("mcp-session-id").expect("a session begins");
    assert!(
        !session.is_empty() && session.bytes().all(|byte| byte.is_ascii_graphic()),
        "{session}"
    );
}

#[tokio::test]
async fn notifications_and_stray_responses_are_202_without_body_and_type() {
    let (_host, ben) = stage().await;
    for body in [
        json!({"jsonrpc": "2.0", "method": "notifications/initialized"}),
        json!({"jsonrpc": "2.0", "method": "notifications/nobody_knows", "params": {"a": 1}}),
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 99}}),
        json!({"jsonrpc": "2.0", "id": 99, "result": {}}),
        json!({"jsonrpc": "2.0", "id": 99, "error": {"code": -1, "message": "no"}}),
    ] {
        accepted(ben.post(body.to_string()).await);
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn a_response_without_a_result_is_202() {
    let (_host, ben) = stage().await;
    accepted(ben.post(r#"{"jsonrpc":"2.0","id":1}"#).await);
    goes_on(&ben).await;
}

#[tokio::test]
async fn an_unknown_tool_is_a_result_that_the_model_can_read() {
    let (_host, ben) = stage().await;
    let (status, answer) = ben
        .post(request("a", "tools/call", json!({"name": "HassTurnOnn"})))
        .await
        .json();
    assert_eq!((status, &answer["result"]["isError"]), (200, &json!(true)), "{answer}");
    let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
    assert!(text.contains("HassTurnOn"), "it names the closest one: {text}");
}

#[tokio::test]
async fn a_missing_argument_is_a_result_that_the_model_can_read() {
    let (_host, ben) = stage().await;
    let params = json!({"name": "script__egg_timer", "arguments": {}});
    let (status, answer) = ben.post(request("a", "tools/call", params)).await.json();
    assert_eq!((status, &answer["result"]["isError"]), (200, &json!(true)), "{answer}");
}

#[tokio::test]
async fn an_unknown_method_is_32601() {
    let (_host, ben) = stage().await;
    for method in ["nobody/knows", "server/discover", "subscriptions/listen"] {
        let answer = ben.post(request("a", method, json!({}))).await;
        assert_eq!(error(answer), (200, -32601, json!("a")), "{method}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_400_and_32700_without_an_id() {
    let (_host, ben) = stage().await;
    for body in [&b"not json"[..], b"", b"{", b"\xff", b"{} {}"] {
        assert_eq!(error(ben.post(body).await), (400, -32700, Value::Null), "{body:?}");
        let (_, answer) = ben.post(body).await.json();
        assert_eq!(answer.get("id"), None, "null is no id");
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn json_that_is_no_message_is_400_and_32600() {
    let (_host, ben) = stage().await;
    for body in [
        "{}",
        "1",
        "null",
        "\"ping\"",
        r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
        r#"{"id":1,"method":"ping"}"#,
        r#"{"jsonrpc":"2.0","id":1,"method":5}"#,
    ] {
        let (status, code, _) = error(ben.post(body).await);
        assert_eq!((status, code), (400, -32600), "{body}");
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn an_id_that_is_none_is_400_and_32600() {
    let (_host, ben) = stage().await;
    for id in ["null", "1.5", "true", "{}", "[]"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        assert_eq!(error(ben.post(body).await), (400, -32600, Value::Null), "{id}");
    }
}

#[tokio::test]
async fn batches_are_of_2025_03_26() {
    let host = Host::start(Setup::default()).await;
    let batch = format!("[{},{}]", ping("one"), ping("two"));
    for version in VERSIONS {
        let ben = Streamable::initialized(host.address, BEN, version).await;
        if version == "2025-03-26" {
            let (status, answers) = ben.post(&batch).await.json();
            let ids: Vec<&Value> = answers
                .as_array()
                .expect("a batch")
                .iter()
                .map(|answer| &answer["id"])
                .collect();
            assert_eq!((status, ids), (200, vec![&json!("one"), &json!("two")]));
            accepted(
                ben.post(r#"[{"jsonrpc":"2.0","method":"notifications/initialized"}]"#)
                    .await,
            );
        } else {
            let (status, code, _) = error(ben.post(&batch).await);
            assert_eq!((status, code), (400, -32600), "{version}");
        }
        goes_on(&ben).await;
    }
}

#[tokio::test]
async fn an_empty_batch_is_400_and_32600() {
    let host = Host::start(Setup::default()).await;
    for version in VERSIONS {
        let ben = Streamable::initialized(host.address, BEN, version).await;
        assert_eq!(error(ben.post("[]").await), (400, -32600, Value::Null), "{version}");
    }
}

#[tokio::test]
async fn initialize_is_in_no_batch() {
    let host = Host::start(Setup::default()).await;
    let answer = Streamable::new(host.address, BEN)
        .judged()
        .post(format!("[{}]", initialize("2025-03-26")))
        .await;
    let (status, code, _) = error(answer);
    assert_eq!((status, code), (400, -32600));
}

#[tokio::test]
async fn who_takes_json_alone_gets_json() {
    let (host, ben) = stage().await;
    let ben = ben.with("Accept: application/json");
    goes_on(&ben).await;
    let waiting = ben.send(boil_eggs("eggs", 3)).await;
    after(&host, 3).await;
    let (status, answer) = ben.hear(waiting).await.json();
    assert_eq!((status, &answer["id"]), (200, &json!("eggs")));
}

#[tokio::test]
async fn who_takes_anything_or_says_nothing_is_answered() {
    let (_host, ben) = stage().await;
    for accept in ["*/*", "application/*", "text/event-stream;q=0.1, application/json"] {
        goes_on(&ben.clone().with(&format!("Accept: {accept}"))).await;
    }
    goes_on(&ben.without("accept")).await;
}

#[tokio::test]
async fn a_body_of_another_type_is_415() {
    let (_host, ben) = stage().await;
    for kind in ["text/plain", "none", "application/xml"] {
        let answer = ben.clone().with(&format!("Content-Type: {kind}")).post(ping("a")).await;
        assert_eq!(answer.text().0, 415, "{kind}");
    }
    goes_on(&ben.with("Content-Type: application/json; charset=utf-8")).await;
}

#[tokio::test]
async fn an_unknown_version_header_is_400_and_names_those_there_are() {
    let (_host, ben) = stage().await;
    for version in ["2099-01-01", "", "latest"] {
        let ben = ben.clone().with(&format!("MCP-Protocol-Version: {version}"));
        let (status, answer) = ben.post(ping("a")).await.json();
        assert_eq!(status, 400, "{version}: {answer}");
        let text = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(VERSIONS.iter().all(|version| text.contains(version)), "{text}");
        for answer in [ben.get().await.whole(), ben.delete().await] {
            assert_eq!(answer.status, 400, "{version}");
        }
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn another_version_than_the_one_agreed_on_is_taken() {
    let (_host, ben) = stage().await;
    for version in VERSIONS {
        goes_on(&ben.clone().with(&format!("MCP-Protocol-Version: {version}"))).await;
    }
    goes_on(&ben.without("mcp-protocol-version")).await;
}

#[tokio::test]
async fn a_header_that_is_there_twice_is_400() {
    let (_host, ben) = stage().await;
    let session = ben
        .headers
        .iter()
        .find(|line| line.starts_with("Mcp-Session-Id"))
        .cloned();
    for twice in ["MCP-Protocol-Version: 2025-11-25", &session.expect("it has one")] {
        let (status, code, id) = error(ben.clone().and(twice).post(ping("a")).await);
        assert_eq!((status, code, id), (400, -32600, json!("a")), "{twice}");
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn without_a_session_a_request_is_400_with_its_id() {
    let (_host, ben) = stage().await;
    let nobody = ben.without("mcp-session-id");
    for method in ["ping", "tools/list"] {
        let answer = nobody.post(request("a", method, json!({}))).await;
        assert_eq!(error(answer), (400, -32600, json!("a")), "{method}");
    }
    let notification = r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#;
    assert_eq!(nobody.post(notification).await.whole().status, 400);
    assert_eq!(nobody.get().await.text().0, 400);
    let answer = nobody.delete().await;
    assert_eq!(answer.status, 400);
    assert!(answer.text().contains("Mcp-Session-Id"), "{}", answer.text());
}

#[tokio::test]
async fn a_probe_for_what_is_not_here_is_answered_at_once_with_its_id() {
    let (_host, ben) = stage().await;
    let nobody = ben.without("mcp-session-id").without("mcp-protocol-version");
    let answer = nobody.post(request("probe", "server/discover", json!({}))).await;
    assert_eq!(error(answer), (200, -32601, json!("probe")));
}

#[tokio::test]
async fn an_unknown_session_is_404_with_the_id_of_the_request() {
    let (_host, ben) = stage().await;
    let ada = ben.clone().with(&format!("Authorization: Bearer {ADA}"));
    for stranger in [
        ada,
        ben.clone().with("Mcp-Session-Id: nobodys"),
        ben.clone().with("Mcp-Session-Id: 00000000-0000-4000-8000-000000000000"),
        ben.clone().at("/api/mcp/assist"),
    ] {
        assert_eq!(error(stranger.post(ping("a")).await), (404, -32001, json!("a")));
        assert_eq!(stranger.get().await.text().0, 404);
        assert_eq!(stranger.delete().await.status, 404);
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn a_session_is_initialized_once() {
    let (_host, ben) = stage().await;
    let answer = ben.post(initialize("2025-11-25")).await;
    assert_eq!(error(answer), (400, -32600, json!("again")));
    goes_on(&ben).await;
}

#[tokio::test]
async fn strange_pages_and_names_are_403() {
    let (_host, ben) = stage().await;
    for header in ["Origin: https://evil.example", "Origin: null", "Host: evil.example"] {
        assert_eq!(ben.clone().with(header).post(ping("a")).await.text().0, 403, "{header}");
    }
    goes_on(&ben.with("Origin: http://localhost:6274")).await;
}

#[tokio::test]
async fn a_body_of_five_megabytes_is_413() {
    let (_host, ben) = stage().await;
    let large = request("a", "ping", json!({"x": "x".repeat(5_000_000)}));
    assert_eq!(ben.post(large).await.text().0, 413);
    goes_on(&ben).await;
}

#[tokio::test]
async fn put_is_405_and_options_is_204() {
    let (_host, ben) = stage().await;
    let put = ben.ask("PUT").await.whole();
    assert_eq!(
        (put.status, put.header("allow")),
        (405, Some("DELETE,GET,OPTIONS,POST"))
    );
    let page = ben
        .without("authorization")
        .with("Origin: http://localhost:1")
        .with("Access-Control-Request-Method: POST");
    let options = page.ask("OPTIONS").await.whole();
    assert_eq!(options.status, 204);
    assert_eq!(
        options.header("access-control-allow-methods"),
        Some("GET, POST, DELETE, OPTIONS")
    );
}

#[tokio::test]
async fn a_stream_for_who_takes_none_is_406() {
    let (_host, ben) = stage().await;
    assert_eq!(ben.clone().with("Accept: application/json").get().await.text().0, 406);
    goes_on(&ben).await;
}

#[tokio::test]
async fn a_second_stream_takes_the_place_of_the_first() {
    let (host, ben) = stage().await;
    ben.post(request("list", "tools/list", json!({}))).await.json();
    let (mut first, mut second) = (ben.get().await.stream(), ben.get().await.stream());
    first.prime().await;
    second.prime().await;
    assert_eq!(first.event().await, None);
    host.entries.change(|entry| entry.read_only = true);
    host.engine.notify_entries();
    let (id, message) = second.message().await;
    assert!(id.is_some(), "it can be resumed");
    assert_eq!(message["method"], "notifications/tools/list_changed");
}

#[tokio::test]
async fn a_last_event_that_is_unknown_is_400() {
    let (_host, ben) = stage().await;
    for event in ["nonsense", "999-1", "0-0", "-1"] {
        assert_eq!(ben.resume(event).await.text().0, 400, "{event}");
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn delete_is_204_and_then_all_is_404() {
    let (_host, ben) = stage().await;
    let answer = ben.delete().await;
    assert_eq!(
        (answer.status, answer.text(), answer.header("content-type")),
        (204, "", None)
    );
    assert_eq!(ben.delete().await.status, 404);
    assert_eq!(error(ben.post(ping("a")).await), (404, -32001, json!("a")));
    assert_eq!(ben.get().await.text().0, 404);
}

#[tokio::test]
async fn a_session_that_ends_ends_its_stream_and_its_calls() {
    let (host, ben) = stage().await;
    let mut stream = ben.get().await.stream();
    stream.prime().await;
    let mut call = ben.post(boil_eggs("eggs", 30)).await.stream();
    call.prime().await;
    host.until("the call", || host.engine.status().work == 1).await;
    assert_eq!(ben.delete().await.status, 204);
    assert_eq!(stream.rest().await, Vec::<Value>::new());
    assert_eq!(call.rest().await.len(), 0, "what was cancelled is not answered");
    let status = host.engine.status();
    assert_eq!((status.sessions, status.work), (0, 0));
}

#[tokio::test]
async fn an_idle_session_ends_late_and_with_404() {
    let limits = Limits {
        session_idle_ms: 60_000,
        ..Limits::default()
    };
    let host = Host::start(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    let ben = Streamable::initialized(host.address, BEN, "2025-11-25").await;
    host.clock.advance(59_000);
    goes_on(&ben).await;
    host.clock.advance(59_000);
    goes_on(&ben).await;
    host.clock.advance(63_000);
    host.until("its end", || host.engine.status().sessions == 0).await;
    assert_eq!(error(ben.post(ping("a")).await), (404, -32001, json!("a")));
}

#[tokio::test]
async fn a_silent_stream_is_kept_alive() {
    let (host, ben) = stage().await;
    let mut stream = ben.get().await.stream();
    stream.prime().await;
    for _ in 0..3 {
        let moment = host.now() + 15_000;
        host.until("the next comment", || host.clock.is_awaited(moment)).await;
        host.clock.advance(15_000);
        assert!(stream.event().await.expect("the stream goes on").comment);
    }
}

#[tokio::test]
async fn a_call_that_takes_long_is_a_stream_which_only_the_newest_clients_are_primed_on() {
    let host = Host::start(Setup::default()).await;
    for version in VERSIONS {
        let ben = Streamable::initialized(host.address, BEN, version).await;
        let waiting = ben.send(boil_eggs("eggs", 3)).await;
        after(&host, 3).await;
        match ben.hear(waiting).await {
            Answer::Stream(_, mut reading) => {
                assert_eq!(version, "2025-11-25");
                let id = reading.prime().await;
                let (last, answer) = reading.message().await;
                assert_eq!(answer["id"], "eggs");
                assert_ne!(last, Some(id));
                assert_eq!(reading.event().await, None);
            }
            answer => assert_eq!(answer.json().1["id"], "eggs", "{version}"),
        }
    }
}

#[tokio::test]
async fn a_call_that_was_hung_up_goes_on_and_its_answer_can_be_fetched() {
    let (host, ben) = stage().await;
    let mut call = ben.post(boil_eggs("eggs", 3)).await.stream();
    let id = call.prime().await;
    drop(call.into_connection());
    after(&host, 3).await;
    host.until("the answer", || host.engine.status().work == 0).await;
    let mut again = ben.resume(&id).await.stream();
    let (_, answer) = again.message().await;
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!("eggs"), &json!(false))
    );
    assert_eq!(again.event().await, None);
    let other = Streamable::initialized(host.address, BEN, "2025-11-25").await;
    assert_eq!(other.resume(&id).await.text().0, 400, "it is of another session");
}

#[tokio::test]
async fn an_event_from_the_future_is_400_and_disturbs_nobody() {
    let (host, ben) = stage().await;
    let mut call = ben.post(boil_eggs("eggs", 3)).await.stream();
    let id = call.prime().await;
    let outlet = id.split('-').next().unwrap_or_default();
    assert_eq!(ben.resume(&format!("{outlet}-1")).await.text().0, 400);
    after(&host, 3).await;
    assert_eq!(call.message().await.1["id"], "eggs");
}

#[tokio::test]
async fn two_messages_of_one_session_at_once_are_both_answered() {
    let (_host, ben) = stage().await;
    let (one, two) = (ben.send(ping("one")).await, ben.send(ping("two")).await);
    let (one, two) = tokio::join!(ben.hear(one), ben.hear(two));
    assert_eq!(
        (&one.json().1["id"], &two.json().1["id"]),
        (&json!("one"), &json!("two"))
    );
}

#[tokio::test]
async fn a_thousand_streams_of_one_session_leave_one() {
    let (host, ben) = stage().await;
    for _ in 0..1_000 {
        let stream = ben.get().await.stream();
        drop(stream.into_connection());
    }
    host.until("the end of all but one", || host.engine.status().exchanges == 1)
        .await;
    assert_eq!(host.engine.status().checkpoints, 1);
    goes_on(&ben).await;
}

#[tokio::test]
async fn a_call_that_is_cancelled_is_not_answered() {
    let (host, ben) = stage().await;
    let mut call = ben.post(boil_eggs("eggs", 30)).await.stream();
    call.prime().await;
    host.until("the call", || host.engine.status().work == 1).await;
    let params = json!({"requestId": "eggs"});
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
    accepted(ben.post(cancel.to_string()).await);
    host.until("the end of the call", || host.engine.status().work == 0)
        .await;
    assert_eq!(call.rest().await, Vec::<Value>::new());
    goes_on(&ben).await;
}

#[tokio::test]
async fn one_llm_api_has_its_own_path_and_rights() {
    let host = Host::start(Setup::default()).await;
    let ben = Streamable::new(host.address, BEN).judged();
    let ada = Streamable::new(host.address, ADA).judged();
    let assist = |client: &Streamable| client.clone().at("/api/mcp/assist");
    for client in [assist(&ben), assist(&ada)] {
        assert_eq!(client.post(initialize("2025-11-25")).await.json().0, 200);
    }
    let unknown = ada.clone().at("/api/mcp/tv").post(initialize("2025-11-25")).await;
    assert_eq!(unknown.text(), (404, "Unknown LLM API 'tv'".to_owned()));
    let reserved = ben.clone().at("/api/mcp/tv").post(initialize("2025-11-25")).await;
    assert_eq!(reserved.text(), (403, "403: Forbidden".to_owned()));
    // It needs no config entry, and neither `read_only` nor `require_admin` counts.
    host.entries.set_loaded(0);
    assert_eq!(assist(&ben).post(initialize("2025-11-25")).await.json().0, 200);
    let none = ben.post(initialize("2025-11-25")).await;
    assert_eq!(
        none.text(),
        (404, "Model Context Protocol server is not configured".to_owned())
    );
}
