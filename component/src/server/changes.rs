//! What changes of the home, the configuration and rights do to the sessions there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Server;
use crate::contract::hearth::mcp::types::{Change, Effect, Level, Log, Moment};
use crate::features::{list_changed, resources};
use crate::home::Mirror;
use crate::imports::Imports;
use crate::llm::{List, Request, SNAPSHOT};
use crate::session::admission::Entry;
use crate::session::id::SessionId;
use crate::session::{checkpoint, memory};

impl<I: Imports> Server<I> {
    /// The home, the configuration or rights changed.
    pub fn home_changed(&mut self, changes: Vec<Change>, _moment: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut lists = false;
        for change in &changes {
            match change.kind.as_str() {
                "state" => self.take_state(change, &mut effects),
                "registry" | "llm-apis" => lists = true,
                "config-entry" => {
                    self.admission.forget();
                    lists = true;
                }
                "stopping" => self.say_goodbye(&mut effects),
                "rights" => lists |= self.follow_rights(change, &mut effects),
                _ => {}
            }
        }
        if changes.iter().any(|change| change.kind == "registry") {
            self.replace_home();
        }
        if self.live {
            if lists {
                self.follow_entry(&mut effects);
            }
            if changes
                .iter()
                .any(|change| change.kind == "state" || change.kind == "registry")
            {
                self.tell_of_snapshot(&mut effects);
            }
        }
        effects
    }

    /// Takes in the state of an entity, and whether it was resumed by other hands than a tool's.
    fn take_state(&mut self, change: &Change, effects: &mut Vec<Effect>) {
        let Some(mirror) = &mut self.mirror else {
            return;
        };
        // Before it is live, another instance keeps what this one is given.
        if !self.live || !self.paused.listens_to(&change.id) {
            mirror.apply(change);
            return;
        }
        let state = |mirror: &Mirror| mirror.entity(&change.id).map(|entity| entity.state.clone());
        let before = state(mirror);
        mirror.apply(change);
        if let Some(now) = state(mirror).filter(|now| before.as_ref() != Some(now))
            && self.paused.heard(&change.id, &now)
        {
            effects.push(memory::keep(&self.paused));
        }
    }

    fn replace_home(&mut self) {
        let snapshot = self.imports.snapshot();
        match &mut self.mirror {
            Some(mirror) => mirror.replace(snapshot),
            None => self.mirror = Some(Mirror::new(snapshot)),
        }
    }

    /// Ends the sessions that need a config entry when there is none any more; tells those whose tools are others now.
    pub(super) fn follow_entry(&mut self, effects: &mut Vec<Effect>) {
        if self.sessions.is_empty() {
            return;
        }
        let entry = Entry::look_up(&self.imports).ok();
        if entry.is_none() {
            let ended = self.sessions.iter().filter(|(_, session)| session.api.is_none());
            for id in ended.map(|(id, _)| id).collect::<Vec<_>>() {
                self.end_session(id, effects);
            }
        }
        if self.all_lists_hold(entry.as_ref()) {
            return;
        }
        let ids: Vec<SessionId> = self.sessions.iter().map(|(id, _)| id).collect();
        self.announce(ids, entry.as_ref(), effects);
    }

    /// Whether nobody is to be told of another list, as far as that is known without a look at every session: an instance
    /// that takes over many has no time for that.
    fn all_lists_hold(&mut self, entry: Option<&Entry>) -> bool {
        let (Some(mirror), Some(lists)) = (&self.mirror, self.sessions.lists()) else {
            return false;
        };
        lists.iter().all(|(api, admin, known)| {
            let Some(selection) = Entry::offered(entry, api.as_deref(), *admin) else {
                return true;
            };
            let request = Request::of_nobody(mirror, *admin);
            self.llm.tools_digest(&selection, &request) == *known
        })
    }

    /// Tells one client, if its tools are others now than those that it knows.
    pub(super) fn follow_lists(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        let entry = Entry::look_up(&self.imports).ok();
        self.announce(vec![id], entry.as_ref(), effects);
    }

    /// Tells the clients that listed tools and would now be answered another list. One that may not list any more is told
    /// nothing: it knows when it asks, and there is no list to fetch. One without a stream is told when it has one.
    fn announce(&mut self, ids: Vec<SessionId>, entry: Option<&Entry>, effects: &mut Vec<Effect>) {
        let Some(mirror) = &self.mirror else {
            return;
        };
        let mut digests: BTreeMap<(Option<String>, bool), Option<Arc<str>>> = BTreeMap::new();
        for id in ids {
            let Some(session) = self.sessions.get_mut(id).filter(|session| session.stream.is_some()) else {
                continue;
            };
            let admin = session.admin;
            let now = digests
                .entry((session.api.clone(), admin))
                .or_insert_with_key(|(api, _)| {
                    let selection = Entry::offered(entry, api.as_deref(), admin)?;
                    let request = Request::of_nobody(mirror, admin);
                    Some(self.llm.tools_digest(&selection, &request))
                });
            let (Some(known), Some(now)) = (&session.listed, now) else {
                continue;
            };
            if known == now {
                continue;
            }
            session.listed = Some(Arc::clone(now));
            effects.push(checkpoint::keep(id, session, &self.limits));
            list_changed::tell(session, List::Tools, effects);
        }
    }

    /// Tells those who subscribed to it that the snapshot of the home holds something else now.
    fn tell_of_snapshot(&self, effects: &mut Vec<Effect>) {
        for (_, session) in self.sessions.iter() {
            resources::tell_updated(session, SNAPSHOT, effects);
        }
    }

    /// True when a principal may now be offered other tools.
    fn follow_rights(&mut self, change: &Change, effects: &mut Vec<Effect>) -> bool {
        #[derive(serde::Deserialize)]
        struct Rights {
            admin: bool,
        }
        let Ok(rights) = serde_json::from_slice::<Option<Rights>>(&change.data) else {
            let text = format!("the rights of {} changed to what cannot be read", change.id);
            effects.push(Effect::Log(Log {
                level: Level::Error,
                text,
            }));
            return false;
        };
        let mut changed = false;
        for id in self.sessions.of_principal(&change.id) {
            let Some(Rights { admin }) = rights else {
                self.end_session(id, effects);
                continue;
            };
            if let Some(session) = self.sessions.get_mut(id).filter(|session| session.admin != admin) {
                session.admin = admin;
                effects.push(checkpoint::keep(id, session, &self.limits));
                changed = true;
            }
        }
        changed
    }
}
