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
//! | `component` | loading: what is checked before any code runs; `compiled`: the code kept on disk |
//! | `runtime` | the wasmtime engine, its pool and its epoch ticker |
//! | `reducer` | the seam: [`Event`] in, [`Answer`] out, [`Program`] and [`Reducer`] |
//! | `instance` | the wasm instance behind the seam; `imports`: what it may ask; `guest_output`: what it writes |
//! | `turn` | one event from delivery to its last effect; `effects`: each effect; `moments`: moment and nonce |
//! | `outlet` | the queues to clients |
//! | `work` | actions from `perform` to their outcomes; `progress`; `rights`: what a `perform` may do |
//! | `checkpoints`, `recovery` | what is kept, and the new instance made of it |
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
//!   and what goes wrong with it, for rights and audit.
//! - **The component is not believed.** Outlets, principals and rights are the engine's own; a claim that does not hold
//!   is a refusal or a fault, logged and counted in [`EngineStatus::faults`].
//! - **A client that does not read loses its own stream.** Outlets are bounded, and nobody waits for one.
//! - **What is resumed is the client's own.** An outlet is read again only in the session that it belongs to, from a
//!   message on that nothing was lost after, and by one connection at a time.
//!
//! # Not here yet
//!
//! Nothing is written to disk: sessions of Streamable HTTP end with the process. A generation is replaced only by starting an engine.

mod checkpoints;
mod compiled;
mod component;
mod effects;
mod guest_output;
mod imports;
mod instance;
mod moments;
mod outlet;
mod progress;
mod recovery;
mod reducer;
mod rights;
mod runtime;
mod shared;
mod status;
mod surroundings;
mod tend;
mod turn;
mod work;

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};

pub use self::checkpoints::BODY_LIMIT as CHECKPOINT_BODY_LIMIT;
pub use self::component::{Component, LoadError};
pub use self::imports::Imports;
pub use self::moments::{Nonces, RandomNonces, SeededNonces};
pub use self::outlet::{Ended, EventId, Exchange, Part, Stream};
pub use self::reducer::{Answer, Answered, Event, Program, Reducer, Trap};
pub use self::runtime::{Runtime, RuntimeError};
pub use self::status::EngineStatus;
pub use self::surroundings::Surroundings;

use self::outlet::{Lane, Way};
use self::shared::Shared;
use self::tend::Tend;
use self::turn::{Cause, notice};
use crate::contract::exports::hearth::mcp::server::{Attachment, Delivery, Description, Dismissal, Origin, Tool};
use crate::contract::hearth::mcp::types::{Header, Outlet, Principal, Refusal, Route};

/// A running engine. Cheap to clone; it ends with its last clone and stream, or at [`Engine::shutdown`].
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
    program: Arc<dyn Program>,
    generation: u64,
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

/// One HTTP body on its way in.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// Where it came in.
    pub route: Route,
    /// The session that it names.
    pub session: Option<String>,
    /// Who sent it.
    pub principal: Principal,
    /// The `mcp-*` headers.
    pub headers: Vec<Header>,
    /// The body.
    pub body: Bytes,
}

impl Incoming {
    /// A body to the session of an SSE stream, without headers.
    pub fn to_stream(stream: &Stream, principal: &Principal, body: impl Into<Bytes>) -> Self {
        Self {
            route: Route::Sse,
            session: Some(stream.session().to_owned()),
            principal: principal.clone(),
            headers: Vec::new(),
            body: body.into(),
        }
    }
}

/// What a body came to. Its answers go to outlets.
#[derive(Debug)]
pub struct Received {
    /// The session that it began.
    pub session: Option<String>,
    /// The answer to it, on a route of Streamable HTTP. On SSE it goes to the stream of the session.
    pub exchange: Option<Exchange>,
}

/// A client wants a stream of its Streamable HTTP session.
#[derive(Debug, Clone)]
pub struct Attaching {
    /// Where it asked.
    pub route: Route,
    /// The session that it names.
    pub session: Option<String>,
    /// Who asked.
    pub principal: Principal,
    /// The `mcp-*` headers.
    pub headers: Vec<Header>,
    /// The id of the last event that it has read, as it says.
    pub last_event: Option<String>,
}

/// A client ends its Streamable HTTP session.
#[derive(Debug, Clone)]
pub struct Dismissing {
    /// Where it asked.
    pub route: Route,
    /// The session that it names.
    pub session: Option<String>,
    /// Who asked.
    pub principal: Principal,
    /// The `mcp-*` headers.
    pub headers: Vec<Header>,
}

