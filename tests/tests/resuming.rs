//! Outlets that can be resumed: what a client gets that comes again, what it does not, and when it is over.

use hearth_harness::stage::{Client, Stage};
use hearth_harness::streamable::{Reading, StreamableClient, header};
use hearth_host::engine::{EventId, Part, Refused};
use hearth_host::limits::Limits;
use hearth_tests::guests;
use serde_json::{Value, json};

/// Eve, who is told of what is closed, and Ben with a session.
async fn stage() -> (Stage, Client, StreamableClient) {
    let stage = Stage::new(guests::puppet()).await;
    let eve = stage.client("eve").await;
    let ben = with_session(&stage, "ben").await;
    (stage, eve, ben)
}

async fn with_session(stage: &Stage, principal: &str) -> StreamableClient {
    let mut client = stage.streamable(principal);
    let begin = json!({"begin": true, "do": [{"send": {"last": true}}]}).to_string();
    let received = client.try_post(begin.as_bytes()).await.expect("it is taken");
    client.session = received.session;
    client
}

fn resumable() -> Value {
    json!({"resumable": {"prime": true}})
}

/// An exchange that can be resumed, with these messages.
async fn begun(ben: &StreamableClient, messages: &[&str]) -> Reading {
    let mut effects = vec![resumable()];
    effects.extend(messages.iter().map(|body| json!({"send": {"body": body}})));
    let mut reading = ben.post(&json!({ "do": effects })).await;
    reading.prime().await;
    reading
}

/// More for an outlet, said in an exchange of its own.
async fn say(ben: &StreamableClient, outlet: u64, body: &str, last: bool) {
    let more = json!({"send": {"outlet": outlet, "body": body, "last": last}});
    ben.post(&json!({"do": [more, {"send": {"last": true}}]}))
        .await
        .only()
        .await;
}

fn at(outlet: u64, number: u64) -> EventId {
    EventId { outlet, number }
}

/// Ben cannot go on there.
async fn unknown(ben: &StreamableClient, event: impl ToString) {
    let event = event.to_string();
    let refused = ben.resume(&event).await.err();
    assert_eq!(refused, Some(Refused::UnknownEvent(event)));
}

#[tokio::test]
async fn who_comes_again_gets_what_it_has_not_read_and_then_what_is_new() {
    let (stage, mut eve, ben) = stage().await;
    let mut reading = begun(&ben, &["one", "two"]).await;
    let outlet = reading.exchange.outlet();
    assert_eq!(reading.event().await, (Some(at(outlet, 1)), json!("one")));
    drop(reading);
    stage.settle().await;
    say(&ben, outlet, "three", false).await;
    let mut again = ben.resume(at(outlet, 1)).await.expect("it is his");
    assert_eq!(eve.next().await["resumes"], outlet);
    assert_eq!(again.exchange.outlet(), outlet);
    assert_eq!(again.event().await, (Some(at(outlet, 2)), json!("two")));
    assert_eq!(again.event().await, (Some(at(outlet, 3)), json!("three")));
    say(&ben, outlet, "end", true).await;
    assert_eq!(again.event().await, (Some(at(outlet, 4)), json!("end")));
    assert!(again.is_over());
    assert!(eve.unread().is_empty(), "it was never closed");
}

#[tokio::test]
async fn an_answer_that_came_while_nobody_read_is_there_for_who_comes_again() {
    let (stage, _eve, ben) = stage().await;
    let reading = begun(&ben, &[]).await;
    let outlet = reading.exchange.outlet();
    drop(reading);
    stage.settle().await;
    say(&ben, outlet, "answer", true).await;
    let mut again = ben.resume(at(outlet, 0)).await.expect("it is his");
    assert_eq!(again.rest().await, ["answer"]);
    let mut once_more = ben
        .resume(at(outlet, 0))
        .await
        .expect("what was lost on the way can be read again");
    assert_eq!(once_more.rest().await, ["answer"]);
    let mut nothing = ben.resume(at(outlet, 1)).await.expect("it has read all");
    assert!(nothing.is_over());
}

