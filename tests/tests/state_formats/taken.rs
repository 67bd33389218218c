//! One moment of a conversation on a stage: what is kept then, and what is said after it.

use hearth_harness::trace::{Entry, Outcome, Trace};
use hearth_host::contract::hearth::mcp::types::Effect;
use hearth_host::engine::Event;
use serde_json::{Value, json};

use crate::fixture::{Build, Case};

/// A message: its outlet, whether it is the last there, and what it says as far as it must stay.
pub type Sent = (u64, bool, Value);

/// The messages that came of an event, as far as they must stay what they are. What a request is answered now is today's
/// business: only that it is answered counts. What had begun before comes to the same end, but for the words in which a
/// model is told that it failed.
pub fn sent(event: &Event, effects: &[Effect]) -> Vec<Sent> {
    let asked = match event {
        Event::Receive(delivery) => serde_json::from_slice(&delivery.body).unwrap_or_default(),
        _ => Value::Null,
    };
    let message = |effect: &Effect| match effect {
        Effect::Send(send) => {
            let body: Value = serde_json::from_slice(&send.body).unwrap_or_default();
            let is_own = !asked["method"].is_null() && asked["id"] == body["id"];
            let lasting = if is_own { answered(&body) } else { without_words(body) };
            Some((send.outlet, send.last, lasting))
        }
        _ => None,
    };
    effects.iter().filter_map(message).collect()
}

fn answered(body: &Value) -> Value {
    json!({"id": body["id"], "answered": body.get("result").is_some()})
}

fn without_words(mut body: Value) -> Value {
    if let Some(Value::Object(result)) = body.get_mut("result") {
        // Who the server is, every version says differently.
        result.remove("_meta");
        if result.get("isError") == Some(&Value::Bool(true)) {
            result.remove("content");
        }
    }
    body
}

/// The newest moment at which an instance was replaced, and all that followed.
///
/// # Panics
/// When there is none, or the component did not do what followed.
pub fn case(name: &str, build: Build, trace: &Trace) -> Case {
    let entries = trace.entries();
    let is_restore = |entry: &Entry| matches!(entry, Entry::Restore { .. });
    let moment = entries.iter().rposition(is_restore).expect("an instance was replaced");
    let Entry::Restore { given, .. } = &entries[moment] else {
        panic!("it is one");
    };
    let then = entries[moment + 1..].iter().filter_map(|entry| match entry {
        Entry::Restore { .. }
        | Entry::Event {
            event: Event::Start { .. },
            ..
        } => None,
        Entry::Event {
            event,
            outcome: Outcome::Done(effects, _),
        } => Some((event.clone(), sent(event, effects))),
        Entry::Event { .. } => panic!("{name}: {entry}"),
    });
    Case {
        name: name.to_owned(),
        build,
        checkpoints: given.checkpoints.clone(),
        work: given.work.clone(),
        then: then.collect(),
    }
}
