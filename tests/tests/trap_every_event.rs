//! Invariant 7: a trap ends one event. It is given once more to a new instance, and other clients notice nothing.

use hearth_harness::conversation::{call, initialized, ping};
use hearth_harness::stage::{Client, Stage};
use hearth_host::contract::hearth::mcp::types::Route;
use hearth_host::engine::Refused;
use hearth_tests::guests;
use serde_json::{Value, json};

/// Arms our component for its next event of this name.
async fn arm(stage: &Stage, event: &str) {
    stage.home.change("test-trap", event, &Value::Null);
    stage.engine.deliver_changes().await;
}

/// Our component, with a second client that has a call in flight from before the trap.
async fn beside_a_call() -> (Stage, Client) {
    let stage = Stage::new(guests::faulty()).await;
    let eve = initialized(&stage, "eve").await;
    eve.post(&call("slow", "script__slow", json!({})))
        .await
        .expect("it is taken");
    stage.until("it runs", |stage| stage.home.waiting() == 1).await;
    (stage, eve)
}

/// The second client saw nothing, is served, and gets the answer to its call.
async fn goes_on(stage: &Stage, eve: &mut Client, traps: u64) {
    assert_eq!(stage.engine.status().traps, traps);
    assert!(eve.unread().is_empty());
    ping(eve).await;
    stage.home.release(1);
    let answer = eve.next().await;
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!("slow"), &json!(false)),
        "{answer}"
    );
}

#[tokio::test]
async fn at_open_the_client_is_let_in() {
    let (stage, mut eve) = beside_a_call().await;
    arm(&stage, "open").await;
    let mut ben = initialized(&stage, "ben").await;
    ping(&mut ben).await;
    goes_on(&stage, &mut eve, 1).await;
}

#[tokio::test]
async fn at_a_body_its_requests_are_answered_with_an_internal_error() {
    let (stage, mut eve) = beside_a_call().await;
    let mut ben = initialized(&stage, "ben").await;
    arm(&stage, "receive").await;
    let on = call("on", "intent__HassTurnOn", json!({"name": "Bed Light"}));
    ben.post(&on).await.expect("it is taken");
    let answer = ben.next().await;
    assert_eq!(
        (&answer["id"], &answer["error"]["code"]),
        (&json!("on"), &json!(-32603)),
        "{answer}"
    );
    assert!(stage.home.done().is_empty(), "an event that trapped did nothing");
    ping(&mut ben).await;
    goes_on(&stage, &mut eve, 1).await;
}

#[tokio::test]
async fn at_an_outcome_its_request_is_answered_with_an_internal_error() {
    let (stage, mut eve) = beside_a_call().await;
    let mut ben = initialized(&stage, "ben").await;
    arm(&stage, "resume").await;
    let on = call("on", "intent__HassTurnOn", json!({"name": "Bed Light"}));
    ben.post(&on).await.expect("it is taken");
    let answer = ben.next().await;
    assert_eq!(
        (&answer["id"], &answer["error"]["code"]),
        (&json!("on"), &json!(-32603)),
        "{answer}"
    );
    assert_eq!(stage.engine.status().work, 1, "that work is over");
    ping(&mut ben).await;
    goes_on(&stage, &mut eve, 1).await;
}

#[tokio::test]
async fn at_changes_of_the_home_they_are_given_again() {
    let (stage, mut eve) = beside_a_call().await;
    arm(&stage, "home-changed").await;
    stage.home.set("light.bed", "on");
    stage
        .until("it trapped", |stage| stage.engine.status().traps == 1)
        .await;
    eve.post(&call("look", "homeassistant__GetLiveContext", json!({})))
        .await
        .expect("it is taken");
    let seen = eve.next().await.to_string();
    assert!(
        seen.contains("state: 'on'") || seen.contains(r#"state: \"on\""#) || seen.contains("on"),
        "{seen}"
    );
    goes_on(&stage, &mut eve, 1).await;
}

#[tokio::test]
async fn at_a_client_that_hung_up_its_session_is_gone_all_the_same() {
    let (stage, mut eve) = beside_a_call().await;
    let ben = initialized(&stage, "ben").await;
    let session = ben.stream.session().to_owned();
    arm(&stage, "closed").await;
    drop(ben);
    stage
        .until("it is over", |stage| stage.engine.status().sessions == 1)
        .await;
    assert_eq!(stage.engine.status().checkpoints, 1);
    let ben = initialized(&stage, "ben").await;
    assert!(
        ben.post_to(&session, &json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}))
            .await
            .is_err()
    );
    goes_on(&stage, &mut eve, 1).await;
}

#[tokio::test]
async fn at_the_question_what_it_offers_the_next_one_is_answered() {
    let (stage, mut eve) = beside_a_call().await;
    arm(&stage, "offers").await;
    let ben = stage.principal("ben");
    assert_eq!(stage.engine.offers(&ben, &Route::Sse).await, Err(Refused::Fault));
    assert!(
        !stage
            .engine
            .offers(&ben, &Route::Sse)
            .await
            .expect("it answers")
            .is_empty()
    );
    goes_on(&stage, &mut eve, 1).await;
}

