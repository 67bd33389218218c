//! The engine: it loads a component, gives it one event at a time and applies the effects that come back.
//!
//! What a client said goes in as an event ([`Engine::open`], [`Engine::receive`], [`Engine::attach`],
//! [`Engine::dismiss`]); what the component answers goes into outlets, which a transport reads as [`Stream`]s and
//! [`Exchange`]s. Everything else happens by itself: actions run and their outcomes go
//! back in, changes of the home go in, timers go off, and after a trap a new instance goes on where the old one was.
//!
//! # Map
//!
//! | file | concept |
//! |---|---|
//! | `clients` | what transports ask for their clients: [`Incoming`], [`Attaching`], [`Dismissing`] |
//! | `component` | loading: what is checked before any code runs; `compiled`: the code kept on disk |
//! | `runtime` | the wasmtime engine, its pool and its epoch ticker |
//! | `reducer` | the seam: [`Event`] in, [`Answer`] out, [`Program`] and [`Reducer`] |
//! | `instance` | the wasm instance behind the seam; `imports`: what it may ask; `guest_output`: what it writes |
//! | `core` | what it all works on: the running generation, its instance, its state |
//! | `turn` | one event from delivery to its last effect; `effects`: each effect; `moments`: moment and nonce |
//! | `outlet` | the queues to clients; `resuming`: who comes again |
//! | `work` | actions from `perform` to their outcomes; `trail`: the record of each; `progress`; `rights`: what a `perform` may do |
//! | `checkpoints`, `recovery` | what is kept, and the new instance made of it; `failures`: when it is left alone |
//! | `durable`, `stop` | what outlives the host: written behind, taken up at its start; the planned stop |
//! | `swap` | another generation takes over; `journal`: what it has to be told |
//! | `sessions` | sessions as their owner sees and ends them |
//! | `tend` | the background task: home changes, clients that hung up, the timer |
//! | `surroundings` | what it needs of the rest of a host |
//! | `status` | how it fares |
//!
//! # Invariants
//!
//! - **One event at a time.** Whoever holds the core has the instance. Nothing else waits while it is held but a guest
//!   that waits in a WASI function, and that for no longer than an event may take.
//! - **Effects come after the call.** An event that trapped did nothing, whatever it would have asked for.
//! - **An event can be cancelled at any await.** The instance is then gone, and the next event finds a new one.
//! - **Nothing of the protocol is here.** Bodies are bytes. The only JSON that the engine reads is what an action names
//!   and what goes wrong with it, for rights and audit, and what tools take, to compare it.
//! - **The component is not believed.** Outlets, principals and rights are the engine's own; a claim that does not hold
//!   is a refusal or a fault, logged and counted in [`EngineStatus::faults`].
//! - **A client that does not read loses its own stream.** Outlets are bounded, and nobody waits for one.
//! - **What is resumed is the client's own.** An outlet is read again only in the session that it belongs to, from a
//!   message on that nothing was lost after, and by one connection at a time.

mod checkpoints;
mod clients;
mod compiled;
mod component;
mod core;
mod durable;
mod effects;
mod failures;
mod guest_output;
mod imports;
mod instance;
mod journal;
mod moments;
mod outlet;
mod progress;
mod recovery;
mod reducer;
mod resuming;
mod rights;
mod runtime;
mod sessions;
mod shared;
mod status;
mod stop;
mod supposed;
mod surroundings;
mod swap;
mod tend;
mod trail;
mod turn;
mod work;

use std::sync::Arc;

use tokio::sync::{mpsc, watch};

pub use self::checkpoints::BODY_LIMIT as CHECKPOINT_BODY_LIMIT;
pub use self::clients::{Attaching, Dismissing, Incoming, Received, Refused};
pub use self::component::{Component, LoadError, SIZE_LIMIT as COMPONENT_SIZE_LIMIT, digest_of};
pub use self::imports::Imports;
pub use self::moments::{Nonces, RandomNonces, SeededNonces};
pub use self::outlet::{Ended, EventId, Exchange, Part, Speaker, Stream};
pub use self::reducer::{Answer, Answered, Event, Program, Reducer, Trap};
pub use self::runtime::{Runtime, RuntimeError};
pub use self::sessions::SessionView;
pub use self::status::EngineStatus;
pub use self::surroundings::Surroundings;
pub use self::swap::{HeldBack, Previous, Recording, Swapped, Terms, incompatibilities};

pub(crate) use self::effects::shown;
use self::shared::Shared;
use self::tend::Tend;
use self::turn::{notice, rights};
use crate::contract::exports::hearth::mcp::server::{Description, Tool};
use crate::contract::hearth::mcp::types::{Principal, Route};

/// A running engine. Cheap to clone; it ends with its last clone and stream, or at [`Engine::shutdown`].
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

/// The engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// No instance of the component can be made.
    #[error("the component {name} {version} does not start: {reason}; give another one with `--component FILE`")]
    NotStarted {
        /// Its name.
        name: String,
        /// Its version.
        version: String,
        /// What went wrong.
        reason: String,
    },
}

