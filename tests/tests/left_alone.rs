//! A component that fails at everything is left alone for a while, and for longer each time. Nothing that waits is lost.

use hearth_harness::stage::{Client, Stage};
use hearth_host::engine::Refused;
use hearth_tests::guests;
use serde_json::{Value, json};

/// Two attempts at each of these: six traps in a row.
const BODIES: usize = 3;
const FIRST_REST_MS: u64 = 50;

fn trap() -> Value {
    json!({"trap": "panic", "always": true})
}

fn calm() -> Value {
    json!({"do": []})
}

async fn post(client: &Client, body: &Value) -> Option<Refused> {
    client.post(body).await.err()
}

/// A component that has just failed six times in a row.
async fn failed() -> (Stage, Client) {
    let stage = Stage::new(guests::puppet()).await;
    let ben = stage.client("ben").await;
    for _ in 0..BODIES {
        assert_eq!(post(&ben, &trap()).await, Some(Refused::Fault));
    }
    (stage, ben)
}

#[tokio::test]
async fn each_further_trap_doubles_the_rest_and_an_event_that_comes_to_its_end_ends_it() {
    let (stage, ben) = failed().await;
    assert_eq!(post(&ben, &calm()).await, Some(Refused::Resting(FIRST_REST_MS)));
    let degraded = stage.engine.status().degraded.expect("the owner is told");
    assert!(degraded.contains("has trapped 6 times"), "{degraded}");

    stage.clock.advance(FIRST_REST_MS - 1);
    assert_eq!(post(&ben, &calm()).await, Some(Refused::Resting(1)));
    stage.clock.advance(1);
    assert_eq!(post(&ben, &trap()).await, Some(Refused::Fault));
    assert_eq!(post(&ben, &calm()).await, Some(Refused::Resting(4 * FIRST_REST_MS)));

    stage.clock.advance(4 * FIRST_REST_MS);
    assert_eq!(post(&ben, &calm()).await, None);
    assert_eq!(post(&ben, &trap()).await, Some(Refused::Fault));
    assert_eq!(post(&ben, &calm()).await, None, "two traps are no reason to rest");
}

#[tokio::test]
async fn what_happens_meanwhile_is_told_afterwards() {
    let (stage, ben) = failed().await;
    let sessions = |stage: &Stage| stage.engine.status().sessions;
    drop(ben);
    stage.settle().await;
    assert_eq!(sessions(&stage), 1, "that its client is gone waits");
    stage.clock.advance(FIRST_REST_MS);
    stage.until("the session is over", |stage| sessions(stage) == 0).await;
}
