//! What clients hear of a host that stops.

use hearth_tests::guests;
use hearth_tests::http_client::{Client, soon};
use hearth_tests::stateless_client::Stateless;
use serde_json::json;

use super::*;

#[tokio::test]
async fn a_client_of_http_sse_is_told_when_to_come_again_and_finds_its_home() {
    let (mut installation, running, _ben) = stage().await;
    let mut ada = Client::initialized(running.host.address, BEN).await;
    ada.ping().await;
    let running = installation.restart(running).await;
    assert_eq!(ada.events.next().await, Some(format!("retry: {RETRY}\r\n\r\n")));
    assert_eq!(ada.events.next().await, None);
    // As clients do that reconnect: the new endpoint, and no handshake.
    let mut again = Client::open(running.host.address, BEN).await;
    again.ping().await;
    assert_ne!(again.session(), ada.session(), "its session ended with its stream");
}

#[tokio::test]
async fn what_waits_on_http_sse_is_answered_before_the_stream_ends() {
    let (_installation, running, _ben) = stage().await;
    let mut ben = Client::initialized(running.host.address, BEN).await;
    assert_eq!(ben.post(boil_eggs("eggs")).await.status, 200);
    running
        .host
        .until("the call", || running.host.engine.status().work == 1)
        .await;
    running.stop().await;
    is_cut_off(&ben.events.message().await, "eggs", "Hearth was stopped");
    assert_eq!(ben.events.next().await, Some(format!("retry: {RETRY}\r\n\r\n")));
    assert_eq!(ben.events.next().await, None);
}

#[tokio::test]
async fn a_call_on_http_sse_that_waits_for_its_user_is_answered_as_well() {
    let mut installation = Installation::with_fixtures();
    let running = installation.start().await;
    let mut ben = Client::open(running.host.address, BEN).await;
    let params = json!({
        "protocolVersion": NEWEST,
        "capabilities": {"elicitation": {}},
        "clientInfo": {"name": "test", "version": "1"},
    });
    ben.call("initialize", params).await;
    let call = json!({"name": "test_elicitation", "arguments": {"message": "Who are you?"}});
    ben.post(request("asks", "tools/call", call)).await;
    assert_eq!(ben.events.message().await["method"], "elicitation/create");
    running.stop().await;
    let answer = ben.events.message().await;
    assert_eq!(
        (&answer["id"], &answer["error"]["code"]),
        (&json!("asks"), &json!(-32603)),
        "{answer}"
    );
}

#[tokio::test]
async fn a_subscription_has_its_final_result() {
    let (_installation, running, _ben) = stage().await;
    let ben = Stateless::new(running.host.address, BEN);
    let wanted = json!({"notifications": {"toolsListChanged": true}});
    let listen = ben.request("listens", "subscriptions/listen", wanted);
    let mut reading = ben.send(&listen).await.stream();
    hears(&mut reading, "notifications/subscriptions/acknowledged").await;
    running.stop().await;
    let (_, last) = reading.message().await;
    assert_eq!(
        (&last["id"], &last["result"]["resultType"]),
        (&json!("listens"), &json!("complete")),
        "{last}"
    );
    assert_eq!(reading.event().await, None);
}

#[tokio::test]
async fn a_request_of_the_stateless_era_is_answered() {
    let (_installation, running, _ben) = stage().await;
    let ben = Stateless::new(running.host.address, BEN);
    let call = ben.request(
        "eggs",
        "tools/call",
        json!({"name": "script__egg_timer", "arguments": {"seconds": 60}}),
    );
    let connection = ben.repeating(&call).send(call.to_string()).await;
    running
        .host
        .until("the call", || running.host.engine.status().work == 1)
        .await;
    running.stop().await;
    let (status, answer) = ben.http.hear(connection).await.json();
    assert_eq!(status, 200);
    is_cut_off(&answer, "eggs", "Hearth was stopped");
}

#[tokio::test]
async fn a_client_that_takes_no_streams_is_answered() {
    let (_installation, running, ben) = stage().await;
    let ben = ben.with("Accept: application/json");
    let connection = ben.send(boil_eggs("eggs")).await;
    running
        .host
        .until("the call", || running.host.engine.status().work == 1)
        .await;
    running.stop().await;
    let (status, answer) = ben.hear(connection).await.json();
    assert_eq!(status, 200);
    is_cut_off(&answer, "eggs", "Hearth was stopped");
}

#[tokio::test]
async fn a_component_that_does_not_know_of_stopping_stops() {
    let mut installation = Installation::default();
    installation.component = Some(guests::puppet());
    let running = installation.start().await;
    let mut eve = Client::puppeteer(running.host.address, BEN).await;
    let ben = Streamable::new(running.host.address, BEN);
    let begin = json!({"begin": true, "do": [{"resumable": {"prime": true}}, {"send": {"body": "one"}}]});
    let (head, mut reading) = match ben.post(begin.to_string()).await {
        Answer::Stream(head, reading) => (head, reading),
        Answer::Whole(response) => panic!("no stream: {:?}", response.text()),
    };
    let prime = reading.prime().await;
    assert_eq!(reading.message().await.1, "one");
    soon("the end", running.stop()).await;
    is_sent_away(&mut reading).await;
    while eve.events.next().await.is_some() {}
    let running = installation.start().await;
    let session = head.header("mcp-session-id").expect("a session begins");
    let ben = at(&ben, &running).with(&format!("Mcp-Session-Id: {session}"));
    assert_eq!(ben.resume(&prime).await.stream().message().await.1, "one");
}
