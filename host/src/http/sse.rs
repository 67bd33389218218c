//! `GET /mcp_server/sse`: the stream of a session (MCP 2024-11-05, HTTP with SSE).

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
use crate::engine::Stream;

/// Milliseconds between two comments, counted from the opening. Clients and proxies give up a stream that is silent for
/// minutes.
pub const PING_EVERY_MS: u64 = 15_000;

const PING: Bytes = Bytes::from_static(b": ping\r\n\r\n");

/// The response that opens the stream of a session.
pub fn opened(stream: Stream, grant: Grant, clock: SharedClock) -> Response<Body> {
    const HEADERS: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::CONNECTION, HeaderValue::from_static("keep-alive")),
        // Asks proxies (nginx) to pass every event on at once.
        (
            HeaderName::from_static("x-accel-buffering"),
            HeaderValue::from_static("no"),
        ),
    ];
    let mut response = Response::new(Body::Events(Box::new(Events::new(stream, grant, clock))));
    *response.status_mut() = StatusCode::OK;
    *response.headers_mut() = HeaderMap::from_iter(HEADERS);
    response
}

/// The events of one session, as they go over the wire. Dropping it is what happens when the client hangs up: it drops
/// the stream, and with it goes the session.
pub struct Events {
    stream: Option<Stream>,
    /// The `endpoint` event, until it is written.
    opening: Option<Bytes>,
    clock: SharedClock,
    /// When the next comment is due, and the sleep until then.
    ping_at: Moment,
    ping: BoxFuture<'static, ()>,
    /// Resolves when the token is revoked.
    revoked: BoxFuture<'static, ()>,
}

impl Events {
    fn new(stream: Stream, grant: Grant, clock: SharedClock) -> Self {
        let ping_at = clock.now().saturating_add(PING_EVERY_MS);
        let mut revoked = grant.revoked;
        Self {
            opening: Some(endpoint(stream.session())),
            stream: Some(stream),
            ping: clock.sleep_until(ping_at),
            ping_at,
            clock,
            revoked: Box::pin(async move {
                // An error means that the sender is gone, which counts as revoked.
                let _ = revoked.wait_for(|revoked| *revoked).await;
            }),
        }
    }

    /// The next bytes to write; `None` when the stream is over.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(stream) = &mut self.stream else {
            return Poll::Ready(None);
        };
        if let Some(opening) = self.opening.take() {
            return Poll::Ready(Some(opening));
        }
        if self.revoked.as_mut().poll(context).is_ready() {
            self.stream = None;
            return Poll::Ready(None);
        }
        match Pin::new(stream).poll_next(context) {
            Poll::Ready(Some(message)) => Poll::Ready(Some(event(&message))),
            Poll::Ready(None) => {
                self.stream = None;
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
        let session = self.stream.as_ref().map(Stream::session);
        formatter
            .debug_struct("Events")
            .field("session", &session)
            .finish_non_exhaustive()
    }
}

/// Tells the client where to post. The address is without scheme, host and port: a server behind a proxy does not know
/// them, and clients refuse another origin than theirs.
fn endpoint(session: &str) -> Bytes {
    Bytes::from(format!(
        "event: endpoint\r\ndata: /mcp_server/messages/{session}\r\n\r\n"
    ))
}

fn event(message: &[u8]) -> Bytes {
    const HEAD: &[u8] = b"event: message\r\ndata: ";
    const END: &[u8] = b"\r\n\r\n";
    if message.contains(&b'\n') || message.contains(&b'\r') {
        return event_of_lines(message);
    }
    let mut event = BytesMut::with_capacity(HEAD.len() + message.len() + END.len());
    event.put_slice(HEAD);
    event.put_slice(message);
    event.put_slice(END);
    event.freeze()
}

/// Our component writes one line. Another one may not, and a line break must not end the event before its time.
fn event_of_lines(message: &[u8]) -> Bytes {
    let mut event = BytesMut::from(&b"event: message\r\n"[..]);
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
        assert_eq!(event(b"{\"a\":1}"), &b"event: message\r\ndata: {\"a\":1}\r\n\r\n"[..]);
        assert_eq!(
            event(b"{\r\n\n\"a\":1\r}\n"),
            &b"event: message\r\ndata: {\r\ndata: \"a\":1\r\ndata: }\r\n\r\n"[..]
        );
    }
}
