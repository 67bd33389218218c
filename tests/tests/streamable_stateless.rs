//! What a client of 2026-07-28 is answered, case by case, by the component that is built in. Each test names a case that
//! servers are known to answer in different ways.

use hearth_host::limits::Limits;
use hearth_tests::http_host::{BEN, Host, Setup};
use hearth_tests::streamable_client::{Answer, Streamable};
use serde_json::{Value, json};

const VERSION: &str = "2026-07-28";
const META: &str = "io.modelcontextprotocol/protocolVersion";

/// A host, and Ben, who says the version in each request.
async fn stage() -> (Host, Streamable) {
    let host = Host::start(Setup::default()).await;
    let ben = Streamable::new(host.address, BEN)
        .judged()
        .with(&format!("MCP-Protocol-Version: {VERSION}"));
    (host, ben)
}

fn envelope() -> Value {
    json!({
        META: VERSION,
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "test", "version": "1"},
    })
}

/// A request in an envelope; params of its own stand beside it.
fn request(id: &str, method: &str, mut params: Value) -> String {
    params["_meta"] = envelope();
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
}

/// Asks with the headers that belong to it.
async fn ask(ben: &Streamable, id: &str, method: &str, params: Value) -> Answer {
    let mut ben = ben.clone().with(&format!("Mcp-Method: {method}"));
    if let Some(name) = params["name"].as_str().or(params["uri"].as_str()) {
        ben = ben.with(&format!("Mcp-Name: {name}"));
    }
    ben.post(request(id, method, params)).await
}

/// Asks for the tools and sees that all is well.
async fn goes_on(ben: &Streamable) {
    let (status, answer) = ask(ben, "on", "tools/list", json!({})).await.json();
    assert_eq!((status, &answer["id"]), (200, &json!("on")));
    assert!(answer["result"]["tools"].is_array(), "{answer}");
}

#[tokio::test]
async fn discover_says_what_the_server_is_without_a_session() {
    let (_host, ben) = stage().await;
    let answer = ask(&ben, "a", "server/discover", json!({})).await.whole();
    assert_eq!(answer.header("mcp-session-id"), None);
    let answer: Value = serde_json::from_str(answer.text()).expect("it is JSON");
    let result = &answer["result"];
    let versions = result["supportedVersions"].as_array().expect("a list");
    assert!(versions.contains(&json!(VERSION)), "{result}");
    assert_eq!(result["resultType"], "complete");
    assert!(
        result["capabilities"].is_object() && result["ttlMs"].is_u64(),
        "{result}"
    );
    assert!(result["cacheScope"].is_string(), "{result}");
    assert!(
        result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"].is_string(),
        "{result}"
    );
}

#[tokio::test]
async fn results_say_that_they_are_complete_and_how_long_they_last() {
    let (_host, ben) = stage().await;
    for method in [
        "tools/list",
        "prompts/list",
        "resources/list",
        "resources/templates/list",
    ] {
        let (status, answer) = ask(&ben, "a", method, json!({})).await.json();
        let result = &answer["result"];
        assert_eq!(
            (status, &result["resultType"]),
            (200, &json!("complete")),
            "{method}: {answer}"
        );
        assert!(
            result["ttlMs"].is_u64() && result["cacheScope"].is_string(),
            "{method}: {answer}"
        );
    }
}

#[tokio::test]
async fn an_answer_that_comes_at_once_is_json() {
    let (_host, ben) = stage().await;
    goes_on(&ben).await;
    for accept in ["application/json", "*/*"] {
        goes_on(&ben.clone().with(&format!("Accept: {accept}"))).await;
    }
    goes_on(&ben.without("accept")).await;
}

#[tokio::test]
async fn an_unknown_tool_is_a_result_that_the_model_can_read() {
    let (_host, ben) = stage().await;
    let (status, answer) = ask(&ben, "a", "tools/call", json!({"name": "HassTurnOnn"}))
        .await
        .json();
    assert_eq!((status, &answer["result"]["isError"]), (200, &json!(true)), "{answer}");
}

