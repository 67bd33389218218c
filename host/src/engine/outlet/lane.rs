//! The queue of an HTTP exchange or of a GET of Streamable HTTP.
//!
//! One connection reads it at a time; a newer one takes the place of the older. It is plain at first: what was read is
//! gone, and it ends with its connection. Once it is resumable its messages have numbers, and it outlives connections; it
//! can then be kept over a restart of the host as well.

mod kept;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use super::replay::{Message, Replay};
use super::{Full, remember};
use crate::contract::hearth::mcp::types::Status;
use crate::limits::Limits;

/// Counts the connections of one lane; the newest reads.
pub type Connection = u64;

/// The connection that a lane is made for.
pub const FIRST: Connection = 1;

/// See the module. No task belongs to it, only the wakers of whoever reads it.
#[derive(Debug)]
pub(in crate::engine) struct Lane {
    state: Mutex<State>,
    /// The generation that said something last, or let the connection in.
    generation: AtomicU64,
}

#[derive(Debug, Default)]
struct State {
    replay: Replay,
    /// Of the first message that was ever sent.
    status: Option<Status>,
    /// Nothing more will be put in.
    ended: bool,
    /// It has got its last message.
    finished: bool,
    resumable: bool,
    /// The newest connection; it is over if `connected` is false.
    connection: Connection,
    connected: bool,
    /// The number of the message that the connection has read last.
    read: u64,
    /// Up to this number messages were lost with the host that had them: who has read any of those goes on after it.
    lost: u64,
    /// A client was given an id to come again with.
    named: bool,
    /// The connection is to be sent an id first.
    prime: bool,
    /// The connection is to end after this message.
    detach: Option<Detach>,
    /// It is not to end by being detached.
    stays: bool,
    reader: Option<Waker>,
    watcher: Option<Waker>,
}

#[derive(Debug, Clone, Copy)]
struct Detach {
    after: u64,
    retry_ms: u32,
}

/// What became of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Sent {
    /// It is on its way.
    Queued,
    /// The exchange had its last message already.
    TooLate,
    /// The connection did not read and is over; the lane goes on.
    Disconnected,
}

/// What a connection reads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Read {
    Prime,
    Message {
        number: Option<u64>,
        body: Bytes,
        last: bool,
        status: Status,
    },
    Detached {
        retry_ms: u32,
    },
}

impl Default for Lane {
    fn default() -> Self {
        let state = State {
            connection: FIRST,
            connected: true,
            ..State::default()
        };
        Self {
            state: Mutex::new(state),
            generation: AtomicU64::new(0),
        }
    }
}

impl Lane {
    /// Notes which generation speaks.
    pub fn said_by(&self, generation: u64) {
        self.generation.store(generation, Ordering::Relaxed);
    }

    /// The generation that said something last, or let the connection in.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }

    /// Puts a message in.
    ///
    /// # Errors
    /// When nobody reads and it is full. It is then ended and empty: its client has lost messages, so it is of no use.
    pub fn send(
        &self,
        body: Bytes,
        replaces: Option<String>,
        last: bool,
        status: Status,
        limits: &Limits,
    ) -> Result<Sent, Full> {
        let mut state = self.lock();
        if state.finished {
            return Ok(Sent::TooLate);
        }
        if state.ended {
            return Ok(Sent::Queued);
        }
        state.status.get_or_insert(status);
        state.replay.push(Message {
            body,
            replaces: replaces.map(String::into_boxed_str),
            last,
        });
        let (messages, bytes) = state.replay.after(state.read);
        let full = messages > limits.unread_messages || bytes > limits.unread_bytes;
        if full && !state.resumable {
            state.replay.clear();
            state.end();
            return Err(Full);
        }
        state.finished = last;
        let disconnected = full && state.connected;
        if disconnected {
            state.connected = false;
            state.wake();
        }
        state.shrink();
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
        Ok(if disconnected { Sent::Disconnected } else { Sent::Queued })
    }

    /// From now on messages have numbers, and it outlives its connections. `prime`: the connection gets an id first.
    pub fn make_resumable(&self, prime: bool) {
        let mut state = self.lock();
        if state.resumable || state.ended {
            return;
        }
        state.resumable = true;
        state.prime = prime;
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
    }

    /// Ends the connection after all that was sent until now.
    pub fn detach(&self, retry_ms: u32) {
        let mut state = self.lock();
        if state.connected && !state.stays {
            let after = state.replay.newest();
            state.detach = Some(Detach { after, retry_ms });
            if let Some(reader) = state.reader.take() {
                reader.wake();
            }
        }
    }

    /// Nothing more comes; what is in it can still be read.
    pub fn end(&self) {
        self.lock().end();
    }

