//! Clients that come again: what they get, and what they do not.

use hearth_host::limits::Limits;
use hearth_tests::http_client::{Connection, request};
use hearth_tests::http_host::BEN;
use hearth_tests::streamable_client::{Answer, Streamable};
use serde_json::{Value, json};

use super::{begun, host, last, more, outlet, resumable, say, stage, told, with_session};

#[tokio::test]
async fn an_exchange_goes_on_where_it_broke_off() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (mut reading, id) = begun(&ben, &[more("one"), more("two")]).await;
    let (first, one) = reading.message().await;
    assert_eq!(one, "one");
    drop(reading);
    say(&ben, outlet(&id), "end", true).await;
    let mut again = ben.resume(&first.expect("it has an id")).await.stream();
    assert_eq!(again.rest().await, ["two", "end"]);
    assert_eq!(ben.resume(&id).await.stream().rest().await, ["one", "two", "end"]);
}

#[tokio::test]
async fn a_detached_client_is_told_when_to_come_again() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (mut reading, id) = begun(&ben, &[json!({"detach": {"retry": 700}})]).await;
    assert_eq!(reading.event().await.expect("it is told").retry.as_deref(), Some("700"));
    assert_eq!(reading.event().await, None);
    say(&ben, outlet(&id), "end", true).await;
    assert_eq!(ben.resume(&id).await.stream().rest().await, ["end"]);
}

#[tokio::test]
async fn an_event_that_cannot_be_resumed_is_400_and_says_what_to_do() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (_reading, id) = begun(&ben, &[more("one")]).await;
    let other = with_session(&host, BEN).await;
    let future = format!("{}-9", outlet(&id));
    let (_hers, her_id) = begun(&other, &[]).await;
    let long = "x".repeat(5_000);
    for event in [future.as_str(), &her_id, "nonsense", "", "\u{e4}", &long, "1-0, 1-1"] {
        let (status, text) = ben.resume(event).await.text();
        assert_eq!(status, 400, "{event}");
        assert!(
            text.contains("Last-Event-ID") && text.contains("Begin a new stream"),
            "{text}"
        );
    }
    let twice = ben
        .clone()
        .and(&format!("Last-Event-ID: {id}"))
        .and(&format!("Last-Event-ID: {id}"));
    assert_eq!(twice.get().await.text().0, 400);
    assert!(matches!(ben.resume(&id).await, Answer::Stream(..)));
}

#[tokio::test]
async fn what_was_evicted_is_400() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (reading, id) = begun(&ben, &[]).await;
    drop(reading.into_connection());
    let number: u64 = outlet(&id).parse().expect("a number");
    let mut many = vec![json!({"send": {"outlet": number, "bytes": 9_000}}); 200];
    many.push(last("done"));
    ben.post(told(&many)).await.json();
    assert_eq!(ben.resume(&id).await.text().0, 400);
    assert!(matches!(ben.resume(&format!("{number}-199")).await, Answer::Stream(..)));
}

#[tokio::test]
async fn who_comes_again_after_too_long_is_400() {
    let limits = Limits {
        resume_time_ms: 5_000,
        ..Limits::default()
    };
    let host = host(limits).await;
    let ben = with_session(&host, BEN).await;
    let (reading, id) = begun(&ben, &[]).await;
    drop(reading.into_connection());
    // That of the connection that is left and that of the outlet: the first ends with its client.
    host.until("the end of the connection", || host.clock.sleepers() == 1)
        .await;
    host.clock.advance(4_999);
    assert!(matches!(ben.resume(&id).await, Answer::Stream(..)));
    host.until("the end of the connection", || host.clock.sleepers() == 1)
        .await;
    host.clock.advance(5_000);
    host.until("the end of the outlet", || host.engine.status().exchanges == 0)
        .await;
    assert_eq!(ben.resume(&id).await.text().0, 400);
}

#[tokio::test]
async fn a_client_that_hangs_up_within_an_event_reads_it_when_it_comes_again() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let mut connection = Connection::small(host.address).await;
    let large = json!({"send": {"bytes": 900_000}});
    connection
        .send(ben.body_of("POST", told(&[resumable(), large, last("end")]).as_bytes()))
        .await;
    let head = connection.head().await;
    assert_eq!(head.status, 200);
    let prime = connection.chunk().await.expect("the priming event");
    let prime = String::from_utf8(prime).expect("it is text");
    let id = prime
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("id: "))
        .expect("it has an id")
        .to_owned();
    drop(connection);
    let messages = ben.resume(&id).await.stream().rest().await;
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[1], "end");
}

#[tokio::test]
async fn a_client_that_does_not_read_what_can_be_resumed_loses_its_connection_and_nothing_else() {
    let limits = Limits {
        unread_bytes: 1 << 20,
        ..Limits::default()
    };
    let host = host(limits).await;
    let ben = with_session(&host, BEN).await;
    let mut deaf = Connection::small(host.address).await;
    deaf.send(ben.body_of("POST", told(&[resumable()]).as_bytes())).await;
    assert_eq!(deaf.head().await.status, 200);
    let id = String::from_utf8(deaf.chunk().await.expect("the priming event")).expect("it is text");
    let id = id
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("id: "))
        .expect("it has an id")
        .to_owned();
    let number: u64 = outlet(&id).parse().expect("a number");
    let mut sent = 0;
    while host.engine.status().overflows == 0 {
        let large = json!({"send": {"outlet": number, "bytes": 300_000}});
        ben.post(told(&[large, last("said")])).await.json();
        sent += 1;
    }
    let mut again = ben.resume(&format!("{number}-{}", sent - 1)).await.stream();
    assert_eq!(again.message().await.0, Some(format!("{number}-{sent}")));
    assert_eq!(host.engine.status().sessions, 1, "the session goes on");
}

#[tokio::test]
async fn who_reads_slowly_what_is_replayed_gets_all_of_it() {
    let (host, _) = stage().await;
    let ben = with_session(&host, BEN).await;
    let (reading, id) = begun(&ben, &[]).await;
    drop(reading.into_connection());
    let number: u64 = outlet(&id).parse().expect("a number");
    let mut many: Vec<Value> = (0..100)
        .map(|_| json!({"send": {"outlet": number, "bytes": 9_000}}))
        .collect();
    many.push(last("done"));
    ben.post(told(&many)).await.json();
    let mut slow = Connection::small(host.address).await;
    let lines = ben.clone().with(&format!("Last-Event-ID: {id}"));
    let lines: Vec<&str> = lines.headers.iter().map(String::as_str).collect();
    slow.send(request("GET", "/api/mcp", &lines)).await;
    // While it has not read a byte others are served, and more comes for it.
    say(&ben, outlet(&id), "end", true).await;
    let messages = Streamable::read(slow).await.stream().rest().await;
    assert_eq!(messages.len(), 101);
    assert_eq!(messages[100], "end");
}
