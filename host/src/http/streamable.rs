//! `/api/mcp` and `/api/mcp/{api}`: Streamable HTTP (MCP 2025-03-26 and later).
//!
//! A POST is answered lazily: one message that is the first and the last is a JSON document, anything else a stream of
//! events. A client that takes no streams gets the last message alone; one that would rather have a stream gets one for
//! every message that is no refusal.

use bytes::Bytes;
use futures_util::{FutureExt, StreamExt};
use http::header::{self, HeaderMap, HeaderName, HeaderValue};
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use percent_encoding::percent_decode_str;

use super::accept::{self, Accepted};
use super::auth::Grant;
use super::events::{self, Events, PING, PING_EVERY_MS, Revoked, Source};
use super::requests::{of_engine, protocol_headers};
use super::response::{self, Body};
use super::status::{Refused, of_status};
use super::{Http, auth, request_body};
use crate::contract::hearth::mcp::types::{Header, Route, Status};
use crate::engine::{self, Exchange, Part};
use crate::request::RequestContext;

/// The methods of these paths.
pub const METHODS: &str = "DELETE,GET,OPTIONS,POST";

const PATH: &str = "/api/mcp";
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

/// The route that a path leads to.
pub fn route_of(path: &str) -> Option<Route> {
    let rest = path.strip_prefix(PATH)?;
    if rest.is_empty() {
        return Some(Route::Streamable(None));
    }
    let api = rest.strip_prefix('/')?;
    let is_one_segment = !api.is_empty() && !api.contains('/');
    is_one_segment.then(|| {
        let api = percent_decode_str(api).decode_utf8_lossy().into_owned();
        Route::Streamable(Some(api))
    })
}

/// The pattern of the paths that lead to a route.
pub fn pattern_of(route: &Route) -> &'static str {
    match route {
        Route::Streamable(Some(_)) => "/api/mcp/{api}",
        _ => PATH,
    }
}

/// `POST`: a message, and what is answered to it.
pub async fn post(
    http: &Http,
    grant: Grant,
    route: Route,
    request: Request<Incoming>,
    context: RequestContext,
) -> Result<Response<Body>, Refused> {
    let accepted = Accepted::at_least_one(request.headers());
    if !accept::is_json(request.headers()) {
        return Err(Refused::NotJson);
    }
    let headers = protocol_headers(request.headers());
    let body = request_body::read(request.into_body(), &http.limits, &*http.clock).await?;
    let incoming = engine::Incoming {
        route,
        session: session(&headers),
        principal: grant.principal(),
        headers,
        body,
        request: context,
    };
    let received = http.engine.receive(incoming).await.map_err(of_engine)?;
    let exchange = received.exchange.ok_or(Refused::Unanswered)?;
    let (admin, speaker) = (grant.admin, exchange.speaker());
    let mut response = answer(http, exchange, grant, accepted).await?;
    response::tell_generation(&mut response, admin, speaker.generation());
    if let Some(session) = received.session.and_then(|session| HeaderValue::try_from(session).ok()) {
        response.headers_mut().insert(SESSION, session);
    }
    Ok(response)
}

/// `GET`: a stream of a session, or the rest of what a client was reading.
pub async fn get(http: &Http, grant: Grant, route: Route, headers: &HeaderMap) -> Result<Response<Body>, Refused> {
    if !Accepted::of(headers).stream {
        return Err(Refused::NotAcceptable);
    }
    let last_event = last_event(headers);
    let headers = protocol_headers(headers);
    let attaching = engine::Attaching {
        route,
        session: session(&headers),
        principal: grant.principal(),
        headers,
        last_event,
    };
    let exchange = http.engine.attach(attaching).await.map_err(of_engine)?;
    let (admin, speaker) = (grant.admin, exchange.speaker());
    let mut response = stream(http, exchange, None, events::revoked(grant), Status::Ok);
    response::tell_generation(&mut response, admin, speaker.generation());
    Ok(response)
}

/// `DELETE`: the end of a session.
pub async fn delete(http: &Http, grant: &Grant, route: Route, headers: &HeaderMap) -> Result<Response<Body>, Refused> {
    let headers = protocol_headers(headers);
    let dismissing = engine::Dismissing {
        route,
        session: session(&headers),
        principal: grant.principal(),
        headers,
    };
    let generation = http.engine.dismiss(dismissing).await.map_err(of_engine)?;
    let mut response = response::empty(StatusCode::NO_CONTENT);
    response::tell_generation(&mut response, grant.admin, generation);
    Ok(response)
}

