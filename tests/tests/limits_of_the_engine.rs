//! Invariant 5: what happens at the limits that the engine keeps. In each case a second client goes on.

use hearth_harness::stage::{Client, Stage};
use hearth_host::engine::Refused;
use hearth_host::limits::Limits;
use hearth_tests::guests;
use serde_json::{Value, json};

async fn goes_on(client: &mut Client) {
    client.unread();
    client
        .post(&json!({"do": [{"send": {"body": "hello"}}]}))
        .await
        .expect("it is taken");
    assert_eq!(client.next().await, "hello");
}

fn send(body: &str) -> Value {
    json!({"send": {"body": body}})
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_stream_at_so_many_messages() {
    let stage = Stage::new(guests::puppet()).await;
    let (mut ben, mut eve) = (stage.client("ben").await, stage.client("eve").await);
    let limit = Limits::default().unread_messages;
    eve.post(&json!({"do": vec![send("unread"); limit]}))
        .await
        .expect("it is taken");
    assert_eq!(stage.engine.status().overflows, 0, "{limit} are allowed");
    eve.post(&json!({"do": [send("one more")]})).await.expect("it is taken");
    eve.end().await;
    let over = eve.stream.outlet();
    stage
        .until("its session is over", |stage| stage.engine.status().sessions == 1)
        .await;
    assert_eq!(ben.unread(), [json!({"closed": over})]);
    assert!(eve.post(&json!({})).await.is_err(), "the session is gone with it");
    goes_on(&mut ben).await;
}

#[tokio::test]
async fn and_at_so_many_bytes() {
    let limits = Limits {
        unread_bytes: 1_000,
        ..Limits::default()
    };
    let stage = Stage::with_limits(guests::puppet(), limits).await;
    let (mut ben, mut eve) = (stage.client("ben").await, stage.client("eve").await);
    eve.post(&json!({"do": [send(&"x".repeat(998))]}))
        .await
        .expect("it is taken");
    assert_eq!(stage.engine.status().overflows, 0, "1000 bytes with the quotes");
    eve.post(&json!({"do": [send("")]})).await.expect("it is taken");
    eve.end().await;
    goes_on(&mut ben).await;
}

#[tokio::test]
async fn someone_stuck_in_writing_hears_that_the_stream_is_over() {
    let stage = Stage::new(guests::puppet()).await;
    let eve = stage.client("eve").await;
    let ended = eve.stream.ended();
    let limit = Limits::default().unread_messages;
    eve.post(&json!({"do": vec![send("unread"); limit + 1]}))
        .await
        .expect("it is taken");
    ended.await;
}

/// An event that takes too much is given once more, and answered as a fault; nobody else notices.
async fn costs_one_event(limits: Limits, how: &str, said: &str) {
    let stage = Stage::with_limits(guests::puppet(), limits).await;
    let (mut ben, mut eve) = (stage.client("ben").await, stage.client("eve").await);
    eve.post(&json!({"trap": how, "do": [send("never")]}))
        .await
        .expect("it is taken the second time");
    assert_eq!(eve.next().await, json!({"fault": true, "count": 1}));
    let always = json!({"trap": how, "always": true});
    assert_eq!(eve.post(&always).await.err(), Some(Refused::Fault));
    let status = stage.engine.status();
    assert_eq!(status.traps, 3);
    let degraded = status.degraded.expect("three traps in a row are told");
    assert!(degraded.contains(said), "{degraded}");
    goes_on(&mut ben).await;
    goes_on(&mut eve).await;
}

#[tokio::test]
async fn an_event_that_computes_too_long_is_stopped() {
    let limits = Limits {
        event_ms: 50,
        ..Limits::default()
    };
    costs_one_event(limits, "loop", "more than 50 ms").await;
}

#[tokio::test]
async fn an_event_that_waits_is_stopped() {
    let limits = Limits {
        event_ms: 50,
        ..Limits::default()
    };
    costs_one_event(limits, "wait", "waited for more than 50 ms").await;
}

#[tokio::test]
async fn an_event_that_takes_too_much_memory_is_stopped() {
    let limits = Limits {
        memory: 8 << 20,
        ..Limits::default()
    };
    costs_one_event(limits, "memory", "may have 8388608").await;
}

#[tokio::test]
async fn an_event_that_panics_costs_itself() {
    costs_one_event(Limits::default(), "panic", "the puppet was told to").await;
}

#[tokio::test]
async fn endless_output_is_dropped_and_holds_nobody_up() {
    let limits = Limits {
        event_ms: 60_000,
        ..Limits::default()
    };
    let stage = Stage::with_limits(guests::puppet(), limits).await;
    let mut eve = stage.client("eve").await;
    eve.post(&json!({"trap": "chatter"})).await.expect("it only talks");
    assert_eq!(stage.engine.status().traps, 0);
    goes_on(&mut eve).await;
}

#[tokio::test]
async fn a_checkpoint_too_large_or_in_an_unknown_format_undoes_its_event() {
    let stage = Stage::new(guests::puppet()).await;
    let mut eve = stage.client("eve").await;
    let keep = |keep: Value| json!({"do": [send("never"), {"keep": keep}]});
    eve.post(&keep(json!({"key": "k", "bytes": 4096})))
        .await
        .expect("4 KiB are allowed");
    assert_eq!(eve.next().await, "never");
    for bad in [json!({"key": "k", "bytes": 4097}), json!({"key": "k", "format": 2})] {
        eve.post(&keep(bad)).await.expect("it is answered as a fault");
        assert_eq!(eve.next().await["fault"], true);
    }
    assert_eq!(stage.engine.status().checkpoints, 2);
}

#[tokio::test]
async fn effects_that_break_the_contract_are_counted_and_cost_nothing_else() {
    let stage = Stage::new(guests::puppet()).await;
    let mut eve = stage.client("eve").await;
    let gone = stage.client("ben").await;
    let ended = gone.stream.outlet();
    drop(gone);
    stage
        .until("it is over", |stage| stage.engine.status().sessions == 1)
        .await;
    eve.unread();
    let effects = json!([
        {"send": {"outlet": 999, "body": "to nobody"}},
        {"send": {"outlet": 0, "body": "to nobody"}},
        {"end": 999},
        {"resumable": null},
        {"detach": null},
        {"send": {"outlet": ended, "body": "to who was there"}},
        {"log": "all is well"},
        send("after all"),
    ]);
    eve.post(&json!({ "do": effects })).await.expect("it is taken");
    assert_eq!(eve.next().await, "after all");
    assert_eq!(stage.engine.status().faults, 5, "to an ended outlet is none");
}
