//! HTTP+SSE: a session is a stream, and everything is answered there.

use std::sync::Arc;

use super::Server;
use super::body::{Visit, failed, requests, trapped};
use crate::contract::exports::hearth::mcp::server::{Delivery, Moment, Nonce, Opened, Origin, Received};
use crate::contract::hearth::mcp::types::{Effect, Refusal, RefusalReason};
use crate::features::{Context, handshake, send};
use crate::imports::Imports;
use crate::protocol::answer;
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::{Body, Message, Request, Rules};
use crate::protocol::params::Params;
use crate::protocol::version::Version;
use crate::session::checkpoint;
use crate::session::id::SessionId;
use crate::session::work::Holder;
use crate::session::{Kind, Session};

impl<I: Imports> Server<I> {
    pub(super) fn open_sse(&mut self, origin: Origin, moment: Moment, nonce: Nonce) -> Result<Opened, Refusal> {
        self.admission
            .admit(&self.imports, origin.entry_revision, &origin.principal)?;
        let mut effects = Vec::new();
        self.make_room(&origin.principal.id, &mut effects)?;
        let id = self.fresh_id(nonce)?;
        let principal = origin.principal;
        let session = Session::new(Kind::Sse, Some(origin.outlet), principal.id, principal.admin, moment);
        effects.push(checkpoint::keep(id, &session, &self.limits));
        self.sessions.insert(id, session);
        Ok(Opened {
            session: id.to_string(),
            effects,
        })
    }

    pub(super) fn receive_sse(&mut self, delivery: &Delivery) -> Result<Received, Refusal> {
        let entry = self
            .admission
            .admit(&self.imports, delivery.entry_revision, &delivery.principal)?;
        let selection = Arc::clone(&entry.selection);
        let name = delivery.session.as_deref().unwrap_or_default();
        let principal = &delivery.principal;
        let (id, session) = self.sessions.owned_by(name, &principal.id, Kind::Sse, None)?;
        let batches = session.served_version().has_batches();
        let rules = Rules {
            nesting: self.limits.nesting,
            batch: batches.then_some(self.limits.requests_in_flight),
            bare_responses: false,
        };
        // Home Assistant's text; why exactly is of no use to a client that cannot write JSON-RPC.
        let body = Body::parse(&delivery.body, rules).map_err(|_| Refusal {
            reason: RefusalReason::Malformed,
            detail: "Could not parse message".to_owned(),
        })?;
        let mut effects = Vec::with_capacity(2);
        if delivery.fault {
            let stream = session.stream.unwrap_or_default();
            let answers = requests(&body).map(|request| send(stream, answer::error(request.id.raw(), &trapped())));
            effects.extend(answers);
            effects.extend(failed(&body, delivery.moment));
            return Ok(Received { effects, session: None });
        }
        self.hear_of(id, principal, delivery.moment, &mut effects);
        let visit = Visit {
            principal: principal.id.clone(),
            admin: principal.admin,
            session: Some(id),
            exchange: None,
            selection,
            moment: delivery.moment,
            nonce: delivery.nonce,
        };
        self.serve(visit, None, &mut effects, |context| {
            for message in body.messages() {
                match message {
                    Message::Request(request) => serve(context, request),
                    Message::Notification(notification) => context.hear(notification),
                    Message::Response(response) => context.take(response),
                }
            }
        });
        Ok(Received { effects, session: None })
    }

    /// An id for a session that begins.
    ///
    /// # Errors
    /// When the nonces repeat: whoever owns that session must not lose it to another client.
    pub(super) fn fresh_id(&self, nonce: Nonce) -> Result<SessionId, Refusal> {
        let id = SessionId::from_nonce(nonce);
        if self.sessions.contains(id) {
            return Err(Refusal {
                reason: RefusalReason::Unsupported,
                detail: "The session id that the event's nonce makes is taken".to_owned(),
            });
        }
        Ok(id)
    }

    /// Room for one more session of this principal. One of its own that nobody would miss gives way.
    ///
    /// # Errors
    /// When a limit is reached and there is none.
    pub(super) fn make_room(&mut self, principal: &str, effects: &mut Vec<Effect>) -> Result<(), Refusal> {
        let full = match self.sessions.check_room(principal, &self.limits) {
            Ok(()) => return Ok(()),
            Err(full) => full,
        };
        let busy = |id| self.work.count(Holder::Session(id)) > 0;
        let least_missed = self.sessions.least_missed(principal, busy).ok_or(full)?;
        self.drop_session(least_missed, effects);
        self.sessions.check_room(principal, &self.limits)
    }
}

/// The first request decides which era a session is of, as in Home Assistant.
fn serve(context: &mut Context, request: &Request) {
    let params = match Params::parse(request.params) {
        Ok(params) => params,
        Err(error) => return context.refuse(request, &error),
    };
    match enter(context, request, &params) {
        Ok(()) => context.serve(request, &params),
        Err(error) => context.refuse(request, &error),
    }
}

/// Sees to it that a request is of the session's era.
fn enter(context: &mut Context, request: &Request, params: &Params) -> Result<(), RpcError> {
    let meta = params.meta()?;
    let agreed = context.caller.session.as_ref().and_then(|(_, session)| session.version);
    let stateless = agreed.is_some_and(Version::is_stateless);
    if !meta.is_envelope() {
        return match request.method.as_ref() {
            _ if !stateless => Ok(()),
            "initialize" => {
                let requested = params.client().map(|client| client.protocol_version.into_owned());
                let requested = requested.unwrap_or_default();
                Err(RpcError::unsupported_version(
                    &requested,
                    &[Version::V2026_07_28.as_str()],
                ))
            }
            _ => meta.envelope().map(|_| ()),
        };
    }
    if agreed.is_some() && !stateless {
        return Err(RpcError::new(
            Code::InvalidRequest,
            "This session speaks a version that begins with initialize; it does not take requests with the envelope of \
             2026-07-28",
        ));
    }
    let envelope = meta.envelope()?;
    if envelope.version != Version::V2026_07_28.as_str() {
        return Err(RpcError::unsupported_version(
            &envelope.version,
            &[Version::V2026_07_28.as_str()],
        ));
    }
    context.caller.version = Version::V2026_07_28;
    context.caller.capabilities = envelope.capabilities;
    context.caller.log_level = envelope.log_level;
    if let (None, Some((_, session))) = (agreed, &mut context.caller.session) {
        session.version = Some(Version::V2026_07_28);
        session.client = handshake::client_of(&envelope);
        context.keep();
    }
    Ok(())
}
