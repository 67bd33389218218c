//! What all bodies have in common, whichever way they came.

use std::sync::Arc;

use super::Server;
use crate::contract::hearth::mcp::types::{Effect, Ending, Moment, Nonce};
use crate::features::{Caller, Context, Exchange, list_changed, watched};
use crate::home::Mirror;
use crate::imports::Imports;
use crate::llm::Selection;
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::{Body, Message, Request};
use crate::protocol::meta::Envelope;
use crate::protocol::params::Params;
use crate::protocol::version::Version;
use crate::session::id::SessionId;
use crate::session::memory;

/// Who comes with a body, and how.
pub(super) struct Visit {
    pub principal: String,
    pub admin: bool,
    /// The session that it is for.
    pub session: Option<SessionId>,
    /// The exchange that waits for the answers; None: they go to the stream of the session.
    pub exchange: Option<Exchange>,
    pub selection: Arc<Selection>,
    pub moment: Moment,
    pub nonce: Nonce,
}

impl<I: Imports> Server<I> {
    /// Serves messages, with the envelope of a request of the stateless era. What they change for others is told at the end.
    pub(super) fn serve<T>(
        &mut self,
        visit: Visit,
        envelope: Option<&Envelope>,
        effects: &mut Vec<Effect>,
        messages: impl FnOnce(&mut Context) -> T,
    ) -> T {
        let Visit {
            principal,
            admin,
            session,
            exchange,
            selection,
            moment,
            nonce,
        } = visit;
        let session = session.and_then(|id| Some((id, self.sessions.get_mut(id)?)));
        let caller = match session {
            Some((id, session)) => Caller {
                principal,
                envelope: None,
                admin,
                version: session.served_version(),
                capabilities: session.capabilities,
                log_level: session.log_level,
                session: Some((id, session)),
            },
            None => Caller {
                principal,
                envelope,
                admin,
                version: Version::V2026_07_28,
                capabilities: envelope.map(|envelope| envelope.capabilities).unwrap_or_default(),
                log_level: envelope.and_then(|envelope| envelope.log_level),
                session: None,
            },
        };
        let mut context = Context {
            llm: &mut self.llm,
            mirror: self.mirror.get_or_insert_with(|| Mirror::new(self.imports.snapshot())),
            selection: &selection,
            caller,
            exchange,
            work: &mut self.work,
            questions: &mut self.questions,
            paused: &self.paused,
            remembered: None,
            #[cfg(feature = "conformance")]
            tasks: &mut self.tasks,
            limits: &self.limits,
            moment,
            nonce,
            imports: &self.imports,
            effects,
            changed: Vec::new(),
        };
        let served = messages(&mut context);
        let remembered = context.remembered;
        for list in context.changed {
            for (_, session) in self.sessions.iter() {
                list_changed::tell(session, list, effects);
            }
        }
        if let Some(paused) = remembered {
            effects.push(memory::keep(&paused));
            self.paused = paused;
        }
        served
    }
}

/// What the requests of a body are answered with that trapped at its first delivery.
pub(super) fn trapped() -> RpcError {
    RpcError::new(
        Code::Internal,
        "Internal error: the server failed at this request and did not carry it out",
    )
}

/// What is told of the requests of such a body.
pub(super) fn failed<'a>(body: &'a Body<'a>, moment: Moment) -> impl Iterator<Item = Effect> {
    requests(body).map(move |request| refused(request, moment))
}

/// What is told of a request that is answered with an error before it came to its feature.
pub(super) fn refused(request: &Request, moment: Moment) -> Effect {
    let params = Params::parse(request.params).unwrap_or_default();
    watched(request, &params, moment).ended(Ending::Error)
}

/// The requests of a body.
pub(super) fn requests<'a>(body: &'a Body<'a>) -> impl Iterator<Item = &'a Request<'a>> {
    body.messages().iter().filter_map(|message| match message {
        Message::Request(request) => Some(request),
        Message::Notification(_) | Message::Response(_) => None,
    })
}
