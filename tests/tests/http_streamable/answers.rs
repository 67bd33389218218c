//! The form of an answer: a document or a stream, at once or late, and who hangs up.

use hearth_tests::http_client::Client;
use hearth_tests::http_host::{ADA, BEN};
use hearth_tests::streamable_client::{Answer, Streamable};
use serde_json::json;

use super::{last, more, resumable, say, stage, told};

#[tokio::test]
async fn one_message_at_once_is_a_json_document() {
    let (_host, ben) = stage().await;
    let answer = ben.post(told(&[last("hello")])).await.whole();
    assert_eq!((answer.status, answer.text()), (200, "\"hello\""));
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("mcp-session-id"), None, "none began");
}

#[tokio::test]
async fn anything_before_the_last_message_makes_it_a_stream() {
    let (_host, ben) = stage().await;
    let Answer::Stream(head, mut reading) = ben.post(told(&[more("one"), last("end")])).await else {
        panic!("it is no stream");
    };
    assert_eq!(head.status, 200);
    assert_eq!(head.header("cache-control"), Some("no-cache"));
    assert_eq!(head.header("x-accel-buffering"), Some("no"));
    assert_eq!(reading.message().await, (None, json!("one")));
    assert_eq!(reading.message().await, (None, json!("end")));
    assert_eq!(reading.event().await, None);
}

#[tokio::test]
async fn no_message_is_no_body_and_no_content_type() {
    let (_host, ben) = stage().await;
    for (status, code) in [("accepted", 202), ("not-found", 404), ("bad-request", 400)] {
        let answer = ben
            .post(told(&[json!({"send": {"last": true, "status": status}})]))
            .await
            .whole();
        assert_eq!((answer.status, answer.text()), (code, ""));
        assert_eq!(answer.header("content-type"), None);
    }
}

#[tokio::test]
async fn a_message_has_the_status_that_the_component_says() {
    let (_host, ben) = stage().await;
    let said = json!({"send": {"body": {"error": 1}, "last": true, "status": "not-found"}});
    assert_eq!(
        ben.post(told(std::slice::from_ref(&said))).await.json(),
        (404, json!({"error": 1}))
    );
    let Answer::Whole(answer) = ben.clone().with("Accept: text/event-stream").post(told(&[said])).await else {
        panic!("it is all there");
    };
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (404, Some("text/event-stream"))
    );
    assert_eq!(answer.text(), "event: message\r\ndata: {\"error\":1}\r\n\r\n");
}

#[tokio::test]
async fn a_client_is_given_the_form_that_it_takes() {
    let (_host, ben) = stage().await;
    let two = told(&[more("one"), last("end")]);
    for accept in ["application/json", "application/*", "text/event-stream;q=0, */*"] {
        let ben = ben.clone().with(&format!("Accept: {accept}"));
        assert_eq!(ben.post(&two).await.json(), (200, json!("end")), "{accept}");
    }
    for accept in ["*/*", "text/html", "application/json, text/event-stream"] {
        let ben = ben.clone().with(&format!("Accept: {accept}"));
        assert_eq!(ben.post(&two).await.stream().rest().await, ["one", "end"], "{accept}");
        assert_eq!(ben.post(told(&[last("x")])).await.json().1, "x", "{accept}");
    }
    let silent = ben.clone().without("accept");
    assert_eq!(silent.post(told(&[last("x")])).await.json().1, "x");
}

#[tokio::test]
async fn who_would_rather_have_a_stream_gets_one_for_what_is_no_refusal() {
    let (_host, ben) = stage().await;
    for accept in [
        "text/event-stream, application/json",
        "application/json;q=0.5, text/event-stream",
    ] {
        let ben = ben.clone().with(&format!("Accept: {accept}"));
        let Answer::Whole(answer) = ben.post(told(&[last("x")])).await else {
            panic!("it is all there");
        };
        assert_eq!(answer.header("content-type"), Some("text/event-stream"), "{accept}");
        assert_eq!(answer.text(), "event: message\r\ndata: \"x\"\r\n\r\n");
        let refusal = json!({"send": {"body": {"error": 1}, "last": true, "status": "not-found"}});
        assert_eq!(ben.post(told(&[refusal])).await.json(), (404, json!({"error": 1})));
    }
}

#[tokio::test]
async fn who_takes_no_stream_waits_for_the_last_message_though_it_is_detached() {
    let (host, ben) = stage().await;
    let ben = ben.with("Accept: application/json");
    let begin = json!({"begin": true, "do": [resumable(), {"detach": {"retry": 1}}, more("one"), last("end")]});
    assert_eq!(ben.post(begin.to_string()).await.json(), (200, json!("end")));
    // It was given no id to come again with, so nothing is kept for it.
    host.until("its end", || host.engine.status().exchanges == 0).await;
}

#[tokio::test]
async fn a_silent_exchange_becomes_a_stream_that_is_kept_alive() {
    let (host, ben) = stage().await;
    let connection = ben.send(told(&[])).await;
    host.until("the exchange", || host.engine.status().exchanges == 1).await;
    host.sleepers(1).await;
    host.clock.advance(15_000);
    let mut reading = Streamable::read(connection).await.stream();
    assert!(reading.event().await.expect("a comment").comment);
    host.sleepers(1).await;
    host.clock.advance(15_000);
    assert!(reading.event().await.expect("another comment").comment);
}

#[tokio::test]
async fn who_takes_no_stream_is_not_given_one_for_its_silence() {
    let (host, ben) = stage().await;
    let ben = ben.with("Accept: application/json");
    let connection = ben.send(told(&[])).await;
    host.until("the exchange", || host.engine.status().exchanges == 1).await;
    host.clock.advance(60_000);
    say(&ben, "1", "late", true).await;
    assert_eq!(Streamable::read(connection).await.json(), (200, json!("late")));
}

#[tokio::test]
async fn a_revoked_token_ends_what_it_waits_for() {
    let (host, ben) = stage().await;
    let waiting = ben.send(told(&[])).await;
    let streaming = ben.send(told(&[more("one")])).await;
    let mut streaming = Streamable::read(streaming).await.stream();
    assert_eq!(streaming.message().await.1, "one");
    host.until("the exchanges", || host.engine.status().exchanges == 2)
        .await;
    host.tokens.revoke(BEN);
    assert_eq!(Streamable::read(waiting).await.whole().status, 401);
    assert_eq!(streaming.event().await, None);
    host.until("their end", || host.engine.status().exchanges == 0).await;
}

#[tokio::test]
async fn an_exchange_that_ends_without_a_word_is_an_error() {
    let (_host, ben) = stage().await;
    assert_eq!(ben.post(told(&[json!({"end": null})])).await.text().0, 500);
}

#[tokio::test]
async fn a_host_that_ends_says_so_to_who_waits() {
    let (mut host, ben) = stage().await;
    let waiting = ben.send(told(&[])).await;
    host.until("the exchange", || host.engine.status().exchanges == 1).await;
    host.stop();
    assert_eq!(
        Streamable::read(waiting).await.text(),
        (503, "The server is shutting down".to_owned())
    );
    host.stopped().await;
}

#[tokio::test]
async fn hanging_up_ends_an_exchange_and_its_component_hears_of_it() {
    let (host, ben) = stage().await;
    let mut eve = Client::puppeteer(host.address, ADA).await;
    let connection = ben.send(told(&[])).await;
    host.until("the exchange", || host.engine.status().exchanges == 1).await;
    drop(connection);
    assert_eq!(eve.events.message().await, json!({"closed": 2}));
    assert_eq!(ben.post(told(&[last("x")])).await.json().1, "x");
}
