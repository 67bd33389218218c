//! Faults in lists, calendars and players.

use serde_json::{Value, json};

use super::assist::performed;
use super::messages::change_answers;
use super::{At, Mutant};
use crate::contract::hearth::mcp::types::{Action, Effect};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "changes-another-item",
        breaks: "an-item-is-found-and-then-changed",
        act: |_, at| {
            if let At::Resumed(_, effects) = at {
                for effect in effects {
                    if let Effect::Perform(perform) = effect {
                        replace(&mut perform.actions, r#""m""#, r#""b""#);
                    }
                }
            }
        },
    },
    Mutant {
        name: "forgets-the-second-step",
        breaks: "work-of-two-steps-outlives-the-instance",
        act: |memory, at| match at {
            At::Restore(_, work) => memory.count += work.len() as u64,
            At::Resumed(_, effects) if memory.count > 0 => {
                effects.retain(|effect| !matches!(effect, Effect::Perform(_)));
            }
            _ => {}
        },
    },
    Mutant {
        name: "tells-programs-another-state",
        breaks: "data-is-told-as-data",
        act: |_, at| {
            if let At::Received(delivery, received) = at {
                change_answers(delivery, received, "tools/call", |answer| {
                    if let Some(state) = answer.pointer_mut("/result/structuredContent/entities/0/state") {
                        *state = json!("broken");
                    }
                });
            }
        },
    },
    Mutant {
        name: "knows-no-midnight",
        breaks: "events-are-asked-for-by-the-days-of-the-home",
        act: |_, at| performed(at, |perform| replace(&mut perform.actions, "T00:00:00", "T23:59:59")),
    },
    Mutant {
        name: "resumes-the-neighbour",
        breaks: "what-was-paused-goes-on",
        act: |_, at| {
            performed(at, |perform| {
                let resumes = |action: &Action| action.name == "media_player.media_play";
                if perform.actions.iter().all(resumes) {
                    replace(&mut perform.actions, "media_player.radio", "media_player.television");
                }
            })
        },
    },
    Mutant {
        name: "forgets-what-it-paused",
        breaks: "what-was-paused-is-remembered-by-another-instance",
        act: |_, at| {
            if let At::Restore(checkpoints, _) = at {
                checkpoints.retain(|checkpoint| {
                    let body: Value = serde_json::from_slice(&checkpoint.body).unwrap_or_default();
                    body.get("players").is_none()
                });
            }
        },
    },
];

/// Writes something else for this in targets and data.
fn replace(actions: &mut [Action], this: &str, other: &str) {
    for action in actions {
        for json in [&mut action.target, &mut action.data] {
            *json = String::from_utf8_lossy(json).replace(this, other).into_bytes();
        }
    }
}
