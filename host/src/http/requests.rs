//! Every request: who may come in, where it goes, and what its response carries.
//!
//! The order of the checks is part of the surface: host and origin, path and method, token, what the client takes and
//! brings, then what the component refuses (config entry, administrators, session, body).

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use futures_util::future::BoxFuture;
use http::header::{self, HeaderMap, HeaderValue};
use http::{Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::service::Service;
use percent_encoding::percent_decode_str;
use tracing::Instrument as _;

use super::Http;
use super::auth::{self, Grant};
use super::forwarded::PathPrefix;
use super::origin::Allowed;
use super::response::{self, Body};
use super::status::Refused;
use super::visit::Visit;
use super::{cors, general, request_body, sse, streamable};
use crate::audit::redact;
use crate::contract::hearth::mcp::types::{Header, Route};
use crate::engine;

/// Where a component is put. Its body is larger than any other, so it is not read before it is known who sends it; the
/// route does that itself, within limits of its own.
pub const UPLOAD: &str = "/api/hearth/component";

/// The stream of HTTP+SSE, and where its messages are posted.
const SSE: &str = "/mcp_server/sse";
const MESSAGES: &str = "/mcp_server/messages/{session}";

/// What all requests share.
pub struct Server {
    /// What is served.
    pub http: Arc<Http>,
    allowed: Allowed,
    general: Router,
}

impl Server {
    /// A server of this.
    pub fn new(http: Arc<Http>) -> Self {
        Self {
            general: general::router(http.health.clone(), http.admin.clone()),
            allowed: Allowed {
                hosts: http.allowed_hosts.clone(),
                origins: http.allowed_origins.clone(),
            },
            http,
        }
    }

    async fn answer(&self, request: Request<Incoming>, local: SocketAddr, peer: SocketAddr) -> Response<Body> {
        let clock = &*self.http.clock;
        let mut visit = Visit::new(&request, clock);
        let mut response = self.respond(request, (local, peer), &mut visit).await;
        visit.answered(&mut response, clock, &*self.http.observe);
        response
    }

    async fn respond(
        &self,
        request: Request<Incoming>,
        (local, peer): (SocketAddr, SocketAddr),
        visit: &mut Visit,
    ) -> Response<Body> {
        let Some(request) = self.http.before.read(request, peer.ip()) else {
            let mut response = Refused::NotFound.response();
            response::add_common_headers(response.headers_mut());
            return response;
        };
        visit.comes_by(&request);
        let origin = match self.allowed.check(request.uri(), request.headers(), local) {
            Ok(origin) => origin.cloned(),
            Err(unwelcome) => {
                let mut response = Refused::Unwelcome(unwelcome).response();
                response::add_common_headers(response.headers_mut());
                return response;
            }
        };
        let outcome = if request.method() == Method::OPTIONS && cors::is_preflight(request.headers()) {
            Ok(preflight(request.headers()))
        } else {
            self.route(request, visit).await
        };
        let mut response = outcome.unwrap_or_else(Refused::response);
        if !matches!(response.body(), Body::Events(_)) {
            response::add_common_headers(response.headers_mut());
        }
        if let Some(origin) = &origin {
            cors::permit(response.headers_mut(), origin);
        }
        response
    }

    /// The routes of MCP are taken before the router: they are nearly all the traffic.
    async fn route(&self, request: Request<Incoming>, visit: &mut Visit) -> Result<Response<Body>, Refused> {
        let path = request.uri().path();
        if path == SSE {
            visit.goes_to(SSE);
            return match *request.method() {
                Method::GET => self.open(&request, visit).await,
                // Not HEAD: it would open a stream. A client that tries Streamable HTTP first falls back at 405.
                _ => other_method(request.method(), "GET,OPTIONS"),
            };
        }
        if let Some(session) = session_of(path) {
            visit.goes_to(MESSAGES);
            return match *request.method() {
                Method::POST => {
                    let session = percent_decode_str(session).decode_utf8_lossy().into_owned();
                    self.receive(session, request, visit).await
                }
                _ => other_method(request.method(), "OPTIONS,POST"),
            };
        }
        if let Some(route) = streamable::route_of(path) {
            return self.streamable(route, request, visit).await;
        }
        self.general(request).await
    }

    async fn streamable(
        &self,
        route: Route,
        request: Request<Incoming>,
        visit: &mut Visit,
    ) -> Result<Response<Body>, Refused> {
        visit.goes_to(streamable::pattern_of(&route));
        let method = request.method();
        if ![Method::POST, Method::GET, Method::DELETE].contains(method) {
            return other_method(method, streamable::METHODS);
        }
        let grant = self.authenticate(request.headers())?;
        let span = visit.comes_from(&grant, streamable::named_session(request.headers()));
        let context = visit.context.clone();
        let answering = async {
            match *request.method() {
                Method::POST => streamable::post(&self.http, grant, route, request, context).await,
                Method::GET => streamable::get(&self.http, grant, route, request.headers()).await,
                _ => streamable::delete(&self.http, &grant, route, request.headers()).await,
            }
        };
        answering.instrument(span).await
    }

    /// `GET /mcp_server/sse`.
    async fn open(&self, request: &Request<Incoming>, visit: &mut Visit) -> Result<Response<Body>, Refused> {
        let grant = self.authenticate(request.headers())?;
        let span = visit.comes_from(&grant, None);
        let headers = protocol_headers(request.headers());
        let opening = self.http.engine.open(grant.principal(), headers);
        let stream = opening.instrument(span).await.map_err(of_engine)?;
        let (admin, generation) = (grant.admin, stream.generation());
        let none = PathPrefix::default();
        let prefix = request.extensions().get().unwrap_or(&none);
        let mut response = sse::opened(stream, grant, prefix, self.http.clock.clone());
        response::tell_generation(&mut response, admin, generation);
        Ok(response)
    }

    /// `POST /mcp_server/messages/{session}`. The answers go to the stream of the session. The content type does not
    /// matter, as in the original.
    async fn receive(
        &self,
        session: String,
        request: Request<Incoming>,
        visit: &mut Visit,
    ) -> Result<Response<Body>, Refused> {
        let grant = self.authenticate(request.headers())?;
        let span = visit.comes_from(&grant, Some(&session));
        let headers = protocol_headers(request.headers());
        let body = request_body::read(request.into_body(), &self.http.limits, &*self.http.clock).await?;
        let delivery = engine::Incoming {
            route: Route::Sse,
            session: Some(session),
            principal: grant.principal(),
            headers,
            body,
            request: visit.context.clone(),
        };
        let receiving = self.http.engine.receive(delivery);
        let received = receiving.instrument(span).await.map_err(of_engine)?;
        let mut response = response::empty(StatusCode::OK);
        response::tell_generation(&mut response, grant.admin, received.generation);
        Ok(response)
    }

    async fn general(&self, request: Request<Incoming>) -> Result<Response<Body>, Refused> {
        let (parts, body) = request.into_parts();
        let body = if parts.method == Method::PUT && parts.uri.path() == UPLOAD {
            axum::body::Body::new(body)
        } else {
            request_body::read(body, &self.http.limits, &*self.http.clock)
                .await?
                .into()
        };
        let request = Request::from_parts(parts, body);
        let outcome = tower_service::Service::call(&mut self.general.clone(), request).await;
        Ok(outcome.unwrap_or_else(|never| match never {}).map(Body::Router))
    }

    fn authenticate(&self, headers: &HeaderMap) -> Result<Grant, Refused> {
        auth::authenticate(&*self.http.tokens, headers).map_err(Refused::Unauthenticated)
    }
}

/// One connection's view of the server.
#[derive(Clone)]
pub struct Requests {
    server: Arc<Server>,
    local: SocketAddr,
    peer: SocketAddr,
}

impl Requests {
    /// Serves what comes in at this address, from that one.
    pub fn new(server: Arc<Server>, local: SocketAddr, peer: SocketAddr) -> Self {
        Self { server, local, peer }
    }
}

impl Service<Request<Incoming>> for Requests {
    type Response = Response<Body>;
    type Error = Infallible;
    /// Boxed, so that it is gone when the response begins: a stream may then be idle for days.
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn call(&self, request: Request<Incoming>) -> BoxFuture<'static, Result<Response<Body>, Infallible>> {
        let Self { server, local, peer } = self.clone();
        Box::pin(async move { Ok(server.answer(request, local, peer).await) })
    }
}

