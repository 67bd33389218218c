//! Work from `perform` to its outcomes: patience, deadline, progress, abandoning, and what is told before what.

use hearth_harness::stage::{Client, Stage};
use hearth_host::limits::Limits;
use hearth_tests::guests;
use serde_json::{Value, json};

const SLOW: &str = "script.slow";

async fn perform(client: &Client, perform: Value) {
    client
        .post(&json!({"do": [{"perform": perform}]}))
        .await
        .expect("it is taken");
}

async fn waits(stage: &Stage, actions: usize) {
    stage
        .until("the actions wait", |stage| stage.home.waiting() == actions)
        .await;
}

#[tokio::test]
async fn actions_run_together_and_their_outcomes_come_in_their_order() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    let actions =
        json!([{"name": SLOW}, {"name": "light.look"}, {"name": "light.look", "data": {"fail": "it is dark"}}]);
    perform(&ben, json!({ "actions": actions })).await;
    waits(&stage, 1).await;
    assert!(ben.unread().is_empty());
    stage.home.release(1);
    let expected = json!([["ok", null], ["ok", {"seen": "nothing"}], ["failed", {"error": "it is dark"}]]);
    assert_eq!(ben.next().await["news"]["outcomes"], expected);
    assert_eq!(stage.audit.lines().last().expect("a line"), "ben script.slow: ok");
}

#[tokio::test]
async fn what_outlasts_its_patience_is_told_as_running_and_goes_on() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    perform(
        &ben,
        json!({"actions": [{"name": SLOW}, {"name": "light.look"}], "patience": 2_000}),
    )
    .await;
    waits(&stage, 1).await;
    stage.clock.advance(1_999);
    stage.clock.advance(1);
    assert_eq!(
        ben.next().await["news"]["outcomes"],
        json!([["running", null], ["ok", {"seen": "nothing"}]])
    );
    assert_eq!(stage.home.waiting(), 1, "it goes on");
    stage.home.release(1);
    stage
        .until("it is done", |stage| stage.home.done().contains(&SLOW.to_owned()))
        .await;
    assert!(ben.unread().is_empty(), "nobody hears of it");
    assert_eq!(stage.audit.lines(), ["ben light.look: ok", "ben script.slow: running"]);
}

#[tokio::test]
async fn at_its_deadline_an_action_is_cancelled() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    perform(&ben, json!({"actions": [{"name": SLOW}], "deadline": 5_000})).await;
    waits(&stage, 1).await;
    stage.clock.advance(5_000);
    assert_eq!(ben.next().await["news"]["outcomes"], json!([["timed-out", null]]));
    assert_eq!((stage.home.waiting(), stage.home.cancelled()), (0, 1));
}

#[tokio::test]
async fn the_host_allows_no_more_time_than_its_limit() {
    let limits = Limits {
        action_ms: 1_000,
        ..Limits::default()
    };
    let stage = Stage::with_limits(guests::puppet(), limits).await;
    let mut ben = stage.client("ben").await;
    perform(&ben, json!({"actions": [{"name": SLOW}], "deadline": 50_000})).await;
    waits(&stage, 1).await;
    stage.clock.advance(1_000);
    assert_eq!(ben.next().await["news"]["outcomes"], json!([["timed-out", null]]));
}

#[tokio::test]
async fn past_its_patience_an_action_still_ends_at_its_deadline() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    perform(
        &ben,
        json!({"actions": [{"name": SLOW}], "patience": 1_000, "deadline": 5_000}),
    )
    .await;
    waits(&stage, 1).await;
    stage.clock.advance(1_000);
    assert_eq!(ben.next().await["news"]["outcomes"], json!([["running", null]]));
    stage.clock.advance(4_000);
    stage
        .until("it is cancelled", |stage| stage.home.cancelled() == 1)
        .await;
}

#[tokio::test]
async fn abandoned_work_is_cancelled_and_never_heard_of() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    perform(&ben, json!({"key": "a", "actions": [{"name": SLOW}]})).await;
    waits(&stage, 1).await;
    ben.post(&json!({"do": [{"abandon": "a"}, {"abandon": "of nothing"}]}))
        .await
        .expect("it is taken");
    stage
        .until("it is cancelled", |stage| stage.home.cancelled() == 1)
        .await;
    assert_eq!(stage.engine.status().work, 0);
    assert_eq!(stage.audit.lines(), ["ben script.slow: failed: cancelled"]);
    // The key is free, and only the new work is heard of.
    perform(&ben, json!({"key": "a", "actions": [{"name": "light.look"}]})).await;
    assert_eq!(
        ben.next().await["news"]["outcomes"],
        json!([["ok", {"seen": "nothing"}]])
    );
    assert!(ben.unread().is_empty());
}

#[tokio::test]
async fn a_key_that_is_open_cannot_be_used_twice() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    for _ in 0..2 {
        perform(&ben, json!({"key": "a", "actions": [{"name": SLOW}]})).await;
    }
    waits(&stage, 1).await;
    assert_eq!(stage.engine.status().faults, 1);
    stage.home.release(1);
    assert_eq!(ben.next().await["news"]["outcomes"], json!([["ok", null]]));
}

#[tokio::test]
async fn progress_rises_and_comes_at_most_ten_times_a_second() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    perform(&ben, json!({"actions": [{"name": SLOW}]})).await;
    waits(&stage, 1).await;
    stage.home.report(1.0);
    assert_eq!(ben.next().await, json!({"news": {"progress": 1.0}}));
    stage.home.report(2.0);
    stage.home.report(4.0);
    stage.clock.advance(99);
    stage.home.report(3.0);
    stage.clock.advance(1);
    assert_eq!(
        ben.next().await,
        json!({"news": {"progress": 3.0}}),
        "the newest report counts"
    );
    stage.home.release(1);
    assert_eq!(ben.next().await["news"]["outcomes"], json!([["ok", null]]));
}

#[tokio::test]
async fn what_an_action_changes_is_told_before_its_outcome() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    for (entity, times) in [("light.bed", 0), ("light.ceiling", 1)] {
        let action = json!({"name": "light.turn_on", "target": {"entity_id": entity}});
        perform(&ben, json!({"actions": [action]})).await;
        let changed = ben.next().await["changed"].to_string();
        assert!(changed.contains(entity), "{changed}, {times} calls before");
        assert!(ben.next().await["news"].is_object());
    }
}

#[tokio::test]
async fn a_timer_goes_off_once_and_a_newer_one_replaces_it() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    let begin = hearth_harness::stage::BEGIN;
    let wake = |after: u64| json!({"do": [{"wake": begin + after}]});
    ben.post(&wake(1_000)).await.expect("it is taken");
    ben.post(&wake(3_000)).await.expect("it is taken");
    stage
        .until("the timer waits", |stage| stage.clock.sleepers() == 1)
        .await;
    stage.clock.advance(3_000);
    assert_eq!(ben.next().await, json!({"woken": begin + 3_000}));
    stage.clock.advance(10_000);
    ben.post(&json!({"do": [{"send": {"body": "after"}}]}))
        .await
        .expect("it is taken");
    assert_eq!(ben.next().await, "after");
}
