//! What effects may be.

use hearth_host::contract::exports::hearth::mcp::server::Description;
use hearth_host::contract::hearth::mcp::types::{Checkpoint, Effect, Perform};
use hearth_host::engine::{CHECKPOINT_BODY_LIMIT, Event};

use super::Breach;
use super::ledger::Ledger;
use crate::trace::{Entry, Outcome};

/// See the table.
pub fn it_sends_only_to_outlets_it_was_given(_: &Description, trace: &[Entry]) -> Option<Breach> {
    breach(trace, |ledger, _, effect| match effect {
        Effect::Send(send) if !ledger.was_given(send.outlet) => Some(format!(
            "it sent to the outlet {}, which was never given out",
            send.outlet
        )),
        Effect::End(outlet) if !ledger.was_given(*outlet) => {
            Some(format!("it ended the outlet {outlet}, which was never given out"))
        }
        _ => None,
    })
}

/// See the table.
pub fn it_acts_only_for_who_asked(_: &Description, trace: &[Entry]) -> Option<Breach> {
    breach(trace, |ledger, event, effect| match effect {
        Effect::Perform(perform) if !ledger.may_act_for(&perform.principal, event) => Some(format!(
            "it acted for the principal {:?}, who did not ask and has no session",
            perform.principal
        )),
        _ => None,
    })
}

/// See the table.
pub fn it_performs_only_what_it_declared(description: &Description, trace: &[Entry]) -> Option<Breach> {
    breach(trace, |_, _, effect| match effect {
        Effect::Perform(perform) => undeclared(description, perform)
            .map(|action| format!("it asked for the action {action}, which `describe` does not name")),
        _ => None,
    })
}

fn undeclared<'a>(description: &Description, perform: &'a Perform) -> Option<&'a str> {
    let is_declared = |name: &str| {
        let domain = name.split('.').next().unwrap_or_default();
        let covers = |declared: &String| declared == name || declared.strip_suffix(".*") == Some(domain);
        description.actions.iter().any(covers)
    };
    let names = perform.actions.iter().map(|action| action.name.as_str());
    names.into_iter().find(|name| !is_declared(name))
}

/// See the table.
pub fn its_checkpoints_stay_small(description: &Description, trace: &[Entry]) -> Option<Breach> {
    breach(trace, |_, _, effect| match effect {
        Effect::Keep(checkpoint) => unkeepable(description, checkpoint),
        _ => None,
    })
}

fn unkeepable(description: &Description, checkpoint: &Checkpoint) -> Option<String> {
    let Checkpoint { key, format, body, .. } = checkpoint;
    if body.len() > CHECKPOINT_BODY_LIMIT {
        let size = body.len();
        return Some(format!(
            "the checkpoint {key:?} has {size} bytes, and {CHECKPOINT_BODY_LIMIT} are allowed"
        ));
    }
    let written = description.writes.contains(format);
    (!written).then(|| {
        let writes = &description.writes;
        format!("the checkpoint {key:?} is in the format {format}, and `describe` says that it writes {writes:?}")
    })
}

/// See the table.
pub fn its_effects_make_sense(_: &Description, trace: &[Entry]) -> Option<Breach> {
    breach(trace, |ledger, event, effect| match effect {
        Effect::Forget(key) if !ledger.was_kept(key) => Some(format!("it forgot {key:?}, which it never kept")),
        Effect::Abandon(key) if !ledger.was_performed(key) => {
            Some(format!("it abandoned {key:?}, which it never performed"))
        }
        Effect::Perform(perform) if ledger.is_open(&perform.key) => {
            Some(format!("it performed the key {:?}, which is still open", perform.key))
        }
        Effect::Perform(perform) if perform.actions.is_empty() => {
            Some(format!("it performed {:?} without any action", perform.key))
        }
        Effect::Resumable(resumable) => Some(format!(
            "it made the outlet {} resumable, which no stream of HTTP+SSE is",
            resumable.outlet
        )),
        Effect::Detach(detach) => Some(format!(
            "it detached the outlet {}, which no stream of HTTP+SSE can be",
            detach.outlet
        )),
        Effect::Send(send) if send.last => Some(format!(
            "it called a message the last one of the outlet {}, which is the stream of a session",
            send.outlet
        )),
        Effect::Wake(moment) if *moment < event.moment() => {
            let now = event.moment();
            Some(format!("it set its timer to {moment}, which was over at {now}"))
        }
        _ => None,
    })
}

/// What a method is called that the component does not know.
const OTHER: &str = "other";

/// See the table.
pub fn it_tells_truly_what_it_served(_: &Description, trace: &[Entry]) -> Option<Breach> {
    breach(trace, |ledger, event, effect| match effect {
        Effect::Served(served) if served.since > event.moment() => Some(format!(
            "it told of a request that came in at {}, and it is {}",
            served.since,
            event.moment()
        )),
        Effect::Served(served) if served.method != OTHER && !ledger.is_untold(&served.method) => Some(format!(
            "it told of the end of {:?}, and no client had sent one whose end was not told",
            served.method
        )),
        _ => None,
    })
}

/// The first effect, of all events that were done, that something is wrong with.
pub(super) fn breach(trace: &[Entry], wrong: impl Fn(&Ledger, &Event, &Effect) -> Option<String>) -> Option<Breach> {
    let mut ledger = Ledger::default();
    for entry in trace {
        let Entry::Event {
            event,
            outcome: Outcome::Done(effects, _),
        } = entry
        else {
            continue;
        };
        ledger.begin(event);
        // What an event keeps and opens can be referred to later in it.
        for effect in effects {
            if let Some(what) = wrong(&ledger, event, effect) {
                let entry = Some(entry.clone());
                return Some(Breach { what, entry });
            }
            ledger.note(effect);
        }
        ledger.end(event);
    }
    None
}
