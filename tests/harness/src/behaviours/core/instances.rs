//! The instance may be another one at any event: what it goes on from.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use hearth_host::contract::exports::hearth::mcp::server::OpenWork;
use hearth_host::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Effect, Transport};
use hearth_host::engine::{Answered, Event, Refused, Trap};
use serde_json::{Value, json};

use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{initialize_at, initialized, ping, request, with_handshake};
use crate::meddle::{Meddler, Restored};
use crate::trace::{Entry, Outcome};

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Core,
        a_new_instance_goes_on,
        "A new instance, restored, serves the sessions of the one before: same ids, owners and agreed versions.",
        [ping_is_answered, an_unknown_session_is_told]
    ),
    behaviour!(
        Core,
        what_it_cannot_read_it_names,
        "`restore` answers the keys of checkpoints and work that it cannot read, and goes on with the others.",
        [a_new_instance_goes_on]
    ),
    behaviour!(
        Core,
        a_later_checkpoint_counts,
        "Of two checkpoints of one key the later counts, and one with an empty body removes it.",
        [a_new_instance_goes_on, a_batch_is_served_where_the_version_has_it]
    ),
    behaviour!(
        Core,
        a_failed_delivery_is_answered,
        "When the first attempt at a body trapped, each of its requests is answered with -32603, and no more is done.",
        [a_new_instance_goes_on]
    ),
    behaviour!(
        Core,
        a_ping_keeps_nothing,
        "A ping keeps and forgets nothing.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        checkpoints_do_not_grow,
        "The checkpoint of a session does not grow with what its client does.",
        [ping_is_answered]
    ),
];

async fn a_new_instance_goes_on(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = stage.client("ben").await;
    stage.engine.renew().await;
    let oldest = with_handshake(case.description()).into_iter().min().unwrap_or_default();
    ben.result(&initialize_at("first", &oldest)).await;
    let mut eve = initialized(&stage, "eve").await;
    for _ in 0..3 {
        stage.engine.renew().await;
        ping(&mut ben).await;
        ping(&mut eve).await;
        let stranger = eve.post_to(ben.stream.session(), &request(1, "ping", json!({}))).await;
        assert!(matches!(stranger, Err(Refused::Refusal(_))), "it came to {stranger:?}");
    }
    ben.hears_nothing(&stage).await;
    eve.hears_nothing(&stage).await;
}

/// A checkpoint that no component wrote.
fn foreign(key: &str, body: &[u8]) -> Checkpoint {
    Checkpoint {
        key: key.to_owned(),
        kind: CheckpointKind::Session,
        principal: Some("ben".to_owned()),
        transport: Transport::Sse,
        protocol_version: String::new(),
        client: String::new(),
        tools_digest: String::new(),
        expiry: None,
        format: u32::MAX,
        body: body.to_vec(),
    }
}

/// Gives each instance two things that it cannot know, and notes what it says of them.
#[derive(Clone, Default)]
struct Unreadable(Arc<Mutex<Vec<String>>>);

impl Meddler for Unreadable {
    fn before_restore(&mut self, given: &mut Restored) {
        given
            .checkpoints
            .insert(0, foreign("no-such-checkpoint", b"\xff nothing"));
        given.work.push(OpenWork {
            key: "no-such-work".to_owned(),
            ticket: b"\xff nothing".to_vec(),
        });
    }

    fn after_restore(&mut self, _: &Restored, unread: &mut Result<Vec<String>, Trap>) {
        if let Ok(keys) = unread {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = std::mem::take(keys);
        }
    }
}

async fn what_it_cannot_read_it_names(case: Arc<Case>) {
    let unreadable = Unreadable::default();
    let stage = case.meddled(unreadable.clone()).await;
    let mut ben = initialized(&stage, "ben").await;
    stage.engine.renew().await;
    let mut named = unreadable.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    named.sort();
    assert_eq!(
        named,
        ["no-such-checkpoint", "no-such-work"],
        "what it said it cannot read"
    );
    ping(&mut ben).await;
}

/// Gives each instance the newest checkpoint after an older one, and in the end takes it away again.
#[derive(Clone, Default)]
struct Later {
    first: Arc<Mutex<Option<Checkpoint>>>,
    removes: Arc<AtomicBool>,
}

