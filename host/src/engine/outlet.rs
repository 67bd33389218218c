//! Outlets: the ordered queues to clients. The engine puts messages in, a transport polls them out.

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::contract::hearth::mcp::types::Outlet as Id;
use crate::limits::Limits;

/// Places that an empty queue keeps; what a burst took beyond that is given back.
const KEPT_PLACES: usize = 8;

/// One queue. No task belongs to it, only the waker of whoever reads it.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    messages: VecDeque<Message>,
    bytes: usize,
    /// Nothing more will be put in.
    ended: bool,
    reader: Option<Waker>,
    /// Who wants to know of the end without reading.
    watcher: Option<Waker>,
}

#[derive(Debug)]
struct Message {
    body: Bytes,
    replaces: Option<Box<str>>,
}

/// Nobody reads the queue, and it is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Full;

impl Queue {
    /// Puts a message in. At the limit the queue is emptied and ended: the client has lost messages, so its stream is
    /// of no use any more.
    pub fn send(&self, body: Bytes, replaces: Option<String>, limits: &Limits) -> Result<(), Full> {
        let mut state = self.lock();
        if state.ended {
            return Ok(());
        }
        if let Some(tag) = replaces.as_deref() {
            state.drop_tagged(tag);
        }
        if state.messages.len() >= limits.unread_messages || state.bytes + body.len() > limits.unread_bytes {
            state.messages = VecDeque::new();
            state.bytes = 0;
            state.end();
            return Err(Full);
        }
        state.bytes += body.len();
        let replaces = replaces.map(String::into_boxed_str);
        state.messages.push_back(Message { body, replaces });
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
        Ok(())
    }

    /// Nothing more comes; what is in it can still be read.
    pub fn end(&self) {
        self.lock().end();
    }

    fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let mut state = self.lock();
        if let Some(message) = state.messages.pop_front() {
            state.bytes -= message.body.len();
            if state.messages.is_empty() && state.messages.capacity() > KEPT_PLACES {
                state.messages = VecDeque::new();
            }
            return Poll::Ready(Some(message.body));
        }
        if state.ended {
            return Poll::Ready(None);
        }
        remember(&mut state.reader, context);
        Poll::Pending
    }

    fn poll_end(&self, context: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.ended {
            return Poll::Ready(());
        }
        remember(&mut state.watcher, context);
        Poll::Pending
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn drop_tagged(&mut self, tag: &str) {
        let State { messages, bytes, .. } = self;
        messages.retain(|message| {
            let keep = message.replaces.as_deref() != Some(tag);
            if !keep {
                *bytes -= message.body.len();
            }
            keep
        });
    }

    fn end(&mut self) {
        self.ended = true;
        for waker in [self.reader.take(), self.watcher.take()].into_iter().flatten() {
            waker.wake();
        }
    }
}

fn remember(place: &mut Option<Waker>, context: &Context<'_>) {
    match place {
        Some(waker) => waker.clone_from(context.waker()),
        None => *place = Some(context.waker().clone()),
    }
}

/// The stream of one session: message bodies, one JSON value an item. It ends when the engine ends the outlet. Dropping
/// it says that the client hung up.
#[derive(Debug)]
pub struct Stream {
    session: String,
    outlet: Id,
    queue: Arc<Queue>,
    closings: mpsc::UnboundedSender<Id>,
}

