//! Streamable HTTP: every body is an exchange of its own. Which era it is of, and the sessions of the handshake era.

use std::sync::Arc;

use super::Server;
use super::body::{Visit, failed, refused, requests, trapped};
use super::headers::{self, Headers};
use crate::contract::exports::hearth::mcp::server::{Delivery, Principal, Received, Route};
use crate::contract::hearth::mcp::types::{Effect, Outlet, Refusal, RefusalReason, Status};
use crate::features::{Exchange, heard, last, methods};
use crate::imports::Imports;
use crate::llm::Selection;
use crate::protocol::answer;
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::{Body, Malformed, Message, Request, Rules};
use crate::protocol::meta::Meta;
use crate::protocol::params::Params;
use crate::protocol::version::Version;
use crate::session::admission::refusal;
use crate::session::checkpoint;
use crate::session::id::SessionId;
use crate::session::{Kind, Session};

/// The LLM API whose route everybody may use.
const FOR_EVERYBODY: &str = "assist";

/// A body on its way in.
pub(super) struct Post<'a> {
    pub delivery: &'a Delivery,
    pub headers: Headers<'a>,
    /// The LLM API that the route names.
    pub api: Option<&'a str>,
    pub selection: Arc<Selection>,
    /// The queue to the exchange.
    pub outlet: Outlet,
}

impl Post<'_> {
    /// Answers a message with an error: that of the request, if it is one.
    pub fn refuse(&self, request: Option<&Request>, error: &RpcError) -> Received {
        let body = match request {
            Some(request) => answer::error(request.id.raw(), error),
            None => answer::error_without_id(error),
        };
        let served = request.map(|request| refused(request, self.delivery.moment));
        let answer = last(self.outlet, body, error.status);
        only([answer].into_iter().chain(served))
    }

    /// There is nothing to answer.
    pub fn accepted(&self) -> Effect {
        last(self.outlet, Vec::new(), Status::Accepted)
    }
}

/// What a body comes to that does only this.
fn only(effects: impl IntoIterator<Item = Effect>) -> Received {
    Received {
        effects: effects.into_iter().collect(),
        session: None,
    }
}

impl<I: Imports> Server<I> {
    pub(super) fn receive_streamable(&mut self, delivery: &Delivery) -> Result<Received, Refusal> {
        let (Route::Streamable(api), Some(outlet)) = (&delivery.route, delivery.exchange) else {
            return Err(refusal(RefusalReason::Unsupported));
        };
        let post = Post {
            delivery,
            headers: Headers(&delivery.headers),
            api: api.as_deref(),
            selection: self.admit(api.as_deref(), &delivery.principal, delivery.entry_revision)?,
            outlet,
        };
        let rules = Rules {
            nesting: self.limits.nesting,
            batch: Some(self.limits.requests_in_flight),
            bare_responses: true,
        };
        let body = match Body::parse(&delivery.body, rules) {
            Ok(body) => body,
            Err(malformed) => return Ok(post.refuse(None, &of_malformed(malformed))),
        };
        if delivery.fault {
            return Ok(match &body {
                Body::Batch(_) if !self.takes_batches(&post) => post.refuse(None, &no_batches()),
                body => only(
                    [refuse_all(&post, body)]
                        .into_iter()
                        .chain(failed(body, delivery.moment)),
                ),
            });
        }
        self.by_era(&post, &body)
    }

    /// The LLM APIs of a route, if this principal may use them.
    ///
    /// # Errors
    /// When the config entry does not admit the principal, or the LLM API is not for it, or does not exist.
    pub(super) fn admit(
        &mut self,
        api: Option<&str>,
        principal: &Principal,
        revision: u64,
    ) -> Result<Arc<Selection>, Refusal> {
        let Some(api) = api else {
            let entry = self.admission.admit(&self.imports, revision, principal)?;
            return Ok(Arc::clone(&entry.selection));
        };
        if !principal.admin && api != FOR_EVERYBODY {
            return Err(refusal(RefusalReason::AdminRequired));
        }
        Selection::of_api(api).map(Arc::new).ok_or_else(|| Refusal {
            reason: RefusalReason::UnknownLlmApi,
            detail: api.to_owned(),
        })
    }

