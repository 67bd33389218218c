//! Events as they go over the wire, of both transports: messages, ids, and a comment when nothing else is said.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{BufMut, Bytes, BytesMut};
use futures_util::Stream as _;
use futures_util::future::BoxFuture;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};

use super::auth::Grant;
use super::response::Body;
use crate::clock::{Moment, SharedClock};
use crate::engine::{EventId, Exchange, Part, Stream};

/// Milliseconds between two comments, counted from the opening. Clients and proxies give up a stream that is silent for
/// minutes.
pub const PING_EVERY_MS: u64 = 15_000;

/// A comment: clients pass over it.
pub const PING: Bytes = Bytes::from_static(b": ping\r\n\r\n");

/// The media type of all of this.
pub const EVENT_STREAM: HeaderValue = HeaderValue::from_static("text/event-stream");

/// What says that a response is a stream of events.
const HEADERS: [(HeaderName, HeaderValue); 3] = [
    (header::CONTENT_TYPE, EVENT_STREAM),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    // Asks proxies (nginx) to pass every event on at once.
    (
        HeaderName::from_static("x-accel-buffering"),
        HeaderValue::from_static("no"),
    ),
];

/// A response whose body is events.
pub fn response(status: StatusCode, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    *response.headers_mut() = HeaderMap::from_iter(HEADERS);
    response
}

/// Where events come from.
pub enum Source {
    /// The session of HTTP+SSE.
    Session(Stream),
    /// An exchange or stream of Streamable HTTP.
    Exchange(Exchange),
}

/// Resolves when the token of a request is revoked.
pub type Revoked = BoxFuture<'static, ()>;

/// See [`Revoked`].
pub fn revoked(grant: Grant) -> Revoked {
    let mut revoked = grant.revoked;
    Box::pin(async move {
        // An error means that the sender is gone, which counts as revoked.
        let _ = revoked.wait_for(|revoked| *revoked).await;
    })
}

/// The events of one source. Dropping it is what happens when the client hangs up: it drops the source.
pub struct Events {
    source: Option<Source>,
    /// What is written before all else.
    opening: Option<Bytes>,
    clock: SharedClock,
    /// When the next comment is due, and the sleep until then.
    ping_at: Moment,
    ping: BoxFuture<'static, ()>,
    revoked: Revoked,
}

impl Events {
    /// The events of this source, after this.
    pub fn new(source: Source, opening: Option<Bytes>, revoked: Revoked, clock: SharedClock) -> Self {
        let ping_at = clock.now().saturating_add(PING_EVERY_MS);
        Self {
            opening,
            source: Some(source),
            ping: clock.sleep_until(ping_at),
            ping_at,
            clock,
            revoked,
        }
    }

    /// The next bytes to write; `None` when the stream is over.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(source) = &mut self.source else {
            return Poll::Ready(None);
        };
        if let Some(opening) = self.opening.take() {
            return Poll::Ready(Some(opening));
        }
        if self.revoked.as_mut().poll(context).is_ready() {
            self.source = None;
            return Poll::Ready(None);
        }
        match source.poll_next(context) {
            Poll::Ready(Some(bytes)) => Poll::Ready(Some(bytes)),
            Poll::Ready(None) => {
                self.source = None;
                Poll::Ready(None)
            }
            Poll::Pending => self.poll_ping(context),
        }
    }

    fn poll_ping(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        if self.ping.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        // Comments that could not be written in time are not made up for, and the next keeps the beat of the opening.
        let late = self.clock.now().saturating_sub(self.ping_at);
        self.ping_at += (late / PING_EVERY_MS + 1) * PING_EVERY_MS;
        self.ping = self.clock.sleep_until(self.ping_at);
        // Polled, so that it wakes this task; it lies in the future and cannot be ready already.
        if self.ping.as_mut().poll(context).is_ready() {
            context.waker().wake_by_ref();
        }
        Poll::Ready(Some(PING))
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outlet = self.source.as_ref().map(|source| match source {
            Source::Session(stream) => stream.outlet(),
            Source::Exchange(exchange) => exchange.outlet(),
        });
        formatter
            .debug_struct("Events")
            .field("outlet", &outlet)
            .finish_non_exhaustive()
    }
}

impl Source {
    fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        match self {
            Self::Session(stream) => match std::task::ready!(Pin::new(&mut *stream).poll_next(context)) {
                Some(message) => Poll::Ready(Some(event(None, &message))),
                None => Poll::Ready(stream.take_retry().map(retry)),
            },
            Self::Exchange(exchange) => loop {
                match std::task::ready!(Pin::new(&mut *exchange).poll_next(context)) {
                    Some(part) => match of_part(&part) {
                        Some(bytes) => return Poll::Ready(Some(bytes)),
                        None => continue,
                    },
                    None => return Poll::Ready(None),
                }
            },
        }
    }
}

/// A part as it goes over the wire. An end that says nothing is none.
pub fn of_part(part: &Part) -> Option<Bytes> {
    match part {
        Part::Prime { event } => Some(Bytes::from(format!("id: {event}\r\ndata: \r\n\r\n"))),
        Part::Message { body, .. } if body.is_empty() => None,
        Part::Message { event: id, body, .. } => Some(event(*id, body)),
        Part::Detached { retry_ms } => Some(retry(*retry_ms)),
    }
}

/// Tells the client when to come again.
fn retry(milliseconds: u32) -> Bytes {
    Bytes::from(format!("retry: {milliseconds}\r\n\r\n"))
}

/// A message as one event.
pub fn event(id: Option<EventId>, message: &[u8]) -> Bytes {
    const HEAD: &[u8] = b"event: message\r\ndata: ";
    const END: &[u8] = b"\r\n\r\n";
    let id = id.map(|id| format!("id: {id}\r\n")).unwrap_or_default();
    if message.contains(&b'\n') || message.contains(&b'\r') {
        return event_of_lines(&id, message);
    }
    let mut event = BytesMut::with_capacity(id.len() + HEAD.len() + message.len() + END.len());
    event.put_slice(id.as_bytes());
    event.put_slice(HEAD);
    event.put_slice(message);
    event.put_slice(END);
    event.freeze()
}

/// Our component writes one line. Another one may not, and a line break must not end the event before its time.
fn event_of_lines(id: &str, message: &[u8]) -> Bytes {
    let mut event = BytesMut::from(id.as_bytes());
    event.put_slice(b"event: message\r\n");
    for line in message
        .split(|byte| matches!(byte, b'\r' | b'\n'))
        .filter(|line| !line.is_empty())
    {
        event.put_slice(b"data: ");
        event.put_slice(line);
        event.put_slice(b"\r\n");
    }
    event.put_slice(b"\r\n");
    event.freeze()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_several_lines_stays_one_event() {
        assert_eq!(
            event(None, b"{\"a\":1}"),
            &b"event: message\r\ndata: {\"a\":1}\r\n\r\n"[..]
        );
        assert_eq!(
            event(None, b"{\r\n\n\"a\":1\r}\n"),
            &b"event: message\r\ndata: {\r\ndata: \"a\":1\r\ndata: }\r\n\r\n"[..]
        );
    }

    #[test]
    fn an_event_that_can_be_resumed_bears_its_id_first() {
        let id = Some(EventId { outlet: 7, number: 2 });
        for message in [&b"{}"[..], b"{\n}"] {
            assert!(event(id, message).starts_with(b"id: 7-2\r\nevent: message\r\ndata: {"));
        }
    }
}
