//! What happens at each limit that HTTP meets.

use hearth_host::limits::Limits;
use hearth_tests::http_client::{Client, Connection, ask, get, post, request};
use hearth_tests::http_host::{ADA, BEN, Host, Setup};
use serde_json::{Value, json};

async fn start(limits: Limits) -> Host {
    Host::start(Setup {
        limits,
        ..Setup::default()
    })
    .await
}

/// A request head of exactly this many bytes.
fn head_of(bytes: usize) -> String {
    let bare = request("GET", "/healthz", &["X-Filling: "]);
    request(
        "GET",
        "/healthz",
        &[&format!("X-Filling: {}", "x".repeat(bytes - bare.len()))],
    )
}

fn ping_of(bytes: usize) -> String {
    let bare = r#"{"jsonrpc":"2.0","id":"","method":"ping"}"#;
    format!(
        r#"{{"jsonrpc":"2.0","id":"","method":"ping"{}}}"#,
        " ".repeat(bytes - bare.len())
    )
}

#[tokio::test]
async fn a_body_above_the_limit_is_413_announced_or_not() {
    let host = start(Limits {
        body: 1000,
        ..Limits::default()
    })
    .await;
    let mut bystander = host.bystander().await;
    let mut client = Client::initialized(host.address, ADA).await;
    assert_eq!(client.post(ping_of(1000)).await.status, 200);
    client.events.message().await;

    let response = client.post(ping_of(1001)).await;
    assert_eq!(
        (response.status, response.text()),
        (413, "Maximum request body size 1000 exceeded.")
    );
    assert_eq!(response.header("connection"), Some("close"));

    let authorization = format!("Authorization: Bearer {ADA}");
    let chunked = request(
        "POST",
        &client.messages,
        &[&authorization, "Transfer-Encoding: chunked"],
    );
    let mut connection = Connection::open(host.address).await;
    connection.send(chunked).await;
    connection
        .send(format!("1f4\r\n{0}\r\n1f5\r\n{0}x\r\n", "x".repeat(500)))
        .await;
    assert_eq!(connection.response().await.status, 413);
    bystander.ping().await;
    client.ping().await;
}

#[tokio::test]
async fn a_client_that_asks_before_it_sends_is_spared_sending_too_much() {
    let host = start(Limits {
        body: 1000,
        ..Limits::default()
    })
    .await;
    let mut client = Client::initialized(host.address, ADA).await;
    let authorization = format!("Authorization: Bearer {ADA}");
    let asking = |length: &str| {
        request(
            "POST",
            &client.messages,
            &[&authorization, "Expect: 100-continue", length],
        )
    };
    let mut connection = Connection::open(host.address).await;
    assert_eq!(connection.ask(asking("Content-Length: 1001")).await.status, 413);
    let mut connection = Connection::open(host.address).await;
    connection.send(asking("Content-Length: 100")).await;
    assert_eq!(connection.head().await.status, 100);
    client.says(ping_of(100));
    assert_eq!(connection.ask(ping_of(100)).await.status, 200);
    client.events.message().await;
    client.ping().await;
}

