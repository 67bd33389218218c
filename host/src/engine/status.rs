//! How the engine fares: what the doctor, the metrics and `healthz` show.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::core::Generation;
use super::reducer::Program;
use crate::clock::Moment;

/// Traps within [`WINDOW_MS`] from which on the engine calls itself degraded.
const TRAPS_DEGRADED: usize = 3;
/// Milliseconds for which a trap counts: five minutes.
const WINDOW_MS: u64 = 300_000;

/// The engine at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineStatus {
    /// Number of the generation.
    pub generation: u64,
    /// SHA-256 of the component, in hexadecimal.
    pub digest: String,
    /// Name of the component, as it says.
    pub name: String,
    /// Version of the component, as it says.
    pub version: String,
    /// Sessions: streams of HTTP+SSE that are open, and sessions of Streamable HTTP that are kept.
    pub sessions: usize,
    /// Exchanges and streams of Streamable HTTP that are open or can be resumed.
    pub exchanges: usize,
    /// Pieces of work whose outcomes are still to come.
    pub work: usize,
    /// Checkpoints kept.
    pub checkpoints: usize,
    /// Checkpoints that this generation cannot read.
    pub set_aside: usize,
    /// Events since the start.
    pub events: u64,
    /// Attempts at an event that trapped.
    pub traps: u64,
    /// Effects that broke the contract and were not applied.
    pub faults: u64,
    /// Streams that ended because nobody read them.
    pub overflows: u64,
    /// The generation before, which can be gone back to.
    pub previous: Option<u64>,
    /// Until when the generation before takes over again if this one misbehaves.
    pub probation_until: Option<Moment>,
    /// Microseconds for which no event was taken at the last swap; 0: there was none.
    pub pause_us: u64,
    /// What is wrong, if something is.
    pub degraded: Option<String>,
}

/// What changes of the status.
pub(super) struct Board {
    state: Mutex<State>,
}

pub(super) struct State {
    /// The running generation.
    pub generation: u64,
    pub program: Arc<dyn Program>,
    pub previous: Option<u64>,
    pub probation_until: Option<Moment>,
    pub pause_us: u64,
    /// Until when the component is left alone; 0 when it is not.
    rest_until: Moment,
    pub sessions: usize,
    pub exchanges: usize,
    pub work: usize,
    pub checkpoints: usize,
    pub set_aside: usize,
    pub events: u64,
    pub traps: u64,
    pub faults: u64,
    pub overflows: u64,
    /// Moments of the newest traps.
    recent: VecDeque<Moment>,
    last_trap: String,
    /// No instance can be made: why.
    broken: Option<String>,
}

impl Board {
    pub fn new(generation: &Generation) -> Self {
        let state = State {
            generation: generation.number,
            program: generation.program.clone(),
            previous: None,
            probation_until: None,
            pause_us: 0,
            rest_until: 0,
            sessions: 0,
            exchanges: 0,
            work: 0,
            checkpoints: 0,
            set_aside: 0,
            events: 0,
            traps: 0,
            faults: 0,
            overflows: 0,
            recent: VecDeque::new(),
            last_trap: String::new(),
            broken: None,
        };
        Self {
            state: Mutex::new(state),
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    pub fn trapped(&mut self, moment: Moment, event: &str, reason: &str) {
        self.traps += 1;
        self.last_trap = format!("{event}: {reason}");
        self.recent.push_back(moment);
        if self.recent.len() > TRAPS_DEGRADED {
            self.recent.pop_front();
        }
    }

    /// This generation runs from now on.
    pub fn live(&mut self, generation: &Generation, previous: Option<&Generation>, probation_until: Option<Moment>) {
        self.generation = generation.number;
        self.program = generation.program.clone();
        self.previous = previous.map(|previous| previous.number);
        self.probation_until = probation_until;
        self.rest_until = 0;
        self.broken = None;
    }

    /// The component is left alone until then.
    pub fn rests(&mut self, until: Moment) {
        self.rest_until = until;
    }

    pub fn rest_until(&self) -> Moment {
        self.rest_until
    }

    pub fn broken(&mut self, reason: Option<String>) {
        self.broken = reason;
    }

    pub fn why_broken(&self) -> String {
        self.broken.clone().unwrap_or_default()
    }

    pub fn degraded(&self, now: Moment) -> Option<String> {
        if let Some(reason) = &self.broken {
            return Some(format!("no instance of the component can be made: {reason}"));
        }
        let from = now.saturating_sub(WINDOW_MS);
        let recent = self.recent.iter().filter(|moment| **moment >= from).count();
        (recent >= TRAPS_DEGRADED).then(|| {
            format!(
                "the component has trapped {} times, the last {recent} within {} minutes; the newest: {}",
                self.traps,
                WINDOW_MS / 60_000,
                self.last_trap
            )
        })
    }
}
