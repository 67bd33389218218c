//! Outlets: the ordered queues to clients. The engine puts messages in, a transport polls them out.
//!
//! | file | concept |
//! |---|---|
//! | `table` | all outlets that are open, and which numbers were given out |
//! | `queue`, `stream` | the session of HTTP+SSE: its queue, and what its transport reads |
//! | `lane`, `exchange` | an HTTP exchange or a GET of Streamable HTTP: its queue, and what the transport reads |
//! | `replay` | which messages a lane holds, by their numbers |
//! | `expiry` | when outlets that nobody reads are over |

mod exchange;
mod expiry;
mod lane;
mod queue;
mod replay;
mod stream;
mod table;

use std::task::{Context, Waker};

pub use self::exchange::{EventId, Exchange, Part, Speaker};
pub(super) use self::expiry::Expiries;
pub(super) use self::lane::{Lane, Sent};
pub(super) use self::queue::Queue;
pub use self::stream::{Ended, Stream};
pub(super) use self::table::{Destination, Open, Outlets, Way};

use crate::clock::Moment;
use crate::contract::hearth::mcp::types::Outlet as Id;

/// Nobody reads the queue, and it is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

/// What the tending task is told of an outlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Closing {
    /// It is over.
    Over(Id),
    /// Its connection is over since then, and it can be resumed.
    Left(Id, Moment),
}

fn remember(place: &mut Option<Waker>, context: &Context<'_>) {
    match place {
        Some(waker) => waker.clone_from(context.waker()),
        None => *place = Some(context.waker().clone()),
    }
}
