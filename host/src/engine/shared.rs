//! What all handles, streams and tasks of one engine share.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Notify, mpsc, watch};

use super::Surroundings;
use super::checkpoints::Checkpoints;
use super::core::{Cause, Core, Generation, NewsOf};
use super::durable::Unwritten;
use super::imports::{Imports, Parts};
use super::journal::Told;
use super::moments::Moments;
use super::outlet::{Closing, Outlets};
use super::reducer::{Event, Program};
use super::status::Board;
use super::swap::newest_format;
use super::work;
use crate::audit::Audit;
use crate::clock::{Moment, SharedClock};
use crate::contract::hearth::mcp::types::{Change, News};
use crate::durable::Durable;
use crate::entries::ConfigEntries;
use crate::generations::Generations;
use crate::home::Home;
use crate::limits::Limits;
use crate::observe::Observe;
use crate::principals::Principals;

pub(super) struct Shared {
    pub clock: SharedClock,
    pub limits: Arc<Limits>,
    pub home: Arc<dyn Home>,
    pub entries: Arc<dyn ConfigEntries>,
    pub principals: Arc<dyn Principals>,
    pub audit: Arc<dyn Audit>,
    pub generations: Arc<dyn Generations>,
    pub observe: Arc<dyn Observe>,
    /// What every instance may ask.
    pub imports: Arc<Imports>,
    pub board: Board,
    /// Held for as long as a swap takes, from its first step to its last.
    pub swapping: tokio::sync::Mutex<()>,
    /// One event at a time: whoever holds this has the instance.
    pub core: tokio::sync::Mutex<Core>,
    /// Outlets whose client hung up, for the tending task.
    pub closings: mpsc::UnboundedSender<Closing>,
    pub notices: Arc<Notices>,
    /// The timer of the instance.
    pub timer: Arc<Timer>,
    /// When the probation of the running generation is over.
    pub trial: Arc<Timer>,
    /// When the next outlet is over that nobody reads.
    pub expiry: Arc<Timer>,
    pub durable: Arc<dyn Durable>,
    /// True once nothing new begins.
    pub stopping: watch::Sender<bool>,
    /// True once the engine is shut down.
    pub down: watch::Sender<bool>,
}

impl Shared {
    /// What an engine of this program shares, before its first instance.
    pub fn new(
        program: Arc<dyn Program>,
        number: u64,
        surroundings: Surroundings,
        closings: mpsc::UnboundedSender<Closing>,
        down: watch::Sender<bool>,
    ) -> Self {
        let format = newest_format(program.as_ref());
        let generation = Generation::new(program, number, format, None);
        let board = Board::new(&generation);
        let parts = Parts {
            entries: surroundings.entries.clone(),
            home: surroundings.home.clone(),
            limits: surroundings.limits.clone(),
            secret: surroundings.secret,
        };
        let core = Core {
            generation,
            previous: None,
            probation: None,
            tally: Default::default(),
            audience: Default::default(),
            reducer: None,
            failures: Default::default(),
            outlets: Outlets::default(),
            checkpoints: Checkpoints::default(),
            visits: Default::default(),
            unwritten: Unwritten::default(),
            work: work::Table::default(),
            told: Told::default(),
            nonces: surroundings.nonces,
            moments: Moments::default(),
            down: false,
        };
        Self {
            clock: surroundings.clock,
            limits: surroundings.limits,
            home: surroundings.home,
            entries: surroundings.entries,
            principals: surroundings.principals,
            audit: surroundings.audit,
            generations: surroundings.generations,
            observe: surroundings.observe,
            imports: Arc::new(Imports { host: Some(parts) }),
            board,
            swapping: tokio::sync::Mutex::default(),
            durable: surroundings.durable,
            stopping: watch::Sender::new(false),
            core: tokio::sync::Mutex::new(core),
            closings,
            notices: Arc::new(Notices::default()),
            timer: Arc::new(Timer::default()),
            trial: Arc::new(Timer::default()),
            expiry: Arc::new(Timer::default()),
            down,
        }
    }

    /// Resolves when the component is not left alone, or the host stops. What waits for it is not lost.
    pub async fn rested(&self) {
        let mut stopping = self.stopping.subscribe();
        loop {
            let until = self.board.lock().rest_until();
            if until <= self.clock.now() {
                return;
            }
            tokio::select! {
                () = self.clock.sleep_until(until) => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    }

    /// Delivers news of work, unless it was abandoned meanwhile. What the work changed is delivered before its outcomes.
    pub async fn resume(self: &Arc<Self>, key: &str, serial: u64, news: News) {
        self.rested().await;
        let mut core = self.core.lock().await;
        let over = matches!(news, News::Outcomes(_));
        if over {
            core.deliver_changes(self).await;
        }
        let Some(open) = core.work.get(key, serial) else {
            return;
        };
        if open.aside {
            tracing::error!(key, "news of work that this generation cannot read are dropped");
            if over {
                core.work.remove(key);
                core.count(self);
            }
            return;
        }
        let cause = Cause {
            principal: None,
            session: None,
            names_api: open.names_api,
            exchange: None,
            work: Some(NewsOf {
                key: key.to_owned(),
                serial,
                principal: open.principal.clone(),
                client: open.client.clone(),
                of: open.of.clone(),
            }),
            over,
            request: open.request.clone(),
        };
        let ticket = open.ticket.clone();
        let (moment, nonce) = core.stamp(self);
        let event = Event::Resume {
            ticket,
            news,
            moment,
            nonce,
        };
        let told = core.deliver(self, event, cause).await;
        if told.is_err() && over {
            // It is over all the same, and the instance that came after it was still given that work.
            core.work.remove(key);
            core.rebuild(self).await;
        }
        core.count(self);
    }
}

/// Changes that do not come from the home.
#[derive(Default)]
pub(super) struct Notices {
    changes: Mutex<Vec<Change>>,
    pub arrived: Notify,
}

impl Notices {
    /// Notes a change; a newer one of the same kind and id replaces it, so there are never more than principals.
    pub fn push(&self, change: Change) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.retain(|known| (&known.kind, &known.id) != (&change.kind, &change.id));
        changes.push(change);
        drop(changes);
        self.arrived.notify_one();
    }

    pub fn take(&self) -> Vec<Change> {
        std::mem::take(&mut *self.changes.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A moment that the tending task waits for.
#[derive(Default)]
pub(super) struct Timer {
    at: Mutex<Option<Moment>>,
    pub changed: Notify,
}

impl Timer {
    /// Sets it. Who waits for it hears only of a moment that is earlier: at one that has passed on it looks again.
    pub fn set(&self, at: Option<Moment>) {
        let mut place = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *place, at);
        drop(place);
        if at.is_some_and(|at| before.is_none_or(|before| at < before)) {
            self.changed.notify_one();
        }
    }

    pub fn at(&self) -> Option<Moment> {
        *self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes it if it is due.
    pub fn take_due(&self, now: Moment) -> bool {
        let mut place = self.at.lock().unwrap_or_else(PoisonError::into_inner);
        let due = place.is_some_and(|at| at <= now);
        if due {
            *place = None;
        }
        due
    }
}
