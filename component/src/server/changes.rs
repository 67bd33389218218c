//! What changes of the home, the configuration and rights do to the sessions there are.

use super::Server;
use crate::contract::hearth::mcp::types::{Change, Effect, Level, Log, Moment};
use crate::features::list_changed;
use crate::home::Mirror;
use crate::imports::Imports;
use crate::session::admission::Entry;
use crate::session::checkpoint;

impl<I: Imports> Server<I> {
    /// The home, the configuration or rights changed.
    pub fn home_changed(&mut self, changes: Vec<Change>, moment: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut lists = false;
        for change in &changes {
            match change.kind.as_str() {
                "state" => {
                    if let Some(mirror) = &mut self.mirror {
                        mirror.apply(change);
                    }
                }
                "registry" | "llm-apis" => lists = true,
                "config-entry" => {
                    self.admission.forget();
                    lists = true;
                }
                "rights" => lists |= self.follow_rights(change, &mut effects),
                _ => {}
            }
        }
        if changes.iter().any(|change| change.kind == "registry") {
            self.replace_home();
        }
        if lists && self.live {
            self.follow_entry(moment, &mut effects);
        }
        effects
    }

    fn replace_home(&mut self) {
        let snapshot = self.imports.snapshot();
        match &mut self.mirror {
            Some(mirror) => mirror.replace(snapshot),
            None => self.mirror = Some(Mirror::new(snapshot)),
        }
    }

    /// Ends every session when there is no config entry any more; else tells those whose tools are others now.
    pub(super) fn follow_entry(&mut self, moment: Moment, effects: &mut Vec<Effect>) {
        if self.sessions.is_empty() {
            return;
        }
        let Ok(entry) = Entry::look_up(&self.imports) else {
            for id in self.sessions.ids() {
                self.end_session(id, effects);
            }
            return;
        };
        if let Some(mirror) = &self.mirror {
            list_changed::announce(&mut self.sessions, &entry, &mut self.llm, mirror, moment, effects);
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
                effects.push(Effect::Keep(checkpoint::write(id, session)));
                changed = true;
            }
        }
        changed
    }
}
