//! The queue of an HTTP exchange or of a GET of Streamable HTTP.
//!
//! One connection reads it at a time; a newer one takes the place of the older. It is plain at first: what was read is
//! gone, and it ends with its connection. Once it is resumable its messages have numbers, and it outlives connections.

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

    /// Another connection, which goes on after this message. It takes the place of the older one.
    pub fn connect(&self, read: u64) -> Connection {
        let mut state = self.lock();
        state.connection += 1;
        state.connected = true;
        state.read = read;
        state.detach = None;
        state.stays = false;
        // Who resumes has an id.
        state.prime = false;
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
        state.resumable && state.replay.follows(read)
    }

    pub(super) fn poll_next(&self, connection: Connection, context: &mut Context<'_>) -> Poll<Option<Read>> {
        let mut state = self.lock();
        if state.is_over(connection) {
            return Poll::Ready(None);
        }
        if std::mem::take(&mut state.prime) {
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
        if !resumable {
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
mod tests {
    use super::super::replay::KEPT_MESSAGES;
    use super::*;

    fn send(lane: &Lane, body: &'static str, last: bool) -> Result<Sent, Full> {
        let limits = Limits::default();
        lane.send(Bytes::from_static(body.as_bytes()), None, last, Status::Ok, &limits)
    }

    fn read(lane: &Lane, connection: Connection) -> Poll<Option<Read>> {
        lane.poll_next(connection, &mut Context::from_waker(Waker::noop()))
    }

    fn message(number: impl Into<Option<u64>>, body: &'static str, last: bool) -> Poll<Option<Read>> {
        Poll::Ready(Some(Read::Message {
            number: number.into(),
            body: Bytes::from_static(body.as_bytes()),
            last,
            status: Status::Ok,
        }))
    }

    #[test]
    fn a_plain_one_ends_with_its_last_message_and_takes_no_more() {
        let lane = Lane::default();
        let only = FIRST;
        assert_eq!(send(&lane, "a", false), Ok(Sent::Queued));
        assert_eq!(send(&lane, "b", true), Ok(Sent::Queued));
        assert_eq!(send(&lane, "c", false), Ok(Sent::TooLate));
        assert_eq!(read(&lane, only), message(None, "a", false));
        assert_eq!(read(&lane, only), message(None, "b", true));
        assert_eq!(read(&lane, only), Poll::Ready(None));
        assert_eq!(lane.disconnect(only), Left::Finished);
    }

    #[test]
    fn a_newer_connection_takes_the_place_of_the_older_one() {
        let lane = Lane::default();
        lane.make_resumable(true);
        let older = FIRST;
        assert_eq!(read(&lane, older), Poll::Ready(Some(Read::Prime)));
        send(&lane, "a", false).expect("there is room");
        assert_eq!(read(&lane, older), message(1, "a", false));
        let newer = lane.connect(0);
        send(&lane, "b", true).expect("there is room");
        assert_eq!(read(&lane, older), Poll::Ready(None));
        assert_eq!(read(&lane, newer), message(1, "a", false));
        assert_eq!(read(&lane, newer), message(2, "b", true));
        assert_eq!(read(&lane, newer), Poll::Ready(None));
        assert_eq!(lane.disconnect(older), Left::Resumable);
        assert!(
            lane.is_connected(),
            "the end of the older one says nothing of the newer one"
        );
    }

    #[test]
    fn it_is_detached_after_what_was_sent_before() {
        let lane = Lane::default();
        let first = FIRST;
        lane.make_resumable(false);
        send(&lane, "a", false).expect("there is room");
        lane.detach(500);
        send(&lane, "b", false).expect("there is room");
        assert_eq!(read(&lane, first), message(1, "a", false));
        assert_eq!(read(&lane, first), Poll::Ready(Some(Read::Detached { retry_ms: 500 })));
        assert_eq!(read(&lane, first), Poll::Ready(None));
        let second = lane.connect(1);
        assert_eq!(read(&lane, second), message(2, "b", false));
    }

    #[test]
    fn a_connection_that_does_not_read_is_over_and_the_lane_is_not() {
        let lane = Lane::default();
        lane.make_resumable(false);
        let deaf = FIRST;
        for _ in 0..KEPT_MESSAGES {
            assert_eq!(send(&lane, "x", false), Ok(Sent::Queued));
        }
        assert_eq!(send(&lane, "x", false), Ok(Sent::Disconnected));
        assert_eq!(read(&lane, deaf), Poll::Ready(None));
        assert!(!lane.follows(0) && lane.follows(1), "the oldest is gone");
        assert_eq!(send(&lane, "y", true), Ok(Sent::Queued));
        let newer = lane.connect(KEPT_MESSAGES as u64 + 1);
        assert_eq!(read(&lane, newer), message(KEPT_MESSAGES as u64 + 2, "y", true));
    }
}