#[tokio::test]
async fn a_stream_can_be_resumed_as_well() {
    let (stage, mut eve, mut ben) = stage().await;
    ben.headers
        .push(header("mcp-puppet", &json!({"do": [resumable()]}).to_string()));
    let mut stream = ben.get().await.expect("he has a session");
    let outlet = stream.exchange.outlet();
    assert_eq!(eve.next().await, json!({"attached": outlet, "resumes": null}));
    assert_eq!(stream.prime().await, at(outlet, 0));
    drop(stream);
    stage.settle().await;
    say(&ben, outlet, "missed", false).await;
    let mut again = ben.resume(at(outlet, 0)).await.expect("it is his");
    assert_eq!(again.next().await, "missed");
}

#[tokio::test]
async fn the_newest_connection_reads_and_no_message_comes_twice() {
    let (_stage, _eve, ben) = stage().await;
    let mut older = begun(&ben, &["one"]).await;
    let outlet = older.exchange.outlet();
    assert_eq!(older.next().await, "one");
    let mut newer = ben.resume(at(outlet, 1)).await.expect("it is his");
    assert!(older.is_over());
    say(&ben, outlet, "two", false).await;
    assert!(older.is_over());
    assert_eq!(newer.next().await, "two");
    drop(older);
    say(&ben, outlet, "three", false).await;
    assert_eq!(newer.next().await, "three", "the older one took nothing with it");
}

#[tokio::test]
async fn it_is_detached_and_resumed_without_a_message_lost() {
    let (_stage, _eve, ben) = stage().await;
    let body =
        json!({"do": [resumable(), {"send": {"body": "one"}}, {"detach": {"retry": 500}}, {"send": {"body": "two"}}]});
    let mut reading = ben.post(&body).await;
    let outlet = reading.exchange.outlet();
    reading.prime().await;
    assert_eq!(reading.next().await, "one");
    assert_eq!(reading.part().await, Some(Part::Detached { retry_ms: 500 }));
    assert!(reading.is_over());
    let mut again = ben.resume(at(outlet, 1)).await.expect("it is his");
    assert_eq!(again.next().await, "two");
}

#[tokio::test]
async fn nobody_reads_the_outlet_of_another_session() {
    let (stage, mut eve, ben) = stage().await;
    let reading = begun(&ben, &["his"]).await;
    let outlet = reading.exchange.outlet();
    // Of the same principal, and of another one.
    for principal in ["ben", "ada"] {
        let other = with_session(&stage, principal).await;
        unknown(&other, at(outlet, 0)).await;
    }
    let mut ada = stage.streamable("ada");
    ada.session = ben.session.clone();
    let refused = ada.resume(at(outlet, 0)).await.err();
    assert!(matches!(refused, Some(Refused::Refusal(_))), "to her it does not exist");
    assert!(eve.unread().is_empty(), "the component was not asked to let anybody in");
}

#[tokio::test]
async fn an_event_that_never_was_is_unknown() {
    let (stage, _eve, ben) = stage().await;
    let mut reading = begun(&ben, &["one"]).await;
    let outlet = reading.exchange.outlet();
    unknown(&ben, at(outlet, 2)).await;
    unknown(&ben, at(outlet + 1, 0)).await;
    for text in ["", "nonsense", "1", "-1", "9999999999999999999999-1"] {
        unknown(&ben, text).await;
    }
    let plain = ben.post(&json!({"do": [{"send": {"body": "plain"}}]})).await;
    unknown(&ben, at(plain.exchange.outlet(), 0)).await;
    assert_eq!(reading.next().await, "one", "his connection goes on");
    assert_eq!(stage.engine.status().faults, 0);
}

#[tokio::test]
async fn what_came_after_an_evicted_event_is_not_given_out_with_a_gap() {
    let (stage, _eve, ben) = stage().await;
    let reading = begun(&ben, &[]).await;
    let outlet = reading.exchange.outlet();
    drop(reading);
    stage.settle().await;
    let many = vec![json!({"send": {"outlet": outlet, "body": "x"}}); 257];
    ben.post(&json!({ "do": many })).await;
    unknown(&ben, at(outlet, 0)).await;
    let mut again = ben
        .resume(at(outlet, 1))
        .await
        .expect("nothing is lost after the first");
    assert_eq!(again.unread().len(), 256);
}