#[tokio::test]
async fn an_unknown_method_is_404_and_32601() {
    let (_host, ben) = stage().await;
    for method in [
        "nobody/knows",
        "ping",
        "logging/setLevel",
        "resources/subscribe",
        "resources/unsubscribe",
        "initialize",
    ] {
        let answer = ask(&ben, "a", method, json!({})).await;
        assert_eq!(answer.error(), (404, -32601, json!("a")), "{method}");
    }
}

#[tokio::test]
async fn an_envelope_that_is_not_whole_is_400_and_32602() {
    let (_host, ben) = stage().await;
    let ben = ben.with("Mcp-Method: tools/list");
    for meta in [
        None,
        Some(json!({})),
        Some(json!({META: VERSION})),
        Some(json!({"io.modelcontextprotocol/clientCapabilities": {}})),
        Some(json!({META: VERSION, "io.modelcontextprotocol/clientCapabilities": 5})),
        Some(json!({META: 5, "io.modelcontextprotocol/clientCapabilities": {}})),
    ] {
        let mut body = json!({"jsonrpc": "2.0", "id": "a", "method": "tools/list", "params": {}});
        if let Some(meta) = &meta {
            body["params"]["_meta"] = meta.clone();
        }
        let answer = ben.post(body.to_string()).await;
        assert_eq!(answer.error(), (400, -32602, json!("a")), "{meta:?}");
    }
    let without_params = r#"{"jsonrpc":"2.0","id":"a","method":"tools/list"}"#;
    assert_eq!(ben.post(without_params).await.error(), (400, -32602, json!("a")));
}

#[tokio::test]
async fn who_does_not_say_its_name_is_served() {
    let (_host, ben) = stage().await;
    let meta = json!({META: VERSION, "io.modelcontextprotocol/clientCapabilities": {}});
    let body = json!({"jsonrpc": "2.0", "id": "a", "method": "tools/list", "params": {"_meta": meta}});
    let (status, _) = ben.with("Mcp-Method: tools/list").post(body.to_string()).await.json();
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_version_header_that_is_missing_or_another_is_400_and_32020() {
    let (_host, ben) = stage().await;
    let body = request("a", "tools/list", json!({}));
    let ben = ben.with("Mcp-Method: tools/list");
    let missing = ben.clone().without("mcp-protocol-version");
    assert_eq!(missing.post(&body).await.error(), (400, -32020, json!("a")));
    for other in ["2025-11-25", "2099-01-01"] {
        let other = ben.clone().with(&format!("MCP-Protocol-Version: {other}"));
        assert_eq!(other.post(&body).await.error(), (400, -32020, json!("a")));
    }
}

#[tokio::test]
async fn a_version_that_is_not_served_is_400_and_32022_with_those_that_are() {
    let (_host, ben) = stage().await;
    let mut meta = envelope();
    meta[META] = json!("2099-01-01");
    let body = json!({"jsonrpc": "2.0", "id": "a", "method": "tools/list", "params": {"_meta": meta}});
    let ben = ben
        .with("Mcp-Method: tools/list")
        .with("MCP-Protocol-Version: 2099-01-01");
    let (status, answer) = ben.post(body.to_string()).await.json();
    assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32022)), "{answer}");
    assert_eq!(answer["error"]["data"]["requested"], "2099-01-01");
    let supported = answer["error"]["data"]["supported"].as_array().expect("a list");
    assert!(supported.contains(&json!(VERSION)), "{answer}");
}

#[tokio::test]
async fn headers_that_do_not_say_what_the_body_says_are_400_and_32020() {
    let (_host, ben) = stage().await;
    let call = request("a", "tools/call", json!({"name": "HassTurnOn", "arguments": {}}));
    let right = ben.with("Mcp-Method: tools/call").with("Mcp-Name: HassTurnOn");
    for wrong in [
        right.clone().without("mcp-method"),
        right.clone().with("Mcp-Method: tools/list"),
        right.clone().with("Mcp-Method: TOOLS/CALL"),
        right.clone().without("mcp-name"),
        right.clone().with("Mcp-Name: HassTurnOff"),
        right.clone().with("Mcp-Name: =?base64?SGFzc1R1cm5Pbg?="),
        right.clone().and("Mcp-Name: HassTurnOn"),
        right.clone().and("Mcp-Method: tools/call"),
        right.clone().and("MCP-Protocol-Version: 2026-07-28"),
    ] {
        assert_eq!(
            wrong.post(&call).await.error(),
            (400, -32020, json!("a")),
            "{:?}",
            wrong.headers
        );
    }
    assert_eq!(right.post(&call).await.json().0, 200);
}

