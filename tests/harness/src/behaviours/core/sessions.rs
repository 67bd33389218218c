//! Whose conversation it is, and how many there may be.

use std::sync::Arc;

use hearth_host::contract::hearth::mcp::types::RefusalReason;
use hearth_host::limits::Limits;
use serde_json::json;

use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{initialized, ping, refusal, request};
use crate::stage::{Client, Stage};

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Core,
        an_unknown_session_is_told,
        "A body for a session that is not there is refused as such, with the id that was asked for.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        a_session_belongs_to_who_opened_it,
        "To anybody else a session does not exist: the refusal is that of an unknown one.",
        [an_unknown_session_is_told]
    ),
    behaviour!(
        Core,
        a_session_ends_with_its_stream,
        "When the client has hung up, its session is not there any more.",
        [an_unknown_session_is_told]
    ),
    behaviour!(
        Core,
        answers_go_to_who_asked,
        "An answer goes to the client that asked, and to nobody else.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        sessions_of_one_principal_are_limited,
        "At `sessions-per-principal` one more is refused, others are let in, and a place that becomes free is given away.",
        [a_session_ends_with_its_stream]
    ),
    behaviour!(
        Core,
        all_sessions_are_limited,
        "At `sessions` one more is refused, whoever asks, and a place that becomes free is given away.",
        [a_session_ends_with_its_stream]
    ),
];

async fn an_unknown_session_is_told(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    for id in ["", "no-such-session", "00000000-0000-4000-8000-000000000000"] {
        assert_unknown(&ben, id).await;
    }
    ping(&mut ben).await;
}

async fn assert_unknown(client: &Client, session: &str) {
    let (reason, detail) = refusal(client.post_to(session, &request(1, "ping", json!({}))).await);
    assert_eq!(reason, RefusalReason::UnknownSession, "for the session {session:?}");
    assert_eq!(detail, session, "the detail is the id asked for");
}

async fn a_session_belongs_to_who_opened_it(case: Arc<Case>) {
    let stage = case.stage().await;
    let (mut ben, mut ada) = (initialized(&stage, "ben").await, initialized(&stage, "ada").await);
    assert_unknown(&ada, ben.stream.session()).await;
    ben.hears_nothing(&stage).await;
    ada.hears_nothing(&stage).await;
    ping(&mut ben).await;
}

async fn a_session_ends_with_its_stream(case: Arc<Case>) {
    let stage = case.stage().await;
    let (ben, mut other) = (initialized(&stage, "ben").await, initialized(&stage, "ben").await);
    let session = ben.stream.session().to_owned();
    drop(ben);
    stage.settle().await;
    assert_unknown(&other, &session).await;
    ping(&mut other).await;
}

async fn answers_go_to_who_asked(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut first = initialized(&stage, "ben").await;
    let mut second = initialized(&stage, "ben").await;
    let mut third = initialized(&stage, "eve").await;
    ping(&mut first).await;
    ping(&mut third).await;
    second.hears_nothing(&stage).await;
    first.hears_nothing(&stage).await;
}

async fn sessions_of_one_principal_are_limited(case: Arc<Case>) {
    let limits = Limits {
        sessions_per_principal: 2,
        ..Limits::default()
    };
    let stage = case.stage_with(limits).await;
    let one = stage.client("ben").await;
    let _two = stage.client("ben").await;
    assert_full(&stage, "ben").await;
    let _other = stage.client("eve").await;
    drop(one);
    stage.settle().await;
    let _three = stage.client("ben").await;
    assert_full(&stage, "ben").await;
}

async fn all_sessions_are_limited(case: Arc<Case>) {
    let limits = Limits {
        sessions: 2,
        ..Limits::default()
    };
    let stage = case.stage_with(limits).await;
    let one = stage.client("ben").await;
    let _two = stage.client("eve").await;
    assert_full(&stage, "ada").await;
    drop(one);
    stage.settle().await;
    let _three = stage.client("ada").await;
    assert_full(&stage, "ben").await;
}

async fn assert_full(stage: &Stage, principal: &str) {
    let (reason, detail) = refusal(stage.try_client(principal, Vec::new()).await);
    assert_eq!(reason, RefusalReason::TooManySessions);
    assert!(!detail.is_empty(), "the detail does not say which limit it is");
}
