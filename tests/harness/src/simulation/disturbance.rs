//! What is done to instances between and during events, and the same event as the one that is never disturbed sees it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hearth_host::contract::exports::hearth::mcp::server::Tool;
use hearth_host::contract::hearth::mcp::types::Nonce;
use hearth_host::engine::{Answered, Engine, Event, Nonces, Program, SeededNonces, Trap};
use serde::{Deserialize, Serialize};
use tokio::sync::Notify;

use crate::meddle::{Meddled, Meddler, Restored};

/// What strikes one event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strike {
    /// Nothing.
    Calm,
    /// The instance is used up by it: the next event finds a new one.
    Restart,
    /// As soon as nothing else is going on after it, the engine throws the instance away.
    Renew,
    /// It traps after it has done all of its work; the engine gives it once more.
    Trap,
    /// The instance is used up, and the next one traps at its start.
    TrapAtStart,
    /// The instance is used up, and the next one traps when it is given what is kept.
    TrapAtRestore,
    /// After it the host asks what is offered, and that traps.
    TrapAtOffers,
    /// As soon as nothing else is going on after it, another generation takes over.
    Swap,
    /// The same, but the other generation is held back: at one step or another, in turns.
    RefusedSwap,
    /// Another generation takes over, fails at once, and the one before takes over again.
    Rollback,
}

/// Which strikes a seed may draw.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Disturbance {
    /// A new instance for the next event.
    Restart,
    /// The engine goes on with a new instance while nothing happens.
    Renew,
    /// Events, starts, restorations and questions trap.
    Trap,
    /// Another generation takes over, is held back, or fails on probation.
    Swap,
    /// The seed says: one of the others, or a mixture.
    All,
}

impl Disturbance {
    /// As it is said on the command line.
    pub(super) fn name(self) -> &'static str {
        match self {
            Disturbance::Restart => "restart",
            Disturbance::Renew => "renew",
            Disturbance::Trap => "trap",
            Disturbance::Swap => "swap",
            Disturbance::All => "all",
        }
    }

    /// What may strike under this seed.
    pub(super) fn strikes(self, seed: u64) -> &'static [Strike] {
        match self {
            Disturbance::Restart => &[Strike::Restart],
            Disturbance::Renew => &[Strike::Renew],
            Disturbance::Trap => &TRAPS,
            Disturbance::Swap => &SWAPS,
            Disturbance::All => match seed % KINDS {
                0 => &[Strike::Restart],
                1 => &[Strike::Renew],
                2 => &TRAPS,
                3 => &SWAPS,
                _ => &MIXTURE,
            },
        }
    }

    /// Whether every single event is struck under this seed, or some of them are.
    pub(super) fn strikes_everything(seed: u64) -> bool {
        (seed / KINDS).is_multiple_of(2)
    }
}

/// Kinds of disturbance that seeds choose from.
pub(super) const KINDS: u64 = 5;

const SWAPS: [Strike; 3] = [Strike::Swap, Strike::RefusedSwap, Strike::Rollback];

const TRAPS: [Strike; 4] = [
    Strike::Trap,
    Strike::TrapAtStart,
    Strike::TrapAtRestore,
    Strike::TrapAtOffers,
];

const MIXTURE: [Strike; 9] = [
    Strike::Restart,
    Strike::Renew,
    Strike::Trap,
    Strike::TrapAtStart,
    Strike::TrapAtRestore,
    Strike::TrapAtOffers,
    Strike::Swap,
    Strike::RefusedSwap,
    Strike::Rollback,
];

/// Which of the two runs it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// One instance from the first event to the last.
    Reference,
    /// It is struck.
    Disturbed,
}

/// What is to strike next: shared by all instances of a run and who drives it.
pub(super) struct Plan {
    role: Role,
    state: Mutex<State>,
    /// Something is to be done between events.
    pub between: Notify,
}

#[derive(Default)]
pub(super) struct State {
    strikes: Vec<Strike>,
    /// Events of this step until now.
    events: usize,
    /// The next event is the second attempt at a struck one.
    again: bool,
    at_start: bool,
    at_restore: bool,
    pub at_offers: bool,
    /// What is to be done between events.
    pub due: Option<Strike>,
    /// A swap is under way. Its instances trap as the swap wants it.
    pub swaps: bool,
    /// Swaps that were refused, until now.
    pub refused: usize,
    /// What did not go as it was to go.
    pub wrong: Vec<String>,
    counts: Counts,
}

/// What a run came to, in numbers.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    /// Events, each counted once.
    pub events: u64,
    /// Of these, struck ones.
    pub struck: u64,
    /// Traps that the engine was made to see.
    pub traps: u64,
    /// Instances.
    pub instances: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.struck += other.struck;
        self.traps += other.traps;
        self.instances += other.instances;
    }
}

impl Plan {
    pub fn new(role: Role) -> Arc<Self> {
        Arc::new(Self {
            role,
            state: Mutex::default(),
            between: Notify::new(),
        })
    }

    /// The next step begins, and these strike its events.
    pub fn begin(&self, strikes: &[Strike]) {
        let mut state = self.lock();
        state.strikes = strikes.to_vec();
        state.events = 0;
    }

