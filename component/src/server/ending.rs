//! How sessions end: by their client, by time, or because nobody may have them any more.

use super::Server;
use crate::contract::hearth::mcp::types::{Effect, Ending, Moment, Outlet, Refusal, RefusalReason, Status};
use crate::features::{last, listening, send};
use crate::imports::Imports;
use crate::protocol::answer;
use crate::protocol::error::{Code, RpcError};
use crate::session::id::SessionId;
use crate::session::questions::{self, Pending};
use crate::session::work::{Holder, InFlight};
use crate::session::{Kind, Session, checkpoint};

/// How often sessions are looked at in the time that one may be idle.
const LOOKS: u64 = 20;

impl<I: Imports> Server<I> {
    /// Ends the stream of a session, and the session. A subscription is told that it is over.
    pub(super) fn end_session(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        let Some(session) = self.sessions.get(id) else {
            return;
        };
        let stream = session.stream;
        let goodbye = session
            .listens
            .keys()
            .next()
            .filter(|_| session.kind == Kind::Listening);
        let goodbye = goodbye.map(|request| listening::ended(request));
        self.drop_session(id, effects);
        match (stream, goodbye) {
            (Some(stream), Some(goodbye)) => effects.push(last(stream, goodbye, Status::Ok)),
            (Some(stream), None) => effects.push(Effect::End(stream)),
            (None, _) => {}
        }
    }

    /// The host stops. Who listens is told that it is over, and so is who waits for an answer that only its stream could
    /// bring. Sessions of Streamable HTTP go on after the next start, with the questions that they were put.
    pub(super) fn say_goodbye(&mut self, effects: &mut Vec<Effect>) {
        let listening = self
            .sessions
            .iter()
            .filter(|(_, session)| session.kind == Kind::Listening);
        for id in listening.map(|(id, _)| id).collect::<Vec<_>>() {
            self.end_session(id, effects);
        }
        for (id, session) in self
            .sessions
            .iter_mut()
            .filter(|(_, session)| session.kind == Kind::Sse)
        {
            let listens = std::mem::take(&mut session.listens);
            let Some(stream) = session.stream.filter(|_| !listens.is_empty()) else {
                continue;
            };
            effects.push(checkpoint::keep(id, session, &self.limits));
            effects.extend(listens.keys().map(|request| send(stream, listening::ended(request))));
        }
        let sessions = &self.sessions;
        let ends = |request: &InFlight| match request.holder {
            Holder::Session(id) => sessions.get(id).is_none_or(|session| session.kind != Kind::Streamable),
            Holder::Exchange(_) => true,
        };
        let lost = self.questions.take_all(ends);
        self.refuse_questions(lost, effects);
    }

    /// An exchange is over: nobody could be told any more what became of a call that waits in it for its client.
    pub(super) fn end_questions_at(&mut self, outlet: Outlet, effects: &mut Vec<Effect>) {
        for (id, Pending { asking, .. }) in self.questions.take_all(|request| request.exchange == Some(outlet)) {
            effects.push(Effect::Forget(questions::key(&id)));
            self.work.end(asking.request.holder, &asking.request.key);
            effects.push(asking.request.watched.ended(Ending::Cancelled));
        }
    }

    /// These questions are not going to be answered: who made the calls is told.
    fn refuse_questions(&mut self, lost: Vec<(String, Pending)>, effects: &mut Vec<Effect>) {
        for (id, Pending { asking, .. }) in lost {
            let request = asking.request;
            effects.push(Effect::Forget(questions::key(&id)));
            self.work.end(request.holder, &request.key);
            let error = RpcError::new(
                Code::Internal,
                format!(
                    "{} had to ask the client, and can wait for its answer no longer",
                    asking.name
                ),
            );
            let line = self.line(&request);
            effects.extend(line.map(|line| line.answer(answer::error(&request.request, &error))));
            effects.push(request.watched.ended(Ending::Error));
        }
    }

    /// Forgets a session and stops what it waits for.
    pub(super) fn drop_session(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        if self.sessions.remove(id).is_some() {
            self.abandon_all(Holder::Session(id), effects);
            effects.push(Effect::Forget(id.to_string()));
        }
    }

    /// Nobody waits any more for what a holder asked.
    pub(super) fn abandon_all(&mut self, holder: Holder, effects: &mut Vec<Effect>) {
        let mut exchanges = Vec::new();
        for (key, waiting) in self.work.end_all(holder) {
            effects.push(self.questions.abandon(key));
            effects.push(waiting.watched.ended(Ending::Cancelled));
            exchanges.extend(waiting.exchange);
        }
        if matches!(holder, Holder::Session(_)) {
            exchanges.sort_unstable();
            exchanges.dedup();
            effects.extend(exchanges.into_iter().map(Effect::End));
        }
    }

    /// The stream of a session is over. Only a Streamable HTTP session goes on without one.
    pub(super) fn lose_stream(&mut self, id: SessionId, moment: Moment, effects: &mut Vec<Effect>) {
        let streamable = self
            .sessions
            .get(id)
            .is_some_and(|session| session.kind == Kind::Streamable);
        if !streamable {
            return self.drop_session(id, effects);
        }
        self.sessions.set_stream(id, None);
        if let Some(session) = self.sessions.get_mut(id) {
            session.seen = moment;
            effects.push(checkpoint::keep(id, session, &self.limits));
        }
    }

    /// Ends the sessions that were not heard of for too long. One that waits for an answer is not idle.
    pub(super) fn end_idle(&mut self, moment: Moment, effects: &mut Vec<Effect>) {
        let idle = self.limits.session_idle_ms;
        let over = self
            .sessions
            .iter()
            .filter(|(_, session)| session.expiry(idle).is_some_and(|at| at <= moment));
        for id in over.map(|(id, _)| id).collect::<Vec<_>>() {
            if self.work.count(Holder::Session(id)) == 0 {
                self.drop_session(id, effects);
            } else if let Some(session) = self.sessions.get_mut(id) {
                session.seen = moment;
                effects.push(checkpoint::keep(id, session, &self.limits));
            }
        }
    }

    /// Sets the timer while there are sessions that can be idle. It goes off twenty times in the time that one may be, at
    /// moments that depend on nothing else: an instance that takes over looks when the one before would have.
    pub(super) fn set_timer(&self, moment: Moment, effects: &mut Vec<Effect>) {
        if self.sessions.has_streamable() {
            let step = (self.limits.session_idle_ms / LOOKS).max(1);
            effects.push(Effect::Wake((moment / step + 1).saturating_mul(step)));
        }
    }

    /// The session that a client of Streamable HTTP names, if it is its own and has not been idle for too long.
    ///
    /// # Errors
    /// When it is not.
    pub(super) fn own_session(
        &self,
        name: &str,
        principal: &str,
        api: Option<&str>,
        moment: Moment,
    ) -> Result<(SessionId, &Session), Refusal> {
        let (id, session) = self.sessions.owned_by(name, principal, Kind::Streamable, api)?;
        let expiry = session.expiry(self.limits.session_idle_ms);
        let over = expiry.is_some_and(|at| at <= moment) && self.work.count(Holder::Session(id)) == 0;
        if over {
            return Err(Refusal {
                reason: RefusalReason::UnknownSession,
                detail: name.to_owned(),
            });
        }
        Ok((id, session))
    }
}
