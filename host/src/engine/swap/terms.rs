//! What a swap goes by, and what it came to.

use std::sync::Arc;

use crate::clock::{Moment, SharedClock};
use crate::engine::reducer::Program;

/// Milliseconds for which a generation is on probation.
const PROBATION_MS: u64 = 60_000;
/// Faults on probation at which the generation before takes over again.
const PROBATION_FAULTS: u32 = 3;

/// What a swap goes by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Goes live even if clients have listed tools that it takes away or whose input it narrows.
    pub allow_incompatible: bool,
    /// There is no probation: state is written in the newest format at once, and nothing goes back by itself.
    pub without_rollback: bool,
    /// Milliseconds for which it is on probation.
    pub probation_ms: u64,
    /// Faults on probation (traps, refused effects) at which the generation before takes over again.
    pub probation_faults: u32,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            allow_incompatible: false,
            without_rollback: false,
            probation_ms: PROBATION_MS,
            probation_faults: PROBATION_FAULTS,
        }
    }
}

/// What ran before the generation that an engine starts with.
pub struct Previous {
    /// The program.
    pub program: Arc<dyn Program>,
    /// The number of its generation.
    pub number: u64,
    /// The generation that starts has not passed its probation yet: what it goes by.
    pub probation: Option<Terms>,
}

/// Puts on the disk which generation runs, just before it does. An error, in words for the owner, holds the candidate
/// back. It may wait for the disk.
pub type Recording = Box<dyn FnOnce() -> Result<(), String> + Send>;

/// Notes what each step takes.
pub(super) struct Steps {
    clock: SharedClock,
    since: u64,
    taken: Vec<(&'static str, u64)>,
}

impl Steps {
    pub fn begin(clock: &SharedClock) -> Self {
        Self {
            since: clock.stopwatch_us(),
            clock: clock.clone(),
            taken: Vec::new(),
        }
    }

    /// The step of this name is done.
    pub fn done(&mut self, step: &'static str) {
        let now = self.clock.stopwatch_us();
        self.taken.push((step, now.saturating_sub(self.since)));
        self.since = now;
    }

    /// Microseconds of the last steps, this many.
    pub fn last(&self, steps: usize) -> u64 {
        self.taken.iter().rev().take(steps).map(|(_, taken)| taken).sum()
    }

    pub fn taken(self) -> Vec<(&'static str, u64)> {
        self.taken
    }
}

/// What a swap came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Swapped {
    /// The generation that runs now.
    pub generation: u64,
    /// The generation that ran before.
    pub from: u64,
    /// Microseconds for which no event was taken.
    pub pause_us: u64,
    /// What each step took, in microseconds: while others went on, and of the pause what is in it.
    pub steps_us: Vec<(&'static str, u64)>,
    /// The format that state is written in now.
    pub format: u32,
    /// Until when the generation before takes over again if this one misbehaves; None: it does not.
    pub probation_until: Option<Moment>,
    /// In plain words what it is, offers and may do more or less than the one before.
    pub differences: Vec<String>,
}