#[tokio::test]
async fn a_head_above_the_limit_is_431() {
    let host = start(Limits::default()).await;
    let mut bystander = host.bystander().await;
    assert_eq!(ask(host.address, head_of(16 << 10)).await.status, 200);
    assert_eq!(ask(host.address, head_of((16 << 10) + 1)).await.status, 431);
    let many: Vec<String> = (0..200).map(|number| format!("X-{number}: x")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(ask(host.address, request("GET", "/healthz", &many)).await.status, 431);
    bystander.ping().await;
}

#[tokio::test]
async fn a_head_that_comes_too_late_is_408() {
    let host = start(Limits::default()).await;
    let mut bystander = host.bystander().await;
    let before = host.clock.sleepers();
    let mut late = Connection::open(host.address).await;
    host.until("the timer of the new connection", || host.clock.sleepers() > before)
        .await;
    late.send("GET /healthz HTTP/1.1\r\nHost: lo").await;
    // Its bytes are at the server before those of this call.
    bystander.ping().await;
    host.clock.advance(10_000);
    let response = late.response().await;
    assert_eq!((response.status, response.text()), (408, "408: Request Timeout"));
    assert_eq!(response.header("connection"), Some("close"));
    assert_eq!(late.rest().await, b"");
    bystander.reconnect_posts().await;
    bystander.ping().await;
}

#[tokio::test]
async fn a_connection_without_a_request_ends_silently() {
    let host = start(Limits::default()).await;
    let before = host.clock.sleepers();
    let mut idle = Connection::open(host.address).await;
    host.until("the timer of the new connection", || host.clock.sleepers() > before)
        .await;
    host.clock.advance(10_000);
    assert_eq!(idle.rest().await, b"");

    let mut used = Connection::open(host.address).await;
    assert_eq!(used.ask(request("GET", "/healthz", &[])).await.status, 200);
    host.until("the timer of the connection", || host.clock.sleepers() > before)
        .await;
    host.clock.advance(10_000);
    assert_eq!(used.rest().await, b"");
}

#[tokio::test]
async fn a_body_that_comes_too_late_is_408() {
    let host = start(Limits::default()).await;
    let mut client = Client::initialized(host.address, ADA).await;
    // Past the time of a head, so that what sleeps from now on is the wait for the body.
    let mut late = Connection::open(host.address).await;
    let whole = post(&client.messages, ADA, r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#);
    late.send(&whole[..whole.len() - 1]).await;
    client.ping().await;
    host.clock.advance(29_999);
    client.reconnect_posts().await;
    client.ping().await;
    host.clock.advance(1);
    let response = late.response().await;
    assert_eq!(response.status, 408);
    assert_eq!(response.text(), "The request body did not come within 30 seconds");
    assert_eq!(response.header("connection"), Some("close"));
    client.ping().await;
}

#[tokio::test]
async fn sessions_above_those_of_one_principal_are_503_and_others_still_come_in() {
    let host = start(Limits {
        sessions_per_principal: 2,
        ..Limits::default()
    })
    .await;
    let mut one = Client::initialized(host.address, BEN).await;
    let two = Client::open(host.address, BEN).await;
    let response = ask(host.address, get("/mcp_server/sse", BEN)).await;
    assert_eq!(response.status, 503);
    assert_eq!(response.header("retry-after"), Some("30"));
    assert!(!response.text().is_empty());
    Client::initialized(host.address, ADA).await.ping().await;
    one.ping().await;
    // One that hangs up makes room.
    drop(two);
    host.until("room", || host.engine.status().sessions == 1).await;
    Client::initialized(host.address, BEN).await.ping().await;
}

#[tokio::test]
async fn sessions_above_those_of_all_are_503() {
    let host = start(Limits {
        sessions: 2,
        ..Limits::default()
    })
    .await;
    let mut one = Client::initialized(host.address, ADA).await;
    let mut two = Client::initialized(host.address, BEN).await;
    let response = ask(host.address, get("/mcp_server/sse", ADA)).await;
    assert_eq!((response.status, response.header("retry-after")), (503, Some("30")));
    one.ping().await;
    two.ping().await;
}

#[tokio::test]
async fn a_connection_above_the_limit_waits_for_another_to_end() {
    let host = start(Limits {
        connections: 2,
        ..Limits::default()
    })
    .await;
    // The stream and the posts of a client take both.
    let mut client = Client::initialized(host.address, ADA).await;
    let mut third = Connection::open(host.address).await;
    third.send(request("GET", "/healthz", &[])).await;
    // While these are answered it would be, too.
    for _ in 0..10 {
        client.ping().await;
    }
    assert!(third.is_silent(), "it is answered out of turn");
    drop(client);
    assert_eq!(third.response().await.status, 200);
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_session() {
    let host = start(Limits::default()).await;
    let mut bystander = host.bystander().await;
    let deaf = Client::deaf(host.address, BEN).await;
    let mut posts = Connection::open(host.address).await;
    let taken = flood(&mut posts, &deaf, 100_000).await;
    assert!(taken < 100_000, "its messages pile up without end");
    bystander.ping().await;
    // Nobody reads what was written, so the connection goes too, when its time is over.
    host.clock.advance(30_000);
    let mut events = deaf.events;
    let broken = loop {
        match events.try_next().await {
            Ok(Some(_)) => {}
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken, "a stream that lost messages does not look complete");
    bystander.reconnect_posts().await;
    bystander.ping().await;
}

#[tokio::test]
async fn a_client_that_reads_again_in_time_sees_its_stream_end() {
    let host = start(Limits {
        unread_messages: 16,
        ..Limits::default()
    })
    .await;
    let mut bystander = host.bystander().await;
    let deaf = Client::deaf(host.address, BEN).await;
    let mut posts = Connection::open(host.address).await;
    let taken = flood(&mut posts, &deaf, 100_000).await;
    let mut events = deaf.events;
    let mut read = 0;
    while let Some(event) = events.next().await {
        assert!(event.starts_with("event: message\r\n"));
        read += 1;
    }
    // What was waiting is lost, and the one that was too many.
    assert!(read < taken && taken - read <= 17, "{read} of {taken}");
    bystander.ping().await;
}

#[tokio::test]
async fn a_client_that_leaves_too_many_bytes_unread_loses_its_stream() {
    let host = start(Limits {
        unread_bytes: 20_000,
        unread_messages: 1_000_000,
        ..Limits::default()
    })
    .await;
    let mut bystander = host.bystander().await;
    let deaf = Client::deaf(host.address, BEN).await;
    let mut posts = Connection::open(host.address).await;
    let taken = flood(&mut posts, &deaf, 100_000).await;
    assert!(taken < 100_000, "its bytes pile up without end");
    bystander.ping().await;
    let mut events = deaf.events;
    let mut read = 0;
    while events.next().await.is_some() {
        read += 1;
    }
    // Of what was taken, that which was waiting is lost: at most five answers of 4000 bytes fit.
    assert!(read < taken && taken - read <= 6, "{read} of {taken}");
    bystander.ping().await;
}

#[tokio::test]
async fn a_list_that_is_longer_than_a_page_goes_on_at_its_cursor() {
    let whole = start(Limits::default()).await;
    let mut client = Client::initialized(whole.address, BEN).await;
    let list = async |client: &mut Client, params: Value| {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": params});
        assert_eq!(client.post(request.to_string()).await.status, 200);
        client.events.message().await["result"].take()
    };
    let all = list(&mut client, json!({})).await["tools"].take();
    let paged = start(Limits {
        page: 3,
        ..Limits::default()
    })
    .await;
    let mut client = Client::initialized(paged.address, BEN).await;
    let mut found = Vec::new();
    let mut params = json!({});
    loop {
        let mut result = list(&mut client, params).await;
        let tools = result["tools"].as_array().cloned().unwrap_or_default();
        assert!(tools.len() <= 3);
        found.extend(tools);
        if result["nextCursor"].is_null() {
            break;
        }
        params = json!({"cursor": result["nextCursor"].take()});
    }
    assert_eq!(Value::from(found), all);
}

#[tokio::test]
async fn a_message_nested_more_deeply_than_the_limit_is_400() {
    let host = start(Limits {
        nesting: 5,
        ..Limits::default()
    })
    .await;
    let mut bystander = host.bystander().await;
    let mut client = Client::initialized(host.address, BEN).await;
    let five = r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[[{}]]}}"#;
    assert_eq!(client.post(five).await.status, 200);
    client.events.message().await;
    let six = r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":[[{"b":[]}]]}}"#;
    let response = client.post(six).await;
    assert_eq!((response.status, response.text()), (400, "Could not parse message"));
    bystander.ping().await;
    client.ping().await;
}

/// Posts to the session of a client until it is gone; answers how many posts were taken.
async fn flood(posts: &mut Connection, reader: &Client, most: usize) -> usize {
    // An id comes back in the answer, so this makes answers as long as the posts.
    let body = format!(r#"{{"jsonrpc":"2.0","id":"{}","method":"ping"}}"#, "x".repeat(4000));
    let request = post(&reader.messages, BEN, &body);
    for taken in 0..most {
        reader.says(&body);
        match posts.ask(&request).await.status {
            200 => {}
            404 => return taken,
            other => panic!("{other} after {taken} posts"),
        }
    }
    most
}
