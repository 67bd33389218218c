//! Responses: their bodies, plain texts, and the headers that every normal one carries.

use std::borrow::Cow;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Response, StatusCode};
use http_body::{Frame, SizeHint};

use super::events::Events;

/// The body of a response. The variants keep an idle stream small: no boxes around boxes.
#[derive(Debug)]
pub enum Body {
    /// No bytes.
    Empty,
    /// Bytes that are all here.
    Whole(Option<Bytes>),
    /// A stream of events.
    Events(Box<Events>),
    /// What a route of the router answers.
    Router(axum::body::Body),
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() {
            Self::Empty
        } else {
            Self::Whole(Some(bytes))
        }
    }
}

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Events(events) => events
                .poll_next(context)
                .map(|bytes| bytes.map(|bytes| Ok(Frame::data(bytes)))),
            Self::Router(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Whole(bytes) => bytes.is_none(),
            Self::Events(_) => false,
            Self::Router(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Events(_) => SizeHint::default(),
            Self::Router(body) => body.size_hint(),
        }
    }
}

/// A response without a body.
pub fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    response
}

/// A response that says something to a person.
pub fn text(status: StatusCode, text: impl Into<Cow<'static, str>>) -> Response<Body> {
    let bytes = match text.into() {
        Cow::Borrowed(text) => Bytes::from_static(text.as_bytes()),
        Cow::Owned(text) => Bytes::from(text),
    };
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("text/plain; charset=utf-8"),
    );
    response
}

/// Which generation answered: for administrators alone, who can look it up.
const GENERATION: HeaderName = HeaderName::from_static("hearth-generation");

/// Tells an administrator which generation this response comes from.
pub fn tell_generation(response: &mut Response<Body>, grant_is_admin: bool, generation: u64) {
    if grant_is_admin {
        response.headers_mut().insert(GENERATION, HeaderValue::from(generation));
    }
}

/// The headers that Home Assistant gives to every normal response; the stream of a session goes without.
const COMMON: [(HeaderName, HeaderValue); 4] = [
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::SERVER, HeaderValue::from_static("")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
];

/// Adds the headers of every normal response.
pub fn add_common_headers(headers: &mut HeaderMap) {
    headers.reserve(COMMON.len());
    for (name, value) in COMMON {
        headers.entry(name).or_insert(value);
    }
}