impl Stream {
    pub(super) fn new(session: String, outlet: Id, queue: Arc<Queue>, closings: mpsc::UnboundedSender<Id>) -> Self {
        Self {
            session,
            outlet,
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

    /// Resolves when the engine has ended the outlet, even if nobody polls the stream: a transport that is stuck in
    /// writing to a client that does not read would not hear of it otherwise.
    pub fn ended(&self) -> Ended {
        Ended(self.queue.clone())
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
        let _ = self.closings.send(self.outlet);
    }
}

/// See [`Stream::ended`]. One at a time hears of it.
#[derive(Debug)]
pub struct Ended(Arc<Queue>);

impl Future for Ended {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.0.poll_end(context)
    }
}

/// An outlet that is open.
#[derive(Debug)]
pub(super) struct Open {
    pub queue: Arc<Queue>,
    pub session: String,
    /// Id of the principal that it belongs to.
    pub principal: String,
    /// Checkpoints of its session: they go with it.
    pub checkpoints: Vec<String>,
}

/// All open outlets, and which numbers were given out.
#[derive(Debug, Default)]
pub(super) struct Outlets {
    open: HashMap<Id, Open>,
    last: Id,
}

/// Where a message would go.
pub(super) enum Destination<'a> {
    Open(&'a Open),
    /// It was open once.
    Ended,
    /// No such number was ever given out.
    Unknown,
}

impl Outlets {
    /// A number that was never given out before.
    pub fn number(&mut self) -> Id {
        self.last += 1;
        self.last
    }

    pub fn insert(&mut self, id: Id, open: Open) {
        self.open.insert(id, open);
    }

    pub fn find(&self, id: Id) -> Destination<'_> {
        match self.open.get(&id) {
            Some(open) => Destination::Open(open),
            None if (1..=self.last).contains(&id) => Destination::Ended,
            None => Destination::Unknown,
        }
    }

    pub fn open_mut(&mut self, id: Id) -> Option<&mut Open> {
        self.open.get_mut(&id)
    }

    /// The outlet is over; only the first who says so gets it.
    pub fn remove(&mut self, id: Id) -> Option<Open> {
        self.open.remove(&id)
    }

    /// The outlets whose session has this checkpoint.
    pub fn of_checkpoint(&self, key: &str) -> Vec<Id> {
        let mut ids: Vec<Id> = self
            .open
            .iter()
            .filter(|(_, open)| open.checkpoints.iter().any(|own| own == key))
            .map(|(id, _)| *id)
            .collect();
        ids.sort_unstable();
        ids
    }

    /// Whether a session of this principal is live.
    pub fn has_session_of(&self, principal: &str) -> bool {
        self.open.values().any(|open| open.principal == principal)
    }

    pub fn len(&self) -> usize {
        self.open.len()
    }

    pub fn end_all(&self) {
        for open in self.open.values() {
            open.queue.end();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(messages: usize, bytes: usize) -> Limits {
        Limits {
            unread_messages: messages,
            unread_bytes: bytes,
            ..Limits::default()
        }
    }

    fn read(queue: &Queue) -> Poll<Option<Bytes>> {
        queue.poll_next(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn messages_come_out_in_order_and_then_the_end() {
        let (queue, limits) = (Queue::default(), limits(4, 100));
        for body in ["a", "b"] {
            queue.send(Bytes::from(body), None, &limits).expect("there is room");
        }
        queue.end();
        assert_eq!(read(&queue), Poll::Ready(Some(Bytes::from("a"))));
        assert_eq!(read(&queue), Poll::Ready(Some(Bytes::from("b"))));
        assert_eq!(read(&queue), Poll::Ready(None));
    }

    #[test]
    fn a_newer_message_replaces_the_unread_one_of_its_tag() {
        let (queue, limits) = (Queue::default(), limits(2, 100));
        let tag = Some("x".to_owned());
        for (body, tag) in [("1", tag.clone()), ("other", None), ("2", tag.clone()), ("3", tag)] {
            queue.send(Bytes::from(body), tag, &limits).expect("there is room");
        }
        assert_eq!(read(&queue), Poll::Ready(Some(Bytes::from("other"))));
        assert_eq!(read(&queue), Poll::Ready(Some(Bytes::from("3"))));
    }

    #[test]
    fn a_queue_ends_at_its_messages_and_at_its_bytes() {
        let queue = Queue::default();
        assert_eq!(queue.send(Bytes::from("a"), None, &limits(1, 100)), Ok(()));
        assert_eq!(queue.send(Bytes::from("b"), None, &limits(1, 100)), Err(Full));
        assert_eq!(read(&queue), Poll::Ready(None));
        assert_eq!(
            Queue::default().send(Bytes::from("abc"), None, &limits(9, 2)),
            Err(Full)
        );
    }
}
