//! Calls that wait for the home, and what may happen meanwhile.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use hearth_host::contract::hearth::mcp::types::News;
use hearth_host::engine::{Answered, Event, Trap};
use hearth_host::limits::Limits;
use serde_json::{Value, json};

use super::acting::{Acting, scout};
use super::calling::{assert_result, assert_worked};
use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{cancelled, initialized, ping};
use crate::meddle::Meddler;
use crate::stage::{Client, Stage};

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Tools,
        others_are_served_while_a_call_waits,
        "While a call waits for the home, its client and others are served.",
        [an_action_is_done_and_told]
    ),
    behaviour!(
        Tools,
        two_calls_get_their_own_answers,
        "Of two calls that wait each is answered under its own id, when its own action is done.",
        [others_are_served_while_a_call_waits]
    ),
    behaviour!(
        Tools,
        an_id_in_flight_is_not_taken_twice,
        "A call under the id of one that still waits is an error, and the first one is answered once.",
        [others_are_served_while_a_call_waits]
    ),
    behaviour!(
        Tools,
        a_cancelled_call_is_not_answered,
        "A call that its client has cancelled stops, and is never answered.",
        [others_are_served_while_a_call_waits]
    ),
    behaviour!(
        Tools,
        cancelling_what_is_not_there_is_ignored,
        "Cancelling an unknown or finished request, or nothing at all, is ignored.",
        [others_are_served_while_a_call_waits]
    ),
    behaviour!(
        Tools,
        a_call_outlives_its_instance,
        "A call that waits is answered by a new instance as it would have been by the old one.",
        [a_cancelled_call_is_not_answered, a_new_instance_goes_on]
    ),
    behaviour!(
        Tools,
        a_call_ends_with_its_session,
        "When the client has hung up, its call is abandoned and nobody hears of it.",
        [others_are_served_while_a_call_waits, a_session_ends_with_its_stream]
    ),
    behaviour!(
        Tools,
        requests_in_flight_are_limited,
        "At `requests-in-flight` one more call is answered with -32000, and one that was answered makes room.",
        [two_calls_get_their_own_answers]
    ),
    behaviour!(
        Tools,
        a_call_is_answered_in_time,
        "A call whose action does not end is answered all the same, by the deadline of actions.",
        [others_are_served_while_a_call_waits]
    ),
    behaviour!(
        Tools,
        a_lost_outcome_is_answered,
        "When the event of its outcome trapped, the call is answered with -32603.",
        [a_call_outlives_its_instance, a_failed_delivery_is_answered]
    ),
    behaviour!(
        Tools,
        progress_rises,
        "Progress is told under the token that the client gave, rises, and ends before the answer.",
        [others_are_served_while_a_call_waits]
    ),
];

/// A stage whose actions wait, with a client and a tool that acts.
async fn held(case: &Case) -> Option<(Stage, Client, Acting)> {
    let acting = scout(case).await?;
    let stage = case.stage().await;
    stage.home.hold_all(true);
    let ben = initialized(&stage, "ben").await;
    Some((stage, ben, acting))
}

/// The next message is the answer to this call, and the call worked.
async fn assert_answers(client: &mut Client, id: &str) {
    let answer = client.next().await;
    assert_eq!(answer["id"], id, "{answer}");
    assert_worked(&answer["result"]);
}

async fn others_are_served_while_a_call_waits(case: Arc<Case>) {
    let Some((stage, mut ben, acting)) = held(&case).await else {
        return;
    };
    acting.begin(&stage, &ben, "a").await;
    ping(&mut ben).await;
    let mut eve = initialized(&stage, "eve").await;
    ping(&mut eve).await;
    stage.home.hold_all(false);
    assert_answers(&mut ben, "a").await;
    eve.hears_nothing(&stage).await;
}

async fn two_calls_get_their_own_answers(case: Arc<Case>) {
    let Some((stage, mut ben, acting)) = held(&case).await else {
        return;
    };
    acting.begin(&stage, &ben, "a").await;
    let of_one = stage.home.waiting();
    acting.begin(&stage, &ben, "b").await;
    stage.home.release(of_one);
    assert_answers(&mut ben, "a").await;
    ben.hears_nothing(&stage).await;
    stage.home.hold_all(false);
    assert_answers(&mut ben, "b").await;
    ben.hears_nothing(&stage).await;
}

async fn an_id_in_flight_is_not_taken_twice(case: Arc<Case>) {
    let Some((stage, mut ben, acting)) = held(&case).await else {
        return;
    };
    acting.begin(&stage, &ben, "a").await;
    // MCP, base protocol: an id must not be used twice in a session.
    ben.error(&acting.call("a")).await;
    stage.home.hold_all(false);
    assert_answers(&mut ben, "a").await;
    ben.hears_nothing(&stage).await;
}

async fn a_cancelled_call_is_not_answered(case: Arc<Case>) {
    let Some((stage, mut ben, acting)) = held(&case).await else {
        return;
    };
    acting.begin(&stage, &ben, "a").await;
    let before = stage.home.waiting();
    ben.say(&cancelled("a")).await;
    stage.settle().await;
    assert!(stage.home.waiting() < before, "its action goes on");
    stage.home.hold_all(false);
    ben.hears_nothing(&stage).await;
    // The id is free again.
    assert_worked(&ben.result(&acting.call("a")).await);
}