    /// The host stops. What can be resumed stays, and the client that reads it is told when to come again; the rest ends.
    pub fn stop(&self, retry_ms: u32) {
        let mut state = self.lock();
        if !state.resumable {
            return state.end();
        }
        if state.finished || !state.connected {
            return;
        }
        if state.stays {
            state.connected = false;
        } else {
            let after = state.replay.newest();
            state.detach = Some(Detach { after, retry_ms });
        }
        state.wake();
    }

    /// Another connection, which goes on after this message. It takes the place of the older one.
    pub fn connect(&self, read: u64) -> Connection {
        let mut state = self.lock();
        state.connection += 1;
        state.connected = true;
        state.read = read.max(state.lost);
        state.detach = None;
        state.stays = false;
        // Who was given an id needs no other.
        state.prime &= !state.named && read == 0;
        state.wake();
        state.connection
    }

    /// This connection is over. Answers whether that ends a lane that is plain.
    pub(super) fn disconnect(&self, connection: Connection) -> Left {
        let mut state = self.lock();
        if state.connection == connection {
            state.connected = false;
        }
        if state.resumable {
            state.shrink();
            return Left::Resumable;
        }
        let finished = state.finished;
        state.end();
        if finished { Left::Finished } else { Left::Over }
    }

    /// This connection is not ended by being detached: it takes one answer and nothing else.
    pub fn stay(&self, connection: Connection) {
        let mut state = self.lock();
        if state.connection == connection {
            state.stays = true;
            state.detach = None;
        }
    }

    /// Whether somebody reads it.
    pub fn is_connected(&self) -> bool {
        self.lock().connected
    }

    /// How many messages its newest connection has not read.
    pub fn unread(&self) -> usize {
        let state = self.lock();
        state.replay.after(state.read).0
    }

    /// Whether it can be resumed.
    pub fn is_resumable(&self) -> bool {
        self.lock().resumable
    }

    /// Whether it has got its last message.
    pub fn is_finished(&self) -> bool {
        self.lock().finished
    }

    /// Whether it can be resumed after this message.
    pub fn follows(&self, read: u64) -> bool {
        let state = self.lock();
        state.resumable && state.replay.follows(read.max(state.lost))
    }

    /// Whether a client reads it from its beginning that comes without an id: none was given out, and nothing is lost.
    pub fn is_unnamed(&self) -> bool {
        let state = self.lock();
        let whole = state.replay.follows(state.lost);
        state.resumable && !state.ended && !state.finished && !state.named && whole
    }

    pub(super) fn poll_next(&self, connection: Connection, context: &mut Context<'_>) -> Poll<Option<Read>> {
        let mut state = self.lock();
        if state.is_over(connection) {
            return Poll::Ready(None);
        }
        if std::mem::take(&mut state.prime) {
            state.named = true;
            return Poll::Ready(Some(Read::Prime));
        }
        if let Some(detach) = state.detach
            && detach.after <= state.read
        {
            state.connected = false;
            return Poll::Ready(Some(Read::Detached {
                retry_ms: detach.retry_ms,
            }));
        }
        if let Some(read) = state.take() {
            return Poll::Ready(Some(read));
        }
        if state.ended || state.finished {
            return Poll::Ready(None);
        }
        remember(&mut state.reader, context);
        Poll::Pending
    }

    pub(super) fn poll_end(&self, connection: Connection, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.is_over(connection) || state.ended {
            return Poll::Ready(());
        }
        remember(&mut state.watcher, context);
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a lane is when its connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// It can be resumed.
    Resumable,
    /// It has got its last message, and nobody wants to know more of it.
    Finished,
    /// It is over before its time.
    Over,
}

impl State {
    fn is_over(&self, connection: Connection) -> bool {
        self.connection != connection || !self.connected
    }

    fn take(&mut self) -> Option<Read> {
        let (resumable, status) = (self.resumable, self.status.unwrap_or(Status::Ok));
        let message = self.replay.next(self.read)?;
        let (body, last) = (message.body.clone(), message.last);
        self.read += 1;
        if resumable {
            self.named = true;
        } else {
            self.replay.forget(self.read);
        }
        Some(Read::Message {
            number: resumable.then_some(self.read),
            body,
            last,
            status,
        })
    }

    /// What is kept is bounded; what a connection has still to read is bounded by the limits on what is unread.
    fn shrink(&mut self) {
        if self.resumable {
            let read = if self.connected { self.read } else { u64::MAX };
            self.replay.shrink(read);
        }
    }

    fn end(&mut self) {
        self.ended = true;
        self.wake();
    }

    fn wake(&mut self) {
        for waker in [self.reader.take(), self.watcher.take()].into_iter().flatten() {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests;
