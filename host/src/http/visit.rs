//! One request as the log tells it: its id, its trace, and the span in which everything about it is logged. Nothing of it
//! is held by a response that has begun: a stream may be idle for days.

use std::net::IpAddr;

use axum::extract::MatchedPath;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use http::{Method, Request, Response};
use tracing::Span;
use tracing::field::Empty;

use super::auth::Grant;
use super::forwarded::ClientAddress;
use super::response::Body;
use crate::clock::Clock;
use crate::engine::shown;
use crate::observe::Observe;
use crate::request::{RequestContext, TraceContext};

/// The header in which clients and proxies name a request, and in which they are told its id.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// See the module.
pub struct Visit {
    /// What goes with it into the engine.
    pub context: RequestContext,
    method: Method,
    /// The pattern of its path; the path itself may hold the id of a session, or anything.
    path: &'static str,
    /// Who asks, as far as it is known.
    address: Option<IpAddr>,
    span: Span,
    begin_us: u64,
}

impl Visit {
    /// A request that arrives.
    pub fn new<B>(request: &Request<B>, clock: &dyn Clock) -> Self {
        let headers = request.headers();
        let begin_us = clock.stopwatch_us();
        let context = RequestContext {
            trace: trace(headers).map(Into::into),
            arrived_us: Some(begin_us),
            ..RequestContext::new(only(headers, &REQUEST_ID))
        };
        Self {
            context,
            method: request.method().clone(),
            path: "other",
            address: None,
            span: Span::none(),
            begin_us,
        }
    }

    /// It is known from where it comes, also behind a proxy that is believed.
    pub fn comes_by<B>(&mut self, request: &Request<B>) {
        self.address = request.extensions().get().map(|ClientAddress(address)| *address);
    }

    /// It is known where it goes.
    pub fn goes_to(&mut self, path: &'static str) {
        self.path = path;
    }

    /// It is known who comes, and to which session. Answers the span for all that follows.
    pub fn comes_from(&mut self, grant: &Grant, session: Option<&str>) -> Span {
        self.span = self.span(Some(&grant.principal), session);
        self.span.clone()
    }

    fn span(&self, principal: Option<&str>, session: Option<&str>) -> Span {
        tracing::info_span!(
            "request",
            id = &*self.context.id,
            method = self.method.as_str(),
            path = self.path,
            address = self.address.map(tracing::field::display),
            principal,
            session = session.map(shown),
            trace_id = self.context.trace.as_deref().map(TraceContext::trace_id),
            client = Empty,
            generation = Empty,
        )
    }

    /// It is answered. The client is told under which name to ask about it.
    pub fn answered(mut self, response: &mut Response<Body>, clock: &dyn Clock, observe: &dyn Observe) {
        let matched = response.extensions_mut().remove::<MatchedPath>();
        let path = matched.as_ref().map_or(self.path, MatchedPath::as_str);
        observe.responded(path, response.status().as_u16());
        if let Ok(id) = HeaderValue::from_str(&self.context.id) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return;
        }
        if self.span.is_none() {
            self.span = self.span(None, None);
        }
        let us = clock.stopwatch_us().saturating_sub(self.begin_us);
        let status = response.status().as_u16();
        self.span.in_scope(|| tracing::debug!(status, us, "answered"));
    }
}

/// The trace of the HTTP request (W3C Trace Context, 3.2 and 3.3). Two parents are none.
fn trace(headers: &HeaderMap) -> Option<TraceContext> {
    let parent = only(headers, &TRACEPARENT)?;
    let states: Vec<&str> = headers
        .get_all(TRACESTATE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect();
    TraceContext::read(parent, &states.join(","))
}

/// The text of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}
