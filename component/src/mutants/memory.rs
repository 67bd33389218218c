//! What a mutant remembers of what passed. It is gone with the instance.

use std::collections::BTreeMap;

use serde_json::Value;

use super::messages::body;
use crate::contract::exports::hearth::mcp::server::Delivery;
use crate::contract::hearth::mcp::types::{Checkpoint, Effect};

/// A session that was opened in this instance.
#[derive(Clone)]
pub struct Session {
    /// Its stream.
    pub outlet: u64,
    /// Who opened it.
    pub principal: String,
    /// Whether it has shaken hands.
    pub initialized: bool,
    /// What was kept of it last.
    pub checkpoint: Option<Checkpoint>,
}

/// See the module.
#[derive(Default)]
pub struct Memory {
    /// By id.
    pub sessions: BTreeMap<String, Session>,
    /// Ids of the calls that wait for the home.
    pub waiting: Vec<Value>,
    /// Whatever a mutant counts.
    pub count: u64,
    /// Whatever text a mutant keeps.
    pub text: String,
}

impl Memory {
    /// A client was let in.
    pub(super) fn opened(&mut self, session: &str, outlet: u64, principal: &str, effects: &[Effect]) {
        let opened = Session {
            outlet,
            principal: principal.to_owned(),
            initialized: false,
            checkpoint: None,
        };
        self.sessions.insert(session.to_owned(), opened);
        self.kept(effects);
    }

    /// A body was taken.
    pub(super) fn received(&mut self, delivery: &Delivery, effects: &[Effect]) {
        self.kept(effects);
        let body = body(delivery);
        if body["method"] == "initialize"
            && let Some(session) = self.sessions.get_mut(delivery.session.as_deref().unwrap_or_default())
        {
            session.initialized = true;
        }
        if effects.iter().any(|effect| matches!(effect, Effect::Perform(_))) {
            self.waiting.push(body["id"].clone());
        }
        if body["method"] == "notifications/cancelled" {
            self.waiting.retain(|id| *id != body["params"]["requestId"]);
        }
    }

    /// News of work came to these effects.
    pub(super) fn resumed(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Send(send) = effect {
                let answer: Value = serde_json::from_slice(&send.body).unwrap_or_default();
                self.waiting.retain(|id| *id != answer["id"]);
            }
        }
    }

    /// An outlet is over.
    pub(super) fn closed(&mut self, outlet: u64) {
        self.sessions.retain(|_, session| session.outlet != outlet);
    }

    /// The session that a delivery names.
    pub fn session(&self, delivery: &Delivery) -> Option<&Session> {
        self.sessions.get(delivery.session.as_deref()?)
    }

    fn kept(&mut self, effects: &[Effect]) {
        for effect in effects {
            if let Effect::Keep(checkpoint) = effect
                && let Some(session) = self.sessions.get_mut(&checkpoint.key)
            {
                session.checkpoint = Some(checkpoint.clone());
            }
        }
    }
}