async fn answer(
    http: &Http,
    mut exchange: Exchange,
    grant: Grant,
    accepted: Accepted,
) -> Result<Response<Body>, Refused> {
    if !accepted.stream {
        exchange.stay();
    }
    let over = || match http.engine.is_over() {
        true => Refused::Ending,
        false => Refused::Unanswered,
    };
    // Nearly all are answered by now.
    if let Some(part) = exchange.next().now_or_never() {
        match part.ok_or_else(over)? {
            Part::Message {
                body,
                last: true,
                status,
                ..
            } => return Ok(whole(exchange, status, body, accepted)),
            part if accepted.stream => return Ok(begin(http, exchange, &part, events::revoked(grant))),
            _ => {}
        }
    }
    let mut revoked = events::revoked(grant);
    let mut silence = http.clock.sleep_ms(PING_EVERY_MS);
    loop {
        tokio::select! {
            biased;
            () = &mut revoked => return Err(Refused::Unauthenticated(auth::Unauthenticated::Invalid)),
            part = exchange.next() => match part.ok_or_else(over)? {
                Part::Message { body, last: true, status, .. } => return Ok(whole(exchange, status, body, accepted)),
                part if accepted.stream => return Ok(begin(http, exchange, &part, revoked)),
                _ => {}
            },
            // A client that waits without a word from here would give up.
            () = &mut silence, if accepted.stream => {
                return Ok(stream(http, exchange, Some(PING), revoked, Status::Ok));
            }
        }
    }
}

/// One message, or none, is the whole answer.
fn whole(exchange: Exchange, status: Status, body: Bytes, accepted: Accepted) -> Response<Body> {
    exchange.spend();
    let status = of_status(status);
    if body.is_empty() {
        return response::empty(status);
    }
    if !accepted.json || (accepted.prefers_stream && status.is_success()) {
        return events::response(status, Body::from(events::event(None, &body)));
    }
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A stream that begins with this part.
fn begin(http: &Http, exchange: Exchange, part: &Part, revoked: Revoked) -> Response<Body> {
    let status = match part {
        Part::Message { status, .. } => *status,
        Part::Prime { .. } | Part::Detached { .. } => Status::Ok,
    };
    stream(http, exchange, events::of_part(part), revoked, status)
}

fn stream(http: &Http, exchange: Exchange, opening: Option<Bytes>, revoked: Revoked, status: Status) -> Response<Body> {
    let events = Events::new(Source::Exchange(exchange), opening, revoked, http.clock.clone());
    events::response(of_status(status), Body::Events(Box::new(events)))
}

/// The session that a request names, for the log.
pub fn named_session(headers: &HeaderMap) -> Option<&str> {
    headers.get(SESSION)?.to_str().ok()
}

/// The session that a request names, if it names one.
fn session(headers: &[Header]) -> Option<String> {
    let mut named = headers.iter().filter(|header| header.name == SESSION.as_str());
    match (named.next(), named.next()) {
        (Some(header), None) => Some(header.value.clone()),
        _ => None,
    }
}

/// What the client has read last. Two such ids are none that was ever given out.
fn last_event(headers: &HeaderMap) -> Option<String> {
    let values = headers.get_all(LAST_EVENT).iter();
    let texts: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    (!texts.is_empty()).then(|| texts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(path: &str) -> Option<Option<String>> {
        route_of(path).map(|route| match route {
            Route::Streamable(api) => api,
            Route::Sse => unreachable!("no such path"),
        })
    }

    #[test]
    fn a_path_names_all_llm_apis_or_one() {
        assert_eq!(api("/api/mcp"), Some(None));
        assert_eq!(api("/api/mcp/assist"), Some(Some("assist".to_owned())));
        assert_eq!(api("/api/mcp/my%20own%2Fapi"), Some(Some("my own/api".to_owned())));
        for other in [
            "/api/mcp/",
            "/api/mcp/assist/",
            "/api/mcp/a/b",
            "/api/mcpx",
            "/api",
            "/",
        ] {
            assert_eq!(api(other), None, "{other}");
        }
    }
}
