//! Sessions: one client's conversation each, which belongs to the principal that opened it.

pub mod admission;
pub mod checkpoint;
pub mod id;
pub mod limits;
pub mod work;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::id::SessionId;
use self::limits::Limits;
use crate::contract::hearth::mcp::types::{Outlet, Refusal, RefusalReason};
use crate::protocol::version::Version;

/// The conversation with one client over HTTP+SSE.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// The queue to the client.
    pub outlet: Outlet,
    /// Id of the principal that opened it; nobody else may know of it.
    pub principal: String,
    /// Whether that principal is an administrator, as of the latest event that told.
    pub admin: bool,
    /// What `initialize` agreed on. None before that.
    pub version: Option<Version>,
    /// Name and version of the client, as it said; empty before it did.
    pub client: String,
    /// Digest of the tools that the client knows: of its latest `tools/list`, or of the latest change it was told of.
    pub listed: Option<Arc<str>>,
}

impl Session {
    /// A session in which nothing was said yet.
    pub fn new(outlet: Outlet, principal: String, admin: bool) -> Self {
        Self {
            outlet,
            principal,
            admin,
            version: None,
            client: String::new(),
            listed: None,
        }
    }

    /// The version that its requests are served at. TypeScript clients that reconnect do not initialize again, so a
    /// session without a handshake is served as the oldest version rather than not at all.
    pub fn served_version(&self) -> Version {
        self.version.unwrap_or(Version::V2024_11_05)
    }
}

/// All sessions, in an order that does not depend on how they came to be.
#[derive(Debug, Default)]
pub struct Sessions {
    table: BTreeMap<SessionId, Session>,
    outlets: BTreeMap<Outlet, SessionId>,
    /// How many sessions each principal has.
    counts: BTreeMap<String, u64>,
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

    /// Adds a session, or puts it in the place of the one of that id.
    pub fn insert(&mut self, id: SessionId, session: Session) {
        self.remove(id);
        self.outlets.insert(session.outlet, id);
        *self.counts.entry(session.principal.clone()).or_default() += 1;
        self.table.insert(id, session);
    }

    /// Takes a session out.
    pub fn remove(&mut self, id: SessionId) -> Option<Session> {
        let session = self.table.remove(&id)?;
        self.outlets.remove(&session.outlet);
        if let Some(count) = self.counts.get_mut(&session.principal) {
            *count -= 1;
            if *count == 0 {
                self.counts.remove(&session.principal);
            }
        }
        Some(session)
    }

    /// Whether there is a session of this id.
    pub fn contains(&self, id: SessionId) -> bool {
        self.table.contains_key(&id)
    }

    /// The session of this id.
    pub fn get(&self, id: SessionId) -> Option<&Session> {
        self.table.get(&id)
    }

    /// The session of this id, to be changed in what does not name it: neither outlet nor principal.
    pub fn get_mut(&mut self, id: SessionId) -> Option<&mut Session> {
        self.table.get_mut(&id)
    }

    /// The session that a client names, if it belongs to this principal.
    ///
    /// # Errors
    /// When there is none, or it is somebody else's: the same answer, so that nobody learns of it.
    pub fn owned_by(&mut self, name: &str, principal: &str) -> Result<(SessionId, &mut Session), Refusal> {
        SessionId::parse(name)
            .and_then(|id| Some((id, self.table.get_mut(&id)?)))
            .filter(|(_, session)| session.principal == principal)
            .ok_or_else(|| Refusal {
                reason: RefusalReason::UnknownSession,
                detail: name.to_owned(),
            })
    }

    /// The session behind an outlet.
    pub fn at_outlet(&self, outlet: Outlet) -> Option<SessionId> {
        self.outlets.get(&outlet).copied()
    }

    /// The sessions of a principal.
    pub fn of_principal(&self, principal: &str) -> Vec<SessionId> {
        let own = |(id, session): (&SessionId, &Session)| (session.principal == principal).then_some(*id);
        self.table.iter().filter_map(own).collect()
    }

    /// All of them, by id.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (SessionId, &mut Session)> {
        self.table.iter_mut().map(|(id, session)| (*id, session))
    }

    /// All ids.
    pub fn ids(&self) -> Vec<SessionId> {
        self.table.keys().copied().collect()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }
}
