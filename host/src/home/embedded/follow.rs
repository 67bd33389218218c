//! Entities that are on and off together, as a lamp behind a switched socket is.

use std::collections::BTreeMap;

use serde_json::Map;

use super::EmbeddedHome;
use super::file::Kind;
use super::live::{Live, Set};
use super::model::UNAVAILABLE;
use crate::clock::Moment;

/// For each entity that is on and off together with others: those others.
#[derive(Debug, Default)]
pub struct Links {
    others: BTreeMap<usize, Vec<usize>>,
}

impl Links {
    /// Notes that one entity follows another, and with that all who follow the same.
    pub fn add(&mut self, follower: usize, leader: usize) {
        let mut group = self.others.get(&leader).cloned().unwrap_or_default();
        group.push(leader);
        for place in &group {
            self.others.entry(*place).or_default().push(follower);
        }
        self.others.insert(follower, group);
    }
}

impl EmbeddedHome {
    /// Brings who is on and off together with this entity into its state.
    pub(super) fn follow(&self, live: &mut Live, place: usize, now: Moment) -> Set {
        let mut done = Set::default();
        let Some(others) = self.file.links.others.get(&place) else {
            return done;
        };
        let wanted = live.state(place).state.clone();
        let service = match wanted.as_str() {
            "on" => "turn_on",
            "off" => "turn_off",
            _ => return done,
        };
        for &other in others {
            let entity = &self.file.entities[other];
            let mut state = live.state(other).clone();
            let Kind::Domain(rules) = entity.kind else {
                continue;
            };
            if state.state == wanted || state.state == UNAVAILABLE {
                continue;
            }
            let called = rules
                .validate(service, &Map::new())
                .and_then(|data| rules.call(&entity.config, &mut state, service, &data, now));
            match called {
                Ok(()) => done |= live.set(&self.file, &*self.store, other, state, now),
                Err(error) => tracing::warn!(entity = entity.config.id, "does not follow: {error}"),
            }
        }
        done
    }

    /// Brings every follower into the state of whom it follows: at the start, when only one of them was kept.
    pub(super) fn follow_all(&self) {
        let now = self.clock.now();
        let mut live = self.live();
        let mut done = Set::default();
        for (place, entity) in self.file.entities.iter().enumerate() {
            if entity.config.follows.is_none() {
                done |= self.follow(&mut live, place, now);
            }
        }
        drop(live);
        self.tell(done);
    }
}
