//! What no client should send, each while a second client's calls all succeed.

use hearth_host::limits::Limits;
use hearth_tests::http_client::{Client, Connection, Response, ask, get, post, request};
use hearth_tests::http_host::{BEN, Host, Setup};
use serde_json::json;

const COULD_NOT_PARSE: (u16, &str) = (400, "Could not parse message");

fn said(response: &Response) -> (u16, &str) {
    (response.status, response.text())
}

#[tokio::test]
async fn what_is_no_message_is_400_and_the_session_goes_on() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    let mut client = Client::initialized(host.address, BEN).await;
    let no_messages: &[&[u8]] = &[
        b"",
        b" ",
        b"not JSON",
        b"[",
        b"{",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"} {}",
        b"\xff\xfe\xfd",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"ping\"}",
        b"{\"jsonrpc\":\"2.0\",\"id\":\"\xed\xa0\x80\",\"method\":\"ping\"}",
        b"\0",
        b"null",
        b"true",
        b"1",
        b"\"ping\"",
        b"{}",
        b"[]",
        b"{\"a\":1}",
        b"{\"id\":1,\"method\":\"ping\"}",
        b"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"ping\"}",
        b"{\"jsonrpc\":2.0,\"id\":1,\"method\":\"ping\"}",
        b"{\"jsonrpc\":\"2.0\",\"id\":1}",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":1}",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":null}",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[1]}",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":\"x\"}",
    ];
    for body in no_messages {
        let response = client.post(body).await;
        assert_eq!(said(&response), COULD_NOT_PARSE, "{:?}", String::from_utf8_lossy(body));
        bystander.ping().await;
    }
    client.ping().await;
}

#[tokio::test]
async fn odd_ids_are_400() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    let mut client = Client::initialized(host.address, BEN).await;
    for id in ["null", "1.5", "true", "false", "{}", "[]", "[1]", "{\"a\":1}", "1e400"] {
        let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}");
        assert_eq!(said(&client.post(body).await), COULD_NOT_PARSE, "{id}");
        bystander.ping().await;
    }
    for id in ["0", "-1", "9007199254740993", "\"\"", "\"ü🙂\"", "\"\\u0000\\n\""] {
        let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}");
        assert_eq!(client.post(body).await.status, 200, "{id}");
        let expected: serde_json::Value = serde_json::from_str(id).expect("JSON");
        assert_eq!(client.events.message().await["id"], expected);
    }
}

#[tokio::test]
async fn batches_are_taken_where_the_version_has_them_and_400_elsewhere() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    let batch = r#"[{"jsonrpc":"2.0","id":"a","method":"ping"},{"jsonrpc":"2.0","id":"b","method":"ping"}]"#;
    for (version, taken) in [
        ("2024-11-05", false),
        ("2025-03-26", true),
        ("2025-06-18", false),
        ("2025-11-25", false),
    ] {
        let mut client = Client::open(host.address, BEN).await;
        let params = json!({
            "protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
        });
        let answer = client.call("initialize", params).await;
        assert_eq!(answer["result"]["protocolVersion"], version);
        let response = client.post(batch).await;
        if taken {
            assert_eq!(said(&response), (200, ""), "{version}");
        } else {
            assert_eq!(said(&response), COULD_NOT_PARSE, "{version}");
            client.ping().await;
        }
        bystander.ping().await;
    }
}

#[tokio::test]
async fn a_message_nested_too_deeply_is_400() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    let mut client = Client::initialized(host.address, BEN).await;
    for (depth, open, close) in [
        (100, "[", "]"),
        (100, "{\"a\":", "}"),
        (100_000, "[", "]"),
        (500_000, "{\"a\":", "}"),
    ] {
        let value = format!("{}1{}", open.repeat(depth), close.repeat(depth));
        let body = format!("{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{{\"x\":{value}}}}}");
        assert_eq!(said(&client.post(body).await), COULD_NOT_PARSE, "{depth} times {open}");
        assert_eq!(
            said(&client.post(open.repeat(depth)).await),
            COULD_NOT_PARSE,
            "{depth} times {open}"
        );
        bystander.ping().await;
    }
    client.ping().await;
}

#[tokio::test]
async fn a_body_of_5_mib_is_413_and_one_of_4_mib_is_read() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    let mut client = Client::initialized(host.address, BEN).await;
    let text = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let padded = |bytes: usize| format!("{text}{}", " ".repeat(bytes - text.len()));
    // The client sends all of it before it reads, and still gets the answer.
    let response = client.post(padded(5 << 20)).await;
    assert_eq!(said(&response), (413, "Maximum request body size 4194304 exceeded."));
    bystander.ping().await;
    assert_eq!(client.post(padded(4 << 20)).await.status, 200);
    client.events.message().await;
    bystander.ping().await;
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_does_not_hold_up_others() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    let mut client = Client::initialized(host.address, BEN).await;
    let mut slow = Connection::open(host.address).await;
    let ping = r#"{"jsonrpc":"2.0","id":"slow","method":"ping"}"#;
    let whole = post(&client.messages, BEN, ping);
    client.says(ping);
    for byte in &whole {
        slow.send([*byte]).await;
        bystander.ping().await;
    }
    assert_eq!(slow.response().await.status, 200);
    assert_eq!(client.events.message().await["id"], "slow");
}