#[tokio::test]
async fn a_name_may_come_as_base64() {
    let (_host, ben) = stage().await;
    let call = request("a", "tools/call", json!({"name": "HassTurnOn", "arguments": {}}));
    let ben = ben
        .with("Mcp-Method: tools/call")
        .with("Mcp-Name:  =?base64?SGFzc1R1cm5Pbg==?= ");
    assert_eq!(ben.post(call).await.json().0, 200);
}

#[tokio::test]
async fn an_old_initialize_is_answered_with_the_newest_version_that_has_it() {
    let (host, _) = stage().await;
    let params = json!({"protocolVersion": VERSION, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
    let body = json!({"jsonrpc": "2.0", "id": "a", "method": "initialize", "params": params}).to_string();
    let (status, answer) = Streamable::new(host.address, BEN).judged().post(&body).await.json();
    assert_eq!(
        (status, &answer["result"]["protocolVersion"]),
        (200, &json!("2025-11-25"))
    );
    let new = Streamable::new(host.address, BEN)
        .judged()
        .with(&format!("MCP-Protocol-Version: {VERSION}"));
    assert_eq!(new.post(&body).await.error(), (400, -32020, json!("a")));
}

#[tokio::test]
async fn a_notification_is_202() {
    let (_host, ben) = stage().await;
    let body = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"_meta": envelope()}});
    let answer = ben
        .with("Mcp-Method: notifications/cancelled")
        .post(body.to_string())
        .await
        .whole();
    assert_eq!(
        (answer.status, answer.text(), answer.header("content-type")),
        (202, "", None)
    );
}

#[tokio::test]
async fn responses_and_batches_are_400_and_32600() {
    let (_host, ben) = stage().await;
    let batch = format!("[{}]", request("a", "tools/list", json!({})));
    for body in [batch.as_str(), r#"{"jsonrpc":"2.0","id":1,"result":{}}"#] {
        let (status, code, _) = ben.post(body).await.error();
        assert_eq!((status, code), (400, -32600), "{body}");
    }
    goes_on(&ben).await;
}

#[tokio::test]
async fn get_and_delete_are_405() {
    let (_host, ben) = stage().await;
    for method in ["GET", "DELETE"] {
        for client in [ben.clone(), ben.clone().with("Mcp-Session-Id: stray")] {
            let answer = client.ask(method).await.whole();
            assert_eq!(
                (answer.status, answer.header("allow")),
                (405, Some("POST,OPTIONS")),
                "{method}"
            );
        }
    }
}

#[tokio::test]
async fn a_stray_session_header_is_ignored() {
    let (_host, ben) = stage().await;
    let stray = ben.with("Mcp-Session-Id: stray");
    let answer = stray
        .clone()
        .with("Mcp-Method: tools/list")
        .post(request("a", "tools/list", json!({})))
        .await;
    let answer = answer.whole();
    assert_eq!((answer.status, answer.header("mcp-session-id")), (200, None));
}

#[tokio::test]
async fn what_is_not_json_is_400_and_32700_without_an_id() {
    let (_host, ben) = stage().await;
    for body in ["not json", "", "{"] {
        let (status, answer) = ben.post(body).await.json();
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32700)), "{body}");
        assert_eq!(answer.get("id"), None);
    }
}

#[tokio::test]
async fn an_unknown_resource_is_32602_with_its_uri() {
    let (_host, ben) = stage().await;
    let uri = "nobody://knows";
    let (_, answer) = ask(&ben, "a", "resources/read", json!({"uri": uri})).await.json();
    assert_eq!(answer["error"]["code"], -32602, "{answer}");
    assert_eq!(answer["error"]["data"]["uri"], uri);
}

