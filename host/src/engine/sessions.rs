//! Sessions as their owner sees them: who talks to the component, since when, and how much waits. Nothing of it is the
//! component's: the heads of checkpoints, the outlets, the work, and what is counted here.

use std::collections::HashMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Engine;
use super::core::{Cause, Core};
use super::reducer::Event;
use super::shared::Shared;
use crate::clock::Moment;
use crate::contract::exports::hearth::mcp::server::Dismissal;
use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Principal, Route, Transport};

/// One session, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionView {
    /// Its id. Whoever has a token of its principal as well can use the session: show only a beginning of it.
    pub id: String,
    /// Id of the principal that it belongs to.
    pub principal: String,
    /// Name and version of the client, as it said; empty before it did.
    pub client: String,
    /// `sse` or `streamable`.
    pub transport: String,
    /// The negotiated version of the protocol; empty before the negotiation.
    pub protocol_version: String,
    /// When it began.
    pub since: Moment,
    /// When its client last sent something.
    pub last_use: Moment,
    /// What its client has sent since the host started: bodies and streams asked for.
    pub requests: u64,
    /// Calls that the home works on.
    pub in_flight: usize,
    /// Messages that its client has not read.
    pub unread: usize,
    /// Its streams and answers that are being read.
    pub streams: usize,
}

/// What is noted of each session while it lasts.
#[derive(Debug, Default)]
pub(super) struct Visits(HashMap<String, Visit>);

#[derive(Debug, Clone)]
struct Visit {
    principal: Option<String>,
    since: Moment,
    last_use: Moment,
    requests: u64,
}

impl Visits {
    /// This is kept at this moment. A session begins with it, or goes on.
    pub fn kept(&mut self, checkpoint: &Checkpoint, now: Moment) {
        if checkpoint.kind == CheckpointKind::Session && !self.0.contains_key(&checkpoint.key) {
            self.goes_on(checkpoint, now, now);
        }
    }

    /// A session of an earlier host goes on. That of one which did not note since when, since now.
    pub fn goes_on(&mut self, checkpoint: &Checkpoint, since: Moment, now: Moment) {
        if checkpoint.kind != CheckpointKind::Session {
            return;
        }
        let since = if since == 0 { now } else { since };
        let visit = Visit {
            principal: checkpoint.principal.clone(),
            since,
            last_use: now,
            requests: 0,
        };
        self.0.insert(checkpoint.key.clone(), visit);
    }

    /// The client of this principal sent something in this session.
    pub fn heard(&mut self, session: &str, principal: &str, now: Moment) {
        if let Some(visit) = self.0.get_mut(session)
            && visit.principal.as_deref() == Some(principal)
        {
            visit.last_use = now;
            visit.requests += 1;
        }
    }

    /// Since when this session is there; 0 when it is none.
    pub fn since(&self, session: &str) -> Moment {
        self.0.get(session).map_or(0, |visit| visit.since)
    }

    /// It is over.
    pub fn ended(&mut self, session: &str) {
        self.0.remove(session);
    }
}

impl Engine {
    /// All sessions, the oldest first.
    pub async fn sessions(&self) -> Vec<SessionView> {
        self.shared.core.lock().await.sessions()
    }

    /// Ends a session, as if its client had: its streams end, and nobody waits any more for what it asked. A component
    /// that does not let go of it is made anew without it. False when there is no such session.
    pub async fn end_session(&self, id: &str) -> bool {
        let mut core = self.shared.core.lock().await;
        core.end_session(&self.shared, id).await
    }
}

impl Core {
    fn sessions(&self) -> Vec<SessionView> {
        let outlets = self.outlets.by_session();
        let work = self.work.by_session();
        let view = |kept: &Checkpoint| {
            let visit = self.visits.0.get(&kept.key)?;
            let (streams, unread) = outlets.get(kept.key.as_str()).copied().unwrap_or_default();
            Some(SessionView {
                id: kept.key.clone(),
                principal: kept.principal.clone().unwrap_or_default(),
                client: kept.client.clone(),
                transport: named(kept.transport).to_owned(),
                protocol_version: kept.protocol_version.clone(),
                since: visit.since,
                last_use: visit.last_use,
                requests: visit.requests,
                in_flight: work.get(kept.key.as_str()).copied().unwrap_or_default(),
                unread,
                streams,
            })
        };
        let mut views: Vec<SessionView> = self.checkpoints.iter().filter_map(view).collect();
        views.sort_by(|one, other| (one.since, &one.id).cmp(&(other.since, &other.id)));
        views
    }

    async fn end_session(&mut self, shared: &Arc<Shared>, id: &str) -> bool {
        let Some(kept) = self
            .checkpoints
            .shared(id)
            .filter(|kept| kept.kind == CheckpointKind::Session)
        else {
            return false;
        };
        tracing::info!(
            session = super::shown(id),
            principal = kept.principal,
            "a session is ended by the owner"
        );
        if kept.transport == Transport::Streamable {
            self.dismiss(shared, id, kept.principal.clone().unwrap_or_default())
                .await;
        } else {
            self.close_all(shared, id).await;
        }
        if self.checkpoints.get(id).is_some() {
            self.close_all(shared, id).await;
            for key in self.work.of_session(id) {
                self.work.abandon(&key);
            }
            self.forget(id);
            self.rebuild(shared).await;
        }
        self.count(shared);
        true
    }

    /// As if its client had sent a DELETE.
    async fn dismiss(&mut self, shared: &Arc<Shared>, id: &str, principal: String) {
        let admin = shared.principals.rights(&principal).is_some_and(|rights| rights.admin);
        let principal = Principal { id: principal, admin };
        let cause = Cause {
            principal: Some(principal.clone()),
            session: Some(id.to_owned()),
            ..Cause::default()
        };
        let (moment, _) = self.stamp(shared);
        let event = Event::Dismiss(Dismissal {
            route: Route::Streamable(self.audience.api_of(id)),
            session: Some(id.to_owned()),
            principal,
            headers: Vec::new(),
            entry_revision: shared.entries.revision(),
            moment,
        });
        // Whether it did shows in what is kept.
        let _ = self.deliver(shared, event, cause).await;
    }

    async fn close_all(&mut self, shared: &Arc<Shared>, id: &str) {
        for outlet in self.outlets.of_checkpoint(id) {
            self.close(shared, outlet).await;
        }
    }
}

fn named(transport: Transport) -> &'static str {
    match transport {
        Transport::Sse => "sse",
        Transport::Streamable => "streamable",
        Transport::None => "none",
    }
}