    /// A request says of itself that it is stateless, by its envelope. A header alone makes it an incomplete one.
    fn by_era(&mut self, post: &Post, body: &Body) -> Result<Received, Refusal> {
        let said = post.headers.get(headers::VERSION) == Some(Version::V2026_07_28.as_str());
        match body {
            Body::Batch(messages) if said || messages.iter().any(has_envelope) => {
                let error = RpcError::bad_request(Code::InvalidRequest, "2026-07-28 has no batches: send one message");
                Ok(post.refuse(None, &error))
            }
            Body::Single(Message::Request(request)) => {
                let params = Params::parse(request.params);
                match is_enveloped(&params) {
                    false if said && request.method == "initialize" => {
                        let text = "2026-07-28 has no initialize: leave MCP-Protocol-Version out of it, or send \
                                    server/discover";
                        let error = RpcError::bad_request(Code::HeaderMismatch, text);
                        Ok(post.refuse(Some(request), &error))
                    }
                    false if !said => self.receive_handshake(post, body, Some((request, params))),
                    _ => self.receive_stateless(post, request, params),
                }
            }
            // There is nothing that a notification could change: to cancel is to hang up.
            Body::Single(message @ Message::Notification(notification)) if said || has_envelope(message) => {
                Ok(only([post.accepted(), heard(notification, post.delivery.moment)]))
            }
            Body::Single(Message::Response(_)) if said => {
                let text = "2026-07-28 has no responses of clients: answers come with the next request";
                Ok(post.refuse(None, &RpcError::bad_request(Code::InvalidRequest, text)))
            }
            _ => self.receive_handshake(post, body, None),
        }
    }

    /// `single`: the request that is all of the body, with its params.
    fn receive_handshake<'a>(
        &mut self,
        post: &Post,
        body: &Body<'a>,
        single: Option<(&Request<'a>, Result<Params<'a>, RpcError>)>,
    ) -> Result<Received, Refusal> {
        let request = single.as_ref().map(|(request, _)| *request);
        let refuse = |error: RpcError| Ok(post.refuse(request, &error));
        if let Some(name) = post.headers.twice() {
            let text = format!("The header {name} is there more than once");
            return refuse(RpcError::bad_request(Code::InvalidRequest, text));
        }
        if let Some(version) = post.headers.get(headers::VERSION)
            && Version::named(version).is_none()
        {
            return refuse(RpcError::unknown_version_header(version));
        }
        let Some(name) = post.delivery.session.as_deref() else {
            return match single {
                Some((request, params)) if request.method == "initialize" => self.begin_session(post, request, params),
                // Probes for what is not here are to be answered, whatever else is wrong with them.
                Some((request, _)) if !methods::is_of_handshake(&request.method) => {
                    refuse(RpcError::method_not_found(&request.method))
                }
                _ => refuse(RpcError::bad_request(
                    Code::InvalidRequest,
                    "Mcp-Session-Id is missing: initialize begins a session, and its answer names it",
                )),
            };
        };
        let owner = &post.delivery.principal.id;
        let Ok((id, session)) = self.own_session(name, owner, post.api, post.delivery.moment) else {
            return refuse(RpcError {
                status: Status::NotFound,
                ..RpcError::new(
                    Code::SessionNotFound,
                    "Session not found: it has ended, begin a new one with initialize",
                )
            });
        };
        if request.is_some_and(|request| request.method == "initialize") {
            let text = "This session is initialized: to begin another, leave Mcp-Session-Id out";
            return refuse(RpcError::bad_request(Code::InvalidRequest, text));
        }
        if matches!(body, Body::Batch(_)) && !session.served_version().has_batches() {
            return refuse(no_batches());
        }
        Ok(self.converse(post, id, body, single.map(|(_, params)| params)))
    }

    /// Whether a body belongs to a session of the version that has batches.
    fn takes_batches(&self, post: &Post) -> bool {
        let owner = &post.delivery.principal.id;
        let name = post.delivery.session.as_deref().unwrap_or_default();
        let session = self.own_session(name, owner, post.api, post.delivery.moment);
        session.is_ok_and(|(_, session)| session.served_version().has_batches())
    }

    /// The first message of a session.
    fn begin_session(
        &mut self,
        post: &Post,
        request: &Request,
        params: Result<Params, RpcError>,
    ) -> Result<Received, Refusal> {
        let params = match params.and_then(|params| params.client().map(|_| params)) {
            Ok(params) => params,
            Err(error) => return Ok(post.refuse(Some(request), &error)),
        };
        let mut effects = Vec::new();
        let principal = &post.delivery.principal;
        self.make_room(&principal.id, &mut effects)?;
        let id = self.fresh_id(post.delivery.nonce)?;
        let moment = post.delivery.moment;
        let mut session = Session::new(Kind::Streamable, None, principal.id.clone(), principal.admin, moment);
        session.api = post.api.map(str::to_owned);
        self.sessions.insert(id, session);
        let visit = visit(post, Some(id), false);
        self.serve(visit, None, &mut effects, |context| context.serve(request, &params));
        self.set_timer(moment, &mut effects);
        Ok(Received {
            effects,
            session: Some(id.to_string()),
        })
    }

    /// Messages of a session. `params`: those of the one request that the body is, if it is one.
    fn converse<'a>(
        &mut self,
        post: &Post,
        id: SessionId,
        body: &Body<'a>,
        mut params: Option<Result<Params<'a>, RpcError>>,
    ) -> Received {
        let mut effects = Vec::with_capacity(2);
        self.hear_of(id, &post.delivery.principal, post.delivery.moment, &mut effects);
        let is_batch = matches!(body, Body::Batch(_));
        let visit = visit(post, Some(id), is_batch);
        self.serve(visit, None, &mut effects, |context| {
            for message in body.messages() {
                match message {
                    Message::Request(request) => match params.take().unwrap_or_else(|| Params::parse(request.params)) {
                        Ok(params) => context.serve(request, &params),
                        Err(error) => context.refuse(request, &error),
                    },
                    Message::Notification(notification) => context.hear(notification),
                    Message::Response(response) => context.take(response),
                }
            }
            context.finish_batch();
        });
        if requests(body).next().is_none() {
            effects.push(post.accepted());
        }
        Received { effects, session: None }
    }

    /// The client of a session was heard of.
    pub(super) fn hear_of(&mut self, id: SessionId, principal: &Principal, moment: u64, effects: &mut Vec<Effect>) {
        let idle = self.limits.session_idle_ms;
        let Some(session) = self.sessions.get_mut(id) else {
            return;
        };
        let other_rights = session.admin != principal.admin;
        session.admin = principal.admin;
        if session.touch(moment, idle) || other_rights {
            effects.push(checkpoint::keep(id, session, &self.limits));
        }
    }
}