#[tokio::test]
async fn a_cursor_that_was_never_given_out_is_32602() {
    let (_host, ben) = stage().await;
    for method in ["tools/list", "prompts/list", "resources/list"] {
        let (_, code, id) = ask(&ben, "a", method, json!({"cursor": "junk"})).await.error();
        assert_eq!((code, id), (-32602, json!("a")), "{method}");
    }
}

#[tokio::test]
async fn a_subscription_is_acknowledged_with_what_of_it_is_honoured_and_tells_it() {
    let (host, ben) = stage().await;
    let wanted = json!({"notifications": {"toolsListChanged": true, "resourceSubscriptions": ["nobody://knows"]}});
    let mut reading = ask(&ben, "sub", "subscriptions/listen", wanted).await.stream();
    let (id, message) = reading.message().await;
    assert_eq!(id, None, "this version has no event ids");
    assert_eq!(
        message["method"], "notifications/subscriptions/acknowledged",
        "{message}"
    );
    assert_eq!(
        message["params"]["notifications"]["toolsListChanged"], true,
        "{message}"
    );
    let subscription = "io.modelcontextprotocol/subscriptionId";
    assert_eq!(message["params"]["_meta"][subscription], "sub");
    host.entries.change(|entry| entry.read_only = true);
    host.engine.notify_entries();
    let (_, message) = reading.message().await;
    assert_eq!(message["method"], "notifications/tools/list_changed");
    assert_eq!(message["params"]["_meta"][subscription], "sub");
}

#[tokio::test]
async fn hanging_up_is_the_cancel() {
    let (host, ben) = stage().await;
    let params = json!({"name": "script__egg_timer", "arguments": {"seconds": 30}});
    let ben = ben.with("Mcp-Method: tools/call").with("Mcp-Name: script__egg_timer");
    let waiting = ben.send(request("eggs", "tools/call", params)).await;
    host.until("the call", || host.engine.status().work == 1).await;
    drop(waiting);
    host.until("its end", || host.engine.status().work == 0).await;
    let status = host.engine.status();
    assert_eq!((status.exchanges, status.checkpoints, status.faults), (0, 0, 0));
}

#[tokio::test]
async fn one_subscription_more_than_a_principal_may_have_is_503_until_another_ends() {
    let limits = Limits {
        sessions_per_principal: 2,
        ..Limits::default()
    };
    let host = Host::start(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    let ben = Streamable::new(host.address, BEN)
        .judged()
        .with(&format!("MCP-Protocol-Version: {VERSION}"));
    let wanted = json!({"notifications": {"toolsListChanged": true}});
    let mut first = ask(&ben, "1", "subscriptions/listen", wanted.clone()).await.stream();
    let mut second = ask(&ben, "2", "subscriptions/listen", wanted.clone()).await.stream();
    first.message().await;
    second.message().await;
    let third = ask(&ben, "3", "subscriptions/listen", wanted.clone()).await.whole();
    assert_eq!(third.status, 503);
    assert!(third.header("retry-after").is_some());
    goes_on(&ben).await;
    drop(first.into_connection());
    host.until("its end", || host.engine.status().exchanges == 1).await;
    let mut third = ask(&ben, "3", "subscriptions/listen", wanted).await.stream();
    third.message().await;
}

#[tokio::test]
async fn a_thousand_subscriptions_that_are_hung_up_leave_nothing() {
    let (host, ben) = stage().await;
    let wanted = json!({"notifications": {"toolsListChanged": true}});
    for _ in 0..1_000 {
        let mut reading = ask(&ben, "sub", "subscriptions/listen", wanted.clone()).await.stream();
        reading.message().await;
        drop(reading.into_connection());
        host.until("room for the next", || host.engine.status().exchanges < 32)
            .await;
    }
    host.until("the end of all", || host.engine.status().exchanges == 0)
        .await;
    assert_eq!(host.engine.status().checkpoints, 0);
    goes_on(&ben).await;
}
