//! The end of a stream, from either side.

use futures_util::FutureExt;
use hearth_harness::stage::Stage;
use hearth_host::engine::Refused;
use hearth_tests::guests;
use serde_json::json;

#[tokio::test]
async fn a_client_that_hangs_up_is_told_of_exactly_once() {
    let stage = Stage::new(guests::puppet()).await;
    let (mut ben, eve) = (stage.client("ben").await, stage.client("eve").await);
    let outlet = eve.stream.outlet();
    drop(eve);
    assert_eq!(ben.next().await, json!({"closed": outlet}));
    stage
        .until("it is over", |stage| stage.engine.status().sessions == 1)
        .await;
    assert_eq!(stage.engine.status().checkpoints, 1, "what was kept of it is gone");
    assert!(ben.unread().is_empty());
}

#[tokio::test]
async fn a_stream_that_the_component_ends_is_read_to_its_end_and_then_closed_once() {
    let stage = Stage::new(guests::puppet()).await;
    let (mut ben, mut eve) = (stage.client("ben").await, stage.client("eve").await);
    let outlet = eve.stream.outlet();
    let last = json!({"do": [{"send": {"body": "last"}}, {"end": null}, {"send": {"body": "too late"}}]});
    eve.post(&last).await.expect("it is taken");
    assert_eq!(eve.next().await, "last");
    eve.end().await;
    drop(eve);
    assert_eq!(ben.next().await, json!({"closed": outlet}));
    assert!(ben.unread().is_empty());
    assert_eq!(stage.engine.status().faults, 0);
}

#[tokio::test]
async fn outlets_are_never_given_out_twice() {
    let stage = Stage::new(guests::puppet()).await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let ben = stage.client("ben").await;
        seen.push(ben.stream.outlet());
        let refuse = vec![hearth_host::contract::hearth::mcp::types::Header {
            name: "mcp-refuse".to_owned(),
            value: String::new(),
        }];
        let refused = stage.try_client("eve", refuse).await;
        assert!(matches!(refused, Err(Refused::Refusal(_))));
    }
    let sorted = seen.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(sorted, "{seen:?}");
    stage
        .until("all are over", |stage| stage.engine.status().sessions == 0)
        .await;
}

#[tokio::test]
async fn at_shutdown_streams_end_after_what_is_in_them_and_work_is_cancelled() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    let slow = json!({"perform": {"actions": [{"name": "script.slow"}]}});
    ben.post(&json!({"do": [slow, {"send": {"body": "last"}}]}))
        .await
        .expect("it is taken");
    stage.until("it runs", |stage| stage.home.waiting() == 1).await;
    stage.engine.shutdown().await;
    assert_eq!(ben.next().await, "last");
    ben.end().await;
    stage
        .until("it is cancelled", |stage| stage.home.cancelled() == 1)
        .await;
    assert_eq!(ben.post(&json!({})).await.err(), Some(Refused::Ended));
    assert!(matches!(stage.try_client("ben", Vec::new()).await, Err(Refused::Ended)));
}

#[tokio::test]
async fn a_request_that_is_given_up_while_the_guest_waits_costs_only_itself() {
    let stage = Stage::new(guests::puppet()).await;
    let (mut ben, eve) = (stage.client("ben").await, stage.client("eve").await);
    // Polled once, the guest waits in a WASI function; then the client is gone.
    let waiting = json!({"trap": "wait", "do": [{"send": {"body": "never"}}]});
    assert!(eve.post(&waiting).now_or_never().is_none());
    ben.post(&json!({"do": [{"send": {"body": "hello"}}]}))
        .await
        .expect("it is taken");
    assert_eq!(ben.next().await, "hello");
    let status = stage.engine.status();
    assert_eq!((status.traps, status.sessions), (0, 2));
}