/// Who comes with a post.
pub(super) fn visit(post: &Post, session: Option<SessionId>, is_batch: bool) -> Visit {
    Visit {
        principal: post.delivery.principal.id.clone(),
        admin: post.delivery.principal.admin,
        session,
        exchange: Some(Exchange {
            outlet: post.outlet,
            batch: is_batch.then(Vec::new),
            resumable: false,
        }),
        selection: Arc::clone(&post.selection),
        moment: post.delivery.moment,
        nonce: post.delivery.nonce,
    }
}

fn has_envelope(message: &Message) -> bool {
    let params = match message {
        Message::Request(request) => request.params,
        Message::Notification(notification) => notification.params,
        Message::Response(_) => None,
    };
    is_enveloped(&Params::parse(params))
}

fn is_enveloped(params: &Result<Params, RpcError>) -> bool {
    let meta = params.as_ref().ok().and_then(|params| params.meta().ok());
    meta.is_some_and(Meta::is_envelope)
}

fn of_malformed(malformed: Malformed) -> RpcError {
    let code = if malformed.unreadable {
        Code::Parse
    } else {
        Code::InvalidRequest
    };
    RpcError::bad_request(code, format!("Could not parse message: {}", malformed.what))
}

fn no_batches() -> RpcError {
    let text = "Batches are of protocol version 2025-03-26 only: send one message";
    RpcError::bad_request(Code::InvalidRequest, text)
}

/// Answers the requests of a body that trapped at its first delivery.
fn refuse_all(post: &Post, body: &Body) -> Effect {
    let error = trapped();
    let answers: Vec<_> = requests(body)
        .map(|request| answer::error(request.id.raw(), &error))
        .collect();
    match (body, answers.as_slice()) {
        (_, []) => post.accepted(),
        (Body::Single(_), [answer]) => last(post.outlet, answer.clone(), Status::Ok),
        (_, answers) => last(post.outlet, answer::batch(answers), Status::Ok),
    }
}
