//! An HTTP exchange of Streamable HTTP, as the engine keeps it: one body, its answers, and its end.

use hearth_harness::conversation::refusal;
use hearth_harness::stage::{Client, Stage};
use hearth_harness::streamable::StreamableClient;
use hearth_host::contract::hearth::mcp::types::{RefusalReason, Status};
use hearth_host::engine::{Part, Refused};
use hearth_tests::guests;
use serde_json::{Value, json};

/// Eve, who is told of what is closed, and Ben without a session.
async fn stage() -> (Stage, Client, StreamableClient) {
    let stage = Stage::new(guests::puppet()).await;
    let (eve, ben) = (stage.client("eve").await, stage.streamable("ben"));
    (stage, eve, ben)
}

fn answer(body: &str) -> Value {
    json!({"send": {"body": body, "last": true}})
}

#[tokio::test]
async fn an_answer_that_comes_at_once_is_the_whole_exchange() {
    let (stage, mut eve, ben) = stage().await;
    let reading = ben.post(&json!({"do": [answer("hello")]})).await;
    assert_eq!(reading.only().await, (Status::Ok, json!("hello")));
    stage.settle().await;
    assert!(
        eve.unread().is_empty(),
        "a finished exchange costs the component no event"
    );
    assert_eq!(stage.engine.status().exchanges, 0);
}

#[tokio::test]
async fn an_exchange_may_end_with_a_status_and_no_message() {
    let (_stage, _eve, ben) = stage().await;
    let reading = ben
        .post(&json!({"do": [{"send": {"last": true, "status": "accepted"}}]}))
        .await;
    assert_eq!(reading.only().await, (Status::Accepted, Value::Null));
}

#[tokio::test]
async fn what_comes_before_the_last_message_is_read_in_its_order() {
    let (_stage, _eve, ben) = stage().await;
    let both = json!({"do": [{"send": {"body": 1}}, {"send": {"body": 2}}, answer("end")]});
    assert_eq!(ben.post(&both).await.rest().await, [json!(1), json!(2), json!("end")]);
}

#[tokio::test]
async fn answers_go_to_the_exchange_that_asked() {
    let (_stage, _eve, ben) = stage().await;
    let mut first = ben.post(&json!({})).await;
    let outlet = first.exchange.outlet();
    let second = ben
        .post(&json!({"do": [answer("second"), {"send": {"outlet": outlet, "body": "first", "last": true}}]}))
        .await;
    assert_eq!(second.only().await.1, "second");
    assert_eq!(first.next().await, "first");
}

#[tokio::test]
async fn an_exchange_that_is_hung_up_before_its_answer_is_told_of_once() {
    let (stage, mut eve, ben) = stage().await;
    let reading = ben.post(&json!({})).await;
    let outlet = reading.exchange.outlet();
    drop(reading);
    assert_eq!(eve.next().await, json!({"closed": outlet}));
    let late = json!({"do": [{"send": {"outlet": outlet, "body": "late", "last": true}}, answer("other")]});
    assert_eq!(ben.post(&late).await.only().await.1, "other");
    stage.settle().await;
    assert!(eve.unread().is_empty());
    assert_eq!(
        stage.engine.status().faults,
        0,
        "to an outlet that has ended one may send"
    );
}

#[tokio::test]
async fn an_exchange_that_the_component_ends_is_over_for_its_reader() {
    let (_stage, mut eve, ben) = stage().await;
    let mut reading = ben.post(&json!({"do": [{"send": {"body": 1}}, {"end": null}]})).await;
    let outlet = reading.exchange.outlet();
    assert_eq!(reading.rest().await, [json!(1)]);
    assert_eq!(eve.next().await, json!({"closed": outlet}));
}