/// Why an event was not done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Refused {
    /// The component refused it.
    #[error("the component refused it: {:?}, {:?}", .0.reason, .0.detail)]
    Refusal(Refusal),
    /// Nothing of this session can be resumed after this event: it is none of its own, or what came after it is gone.
    #[error("nothing can be resumed after the event {0:?}")]
    UnknownEvent(String),
    /// The component trapped on it, twice.
    #[error("the component failed at it twice")]
    Fault,
    /// The engine is shut down.
    #[error("the engine is shut down")]
    Ended,
}

impl Engine {
    /// Starts a generation: an instance that nothing is restored into, and the background task. Call it in a tokio
    /// runtime.
    ///
    /// # Errors
    /// When no instance can be made or it traps at its start.
    pub async fn start(component: Component, number: u64, surroundings: Surroundings) -> Result<Self, EngineError> {
        Self::start_program(Arc::new(component), number, surroundings).await
    }

    /// As [`Engine::start`], with any program: the benches put the native reducer here.
    ///
    /// # Errors
    /// When no instance can be made or it traps at its start.
    pub async fn start_program(
        program: Arc<dyn Program>,
        number: u64,
        surroundings: Surroundings,
    ) -> Result<Self, EngineError> {
        let (closings, closed) = mpsc::unbounded_channel();
        let (down, watched) = watch::channel(false);
        let shared = Arc::new(Shared::new(program.clone(), number, surroundings, closings, down));
        let mut core = shared.core.lock().await;
        core.rebuild(&shared).await;
        let started = core.reducer.is_some();
        drop(core);
        if !started {
            let description = program.description();
            return Err(EngineError::NotStarted {
                name: description.name.clone(),
                version: description.version.clone(),
                reason: shared.board.lock().why_broken(),
            });
        }
        let tend = Tend {
            engine: Arc::downgrade(&shared),
            clock: shared.clock.clone(),
            home: shared.home.clone(),
            notices: shared.notices.clone(),
            timer: shared.timer.clone(),
            expiry: shared.expiry.clone(),
            closings: closed,
            down: watched,
        };
        tokio::spawn(tend.run());
        Ok(Self {
            shared,
            program,
            generation: number,
        })
    }

    /// A client connected over HTTP+SSE. Dropping the stream says that it hung up.
    ///
    /// # Errors
    /// When the component refuses it or traps on it twice.
    pub async fn open(&self, principal: Principal, headers: Vec<Header>) -> Result<Stream, Refused> {
        let shared = &self.shared;
        let mut core = shared.core.lock().await;
        if core.down {
            return Err(Refused::Ended);
        }
        let outlet = core.outlets.number();
        let cause = Cause {
            principal: Some(principal.clone()),
            ..Cause::default()
        };
        let origin = Origin {
            outlet,
            principal,
            headers,
            entry_revision: shared.entries.revision(),
        };
        let (moment, nonce) = core.stamp(shared);
        let event = Event::Open { origin, moment, nonce };
        let session = core.deliver(shared, event, cause).await;
        let session = session.map_err(|_| Refused::Fault)?.map_err(Refused::Refusal)?;
        match core.outlets.get(outlet).map(|open| &open.way) {
            Some(Way::Stream(queue)) => {
                let (queue, closings) = (queue.clone(), shared.closings.clone());
                Ok(Stream::new(session.unwrap_or_default(), outlet, queue, closings))
            }
            Some(Way::Exchange(_)) | None => Err(Refused::Fault),
        }
    }

    /// A body arrived.
    ///
    /// # Errors
    /// When the component refuses it or traps on it twice.
    pub async fn receive(&self, incoming: Incoming) -> Result<Received, Refused> {
        let shared = &self.shared;
        let mut core = shared.core.lock().await;
        if core.down {
            return Err(Refused::Ended);
        }
        let exchange =
            matches!(incoming.route, Route::Streamable(_)).then(|| (core.outlets.number(), Arc::new(Lane::default())));
        let cause = Cause {
            principal: Some(incoming.principal.clone()),
            session: incoming.session.clone(),
            names_api: matches!(incoming.route, Route::Streamable(Some(_))),
            exchange: exchange.as_ref().map(|(_, lane)| lane.clone()),
            ..Cause::default()
        };
        let (moment, nonce) = core.stamp(shared);
        let event = Event::Receive(Delivery {
            route: incoming.route,
            session: incoming.session,
            exchange: exchange.as_ref().map(|(outlet, _)| *outlet),
            principal: incoming.principal,
            headers: incoming.headers,
            body: incoming.body.into(),
            entry_revision: shared.entries.revision(),
            moment,
            nonce,
            fault: false,
        });
        let session = core.deliver(shared, event, cause).await;
        let session = session.map_err(|_| Refused::Fault)?.map_err(Refused::Refusal)?;
        let exchange = exchange.map(|(outlet, lane)| self.connect(outlet, lane, None));
        Ok(Received { session, exchange })
    }

