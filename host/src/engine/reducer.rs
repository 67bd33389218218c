//! The seam between the engine and what it drives: one instance that takes events, and the program it is made of.
//!
//! The wasm instance is the normal implementation. The benches and the fuzzers put the native build of the same
//! reducer here, behind the same engine.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::imports::Imports;
use crate::clock::Moment;
use crate::contract::exports::hearth::mcp::server::{
    Attachment, Delivery, Description, Dismissal, OpenWork, Origin, Tool,
};
use crate::contract::hearth::mcp::types::{Change, Checkpoint, Effect, News, Nonce, Outlet, Principal, Refusal, Route};

/// One event of the contract with all that it carries, so that it can be given once more.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "the fields are those of the contract, documented in wit/server.wit"
)]
pub enum Event {
    Start {
        moment: Moment,
        nonce: Nonce,
    },
    Open {
        origin: Origin,
        moment: Moment,
        nonce: Nonce,
    },
    Receive(Delivery),
    Attach(Attachment),
    Dismiss(Dismissal),
    Resume {
        ticket: Vec<u8>,
        news: News,
        moment: Moment,
        nonce: Nonce,
    },
    HomeChanged {
        changes: Vec<Change>,
        moment: Moment,
    },
    Closed {
        outlet: Outlet,
        moment: Moment,
    },
    Wake {
        moment: Moment,
    },
}

impl Event {
    /// The exported function that takes it.
    pub fn name(&self) -> &'static str {
        match self {
            Event::Start { .. } => "start",
            Event::Open { .. } => "open",
            Event::Receive(_) => "receive",
            Event::Attach(_) => "attach",
            Event::Dismiss(_) => "dismiss",
            Event::Resume { .. } => "resume",
            Event::HomeChanged { .. } => "home-changed",
            Event::Closed { .. } => "closed",
            Event::Wake { .. } => "wake",
        }
    }

    /// When it happens.
    pub fn moment(&self) -> Moment {
        match self {
            Event::Receive(delivery) => delivery.moment,
            Event::Attach(attachment) => attachment.moment,
            Event::Dismiss(dismissal) => dismissal.moment,
            Event::Start { moment, .. }
            | Event::Open { moment, .. }
            | Event::Resume { moment, .. }
            | Event::HomeChanged { moment, .. }
            | Event::Closed { moment, .. }
            | Event::Wake { moment } => *moment,
        }
    }

    /// Whether a client asks for something with it.
    pub fn is_asked(&self) -> bool {
        matches!(
            self,
            Event::Open { .. } | Event::Receive(_) | Event::Attach(_) | Event::Dismiss(_)
        )
    }

    /// The same event after an attempt at it trapped: a request is then answered with an internal error.
    pub fn once_more(&mut self) {
        match self {
            Event::Receive(delivery) => delivery.fault = true,
            Event::Resume { news, .. } if matches!(news, News::Outcomes(_)) => *news = News::Fault,
            _ => {}
        }
    }
}

/// What an event came to.
#[derive(Debug, Default)]
pub struct Answer {
    /// To be applied in this order.
    pub effects: Vec<Effect>,
    /// The session that the event began.
    pub session: Option<String>,
}

/// An event that did not come to its end. It did nothing, and its instance is not used again.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct Trap(pub String);

/// An answer, a refusal in the component's words, or nothing.
pub type Answered = Result<Result<Answer, Refusal>, Trap>;

/// One instance. After a trap it is not called again.
pub trait Reducer: Send {
    /// `restore` of the contract.
    fn restore<'a>(
        &'a mut self,
        checkpoints: &'a [Checkpoint],
        work: &'a [OpenWork],
        write_format: u32,
    ) -> BoxFuture<'a, Result<Vec<String>, Trap>>;

    /// Takes one event.
    fn handle<'a>(&'a mut self, event: &'a Event) -> BoxFuture<'a, Answered>;

    /// Whether it wants to be replaced before the next event, as after a trap.
    fn spent(&self) -> bool {
        false
    }

    /// Bytes of memory that it has; 0 where that is not known.
    fn memory(&self) -> usize {
        0
    }

    /// `offers` of the contract.
    fn offers<'a>(&'a mut self, principal: &'a Principal, route: &'a Route) -> BoxFuture<'a, Result<Vec<Tool>, Trap>>;
}

/// What instances are made of.
pub trait Program: Send + Sync {
    /// SHA-256 of its bytes in hexadecimal: the name of the generation.
    fn digest(&self) -> &str;

    /// What it says of itself.
    fn description(&self) -> &Description;

    /// The interfaces that it imports, in order.
    fn imports(&self) -> &[String] {
        &[]
    }

    /// A fresh instance that sees the host through these imports.
    fn instantiate(&self, imports: Arc<Imports>) -> BoxFuture<'_, Result<Box<dyn Reducer>, Trap>>;
}