impl Engine {
    /// Starts a generation: an instance that goes on from what the host before has left, if it left anything, and the
    /// background task. Call it in a tokio runtime.
    ///
    /// # Errors
    /// When no instance can be made or it traps at its start.
    pub async fn start(component: Component, number: u64, surroundings: Surroundings) -> Result<Self, EngineError> {
        Self::start_program(Arc::new(component), number, None, surroundings).await
    }

    /// As [`Engine::start`], with any program and with what ran before, which can be gone back to. On probation that one
    /// takes over if the other does not start.
    ///
    /// # Errors
    /// When no instance can be made or it traps at its start.
    pub async fn start_program(
        program: Arc<dyn Program>,
        number: u64,
        previous: Option<Previous>,
        surroundings: Surroundings,
    ) -> Result<Self, EngineError> {
        let (closings, closed) = mpsc::unbounded_channel();
        let (down, watched) = watch::channel(false);
        let shared = Arc::new(Shared::new(program, number, surroundings, closings, down));
        let left = shared.durable.load();
        let mut core = shared.core.lock().await;
        let cut_off = core.take_up(&shared, left);
        if let Some(previous) = previous {
            core.comes_after(&shared, previous);
        }
        core.is_live(&shared);
        core.rebuild(&shared).await;
        core.catch_up(&shared).await;
        let started = core.reducer.is_some();
        drop(core);
        if !started {
            let program = shared.board.lock().program.clone();
            let description = program.description();
            return Err(EngineError::NotStarted {
                name: description.name.clone(),
                version: description.version.clone(),
                reason: shared.board.lock().why_broken(),
            });
        }
        for work in cut_off {
            work.tell(&shared).await;
        }
        let tend = Tend {
            engine: Arc::downgrade(&shared),
            clock: shared.clock.clone(),
            home: shared.home.clone(),
            notices: shared.notices.clone(),
            timer: shared.timer.clone(),
            trial: shared.trial.clone(),
            expiry: shared.expiry.clone(),
            closings: closed,
            down: watched,
        };
        tokio::spawn(tend.run());
        Ok(Self { shared })
    }

    /// The config entries changed.
    pub fn notify_entries(&self) {
        self.shared.notices.push(notice("config-entry", "", Vec::new()));
    }

    /// The rights of this principal changed.
    pub fn notify_rights(&self, principal: &str) {
        self.shared.notices.push(rights(&self.shared, principal));
    }

    /// What `tools/list` would say to this principal on this route.
    ///
    /// # Errors
    /// When the component traps on it.
    pub async fn offers(&self, principal: &Principal, route: &Route) -> Result<Vec<Tool>, Refused> {
        let mut core = self.shared.core.lock().await;
        core.offers(&self.shared, principal, route)
            .await
            .map_err(|_| Refused::Fault)
    }

    /// What the running component says of itself.
    pub fn describe(&self) -> Description {
        self.shared.board.lock().program.description().clone()
    }

    /// The number of the running generation.
    pub fn generation(&self) -> u64 {
        self.shared.board.lock().generation
    }

    /// How the engine fares.
    pub fn status(&self) -> EngineStatus {
        let board = self.shared.board.lock();
        let description = board.program.description();
        EngineStatus {
            generation: board.generation,
            digest: board.program.digest().to_owned(),
            name: description.name.clone(),
            version: description.version.clone(),
            sessions: board.sessions,
            exchanges: board.exchanges,
            work: board.work,
            checkpoints: board.checkpoints,
            set_aside: board.set_aside,
            events: board.events,
            traps: board.traps,
            faults: board.faults,
            overflows: board.overflows,
            previous: board.previous,
            probation_until: board.probation_until,
            pause_us: board.pause_us,
            degraded: board.degraded(self.shared.clock.now()),
        }
    }

    /// Bytes of memory that the instance of the component has; 0 while there is none.
    pub async fn guest_memory(&self) -> usize {
        let core = self.shared.core.lock().await;
        core.reducer.as_ref().map_or(0, |reducer| reducer.memory())
    }

    /// Whether it is shut down, or about to be.
    pub fn is_over(&self) -> bool {
        *self.shared.stopping.borrow()
    }

    /// Resolves when it is shut down, or about to be.
    pub fn over(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut stopping = self.shared.stopping.subscribe();
        async move {
            // Without a sender it is over, too.
            let _ = stopping.wait_for(|stopping| *stopping).await;
        }
    }

    /// Throws the instance away and goes on with a new one, as after a trap: nobody notices. For tests of just that.
    pub async fn renew(&self) {
        self.shared.core.lock().await.rebuild(&self.shared).await;
    }

    /// Delivers what has changed in the home until now. It happens by itself; tests that want it at one moment call it.
    pub async fn deliver_changes(&self) {
        self.shared.core.lock().await.deliver_changes(&self.shared).await;
    }
}