    /// A client opens a stream of its Streamable HTTP session, or goes on reading an outlet of it.
    ///
    /// # Errors
    /// When the component refuses it or traps on it twice, or it cannot go on after that event.
    pub async fn attach(&self, attaching: Attaching) -> Result<Exchange, Refused> {
        let shared = &self.shared;
        let mut core = shared.core.lock().await;
        if core.down {
            return Err(Refused::Ended);
        }
        let resumed = core.resumed(&attaching).map_err(Refused::UnknownEvent)?;
        let outlet = core.outlets.number();
        let (resumes, lane, read) = match resumed {
            Some((event, lane)) => (Some(event.outlet), lane, Some(event.number)),
            None => (None, Arc::new(Lane::default()), None),
        };
        let cause = Cause {
            principal: Some(attaching.principal.clone()),
            session: attaching.session.clone(),
            exchange: Some(lane.clone()),
            ..Cause::default()
        };
        let (moment, _) = core.stamp(shared);
        let event = Event::Attach(Attachment {
            route: attaching.route,
            session: attaching.session,
            outlet,
            resumes,
            principal: attaching.principal,
            headers: attaching.headers,
            entry_revision: shared.entries.revision(),
            moment,
        });
        let attached = core.deliver(shared, event, cause).await;
        attached.map_err(|_| Refused::Fault)?.map_err(Refused::Refusal)?;
        if let Some(resumes) = resumes {
            core.outlets.expiries.remove(resumes);
        }
        Ok(self.connect(resumes.unwrap_or(outlet), lane, read))
    }

    /// A client ends its Streamable HTTP session.
    ///
    /// # Errors
    /// When the component refuses it or traps on it twice.
    pub async fn dismiss(&self, dismissing: Dismissing) -> Result<(), Refused> {
        let shared = &self.shared;
        let mut core = shared.core.lock().await;
        if core.down {
            return Err(Refused::Ended);
        }
        let cause = Cause {
            principal: Some(dismissing.principal.clone()),
            session: dismissing.session.clone(),
            ..Cause::default()
        };
        let (moment, _) = core.stamp(shared);
        let event = Event::Dismiss(Dismissal {
            route: dismissing.route,
            session: dismissing.session,
            principal: dismissing.principal,
            headers: dismissing.headers,
            entry_revision: shared.entries.revision(),
            moment,
        });
        let dismissed = core.deliver(shared, event, cause).await;
        dismissed.map_err(|_| Refused::Fault)?.map_err(Refused::Refusal)?;
        Ok(())
    }

    fn connect(&self, outlet: Outlet, lane: Arc<Lane>, read: Option<u64>) -> Exchange {
        let shared = &self.shared;
        Exchange::new(outlet, lane, read, shared.clock.clone(), shared.closings.clone())
    }

    /// The config entries changed.
    pub fn notify_entries(&self) {
        self.shared.notices.push(notice("config-entry", "", Vec::new()));
    }

    /// The rights of this principal changed.
    pub fn notify_rights(&self, principal: &str) {
        let data = match self.shared.principals.rights(principal) {
            Some(rights) => serde_json::json!({ "admin": rights.admin }),
            None => serde_json::Value::Null,
        };
        let data = data.to_string().into_bytes();
        self.shared.notices.push(notice("rights", principal, data));
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

    /// What the component says of itself.
    pub fn describe(&self) -> &Description {
        self.program.description()
    }

    /// How the engine fares.
    pub fn status(&self) -> EngineStatus {
        let description = self.program.description();
        let board = self.shared.board.lock();
        EngineStatus {
            generation: self.generation,
            digest: self.program.digest().to_owned(),
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
            degraded: board.degraded(self.shared.clock.now()),
        }
    }

    /// Whether it is shut down.
    pub fn is_over(&self) -> bool {
        *self.shared.down.borrow()
    }

    /// Throws the instance away and goes on with a new one, as after a trap: nobody notices. For tests of just that.
    pub async fn renew(&self) {
        self.shared.core.lock().await.rebuild(&self.shared).await;
    }

    /// Delivers what has changed in the home until now. It happens by itself; tests that want it at one moment call it.
    pub async fn deliver_changes(&self) {
        self.shared.core.lock().await.deliver_changes(&self.shared).await;
    }

    /// Ends all streams, after what is in them, and cancels all work.
    pub async fn shutdown(&self) {
        let mut core = self.shared.core.lock().await;
        core.down = true;
        core.outlets.end_all();
        core.work.abandon_all();
        core.count(&self.shared);
        // Without a receiver the tending task has ended already.
        let _ = self.shared.down.send(true);
    }
}
