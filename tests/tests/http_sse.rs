//! The HTTP+SSE transport (MCP 2024-11-05), byte by byte where clients depend on it.

use hearth_tests::http_client::{Client, Connection, ask, get, post, request};
use hearth_tests::http_host::{ADA, BEN, Host, Setup};
use serde_json::json;

const NOT_CONFIGURED: &str = "Model Context Protocol server is not configured";
const SEVERAL: &str = "Found multiple Model Context Protocol configurations";

/// As Home Assistant's `test_http_sse`: the version is one that nobody speaks.
fn initialize(id: &str) -> String {
    json!({
        "jsonrpc": "2.0", "id": id, "method": "initialize",
        "params": {"protocolVersion": "1.0", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}},
    })
    .to_string()
}

#[tokio::test]
async fn a_stream_opens_with_its_headers_and_the_endpoint_event() {
    let host = Host::start(Setup::default()).await;
    let mut connection = Connection::open(host.address).await;
    connection.send(get("/mcp_server/sse", ADA)).await;
    let head = connection.head().await;
    assert_eq!(head.head[0], "HTTP/1.1 200 OK");
    let mut lines = head.head[1..].to_vec();
    assert!(lines.iter().any(|line| line.starts_with("X-Request-Id: ")), "{lines:?}");
    lines.retain(|line| !line.starts_with("Date: ") && !line.starts_with("X-Request-Id: "));
    assert_eq!(
        lines,
        [
            "Content-Type: text/event-stream",
            "Cache-Control: no-cache",
            "X-Accel-Buffering: no",
            "Connection: keep-alive",
            "Hearth-Generation: 1",
            "Transfer-Encoding: chunked",
        ]
    );
    let event = String::from_utf8(connection.chunk().await.expect("the stream is open")).expect("it is text");
    let session = event
        .strip_prefix("event: endpoint\r\ndata: /mcp_server/messages/")
        .expect("the endpoint event");
    let session = session.strip_suffix("\r\n\r\n").expect("one line of data");
    assert!(!session.is_empty() && session.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'));
}

#[tokio::test]
async fn a_request_is_answered_on_the_stream_and_its_post_with_nothing() {
    let host = Host::start(Setup::default()).await;
    let mut client = Client::open(host.address, ADA).await;
    let response = client.post(initialize("request-id-1")).await;
    assert_eq!((response.status, response.text()), (200, ""));
    assert_eq!(response.header("content-length"), Some("0"));
    let event = client.events.next().await.expect("the answer");
    let data = event
        .strip_prefix("event: message\r\ndata: ")
        .and_then(|data| data.strip_suffix("\r\n\r\n"));
    let data = data.unwrap_or_else(|| panic!("{event:?}"));
    assert!(!data.contains(['\r', '\n']));
    let answer: serde_json::Value = serde_json::from_str(data).expect("JSON");
    assert_eq!(answer["id"], "request-id-1");
    assert_eq!(answer["result"]["serverInfo"]["name"], "hearth");
    client.ping().await;
}

#[tokio::test]
async fn normal_responses_carry_the_headers_of_the_original() {
    let host = Host::start(Setup::default()).await;
    let mut client = Client::open(host.address, ADA).await;
    let good = client
        .post(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
        .await;
    let bad = client.post("{}").await;
    let missing = ask(host.address, request("GET", "/nowhere", &[])).await;
    for response in [good, bad, missing] {
        assert_eq!(
            response.header("referrer-policy"),
            Some("no-referrer"),
            "{:?}",
            response.head
        );
        assert_eq!(response.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(response.header("x-frame-options"), Some("SAMEORIGIN"));
        assert_eq!(response.header("server"), Some(""));
    }
}

#[tokio::test]
async fn a_comment_comes_every_15_seconds_from_the_opening_whatever_else_does() {
    let host = Host::start(Setup::default()).await;
    let mut client = Client::open(host.address, ADA).await;
    host.clock.advance(14_999);
    client.reconnect_posts().await;
    // The answer is the next event: no comment came before it.
    client.post(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
    let event = client.events.next().await.expect("the answer");
    assert!(event.starts_with("event: message\r\n"), "{event:?}");
    host.clock.advance(1);
    assert_eq!(client.events.next().await.as_deref(), Some(": ping\r\n\r\n"));
    // Traffic does not move the beat.
    client.ping().await;
    for _ in 0..3 {
        host.clock.advance(15_000);
        assert_eq!(client.events.next().await.as_deref(), Some(": ping\r\n\r\n"));
    }
    host.clock.advance(7_000);
    client.reconnect_posts().await;
    client.ping().await;
    host.clock.advance(8_000);
    assert_eq!(client.events.next().await.as_deref(), Some(": ping\r\n\r\n"));
}

#[tokio::test]
async fn a_session_that_is_not_there_is_not_found() {
    let host = Host::start(Setup::default()).await;
    for (path, shown) in [("invented", "invented"), ("a%20b", "a b"), ("%C3%BC", "ü"), ("'", "'")] {
        let response = ask(
            host.address,
            post(&format!("/mcp_server/messages/{path}"), ADA, initialize("1")),
        )
        .await;
        assert_eq!(response.status, 404);
        assert_eq!(response.text(), format!("Could not find session ID '{shown}'"));
        assert_eq!(response.header("content-type"), Some("text/plain; charset=utf-8"));
    }
}

#[tokio::test]
async fn a_session_of_somebody_else_is_not_found() {
    let host = Host::start(Setup::default()).await;
    let mut client = Client::open(host.address, ADA).await;
    let response = ask(host.address, post(&client.messages, BEN, initialize("1"))).await;
    let expected = format!("Could not find session ID '{}'", client.session());
    assert_eq!((response.status, response.text()), (404, expected.as_str()));
    client.ping().await;
}

#[tokio::test]
async fn a_session_ends_when_its_client_hangs_up() {
    let host = Host::start(Setup::default()).await;
    let client = Client::open(host.address, ADA).await;
    let messages = client.messages.clone();
    host.until("the session", || host.engine.status().sessions == 1).await;
    drop(client);
    host.until("the end of the session", || host.engine.status().sessions == 0)
        .await;
    let response = ask(host.address, post(&messages, ADA, initialize("1"))).await;
    assert_eq!(response.status, 404);
}

#[tokio::test]
async fn without_exactly_one_loaded_config_entry_nothing_is_found() {
    let host = Host::start(Setup {
        entries: 0,
        ..Setup::default()
    })
    .await;
    for (count, text) in [(0, NOT_CONFIGURED), (2, SEVERAL)] {
        host.entries.set_loaded(count);
        let opened = ask(host.address, get("/mcp_server/sse", ADA)).await;
        assert_eq!((opened.status, opened.text()), (404, text));
        let posted = ask(host.address, post("/mcp_server/messages/x", ADA, initialize("1"))).await;
        assert_eq!((posted.status, posted.text()), (404, text));
    }
}

#[tokio::test]
async fn streams_end_with_their_config_entry_and_are_not_found_when_it_is_back() {
    let host = Host::start(Setup::default()).await;
    let mut client = Client::initialized(host.address, ADA).await;
    host.entries.set_loaded(0);
    host.engine.notify_entries();
    assert_eq!(client.events.next().await, None);
    let response = client.post(initialize("1")).await;
    assert_eq!((response.status, response.text()), (404, NOT_CONFIGURED));
    host.entries.set_loaded(1);
    host.engine.notify_entries();
    let response = client.post(initialize("1")).await;
    let expected = format!("Could not find session ID '{}'", client.session());
    assert_eq!((response.status, response.text()), (404, expected.as_str()));
}

#[tokio::test]
async fn a_host_that_ends_ends_its_streams_cleanly() {
    let mut host = Host::start(Setup::default()).await;
    let mut one = Client::initialized(host.address, ADA).await;
    let mut other = Client::open(host.address, BEN).await;
    host.stop();
    for events in [&mut one.events, &mut other.events] {
        assert_eq!(events.next().await.as_deref(), Some("retry: 3000\r\n\r\n"));
        assert_eq!(events.next().await, None);
    }
    // Nothing came after the terminator. Once its clients are gone, so is the host.
    assert_eq!(one.events.into_connection().rest().await, b"");
    drop((one.posts, other));
    host.stopped().await;
}

#[tokio::test]
async fn other_methods_are_not_allowed_so_that_clients_fall_back() {
    let host = Host::start(Setup::default()).await;
    for (method, path, allow) in [
        ("POST", "/mcp_server/sse", "GET,OPTIONS"),
        ("PUT", "/mcp_server/sse", "GET,OPTIONS"),
        ("DELETE", "/mcp_server/sse", "GET,OPTIONS"),
        ("GET", "/mcp_server/messages/x", "OPTIONS,POST"),
        ("DELETE", "/mcp_server/messages/x", "OPTIONS,POST"),
    ] {
        // The token does not matter: the path is what is wrong.
        let response = ask(host.address, request(method, path, &["Content-Length: 0"])).await;
        assert_eq!(
            (response.status, response.text()),
            (405, "405: Method Not Allowed"),
            "{method} {path}"
        );
        assert_eq!(response.header("allow"), Some(allow));
    }
    let mut connection = Connection::open(host.address).await;
    connection
        .send(request("HEAD", "/mcp_server/sse", &["Connection: close"]))
        .await;
    assert_eq!(connection.head().await.status, 405);
    assert_eq!(connection.rest().await, b"");
}

#[tokio::test]
async fn other_paths_are_not_found() {
    let host = Host::start(Setup::default()).await;
    for path in [
        "/",
        "/mcp_server",
        "/mcp_server/",
        "/mcp_server/sse/",
        "/mcp_server/messages",
        "/mcp_server/messages/",
        "/mcp_server/messages/a/b",
        "/metrics",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/mcp_server/sse",
        "/.well-known/oauth-authorization-server",
        "/.well-known/openid-configuration",
    ] {
        for method in ["GET", "POST"] {
            let response = ask(host.address, request(method, path, &["Content-Length: 0"])).await;
            assert_eq!(
                (response.status, response.text()),
                (404, "404: Not Found"),
                "{method} {path}"
            );
        }
    }
}

#[tokio::test]
async fn health_is_open_to_all_and_not_stored() {
    let host = Host::start(Setup::default()).await;
    let response = ask(host.address, request("GET", "/healthz", &[])).await;
    assert_eq!(response.status, 200);
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let health: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    assert_eq!((&health["status"], &health["degraded"]), (&json!("ok"), &json!([])));

    let degraded = vec!["the audit cannot be written".to_owned()];
    let host = Host::start(Setup {
        degraded: degraded.clone(),
        ..Setup::default()
    })
    .await;
    let response = ask(host.address, request("GET", "/healthz", &[])).await;
    assert_eq!(response.status, 200);
    let health: serde_json::Value = serde_json::from_slice(&response.body).expect("JSON");
    assert_eq!(
        (&health["status"], &health["degraded"]),
        (&json!("degraded"), &json!(degraded))
    );
}
