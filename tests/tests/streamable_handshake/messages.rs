//! What is posted: messages, batches, headers, and what none of them should be.

use hearth_tests::http_host::{ADA, BEN, Host, Setup};
use hearth_tests::streamable_client::Streamable;
use serde_json::{Value, json};

use super::{VERSIONS, accepted, after, boil_eggs, goes_on, initialize, ping, request, stage};

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
        assert_eq!(answer.error(), (200, -32601, json!("a")), "{method}");
    }
}

#[tokio::test]
async fn what_is_not_json_is_400_and_32700_without_an_id() {
    let (_host, ben) = stage().await;
    for body in [&b"not json"[..], b"", b"{", b"\xff", b"{} {}"] {
        assert_eq!(ben.post(body).await.error(), (400, -32700, Value::Null), "{body:?}");
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
        let (status, code, _) = ben.post(body).await.error();
        assert_eq!((status, code), (400, -32600), "{body}");
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn an_id_that_is_none_is_400_and_32600() {
    let (_host, ben) = stage().await;
    for id in ["null", "1.5", "true", "{}", "[]"] {
        let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#);
        assert_eq!(ben.post(body).await.error(), (400, -32600, Value::Null), "{id}");
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
            let (status, code, _) = ben.post(&batch).await.error();
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
        assert_eq!(ben.post("[]").await.error(), (400, -32600, Value::Null), "{version}");
    }
}

#[tokio::test]
async fn initialize_is_in_no_batch() {
    let host = Host::start(Setup::default()).await;
    let answer = Streamable::new(host.address, BEN)
        .judged()
        .post(format!("[{}]", initialize("2025-03-26")))
        .await;
    let (status, code, _) = answer.error();
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
        let (status, code, id) = ben.clone().and(twice).post(ping("a")).await.error();
        assert_eq!((status, code, id), (400, -32600, json!("a")), "{twice}");
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn a_probe_for_what_is_not_here_is_answered_at_once_with_its_id() {
    let (_host, ben) = stage().await;
    let nobody = ben.without("mcp-session-id").without("mcp-protocol-version");
    let answer = nobody.post(request("probe", "server/discover", json!({}))).await;
    assert_eq!(answer.error(), (200, -32601, json!("probe")));
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
