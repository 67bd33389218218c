//! What the transport of HTTP+SSE reads.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc;

use super::lane::{Connection, Lane};
use super::{Closing, Id, Queue};

/// The stream of one session: message bodies, one JSON value an item. It ends when the engine ends the outlet. Dropping
/// it says that the client hung up.
#[derive(Debug)]
pub struct Stream {
    session: String,
    outlet: Id,
    generation: u64,
    queue: Arc<Queue>,
    closings: mpsc::UnboundedSender<Closing>,
}

impl Stream {
    pub(in crate::engine) fn new(
        session: String,
        (outlet, generation): (Id, u64),
        queue: Arc<Queue>,
        closings: mpsc::UnboundedSender<Closing>,
    ) -> Self {
        Self {
            session,
            outlet,
            generation,
            queue,
            closings,
        }
    }

    /// The id under which the client posts.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// The number of its outlet.
    pub fn outlet(&self) -> Id {
        self.outlet
    }

    /// The generation that let the client in.
    pub fn generation(&self) -> u64 {
        self.generation
    }

    /// Milliseconds after which the client is asked to come again, where the stream is over because the host stops. Said
    /// once.
    pub fn take_retry(&self) -> Option<u32> {
        self.queue.take_retry()
    }

    /// Resolves when the engine has ended the outlet, even if nobody polls the stream: a transport that is stuck in
    /// writing to a client that does not read would not hear of it otherwise.
    pub fn ended(&self) -> Ended {
        Ended(Watched::Stream(self.queue.clone()))
    }
}

impl futures_util::Stream for Stream {
    type Item = Bytes;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        self.queue.poll_next(context)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.queue.end();
        // An error means that the engine is gone, and its sessions with it.
        let _ = self.closings.send(Closing::Over(self.outlet));
    }
}

/// See [`Stream::ended`]. One at a time hears of it.
#[derive(Debug)]
pub struct Ended(pub(super) Watched);

#[derive(Debug)]
pub(super) enum Watched {
    Stream(Arc<Queue>),
    Exchange(Arc<Lane>, Connection),
}

impl Future for Ended {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match &self.0 {
            Watched::Stream(queue) => queue.poll_end(context),
            Watched::Exchange(lane, connection) => lane.poll_end(*connection, context),
        }
    }
}
