//! The streams of Streamable HTTP sessions (GET), and the end of a session by its client (DELETE).

use super::Server;
use super::headers::{self, Headers};
use crate::contract::exports::hearth::mcp::server::{Attachment, Dismissal, Principal, Route};
use crate::contract::hearth::mcp::types::{Effect, Header, Refusal, RefusalReason, Resumable};
use crate::imports::Imports;
use crate::protocol::error::RpcError;
use crate::protocol::version::Version;
use crate::session::admission::refusal;
use crate::session::checkpoint;

impl<I: Imports> Server<I> {
    pub(super) fn attach_stream(&mut self, attachment: &Attachment) -> Result<Vec<Effect>, Refusal> {
        let Attachment {
            route,
            session,
            principal,
            headers,
            entry_revision,
            moment,
            ..
        } = attachment;
        let (name, api) = self.named_session(route, session.as_deref(), principal, headers, *entry_revision)?;
        let (id, _) = self.own_session(name, &principal.id, api, *moment)?;
        let mut effects = Vec::new();
        self.hear_of(id, principal, *moment, &mut effects);
        if attachment.resumes.is_some() {
            // It goes on reading what is there; the host has seen to it that this belongs to the session.
            return Ok(effects);
        }
        let before = self.sessions.set_stream(id, Some(attachment.outlet));
        if let Some(session) = self.sessions.get(id) {
            effects.push(checkpoint::keep(id, session, &self.limits));
            effects.push(Effect::Resumable(Resumable {
                outlet: attachment.outlet,
                session: id.to_string(),
                prime: session.served_version().primes_streams(),
            }));
        }
        // The newest stream is the one that is read.
        effects.extend(before.map(Effect::End));
        self.follow_lists(id, &mut effects);
        Ok(effects)
    }

    pub(super) fn dismiss_session(&mut self, dismissal: &Dismissal) -> Result<Vec<Effect>, Refusal> {
        let Dismissal {
            route,
            session,
            principal,
            headers,
            entry_revision,
            moment,
        } = dismissal;
        let (name, api) = self.named_session(route, session.as_deref(), principal, headers, *entry_revision)?;
        let (id, _) = self.own_session(name, &principal.id, api, *moment)?;
        let mut effects = Vec::new();
        self.end_session(id, &mut effects);
        Ok(effects)
    }

    /// The session that a request without a body names, and the LLM API that its route names.
    fn named_session<'a>(
        &mut self,
        route: &'a Route,
        name: Option<&'a str>,
        principal: &Principal,
        headers: &[Header],
        revision: u64,
    ) -> Result<(&'a str, Option<&'a str>), Refusal> {
        let Route::Streamable(api) = route else {
            return Err(refusal(RefusalReason::Unsupported));
        };
        self.admit(api.as_deref(), principal, revision)?;
        match Headers(headers)
            .get(headers::VERSION)
            .map(|name| (name, Version::named(name)))
        {
            Some((_, Some(version))) if version.is_stateless() => return Err(refusal(RefusalReason::NotInThisVersion)),
            Some((name, None)) => {
                return Err(Refusal {
                    reason: RefusalReason::Malformed,
                    detail: RpcError::unknown_version_header(name).message.into_owned(),
                });
            }
            _ => {}
        }
        let name = name.ok_or_else(|| refusal(RefusalReason::SessionRequired))?;
        Ok((name, api.as_deref()))
    }
}
