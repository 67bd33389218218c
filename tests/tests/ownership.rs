//! Invariant 6: a session belongs to the principal that opened it. Anyone else is told that it does not exist.

use hearth_harness::conversation::{call, initialized, ping};
use hearth_harness::stage::{Client, Stage};
use hearth_host::contract::hearth::mcp::types::RefusalReason;
use hearth_host::engine::Refused;
use hearth_tests::guests;
use serde_json::{Value, json};

async fn refusal(client: &Client, session: &str, body: &Value) -> (RefusalReason, String) {
    match client.post_to(session, body).await {
        Err(Refused::Refusal(refusal)) => (refusal.reason, refusal.detail.replace(session, "…")),
        other => panic!("it is refused: {other:?}"),
    }
}

#[tokio::test]
async fn a_session_of_someone_else_is_answered_like_one_that_does_not_exist() {
    let stage = Stage::new(guests::built_in()).await;
    let mut ben = initialized(&stage, "ben").await;
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    let missing = "0123456789abcdef0123456789abcdef";
    // Not even an administrator may.
    for principal in ["eve", "ada"] {
        let other = initialized(&stage, principal).await;
        let theirs = refusal(&other, ben.stream.session(), &body).await;
        assert_eq!(theirs, refusal(&other, missing, &body).await);
        assert_eq!(theirs.0, RefusalReason::UnknownSession);
    }
    assert!(ben.unread().is_empty());
    ping(&mut ben).await;
}

#[tokio::test]
async fn nobody_cancels_the_call_of_someone_else() {
    let stage = Stage::new(guests::built_in()).await;
    let (mut ben, eve) = (initialized(&stage, "ben").await, initialized(&stage, "eve").await);
    ben.post(&call("7", "script__slow", json!({})))
        .await
        .expect("it is taken");
    stage.until("it runs", |stage| stage.home.waiting() == 1).await;
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "7"}});
    eve.post(&cancel).await.expect("in its own session nobody minds");
    refusal(&eve, ben.stream.session(), &cancel).await;
    stage.home.release(1);
    assert_eq!(ben.next().await["id"], "7");
    assert_eq!(stage.home.cancelled(), 0);
}

#[tokio::test]
async fn two_tokens_of_one_principal_share_its_sessions() {
    let stage = Stage::new(guests::built_in()).await;
    let (mut ben, again) = (initialized(&stage, "ben").await, stage.client("ben").await);
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"});
    again
        .post_to(ben.stream.session(), &body)
        .await
        .expect("it is the same principal");
    assert_eq!(ben.next().await["id"], 1);
}
