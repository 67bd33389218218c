//! Faults in sessions, admission and what instances go on from.

use std::collections::BTreeSet;

use serde_json::json;

use super::messages::{message, method, taken};
use super::{At, Mutant};
use crate::contract::hearth::mcp::types::{Effect, RefusalReason};

pub const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "puts-a-space-into-ids",
        breaks: "a-client-is-let-in",
        act: |_, at| match at {
            At::Opened(Ok(opened)) => opened.session.push(' '),
            At::Receive(delivery, _) => {
                let session = delivery.session.as_deref().unwrap_or_default();
                delivery.session = Some(session.trim_end().to_owned());
            }
            _ => {}
        },
    },
    Mutant {
        name: "calls-the-unknown-malformed",
        breaks: "an-unknown-session-is-told",
        act: |_, at| {
            if let At::Received(_, Err(refusal)) = at
                && refusal.reason == RefusalReason::UnknownSession
            {
                refusal.reason = RefusalReason::Malformed;
            }
        },
    },
    Mutant {
        name: "shares-sessions",
        breaks: "a-session-belongs-to-who-opened-it",
        act: |memory, at| {
            if let At::Receive(delivery, _) = at
                && let Some(session) = memory.session(delivery)
            {
                delivery.principal.id = session.principal.clone();
            }
        },
    },
    Mutant {
        name: "does-not-hear-hanging-up",
        breaks: "a-session-ends-with-its-stream",
        act: |_, at| {
            if let At::Closing(outlet) = at {
                *outlet = None;
            }
        },
    },
    Mutant {
        name: "tells-everybody",
        breaks: "answers-go-to-who-asked",
        act: |memory, at| {
            if let At::Received(delivery, Ok(received)) = at
                && method(delivery) == "ping"
                && let Some(own) = memory.session(delivery)
            {
                let answer = json!({"jsonrpc": "2.0", "id": "ping", "result": {}});
                let others = memory
                    .sessions
                    .values()
                    .filter(|session| session.principal == own.principal && session.outlet != own.outlet);
                received
                    .effects
                    .extend(others.map(|other| message(other.outlet, &answer)));
            }
        },
    },
    Mutant {
        name: "lets-one-have-all",
        breaks: "sessions-of-one-principal-are-limited",
        act: |_, at| no_limit(at, "sessions-per-principal"),
    },
    Mutant {
        name: "lets-all-in",
        breaks: "all-sessions-are-limited",
        act: |_, at| no_limit(at, "sessions"),
    },
    Mutant {
        name: "takes-none-for-several",
        breaks: "nobody-is-let-in-without-a-config-entry",
        act: |_, at| {
            if let At::Opened(Err(refusal)) = at
                && refusal.reason == RefusalReason::NotConfigured
            {
                refusal.reason = RefusalReason::SeveralConfigured;
            }
        },
    },
    Mutant {
        name: "takes-everybody-for-an-administrator",
        breaks: "an-entry-for-administrators-admits-nobody-else",
        act: |_, at| match at {
            At::Open(origin, _) => origin.principal.admin = true,
            At::Receive(delivery, _) => delivery.principal.admin = true,
            _ => {}
        },
    },
    Mutant {
        name: "keeps-streams-without-an-entry",
        breaks: "an-entry-that-goes-ends-its-streams",
        act: |_, at| {
            if let At::Changed(changes, effects) = at
                && changes.iter().any(|change| change.kind == "config-entry")
            {
                effects.retain(|effect| !matches!(effect, Effect::End(_)));
            }
        },
    },
    Mutant {
        name: "does-not-hear-of-lost-rights",
        breaks: "who-loses-every-right-loses-the-stream",
        act: |_, at| {
            if let At::Changing(changes) = at {
                changes.retain(|change| change.kind != "rights" || change.data != b"null");
            }
        },
    },
    Mutant {
        name: "is-alarmed-by-the-unknown",
        breaks: "changes-of-an-unknown-kind-are-ignored",
        act: |memory, at| {
            if let At::Changed(changes, effects) = at
                && changes.iter().any(|change| change.kind == "no-such-kind")
            {
                let params = json!({"level": "alert", "data": "what is that"});
                let alarm = json!({"jsonrpc": "2.0", "method": "notifications/message", "params": params});
                effects.extend(memory.sessions.values().map(|session| message(session.outlet, &alarm)));
            }
        },
    },
    Mutant {
        name: "forgets-its-sessions",
        breaks: "a-new-instance-goes-on",
        act: |_, at| {
            if let At::Restore(checkpoints, _) = at {
                checkpoints.clear();
            }
        },
    },
    Mutant {
        name: "hides-what-it-cannot-read",
        breaks: "what-it-cannot-read-it-names",
        act: |_, at| {
            if let At::Restored(unread) = at {
                unread.clear();
            }
        },
    },
    Mutant {
        name: "believes-the-first-checkpoint",
        breaks: "a-later-checkpoint-counts",
        act: |_, at| {
            if let At::Restore(checkpoints, _) = at {
                let mut seen = BTreeSet::new();
                checkpoints.retain(|checkpoint| seen.insert(checkpoint.key.clone()));
            }
        },
    },
    Mutant {
        name: "is-silent-about-failures",
        breaks: "a-failed-delivery-is-answered",
        act: |_, at| {
            if let At::Receive(delivery, instead) = at
                && delivery.fault
            {
                *instead = Some(taken(Vec::new()));
            }
        },
    },
    Mutant {
        name: "keeps-at-every-ping",
        breaks: "a-ping-keeps-nothing",
        act: |memory, at| {
            if let At::Received(delivery, Ok(received)) = at
                && method(delivery) == "ping"
                && let Some(checkpoint) = memory.session(delivery).and_then(|session| session.checkpoint.clone())
            {
                received.effects.push(Effect::Keep(checkpoint));
            }
        },
    },
    Mutant {
        name: "keeps-a-diary",
        breaks: "checkpoints-do-not-grow",
        act: |memory, at| {
            if let At::Received(_, Ok(received)) = at {
                memory.count += 1;
                for effect in &mut received.effects {
                    if let Effect::Keep(checkpoint) = effect {
                        checkpoint.body.extend(vec![b' '; memory.count as usize]);
                    }
                }
            }
        },
    },
    Mutant {
        name: "counts-its-sessions",
        breaks: "session-ids-cannot-be-guessed",
        act: |_, at| {
            if let At::Open(origin, nonce) = at {
                (nonce.high, nonce.low) = (0, origin.outlet);
            }
        },
    },
];

/// The owner's limit of this name is not asked for.
pub fn no_limit(at: At<'_>, of: &str) {
    if let At::Limit(name, value) = at
        && name == of
    {
        *value = None;
    }
}
