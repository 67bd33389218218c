//! All sessions, and whose they are.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::id::SessionId;
use super::limits::Limits;
use super::{Kind, Session};
use crate::contract::hearth::mcp::types::{Outlet, Refusal, RefusalReason};

/// A list of tools that sessions go by: the LLM API of their route, whether they see what administrators do, its digest.
pub type Listed = (Option<String>, bool, Arc<str>);

/// All sessions, in an order that does not depend on how they came to be.
#[derive(Debug)]
pub struct Sessions {
    table: BTreeMap<SessionId, Session>,
    streams: BTreeMap<Outlet, SessionId>,
    /// How many sessions each principal has.
    counts: BTreeMap<String, u64>,
    /// How many are of Streamable HTTP.
    streamable: usize,
    /// The lists that they go by, and perhaps some more. None: it is not known, as one was changed in its place.
    lists: Option<BTreeSet<Listed>>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self {
            table: BTreeMap::new(),
            streams: BTreeMap::new(),
            counts: BTreeMap::new(),
            streamable: 0,
            lists: Some(BTreeSet::new()),
        }
    }
}

impl Sessions {
    /// Whether one more session of this principal fits.
    ///
    /// # Errors
    /// When a limit is reached; the detail says which.
    pub fn check_room(&self, principal: &str, limits: &Limits) -> Result<(), Refusal> {
        let full = |detail: String| {
            Err(Refusal {
                reason: RefusalReason::TooManySessions,
                detail,
            })
        };
        let own = self.counts.get(principal).copied().unwrap_or(0);
        if own >= limits.sessions_per_principal {
            return full(format!(
                "This principal has {own} sessions open, the limit of sessions-per-principal; close one first"
            ));
        }
        let all = self.table.len() as u64;
        if all >= limits.sessions {
            return full(format!(
                "{all} sessions are open, the limit of sessions; try again later"
            ));
        }
        Ok(())
    }

    /// The session of this principal that would be missed least: of those without a stream, the one that was heard of the
    /// longest ago.
    pub fn least_missed(&self, principal: &str, is_busy: impl Fn(SessionId) -> bool) -> Option<SessionId> {
        let idle = |(id, session): &(&SessionId, &Session)| {
            session.principal == principal
                && session.kind == Kind::Streamable
                && session.stream.is_none()
                && !is_busy(**id)
        };
        let candidates = self.table.iter().filter(idle);
        candidates
            .min_by_key(|(id, session)| (session.seen, **id))
            .map(|(id, _)| *id)
    }

    /// Adds a session, or puts it in the place of the one of that id.
    pub fn insert(&mut self, id: SessionId, session: Session) {
        self.remove(id);
        if let Some(stream) = session.stream {
            self.streams.insert(stream, id);
        }
        *self.counts.entry(session.principal.clone()).or_default() += 1;
        self.streamable += usize::from(session.kind == Kind::Streamable);
        if let (Some(lists), Some(listed)) = (&mut self.lists, &session.listed) {
            let list = (session.api.clone(), session.admin, listed.clone());
            lists.insert(list);
        }
        self.table.insert(id, session);
    }

    /// Takes a session out.
    pub fn remove(&mut self, id: SessionId) -> Option<Session> {
        let session = self.table.remove(&id)?;
        self.streamable -= usize::from(session.kind == Kind::Streamable);
        if let Some(stream) = session.stream {
            self.streams.remove(&stream);
        }
        if let Some(count) = self.counts.get_mut(&session.principal) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&session.principal);
            }
        }
        Some(session)
    }

    /// Gives a session another stream, or none. Answers the one that it had.
    pub fn set_stream(&mut self, id: SessionId, stream: Option<Outlet>) -> Option<Outlet> {
        let session = self.table.get_mut(&id)?;
        let before = std::mem::replace(&mut session.stream, stream);
        if let Some(before) = before {
            self.streams.remove(&before);
        }
        if let Some(stream) = stream {
            self.streams.insert(stream, id);
        }
        before
    }

    /// Whether there is a session of this id.
    pub fn contains(&self, id: SessionId) -> bool {
        self.table.contains_key(&id)
    }

    /// The session of this id.
    pub fn get(&self, id: SessionId) -> Option<&Session> {
        self.table.get(&id)
    }

    /// The session of this id, to be changed in what does not name it: neither stream nor principal.
    pub fn get_mut(&mut self, id: SessionId) -> Option<&mut Session> {
        self.lists = None;
        self.table.get_mut(&id)
    }

    /// The session that a client names, if it belongs to this principal and is of this kind and route.
    ///
    /// # Errors
    /// When there is none, or it is somebody else's: the same answer, so that nobody learns of it.
    pub fn owned_by(
        &self,
        name: &str,
        principal: &str,
        kind: Kind,
        api: Option<&str>,
    ) -> Result<(SessionId, &Session), Refusal> {
        let own =
            |session: &Session| session.principal == principal && session.kind == kind && session.api.as_deref() == api;
        SessionId::parse(name)
            .and_then(|id| Some((id, self.table.get(&id)?)))
            .filter(|(_, session)| own(session))
            .ok_or_else(|| Refusal {
                reason: RefusalReason::UnknownSession,
                detail: name.to_owned(),
            })
    }

    /// The session behind a stream.
    pub fn at_stream(&self, outlet: Outlet) -> Option<SessionId> {
        self.streams.get(&outlet).copied()
    }

    /// The sessions of a principal.
    pub fn of_principal(&self, principal: &str) -> Vec<SessionId> {
        let own = |(id, session): (&SessionId, &Session)| (session.principal == principal).then_some(*id);
        self.table.iter().filter_map(own).collect()
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = (SessionId, &Session)> {
        self.table.iter().map(|(id, session)| (*id, session))
    }

    /// All of them, by id, to be changed like one.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (SessionId, &mut Session)> {
        self.lists = None;
        self.table.iter_mut().map(|(id, session)| (*id, session))
    }

    /// All lists that they go by, and perhaps some more; None when that is not known.
    pub fn lists(&self) -> Option<&BTreeSet<Listed>> {
        self.lists.as_ref()
    }

    /// Whether any are of Streamable HTTP.
    pub fn has_streamable(&self) -> bool {
        self.streamable > 0
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }
}