#[tokio::test]
async fn what_is_kept_is_bounded_in_bytes_too() {
    let (stage, _eve, ben) = stage().await;
    let reading = begun(&ben, &[]).await;
    let outlet = reading.exchange.outlet();
    drop(reading);
    stage.settle().await;
    let large = vec![json!({"send": {"outlet": outlet, "bytes": 400 << 10}}); 3];
    ben.post(&json!({ "do": large })).await;
    unknown(&ben, at(outlet, 0)).await;
    assert_eq!(ben.resume(at(outlet, 1)).await.expect("it is his").unread().len(), 2);
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_connection_and_not_the_outlet() {
    let (stage, mut eve, ben) = stage().await;
    let mut effects = vec![resumable()];
    effects.extend(vec![json!({"send": {"body": "x"}}); 257]);
    let mut deaf = ben.post(&json!({ "do": effects })).await;
    let outlet = deaf.exchange.outlet();
    assert!(deaf.is_over());
    assert_eq!(stage.engine.status().overflows, 1);
    let again = ben.resume(at(outlet, 1)).await.expect("it is his").unread();
    assert_eq!(again.len(), 256);
    drop(deaf);
    stage.settle().await;
    assert_eq!(eve.unread().len(), 1, "it heard of who came again, and of no end");
}

#[tokio::test]
async fn nobody_has_to_come_again_for_longer_than_the_limit() {
    let limits = Limits {
        resume_time_ms: 1_000,
        ..Limits::default()
    };
    let stage = Stage::with_limits(guests::puppet(), limits).await;
    let mut eve = stage.client("eve").await;
    let ben = with_session(&stage, "ben").await;
    let reading = begun(&ben, &["one"]).await;
    let outlet = reading.exchange.outlet();
    stage.clock.advance(10_000);
    stage.settle().await;
    assert!(eve.unread().is_empty(), "while it is read it does not end");
    drop(reading);
    stage.settle().await;
    stage.clock.advance(999);
    let again = ben.resume(at(outlet, 0)).await.expect("it is in time");
    assert_eq!(eve.next().await["resumes"], outlet);
    stage.clock.advance(10_000);
    stage.settle().await;
    drop(again);
    stage.settle().await;
    stage.clock.advance(1_000);
    assert_eq!(eve.next().await, json!({"closed": outlet}));
    unknown(&ben, at(outlet, 0)).await;
    assert!(eve.unread().is_empty());
}

#[tokio::test]
async fn what_was_answered_is_over_without_a_word() {
    let (stage, mut eve, ben) = stage().await;
    let reading = begun(&ben, &[]).await;
    let outlet = reading.exchange.outlet();
    drop(reading);
    stage.settle().await;
    say(&ben, outlet, "answer", true).await;
    assert_eq!(stage.engine.status().exchanges, 1);
    stage.clock.advance(300_000);
    stage
        .until("it is over", |stage| stage.engine.status().exchanges == 0)
        .await;
    assert!(eve.unread().is_empty());
}

#[tokio::test]
async fn of_a_session_the_newest_answers_are_kept() {
    let (stage, _eve, ben) = stage().await;
    let mut outlets = Vec::new();
    for _ in 0..17 {
        let body = json!({"do": [resumable(), {"send": {"body": "answer", "last": true}}]});
        let mut reading = ben.post(&body).await;
        outlets.push(reading.exchange.outlet());
        reading.rest().await;
    }
    unknown(&ben, at(outlets[0], 0)).await;
    let mut second = ben.resume(at(outlets[1], 0)).await.expect("it is kept");
    assert_eq!(second.rest().await, ["answer"]);
    assert_eq!(stage.engine.status().exchanges, 16);
}

#[tokio::test]
async fn only_what_nobody_was_sent_is_replaced() {
    let (_stage, _eve, ben) = stage().await;
    let mut reading = begun(&ben, &[]).await;
    let outlet = reading.exchange.outlet();
    for body in ["1", "2", "3"] {
        let send = json!({"send": {"outlet": outlet, "body": body, "replaces": "x"}});
        ben.post(&json!({"do": [send, {"send": {"last": true}}]}))
            .await
            .only()
            .await;
        if body == "1" {
            assert_eq!(reading.next().await, "1");
        }
    }
    assert_eq!(reading.event().await, (Some(at(outlet, 2)), json!("3")));
    let mut again = ben.resume(at(outlet, 0)).await.expect("it is his");
    assert_eq!([again.next().await, again.next().await], [json!("1"), json!("3")]);
}

#[tokio::test]
async fn a_new_instance_goes_on_with_what_is_resumed() {
    let (stage, _eve, ben) = stage().await;
    let reading = begun(&ben, &["one"]).await;
    let outlet = reading.exchange.outlet();
    drop(reading);
    stage.engine.renew().await;
    say(&ben, outlet, "two", true).await;
    let mut again = ben.resume(at(outlet, 0)).await.expect("it is his");
    assert_eq!(again.rest().await, ["one", "two"]);
}

#[tokio::test]
async fn a_session_whose_state_cannot_be_read_ends_with_all_its_outlets() {
    let (stage, mut eve, ben) = stage().await;
    let mut reading = begun(&ben, &[]).await;
    let outlet = reading.exchange.outlet();
    let session = ben.session.clone();
    let broken = json!({"keep": {"key": session, "unreadable": true}});
    ada_says(&stage, &broken).await;
    stage.engine.renew().await;
    assert_eq!(reading.rest().await, Vec::<Value>::new());
    assert_eq!(eve.next().await, json!({"closed": outlet}));
}

/// Something done in nobody's session.
async fn ada_says(stage: &Stage, effect: &Value) {
    let ada = stage.streamable("ada");
    ada.post(&json!({"do": [effect, {"send": {"last": true}}]}))
        .await
        .only()
        .await;
}

#[tokio::test]
async fn what_breaks_the_contract_is_counted_and_not_done() {
    let (stage, eve, ben) = stage().await;
    let stream = eve.stream.outlet();
    let other = with_session(&stage, "ben").await;
    let begun = begun(&ben, &[]).await;
    let his = begun.exchange.outlet();
    let mut effects = vec![
        json!({"resumable": {"outlet": 999}}),
        json!({"resumable": {"outlet": stream}}),
        json!({"resumable": {"session": "another"}}),
        json!({"resumable": {"outlet": his}}),
        json!({"detach": {"outlet": 999}}),
        json!({"detach": {"outlet": stream}}),
        json!({"detach": {}}),
        json!({"send": {"outlet": stream, "body": "last", "last": true}}),
    ];
    let count = effects.len() as u64;
    effects.push(json!({"send": {"body": "fine", "last": true}}));
    assert_eq!(other.post(&json!({ "do": effects })).await.only().await.1, "fine");
    assert_eq!(stage.engine.status().faults, count);
    let nobodys = stage.streamable("ben");
    let body = json!({"do": [resumable(), {"send": {"body": "fine", "last": true}}]});
    assert_eq!(
        nobodys.post(&body).await.only().await.1,
        "fine",
        "without a session nothing is resumed"
    );
    assert_eq!(stage.engine.status().faults, count + 1);
}

/// The component fails at this event from now on, in every instance.
async fn armed(eve: &mut Client, event: &str) {
    let arm = json!({"arm": {"event": event, "how": "panic", "for_good": true}});
    eve.post(&arm).await.expect("it is taken");
}

#[tokio::test]
async fn a_stream_that_cannot_be_opened_costs_itself() {
    let (stage, mut eve, ben) = stage().await;
    let mut reading = begun(&ben, &["one"]).await;
    let outlet = reading.exchange.outlet();
    armed(&mut eve, "attach").await;
    assert_eq!(ben.get().await.err(), Some(Refused::Fault));
    assert_eq!(ben.resume(at(outlet, 0)).await.err(), Some(Refused::Fault));
    assert_eq!(reading.next().await, "one", "who reads goes on");
    say(&ben, outlet, "two", false).await;
    assert_eq!(reading.next().await, "two");
    assert_eq!(stage.engine.status().exchanges, 1);
    assert!(eve.unread().is_empty(), "what was not opened is not closed");
}

#[tokio::test]
async fn a_session_that_cannot_be_ended_goes_on() {
    let (_stage, mut eve, ben) = stage().await;
    let reading = begun(&ben, &[]).await;
    let outlet = reading.exchange.outlet();
    armed(&mut eve, "dismiss").await;
    assert_eq!(ben.delete().await.err(), Some(Refused::Fault));
    say(&ben, outlet, "end", true).await;
}
