//! What went into a component and came out of it, event by event: for the rules of the contract, and to show where a
//! behaviour broke.

use std::fmt::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hearth_host::contract::exports::hearth::mcp::server::{Attachment, Dismissal};
use hearth_host::contract::hearth::mcp::types::{Checkpoint, Effect, News, Perform, Refusal};
use hearth_host::engine::{Answered, Event, Trap};

use crate::meddle::{Meddler, Restored};

/// Bytes of one body that are shown; the rest is counted.
const SHOWN: usize = 400;

/// One thing that happened to an instance.
#[derive(Debug, Clone)]
pub enum Entry {
    /// It was given what is kept.
    Restore {
        /// What that was.
        given: Restored,
        /// The keys that it could not read, or why it trapped.
        unread: Result<Vec<String>, Trap>,
    },
    /// It took an event.
    Event {
        /// The event.
        event: Event,
        /// What it came to.
        outcome: Outcome,
    },
}

/// What an event came to.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// Effects, and the session that it began.
    Done(Vec<Effect>, Option<String>),
    /// The component refused it.
    Refused(Refusal),
    /// The instance did not come back from it.
    Trapped(Trap),
}

/// All that happened, in order, whatever instance it happened to. Clones are the same trace.
#[derive(Debug, Clone, Default)]
pub struct Trace(Arc<Mutex<Vec<Entry>>>);

impl Trace {
    /// What happened until now.
    pub fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// It changes nothing.
impl Meddler for Trace {
    fn after_restore(&mut self, given: &Restored, unread: &mut Result<Vec<String>, Trap>) {
        let (given, unread) = (given.clone(), unread.clone());
        self.lock().push(Entry::Restore { given, unread });
    }

    fn after_event(&mut self, event: &Event, answered: &mut Answered) {
        let outcome = match answered {
            Ok(Ok(answer)) => Outcome::Done(answer.effects.clone(), answer.session.clone()),
            Ok(Err(refusal)) => Outcome::Refused(refusal.clone()),
            Err(trap) => Outcome::Trapped(trap.clone()),
        };
        let event = event.clone();
        self.lock().push(Entry::Event { event, outcome });
    }
}

impl fmt::Display for Entry {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Entry::Restore { given, unread } => {
                let (checkpoints, work) = (given.checkpoints.len(), given.work.len());
                write!(out, "restore: {checkpoints} checkpoints, {work} open work")?;
                match unread {
                    Ok(keys) if keys.is_empty() => Ok(()),
                    Ok(keys) => write!(out, "\n  -> cannot read {}", keys.join(", ")),
                    Err(trap) => write!(out, "\n  -> TRAP {trap}"),
                }
            }
            Entry::Event { event, outcome } => {
                out.write_str(&said(event))?;
                match outcome {
                    Outcome::Done(effects, session) => {
                        if let Some(session) = session {
                            write!(out, "\n  -> session {session}")?;
                        }
                        effects
                            .iter()
                            .try_for_each(|effect| write!(out, "\n  -> {}", done(effect)))
                    }
                    Outcome::Refused(refusal) => {
                        write!(out, "\n  -> refused: {:?} {:?}", refusal.reason, refusal.detail)
                    }
                    Outcome::Trapped(trap) => write!(out, "\n  -> TRAP {trap}"),
                }
            }
        }
    }
}

fn said(event: &Event) -> String {
    let name = event.name();
    match event {
        Event::Start { .. } => name.to_owned(),
        Event::Open { origin, .. } => format!("{name}: {} at outlet {}", origin.principal.id, origin.outlet),
        Event::Receive(delivery) => {
            let session = delivery.session.as_deref().unwrap_or("no session");
            let fault = if delivery.fault {
                " (its first attempt trapped)"
            } else {
                ""
            };
            format!(
                "{name}: {} in {session}{fault}: {}",
                delivery.principal.id,
                text(&delivery.body)
            )
        }
        Event::Attach(Attachment { session, .. }) | Event::Dismiss(Dismissal { session, .. }) => {
            format!("{name}: {}", session.as_deref().unwrap_or("no session"))
        }
        Event::Resume { ticket, news, .. } => format!("{name}: {} of {}", news_of(news), text(ticket)),
        Event::HomeChanged { changes, .. } => changes.iter().fold(format!("{name}:"), |mut all, change| {
            // Writing to a string does not fail.
            let _ = write!(all, " {} {} {}", change.kind, change.id, text(&change.data));
            all
        }),
        Event::Closed { outlet, .. } => format!("{name}: outlet {outlet}"),
        Event::Wake { moment } => format!("{name}: {moment}"),
    }
}

fn news_of(news: &News) -> String {
    match news {
        News::Progress(progress) => format!("progress {}", progress.done),
        News::Outcomes(outcomes) => {
            let all: Vec<String> = outcomes
                .iter()
                .map(|outcome| format!("{:?} {}", outcome.kind, text(&outcome.data)))
                .collect();
            format!("outcomes {}", all.join(", "))
        }
        News::Fault => "a fault".to_owned(),
    }
}

fn done(effect: &Effect) -> String {
    match effect {
        Effect::Send(send) => format!("send to {}: {}", send.outlet, text(&send.body)),
        Effect::Resumable(resumable) => format!("make {} resumable", resumable.outlet),
        Effect::Detach(detach) => format!("detach {}", detach.outlet),
        Effect::End(outlet) => format!("end {outlet}"),
        Effect::Perform(perform) => performed(perform),
        Effect::Abandon(key) => format!("abandon {key}"),
        Effect::Keep(checkpoint) => kept(checkpoint),
        Effect::Forget(key) => format!("forget {key}"),
        Effect::Wake(moment) => format!("wake at {moment}"),
        Effect::Log(log) => format!("log {:?}: {}", log.level, text(log.text.as_bytes())),
        Effect::Served(served) => format!("served {}: {:?}", served.method, served.ending),
    }
}

fn performed(perform: &Perform) -> String {
    let actions: Vec<String> = perform
        .actions
        .iter()
        .map(|action| format!("{} {} {}", action.name, text(&action.target), text(&action.data)))
        .collect();
    format!(
        "perform {} for {}: {}",
        perform.key,
        perform.principal,
        actions.join("; ")
    )
}

fn kept(checkpoint: &Checkpoint) -> String {
    format!(
        "keep {} (format {}, {} bytes)",
        checkpoint.key,
        checkpoint.format,
        checkpoint.body.len()
    )
}

/// Bytes as text on one line, cut where they are long.
fn text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let shown = &text[..text.floor_char_boundary(SHOWN)];
    let shown = shown.replace(['\n', '\r'], " ");
    match text.len() - shown.len() {
        0 => shown,
        rest => format!("{shown}… and {rest} bytes more"),
    }
}