#[tokio::test]
async fn a_body_that_is_refused_leaves_nothing() {
    let (stage, mut eve, ben) = stage().await;
    let refused = ben.try_post(br#"{"refuse": "no", "reason": "session-required"}"#).await;
    assert_eq!(refusal(refused).0, RefusalReason::SessionRequired);
    stage.settle().await;
    assert!(eve.unread().is_empty(), "nothing was opened, so nothing is closed");
    assert_eq!(stage.engine.status().exchanges, 0);
}

#[tokio::test]
async fn after_the_last_message_of_an_exchange_nothing_more_may_come() {
    let (stage, _eve, ben) = stage().await;
    let mut reading = ben
        .post(&json!({"do": [answer("end"), {"send": {"body": "more"}}]}))
        .await;
    assert_eq!(reading.rest().await, [json!("end")]);
    assert_eq!(stage.engine.status().faults, 1);
    let outlet = reading.exchange.outlet();
    let again = json!({"do": [{"send": {"outlet": outlet, "body": "more", "last": true}}, answer("other")]});
    ben.post(&again).await.only().await;
    assert_eq!(stage.engine.status().faults, 2);
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_exchange_and_nothing_else() {
    let (stage, mut eve, ben) = stage().await;
    let many = vec![json!({"send": {"body": "x"}}); 257];
    let mut deaf = ben.post(&json!({ "do": many })).await;
    let outlet = deaf.exchange.outlet();
    assert!(deaf.is_over());
    assert_eq!(eve.next().await, json!({"closed": outlet}));
    assert_eq!(stage.engine.status().overflows, 1);
    assert_eq!(
        ben.post(&json!({"do": [answer("hello")]})).await.only().await.1,
        "hello"
    );
}

#[tokio::test]
async fn a_body_may_begin_a_session_which_others_do_not_have() {
    let (stage, _eve, mut ben) = stage().await;
    let received = ben.try_post(br#"{"begin": true}"#).await.expect("it is taken");
    ben.session = received.session;
    assert_eq!(stage.engine.status().sessions, 2, "hers and his");
    assert_eq!(
        ben.post(&json!({"do": [answer("yours")]})).await.only().await.1,
        "yours"
    );
    let mut ada = stage.streamable("ada");
    ada.session = ben.session.clone();
    assert_eq!(refusal(ada.try_post(b"{}").await).0, RefusalReason::UnknownSession);
    ben.delete().await.expect("it is his");
    assert_eq!(stage.engine.status().sessions, 1);
    assert_eq!(refusal(ben.try_post(b"{}").await).0, RefusalReason::UnknownSession);
    assert_eq!(
        ben.delete().await.err().map(reason),
        Some(RefusalReason::UnknownSession)
    );
}

fn reason(refused: Refused) -> RefusalReason {
    match refused {
        Refused::Refusal(refusal) => refusal.reason,
        other => panic!("the component did not refuse it: {other}"),
    }
}

#[tokio::test]
async fn an_event_that_trapped_twice_is_refused_and_its_exchange_never_was() {
    let (stage, mut eve, ben) = stage().await;
    let refused = ben.try_post(br#"{"trap": "panic", "always": true}"#).await;
    assert_eq!(refused.err(), Some(Refused::Fault));
    stage.settle().await;
    assert!(eve.unread().is_empty());
    let once = ben.post(&json!({"trap": "panic"})).await;
    assert_eq!(once.only().await.1["fault"], true);
}

#[tokio::test]
async fn an_exchange_that_waits_is_answered_by_the_instance_that_comes_after_a_trap() {
    let (stage, _eve, ben) = stage().await;
    let action = json!({"name": "light.turn_on", "target": {"entity_id": "light.bed"}});
    let perform = json!({"perform": {"actions": [action], "ticket": {"do": [answer("done")]}}});
    stage.home.hold("light.turn_on");
    let mut reading = ben.post(&json!({ "do": [perform] })).await;
    ben.post(&json!({"trap": "panic"})).await.only().await;
    stage.home.release(1);
    let news = reading.next().await;
    assert_eq!(news["news"]["outcomes"][0][0], "ok", "{news}");
    assert_eq!(reading.next().await, "done");
    assert!(reading.is_over());
}

#[tokio::test]
async fn at_shutdown_exchanges_end() {
    let (stage, _eve, ben) = stage().await;
    let mut reading = ben.post(&json!({})).await;
    stage.engine.shutdown().await;
    assert_eq!(reading.part().await, None::<Part>);
    assert_eq!(ben.try_post(b"{}").await.err(), Some(Refused::Ended));
    assert_eq!(ben.get().await.err(), Some(Refused::Ended));
    assert_eq!(ben.delete().await.err(), Some(Refused::Ended));
}
