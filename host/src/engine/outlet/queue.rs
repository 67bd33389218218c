//! The queue to a client of HTTP+SSE: what was put in comes out once, and nothing of it is kept.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

use super::{Full, remember};
use crate::limits::Limits;

/// Places that an empty queue keeps; what a burst took beyond that is given back.
const KEPT_PLACES: usize = 8;

/// One queue. No task belongs to it, only the waker of whoever reads it.
#[derive(Debug, Default)]
pub(in crate::engine) struct Queue {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    messages: VecDeque<Message>,
    bytes: usize,
    /// Nothing more will be put in.
    ended: bool,
    /// Milliseconds after which its client is asked to come again, until that was said.
    retry_ms: Option<u32>,
    reader: Option<Waker>,
    /// Who wants to know of the end without reading.
    watcher: Option<Waker>,
}

#[derive(Debug)]
struct Message {
    body: Bytes,
    replaces: Option<Box<str>>,
}

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

    /// How many messages nobody has read.
    pub fn unread(&self) -> usize {
        self.lock().messages.len()
    }

    /// Nothing more comes; what is in it can still be read.
    pub fn end(&self) {
        self.lock().end();
    }

    /// The host stops: nothing more comes, and the client is asked to come again.
    pub fn stop(&self, retry_ms: u32) {
        let mut state = self.lock();
        state.retry_ms = Some(retry_ms);
        state.end();
    }

    pub(super) fn take_retry(&self) -> Option<u32> {
        self.lock().retry_ms.take()
    }

    pub(super) fn poll_next(&self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
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

    pub(super) fn poll_end(&self, context: &mut Context<'_>) -> Poll<()> {
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