fn preflight(request: &HeaderMap) -> Response<Body> {
    let mut response = response::empty(StatusCode::NO_CONTENT);
    cors::answer_preflight(request, response.headers_mut());
    response
}

fn other_method(method: &Method, allow: &'static str) -> Result<Response<Body>, Refused> {
    if method != Method::OPTIONS {
        return Err(Refused::MethodNotAllowed { allow });
    }
    let mut response = response::empty(StatusCode::NO_CONTENT);
    response
        .headers_mut()
        .insert(header::ALLOW, HeaderValue::from_static(allow));
    Ok(response)
}

/// The session that a path posts to.
fn session_of(path: &str) -> Option<&str> {
    path.strip_prefix("/mcp_server/messages/")
        .filter(|session| !session.is_empty() && !session.contains('/'))
}

/// The headers that are the protocol's; the component is told no others.
pub fn protocol_headers(headers: &HeaderMap) -> Vec<Header> {
    let mut found = Vec::new();
    for (name, value) in headers {
        if !name.as_str().starts_with("mcp-") {
            continue;
        }
        if let Ok(value) = std::str::from_utf8(value.as_bytes()) {
            found.push(Header {
                name: name.as_str().to_owned(),
                value: value.to_owned(),
            });
        }
    }
    // The map has no order of its own.
    found.sort_by(|one, other| (&one.name, &one.value).cmp(&(&other.name, &other.value)));
    found
}

/// What the engine refused.
pub fn of_engine(refused: engine::Refused) -> Refused {
    match refused {
        engine::Refused::Refusal(refusal) => {
            let detail = redact::shown(&refusal.detail);
            tracing::debug!(reason = ?refusal.reason, %detail, "a request was refused");
            Refused::Component(refusal)
        }
        engine::Refused::UnknownEvent(event) => Refused::UnknownEvent(event),
        engine::Refused::Fault => Refused::Fault,
        engine::Refused::Resting(ms) => Refused::Resting(ms),
        engine::Refused::Ended => Refused::Ending,
    }
}
