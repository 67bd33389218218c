//! What the transport of Streamable HTTP reads: the answer to a POST, or the stream of a GET.

use std::fmt;
use std::pin::Pin;
use std::str::FromStr;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::lane::{Connection, FIRST, Lane, Left, Read};
use super::stream::Watched;
use super::{Closing, Ended, Id};
use crate::clock::SharedClock;
use crate::contract::hearth::mcp::types::Status;

/// The place of one message in what can be resumed: `<outlet>-<number>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventId {
    /// The outlet.
    pub outlet: Id,
    /// The number of the message; none is at 0.
    pub number: u64,
}

impl fmt::Display for EventId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}", self.outlet, self.number)
    }
}

/// It is not the id of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoEventId;

impl FromStr for EventId {
    type Err = NoEventId;

    fn from_str(text: &str) -> Result<Self, NoEventId> {
        let (outlet, number) = text.split_once('-').ok_or(NoEventId)?;
        let parse = |text: &str| text.parse().map_err(|_| NoEventId);
        let id = Self {
            outlet: parse(outlet)?,
            number: parse(number)?,
        };
        // Exactly as it was given out: no signs, no zeros in front.
        if id.to_string() == text { Ok(id) } else { Err(NoEventId) }
    }
}

/// A part of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// An event with an id and nothing else, so that the client can resume from the start.
    Prime {
        /// Its id.
        event: EventId,
    },
    /// A message.
    Message {
        /// Its id, if the exchange can be resumed.
        event: Option<EventId>,
        /// One JSON value, or nothing where the exchange carries none.
        body: Bytes,
        /// It is the last: the first that is also the last is the whole answer.
        last: bool,
        /// How the exchange ends; the same in all of its messages.
        status: Status,
    },
    /// The connection ends here and the exchange does not: the client is asked to come back and resume.
    Detached {
        /// Milliseconds after which it should.
        retry_ms: u32,
    },
}

/// Who speaks in an exchange.
#[derive(Debug)]
pub struct Speaker(Arc<Lane>);

impl Speaker {
    /// The generation that said something in it last, or let its client in.
    pub fn generation(&self) -> u64 {
        self.0.generation()
    }
}

/// The answer to a body, or a stream that a client asked for. Dropping it says that the connection is over.
pub struct Exchange {
    outlet: Id,
    lane: Arc<Lane>,
    connection: Connection,
    clock: SharedClock,
    closings: mpsc::UnboundedSender<Closing>,
}

impl Exchange {
    /// The connection that this outlet was made for, or with a number another one, which goes on after that message.
    pub(in crate::engine) fn new(
        outlet: Id,
        lane: Arc<Lane>,
        read: Option<u64>,
        clock: SharedClock,
        closings: mpsc::UnboundedSender<Closing>,
    ) -> Self {
        let connection = read.map_or(FIRST, |read| lane.connect(read));
        Self {
            outlet,
            lane,
            connection,
            clock,
            closings,
        }
    }

    /// The number of its outlet.
    pub fn outlet(&self) -> Id {
        self.outlet
    }

    /// Tells which generation speaks in it, also when it has gone into a response.
    pub fn speaker(&self) -> Speaker {
        Speaker(self.lane.clone())
    }

    /// For a client that takes one answer and no stream: the connection does not end when it is detached.
    pub fn stay(&self) {
        self.lane.stay(self.connection);
    }

    /// Nobody will come again for it: the client was given all of it without an id to come with.
    pub fn spend(self) {
        if self.lane.is_resumable() {
            let _ = self.closings.send(Closing::Over(self.outlet));
        }
    }

    /// Resolves when nothing more will come, even if nobody polls the exchange. See [`Stream::ended`](super::Stream).
    pub fn ended(&self) -> Ended {
        Ended(Watched::Exchange(self.lane.clone(), self.connection))
    }
}

impl futures_util::Stream for Exchange {
    type Item = Part;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Part>> {
        let outlet = self.outlet;
        let read = std::task::ready!(self.lane.poll_next(self.connection, context));
        Poll::Ready(read.map(|read| match read {
            Read::Prime => Part::Prime {
                event: EventId { outlet, number: 0 },
            },
            Read::Message {
                number,
                body,
                last,
                status,
            } => Part::Message {
                event: number.map(|number| EventId { outlet, number }),
                body,
                last,
                status,
            },
            Read::Detached { retry_ms } => Part::Detached { retry_ms },
        }))
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let closing = match self.lane.disconnect(self.connection) {
            Left::Resumable => Closing::Left(self.outlet, self.clock.now()),
            Left::Over => Closing::Over(self.outlet),
            Left::Finished => return,
        };
        // An error means that the engine is gone.
        let _ = self.closings.send(closing);
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Exchange")
            .field("outlet", &self.outlet)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_id_is_read_as_it_was_written_and_in_no_other_way() {
        let id = EventId { outlet: 7, number: 12 };
        assert_eq!(id.to_string().parse(), Ok(id));
        for text in [
            "",
            "7",
            "7-",
            "-12",
            "7-12-1",
            "07-12",
            "7-+12",
            " 7-12",
            "7-99999999999999999999",
            "a-b",
        ] {
            assert_eq!(text.parse::<EventId>(), Err(NoEventId), "{text}");
        }
    }
}
