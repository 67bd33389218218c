//! Why a candidate does not go live.

use super::Successor;
use crate::contract::exports::hearth::mcp::server::Description;
use crate::engine::core::Generation;
use crate::engine::reducer::{Program, Trap};

/// The candidate is held back, and nothing has changed. The text says at which step and what to do.
#[derive(Debug, thiserror::Error)]
pub enum HeldBack {
    /// It cannot read what the running generation writes.
    #[error(
        "formats: {name} {version} does not read state format {format}, which sessions are kept in (it reads {reads}); \
         build it so that it reads that format as well"
    )]
    CannotRead {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// The format in use.
        format: u32,
        /// The formats that it reads.
        reads: String,
    },
    /// It writes nothing that the running generation could go on from.
    #[error(
        "formats: {name} {version} writes the state formats {writes}, and the running generation reads {reads}: there is \
         no way back from it by itself; let it write one of these too, or install it with `--without-rollback`"
    )]
    NoWayBack {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// The formats that it writes.
        writes: String,
        /// The formats that the running generation reads.
        reads: String,
    },
    /// No instance of it can be made.
    #[error("instantiate: no instance of it can be made: {0}")]
    NotMade(Trap),
    /// It trapped when it was given what is kept.
    #[error("restore: it trapped when it was given what is kept: {0}")]
    Restore(Trap),
    /// It cannot read some of what the running generation reads.
    #[error(
        "restore: it cannot read {count} of the things that are kept, among them {key:?}, and their clients would lose \
         their sessions"
    )]
    Unread {
        /// How many.
        count: usize,
        /// The first of them.
        key: String,
    },
    /// It said of a key that it cannot read it, and was not given it.
    #[error("restore: it says that it cannot read {0:?}, which it was not given")]
    ForeignKey(String),
    /// It trapped on an event that a scratch instance was put through.
    #[error("self-check: a scratch instance of it trapped at `{event}`: {trap}")]
    Rehearsal {
        /// The event.
        event: &'static str,
        /// Why.
        trap: Trap,
    },
    /// It asked for something that no component may.
    #[error("self-check: at `{event}` {text}")]
    Misconduct {
        /// The event.
        event: &'static str,
        /// What it did.
        text: String,
    },
    /// It trapped when it was asked what it offers.
    #[error("compare: it trapped when it was asked what it offers: {0}")]
    Offers(Trap),
    /// Clients that are connected have listed tools, and would run into what is not so any more.
    #[error(
        "compare: clients that are connected have listed these tools, and may not list them again: {}; go on with \
         `--allow-incompatible`",
        .0.join("; ")
    )]
    Incompatible(Vec<String>),
    /// It could not be written down that it runs.
    #[error("record: {0}")]
    NotRecorded(String),
    /// It trapped at its start.
    #[error("commit: it trapped at its start: {0}")]
    Start(Trap),
    /// Another generation has taken over meanwhile.
    #[error("commit: generation {0} has taken over meanwhile; try again")]
    Overtaken(u64),
    /// There is nothing to go back to.
    #[error("there is no generation before this one to go back to; `hearth component list` shows those there were")]
    NoPrevious,
    /// The engine is shut down.
    #[error("the host is stopping")]
    Ended,
}

impl HeldBack {
    /// The step at which it was held back.
    pub fn step(&self) -> &'static str {
        match self {
            Self::CannotRead { .. } | Self::NoWayBack { .. } => "formats",
            Self::NotMade(_) => "instantiate",
            Self::Restore(_) | Self::Unread { .. } | Self::ForeignKey(_) => "restore",
            Self::Rehearsal { .. } | Self::Misconduct { .. } => "self-check",
            Self::Offers(_) | Self::Incompatible(_) => "compare",
            Self::NotRecorded(_) => "record",
            Self::Start(_) | Self::Overtaken(_) => "commit",
            Self::NoPrevious | Self::Ended => "begin",
        }
    }
}

/// The format that the successor writes: on probation the newest that the running generation reads too.
pub(super) fn common_format(successor: &Successor, running: &Generation) -> Result<u32, HeldBack> {
    let (described, before) = (successor.program.description(), running.program.description());
    if !described.reads.contains(&running.format) {
        return Err(HeldBack::CannotRead {
            name: described.name.clone(),
            version: described.version.clone(),
            format: running.format,
            reads: listed(&described.reads),
        });
    }
    if successor.probation.is_none() {
        return Ok(newest_format(successor.program.as_ref()));
    }
    newest_common(described, before).ok_or_else(|| HeldBack::NoWayBack {
        name: described.name.clone(),
        version: described.version.clone(),
        writes: listed(&described.writes),
        reads: listed(&before.reads),
    })
}

/// The newest format that one writes and the other reads.
pub(in crate::engine) fn newest_common(writer: &Description, reader: &Description) -> Option<u32> {
    let common = writer.writes.iter().filter(|format| reader.reads.contains(format));
    common.max().copied()
}

/// The newest format that a program writes.
pub(in crate::engine) fn newest_format(program: &dyn Program) -> u32 {
    program.description().writes.iter().copied().max().unwrap_or_default()
}

fn listed(formats: &[u32]) -> String {
    match formats {
        [] => "none".to_owned(),
        formats => formats.iter().map(u32::to_string).collect::<Vec<_>>().join(", "),
    }
}