async fn cancelling_what_is_not_there_is_ignored(case: Arc<Case>) {
    let Some((stage, mut ben, acting)) = held(&case).await else {
        return;
    };
    let mut eve = initialized(&stage, "eve").await;
    acting.begin(&stage, &ben, "a").await;
    for id in [json!("b"), json!(1), json!(null), json!(["a"])] {
        ben.say(&cancelled(id)).await;
    }
    // It is somebody else's.
    eve.say(&cancelled("a")).await;
    stage.home.hold_all(false);
    assert_answers(&mut ben, "a").await;
    ben.say(&cancelled("a")).await;
    ping(&mut ben).await;
    eve.hears_nothing(&stage).await;
}

async fn a_call_outlives_its_instance(case: Arc<Case>) {
    let Some((stage, mut ben, acting)) = held(&case).await else {
        return;
    };
    acting.begin(&stage, &ben, "a").await;
    acting.begin(&stage, &ben, "b").await;
    stage.engine.renew().await;
    ping(&mut ben).await;
    ben.say(&cancelled("b")).await;
    stage.engine.renew().await;
    stage.home.hold_all(false);
    assert_answers(&mut ben, "a").await;
    ben.hears_nothing(&stage).await;
}

async fn a_call_ends_with_its_session(case: Arc<Case>) {
    let Some((stage, ben, acting)) = held(&case).await else {
        return;
    };
    let mut eve = initialized(&stage, "eve").await;
    acting.begin(&stage, &ben, "a").await;
    drop(ben);
    stage.settle().await;
    assert_eq!(stage.home.waiting(), 0, "its action goes on");
    eve.hears_nothing(&stage).await;
    ping(&mut eve).await;
}

async fn requests_in_flight_are_limited(case: Arc<Case>) {
    let Some(acting) = scout(&case).await else { return };
    let limits = Limits {
        requests_in_flight: 2,
        ..Limits::default()
    };
    let stage = case.stage_with(limits).await;
    stage.home.hold_all(true);
    let mut ben = initialized(&stage, "ben").await;
    acting.begin(&stage, &ben, "a").await;
    let of_one = stage.home.waiting();
    acting.begin(&stage, &ben, "b").await;
    assert_eq!(ben.error(&acting.call("c")).await, -32000, "for one call too many");
    ping(&mut ben).await;
    stage.home.release(of_one);
    assert_answers(&mut ben, "a").await;
    acting.begin(&stage, &ben, "d").await;
}

async fn a_call_is_answered_in_time(case: Arc<Case>) {
    let Some((stage, mut ben, acting)) = held(&case).await else {
        return;
    };
    acting.begin(&stage, &ben, "a").await;
    stage.clock.advance(Limits::default().action_ms);
    let answer = ben.next().await;
    assert_eq!(answer["id"], "a", "{answer}");
    if answer["error"].is_null() {
        assert_result(&answer["result"]);
    }
    stage.home.hold_all(false);
    ben.hears_nothing(&stage).await;
    ping(&mut ben).await;
}

/// Lets the next event of outcomes trap after it was done.
#[derive(Clone, Default)]
struct LoseOutcome(Arc<AtomicU32>);

impl Meddler for LoseOutcome {
    fn after_event(&mut self, event: &Event, answered: &mut Answered) {
        let is_outcome = matches!(
            event,
            Event::Resume {
                news: News::Outcomes(_),
                ..
            }
        );
        if is_outcome && self.0.fetch_add(1, Ordering::SeqCst) == 0 {
            *answered = Err(Trap("the harness lets it trap".to_owned()));
        }
    }
}

async fn a_lost_outcome_is_answered(case: Arc<Case>) {
    let Some(acting) = scout(&case).await else { return };
    let stage = case.meddled(LoseOutcome::default()).await;
    let mut ben = initialized(&stage, "ben").await;
    stage.home.release(1);
    assert_eq!(ben.error(&acting.call("a")).await, -32603);
    ben.hears_nothing(&stage).await;
    stage.home.release(1);
    assert_worked(&ben.result(&acting.call("b")).await);
}

/// As long as there is between two news of progress, and less than the patience of any action.
const A_WHILE_MS: u64 = 100;

async fn progress_rises(case: Arc<Case>) {
    let Some((stage, mut ben, acting)) = held(&case).await else {
        return;
    };
    // The token is the id.
    acting.begin(&stage, &ben, "a").await;
    let mut told = Vec::new();
    for done in [1.0, 2.0] {
        stage.home.report(done);
        stage.settle().await;
        // Read at once: news that nobody has read may be replaced by newer ones.
        told.extend(ben.unread());
        stage.clock.advance(A_WHILE_MS);
    }
    if told.is_empty() {
        case.note("it tells of no progress");
    }
    let mut last = f64::NEG_INFINITY;
    for message in &told {
        let params: &Value = &message["params"];
        assert_eq!(message["method"], "notifications/progress", "{message}");
        assert_eq!(params["progressToken"], "a", "{message}");
        let progress = params["progress"].as_f64().unwrap_or(f64::NEG_INFINITY);
        assert!(progress > last, "it does not rise above {last}: {message}");
        last = progress;
    }
    stage.home.hold_all(false);
    assert_answers(&mut ben, "a").await;
    stage.home.report(9.0);
    stage.clock.advance(A_WHILE_MS);
    ben.hears_nothing(&stage).await;
}