impl Meddler for Later {
    fn before_restore(&mut self, given: &mut Restored) {
        let Some(newest) = given.checkpoints.first().cloned() else {
            return;
        };
        let mut first = self.first.lock().unwrap_or_else(PoisonError::into_inner);
        given
            .checkpoints
            .insert(0, first.get_or_insert_with(|| newest.clone()).clone());
        if self.removes.load(Ordering::SeqCst) {
            let body = Vec::new();
            given.checkpoints.push(Checkpoint { body, ..newest });
        }
    }
}

async fn a_later_checkpoint_counts(case: Arc<Case>) {
    let later = Later::default();
    let stage = case.meddled(later.clone()).await;
    // The first checkpoint that is seen is one from before the handshake.
    let mut ben = stage.client("ben").await;
    stage.engine.renew().await;
    let versions = with_handshake(case.description());
    let with_batches = versions.iter().any(|version| version == "2025-03-26");
    let version = if with_batches {
        "2025-03-26"
    } else {
        versions[0].as_str()
    };
    ben.result(&initialize_at("first", version)).await;
    stage.engine.renew().await;
    if with_batches {
        ben.say(&json!([request("b", "ping", json!({}))])).await;
        let answer: Value = ben.next().await;
        assert!(answer.to_string().contains("\"b\""), "of the agreed version: {answer}");
    }
    ping(&mut ben).await;
    later.removes.store(true, Ordering::SeqCst);
    stage.engine.renew().await;
    let answer = ben.post(&request(1, "ping", json!({}))).await;
    assert!(
        matches!(answer, Err(Refused::Refusal(_))),
        "a body for a session whose checkpoint was removed came to {answer:?}"
    );
}

/// Lets the next delivery trap after it was done.
#[derive(Clone, Default)]
struct TrapOnce(Arc<AtomicU32>);

impl Meddler for TrapOnce {
    fn after_event(&mut self, event: &Event, answered: &mut Answered) {
        let is_body = matches!(event, Event::Receive(delivery) if !delivery.fault);
        let armed = |left: u32| left.checked_sub(1);
        if is_body && self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, armed).is_ok() {
            *answered = Err(Trap("the harness lets it trap".to_owned()));
        }
    }
}

async fn a_failed_delivery_is_answered(case: Arc<Case>) {
    let trap = TrapOnce::default();
    let stage = case.meddled(trap.clone()).await;
    let (mut ben, mut eve) = (initialized(&stage, "ben").await, initialized(&stage, "eve").await);
    trap.0.store(1, Ordering::SeqCst);
    assert_eq!(ben.error(&request("x", "ping", json!({}))).await, -32603);
    trap.0.store(1, Ordering::SeqCst);
    ben.say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        .await;
    ben.hears_nothing(&stage).await;
    ping(&mut ben).await;
    ping(&mut eve).await;
}

async fn a_ping_keeps_nothing(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    let before = effects(&case).len();
    ping(&mut ben).await;
    let made = effects(&case).split_off(before);
    let state = made
        .iter()
        .find(|effect| matches!(effect, Effect::Keep(_) | Effect::Forget(_)));
    assert!(state.is_none(), "a ping led to {state:?}");
}

/// All effects of the last stage.
fn effects(case: &Case) -> Vec<Effect> {
    let entries = case.traces().pop().unwrap_or_default();
    let of = |entry| match entry {
        Entry::Event {
            outcome: Outcome::Done(effects, _),
            ..
        } => effects,
        _ => Vec::new(),
    };
    entries.into_iter().flat_map(of).collect()
}

/// Messages after which a checkpoint that grew by a byte each would be seen.
const MANY: u32 = 100;

async fn checkpoints_do_not_grow(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    for id in 0..MANY {
        let method = ["ping", "tools/list", "no/such/method"][id as usize % 3];
        ben.ask(&request(id, method, json!({}))).await;
    }
    ben.result(&initialize_at("again", &case.description().protocol_versions[0]))
        .await;
    let sizes: Vec<usize> = effects(&case)
        .iter()
        .filter_map(|effect| match effect {
            Effect::Keep(checkpoint) => Some(checkpoint.body.len()),
            _ => None,
        })
        .collect();
    let (first, last) = (sizes.first().copied().unwrap_or(0), sizes.last().copied().unwrap_or(0));
    assert!(
        last < first + MANY as usize / 2,
        "the bodies of its checkpoints had these sizes: {sizes:?}"
    );
}
