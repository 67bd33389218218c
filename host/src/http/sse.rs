//! `GET /mcp_server/sse`: the stream of a session (MCP 2024-11-05, HTTP with SSE).

use bytes::Bytes;
use http::header::{self, HeaderValue};
use http::{Response, StatusCode};

use super::auth::Grant;
use super::events::{self, Events, Source};
use super::forwarded::PathPrefix;
use super::response::Body;
use crate::clock::SharedClock;
use crate::engine::Stream;

/// The response that opens the stream of a session.
pub fn opened(stream: Stream, grant: Grant, prefix: &PathPrefix, clock: SharedClock) -> Response<Body> {
    let opening = endpoint(prefix, stream.session());
    let source = Source::Session(stream);
    let events = Events::new(source, Some(opening), events::revoked(grant), clock);
    let mut response = events::response(StatusCode::OK, Body::Events(Box::new(events)));
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("keep-alive"));
    response
}

/// Tells the client where to post. The address is without scheme, host and port: a server behind a proxy does not know
/// them, and clients refuse another origin than theirs.
fn endpoint(prefix: &PathPrefix, session: &str) -> Bytes {
    let prefix = prefix.as_str();
    Bytes::from(format!(
        "event: endpoint\r\ndata: {prefix}/mcp_server/messages/{session}\r\n\r\n"
    ))
}