    /// Throws the instance away, if that is what is to be done. It takes no time in which others could do anything.
    pub async fn renew(&self, engine: &Engine) {
        let is_due = self.lock().due.take_if(|due| *due == Strike::Renew).is_some();
        if is_due {
            engine.renew().await;
        }
    }

    /// What the run came to.
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// What strikes this event. A second attempt is struck by nothing.
    /// A timer is an event of the instance that set it: another one may have set none, so it is not counted.
    fn next(&self, event: &Event) -> Strike {
        let mut state = self.lock();
        if std::mem::take(&mut state.again) {
            return Strike::Calm;
        }
        let last = state.strikes.len().saturating_sub(1);
        let strike = state.strikes.get(state.events.min(last)).copied();
        state.events += usize::from(!matches!(event, Event::Wake { .. }));
        state.counts.events += 1;
        let strike = strike.unwrap_or(Strike::Calm);
        if strike != Strike::Calm {
            state.counts.struck += 1;
        }
        strike
    }

    /// True once after it was set; the trap that follows is then counted.
    fn fires(&self, which: impl FnOnce(&mut State) -> &mut bool, counted: bool) -> bool {
        let mut state = self.lock();
        if state.swaps {
            return false;
        }
        let fires = std::mem::take(which(&mut state));
        state.counts.traps += u64::from(fires && counted);
        fires
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nonces that are the same for an event whatever instance takes it: starts draw from a sequence of their own.
pub(super) struct EvenNonces {
    events: SeededNonces,
    starts: SeededNonces,
}

impl EvenNonces {
    pub fn new(seed: u64) -> Self {
        Self {
            events: SeededNonces::new(seed),
            starts: SeededNonces::new(!seed),
        }
    }
}

impl Nonces for EvenNonces {
    fn next(&mut self) -> Nonce {
        self.events.next()
    }

    fn start(&mut self) -> Nonce {
        self.starts.next()
    }
}

/// The program whose instances are struck as planned.
pub(super) fn struck(program: Arc<dyn Program>, plan: &Arc<Plan>) -> Arc<Meddled> {
    let plan = plan.clone();
    Meddled::new(program, move || {
        plan.lock().counts.instances += 1;
        Striker {
            plan: plan.clone(),
            spent: false,
            rehearses: false,
        }
    })
}

struct Striker {
    plan: Arc<Plan>,
    spent: bool,
    /// It is a scratch instance: what it goes through is no event that anybody sees.
    rehearses: bool,
}

/// The nonce of a rehearsal, which draws none.
pub(super) const NO_NONCE: Nonce = Nonce { high: 0, low: 0 };

pub(super) fn planned() -> Trap {
    Trap("the simulation struck".to_owned())
}

impl Striker {
    /// What strikes an event that the instance has taken.
    fn strike(&mut self, event: &Event) -> Option<Trap> {
        let strike = self.plan.next(event);
        let mut state = self.plan.lock();
        match strike {
            Strike::Calm => {}
            Strike::Restart => self.spent = true,
            Strike::Trap => {
                state.again = true;
                state.counts.traps += 1;
                return Some(planned());
            }
            Strike::TrapAtStart => {
                self.spent = true;
                state.at_start = true;
            }
            Strike::TrapAtRestore => {
                self.spent = true;
                state.at_restore = true;
            }
            Strike::Renew | Strike::TrapAtOffers | Strike::Swap | Strike::RefusedSwap | Strike::Rollback => {
                state.due = Some(strike);
                self.plan.between.notify_one();
            }
        }
        None
    }
}

/// Where an instance traps by itself, that stands, and nothing else strikes it.
impl Meddler for Striker {
    fn after_restore(&mut self, _: &Restored, unread: &mut Result<Vec<String>, Trap>) {
        // The engine does not count these: it goes on with the pieces one by one.
        if unread.is_ok() && self.plan.fires(|state| &mut state.at_restore, false) {
            *unread = Err(planned());
        }
    }

    /// The one that is never disturbed: where the other one traps, it gets the event as that is given once more.
    fn before_event(&mut self, event: &mut Event) {
        let starts = matches!(event, Event::Start { .. });
        if self.plan.role == Role::Reference && !starts && self.plan.next(event) == Strike::Trap {
            event.once_more();
        }
    }

    fn after_event(&mut self, event: &Event, answered: &mut Answered) {
        if answered.is_err() {
            return;
        }
        if let Event::Start { nonce, .. } = event {
            self.rehearses = *nonce == NO_NONCE;
        }
        let trap = match (event, self.plan.role) {
            (Event::Start { .. }, _) => self.plan.fires(|state| &mut state.at_start, true).then(planned),
            (_, Role::Reference) => None,
            _ if self.rehearses => None,
            (_, Role::Disturbed) => self.strike(event),
        };
        if let Some(trap) = trap {
            *answered = Err(trap);
        }
    }

    fn after_offers(&mut self, tools: &mut Result<Vec<Tool>, Trap>) {
        if tools.is_ok() && self.plan.fires(|state| &mut state.at_offers, true) {
            *tools = Err(planned());
        }
    }

    fn spent(&self) -> bool {
        self.spent
    }
}