/// A guest that traps at every event of one kind, whatever instance it is.
async fn always_at(event: &str) -> (Stage, Client) {
    let stage = Stage::new(guests::puppet()).await;
    let ben = stage.client("ben").await;
    let arm = json!({"arm": {"event": event, "how": "panic", "for_good": true}});
    ben.post(&arm).await.expect("it is taken");
    (stage, ben)
}

async fn speaks(client: &mut Client) {
    client.unread();
    client
        .post(&json!({"do": [{"send": {"body": "hello"}}]}))
        .await
        .expect("it is taken");
    assert_eq!(client.next().await, "hello");
}

#[tokio::test]
async fn an_event_that_traps_twice_is_dropped_and_the_rest_goes_on() {
    let (stage, mut ben) = always_at("home-changed").await;
    stage.home.set("light.bed", "on");
    stage
        .until("it was given twice", |stage| stage.engine.status().traps == 2)
        .await;
    speaks(&mut ben).await;

    let (stage, mut ben) = always_at("resume").await;
    ben.post(&json!({"do": [{"perform": {"actions": [{"name": "light.look"}]}}]}))
        .await
        .expect("it is taken");
    stage
        .until("it was given twice", |stage| stage.engine.status().traps == 2)
        .await;
    stage
        .until("the work is over", |stage| stage.engine.status().work == 0)
        .await;
    speaks(&mut ben).await;

    let (stage, mut ben) = always_at("closed").await;
    drop(stage.client("eve").await);
    stage
        .until("it was given twice", |stage| stage.engine.status().traps == 2)
        .await;
    stage
        .until("it is over", |stage| stage.engine.status().sessions == 1)
        .await;
    speaks(&mut ben).await;

    let (stage, mut ben) = always_at("wake").await;
    let soon = hearth_harness::stage::BEGIN + 1;
    ben.post(&json!({"do": [{"wake": soon}]})).await.expect("it is taken");
    stage
        .until("the timer waits", |stage| stage.clock.sleepers() == 1)
        .await;
    stage.clock.advance(1);
    stage
        .until("it was given twice", |stage| stage.engine.status().traps == 2)
        .await;
    speaks(&mut ben).await;

    let (stage, mut ben) = always_at("open").await;
    assert!(matches!(stage.try_client("eve", Vec::new()).await, Err(Refused::Fault)));
    speaks(&mut ben).await;
    assert_eq!(stage.engine.status().sessions, 1);
}

#[tokio::test]
async fn what_traps_at_restoring_is_set_aside_one_by_one() {
    let stage = Stage::new(guests::puppet()).await;
    let (mut ben, eve) = (stage.client("ben").await, stage.client("eve").await);
    let keep = |key: &str, what: &str| json!({"keep": {"key": key, what: true}});
    let effects = json!([keep("a", "poison"), keep("m", "unreadable"), keep("z", "poison")]);
    eve.post(&json!({ "do": effects })).await.expect("it is taken");
    let slow = json!({"perform": {"key": "w", "actions": [{"name": "script.slow"}], "ticket": {"unreadable": true}}});
    eve.post(&json!({"do": [slow]})).await.expect("it is taken");

    stage.engine.renew().await;
    let status = stage.engine.status();
    assert_eq!(
        (status.checkpoints, status.set_aside),
        (2, 3),
        "both sessions are there"
    );
    assert_eq!(status.degraded, None);
    stage.home.release(1);
    stage
        .until("the work is over", |stage| stage.engine.status().work == 0)
        .await;
    speaks(&mut ben).await;
}

#[tokio::test]
async fn a_session_whose_checkpoint_cannot_be_read_ends_and_the_others_do_not() {
    let stage = Stage::new(guests::puppet()).await;
    let (mut ben, mut eve) = (stage.client("ben").await, stage.client("eve").await);
    let key = eve.stream.session().to_owned();
    // The last keep of an event counts, and the puppet keeps its own at the end: so it comes from somebody else.
    ben.post(&json!({"do": [{"keep": {"key": key, "poison": true}}]}))
        .await
        .expect("it is taken");
    stage.engine.renew().await;
    eve.end().await;
    stage
        .until("it is over", |stage| stage.engine.status().sessions == 1)
        .await;
    speaks(&mut ben).await;
}

#[tokio::test]
async fn state_that_lets_no_instance_start_is_given_up_and_the_host_lives() {
    let (stage, mut ben) = always_at("start").await;
    stage.engine.renew().await;
    ben.end().await;
    assert_eq!(stage.engine.status().degraded.map(|text| text.contains("start")), None);
    let mut eve = stage.client("eve").await;
    speaks(&mut eve).await;
}
