//! What transports ask of the engine for their clients, and what comes back.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::MutexGuard;

use super::Engine;
use super::core::{Cause, Core};
use super::outlet::{Exchange, Lane, Stream, Way};
use super::reducer::Event;
use super::shared::Shared;
use crate::contract::exports::hearth::mcp::server::{Attachment, Delivery, Dismissal, Origin};
use crate::contract::hearth::mcp::types::{Header, Outlet, Principal, Refusal, Route};
use crate::request::RequestContext;

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
    /// The request that it came with.
    pub request: RequestContext,
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
            request: RequestContext::default(),
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
    /// The generation that took it.
    pub generation: u64,
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
    /// It has trapped again and again, and is left alone for so many milliseconds.
    #[error("the component fails again and again, and is tried again in {0} ms")]
    Resting(u64),
    /// The engine is shut down.
    #[error("the engine is shut down")]
    Ended,
}

impl Shared {
    /// The core, for what a client asks.
    async fn for_a_client(&self) -> Result<MutexGuard<'_, Core>, Refused> {
        let core = self.core.lock().await;
        if core.down {
            return Err(Refused::Ended);
        }
        match core.failures.until().saturating_sub(self.clock.now()) {
            0 => Ok(core),
            rest => Err(Refused::Resting(rest)),
        }
    }
}

impl Engine {
    /// A client connected over HTTP+SSE. Dropping the stream says that it hung up.
    ///
    /// # Errors
    /// When the component refuses it or traps on it twice.
    pub async fn open(&self, principal: Principal, headers: Vec<Header>) -> Result<Stream, Refused> {
        let shared = &self.shared;
        let mut core = shared.for_a_client().await?;
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
                let by = (outlet, core.generation.number);
                Ok(Stream::new(session.unwrap_or_default(), by, queue, closings))
            }
            Some(Way::Exchange(_)) | None => Err(Refused::Fault),
        }
    }

    /// A body arrived.
    ///
    /// # Errors
    /// When the component refuses it or traps on it twice.
    pub async fn receive(&self, mut incoming: Incoming) -> Result<Received, Refused> {
        let shared = &self.shared;
        incoming
            .request
            .arrived_us
            .get_or_insert_with(|| shared.clock.stopwatch_us());
        let mut core = shared.for_a_client().await?;
        let exchange =
            matches!(incoming.route, Route::Streamable(_)).then(|| (core.outlets.number(), Arc::new(Lane::default())));
        let cause = Cause {
            principal: Some(incoming.principal.clone()),
            session: incoming.session.clone(),
            names_api: matches!(incoming.route, Route::Streamable(Some(_))),
            exchange: exchange.as_ref().map(|(_, lane)| lane.clone()),
            request: incoming.request,
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
        let generation = core.generation.number;
        let exchange = exchange.map(|(outlet, lane)| self.connect(outlet, lane, None, generation));
        Ok(Received {
            session,
            exchange,
            generation,
        })
    }

    /// A client opens a stream of its Streamable HTTP session, or goes on reading an outlet of it.
    ///
    /// # Errors
    /// When the component refuses it or traps on it twice, or it cannot go on after that event.
    pub async fn attach(&self, attaching: Attaching) -> Result<Exchange, Refused> {
        let shared = &self.shared;
        let mut core = shared.for_a_client().await?;
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
        Ok(self.connect(resumes.unwrap_or(outlet), lane, read, core.generation.number))
    }

    /// A client ends its Streamable HTTP session. Answers the generation that did it.
    ///
    /// # Errors
    /// When the component refuses it or traps on it twice.
    pub async fn dismiss(&self, dismissing: Dismissing) -> Result<u64, Refused> {
        let shared = &self.shared;
        let mut core = shared.for_a_client().await?;
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
        Ok(core.generation.number)
    }

    fn connect(&self, outlet: Outlet, lane: Arc<Lane>, read: Option<u64>, generation: u64) -> Exchange {
        let shared = &self.shared;
        lane.said_by(generation);
        Exchange::new(outlet, lane, read, shared.clock.clone(), shared.closings.clone())
    }
}