#[tokio::test]
async fn a_body_that_breaks_off_does_nothing() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    let mut client = Client::initialized(host.address, BEN).await;
    let whole = post(
        &client.messages,
        BEN,
        r#"{"jsonrpc":"2.0","id":"broken","method":"ping"}"#,
    );
    let mut broken = Connection::open(host.address).await;
    broken.send(&whole[..whole.len() - 1]).await;
    broken.finish().await;
    broken.rest().await;
    bystander.ping().await;
    // The next message on the stream is the answer to this, and not to that.
    client.ping().await;
}

#[tokio::test]
async fn heads_without_end_are_cut_off() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    let mut endless = Connection::open(host.address).await;
    endless
        .send("GET /mcp_server/sse HTTP/1.1\r\nHost: localhost\r\n")
        .await;
    let mut refused = false;
    // More than any socket buffers; the server stops reading long before.
    for number in 0..10_000 {
        let line = format!("X-{number}: {}\r\n", "x".repeat(1000));
        if endless.try_send(line).await.is_err() {
            refused = true;
            break;
        }
        if number % 500 == 0 {
            bystander.ping().await;
        }
    }
    assert!(refused || endless.response().await.status == 431);
    bystander.ping().await;

    let mut one_line = Connection::open(host.address).await;
    one_line
        .send(format!("GET /{} HTTP/1.1\r\n", "x".repeat(20 << 10)))
        .await;
    let status = one_line.response().await.status;
    assert!(matches!(status, 414 | 431), "{status}");
    bystander.ping().await;
}

#[tokio::test]
async fn what_is_not_http_is_answered_with_400_or_nothing() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}\r\n\r\n",
        b"GET /mcp_server/sse\r\n\r\n",
        b"GET /mcp_server/sse HTTP/1.1\r\nHost: localhost\r\nbad header\r\n\r\n",
        b"POST /mcp_server/messages/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST /mcp_server/messages/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx",
        b"POST /mcp_server/messages/x HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: x\r\n\r\n",
        b"\0\0\0\0\r\n\r\n",
    ] {
        let mut connection = Connection::open(host.address).await;
        connection.send(bytes).await;
        connection.finish().await;
        let answer = String::from_utf8_lossy(&connection.rest().await).into_owned();
        assert!(
            answer.is_empty() || answer.starts_with("HTTP/1.1 400 "),
            "{answer:?} to {bytes:?}"
        );
        bystander.ping().await;
    }
}

#[tokio::test]
async fn ten_thousand_posts_to_a_stream_that_nobody_reads_cost_only_that_stream() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    let deaf = Client::deaf(host.address, BEN).await;
    let body = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#, "x".repeat(4000));
    let request = post(&deaf.messages, BEN, body);
    let mut posts = Connection::open(host.address).await;
    let mut taken = 0;
    for number in 0..10_000 {
        match posts.ask(&request).await.status {
            200 => taken += 1,
            status => assert_eq!(status, 404),
        }
        if number % 100 == 0 {
            bystander.ping().await;
        }
    }
    assert!(taken < 10_000, "all were taken");
    bystander.ping().await;
}

#[tokio::test]
async fn sessions_opened_without_end_leave_those_of_others_alone() {
    let host = Host::start(Setup {
        limits: Limits {
            sessions: 40,
            ..Limits::default()
        },
        ..Setup::default()
    })
    .await;
    let mut bystander = host.bystander().await;
    let mut open = Vec::new();
    let mut refused = 0;
    for _ in 0..200 {
        let mut connection = Connection::open(host.address).await;
        connection.send(get("/mcp_server/sse", BEN)).await;
        let head = connection.head().await;
        match head.status {
            200 => open.push(connection),
            503 => refused += 1,
            other => panic!("{other}"),
        }
        bystander.ping().await;
    }
    assert_eq!((open.len(), refused), (39, 161));
    drop(open);
    host.until("the end of the sessions", || host.engine.status().sessions == 1)
        .await;
    Client::initialized(host.address, BEN).await.ping().await;
    bystander.ping().await;
}

#[tokio::test]
async fn a_revoked_token_is_refused_everywhere_while_others_go_on() {
    let host = Host::start(Setup::default()).await;
    let mut bystander = host.bystander().await;
    let mut client = Client::initialized(host.address, BEN).await;
    host.tokens.revoke(BEN);
    assert_eq!(client.events.next().await, None);
    for _ in 0..10 {
        assert_eq!(client.post("{}").await.status, 401);
        assert_eq!(ask(host.address, get("/mcp_server/sse", BEN)).await.status, 401);
        assert_eq!(
            ask(host.address, request("GET", "/mcp_server/sse", &[])).await.status,
            401
        );
        bystander.ping().await;
    }
}
