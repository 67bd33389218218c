//! Which players a tool paused last, so that "go on" resumes them and no others.
//!
//! Home Assistant goes by the moment at which a player last changed, and by who changed it; here the same is known by
//! what is heard of players after the pause.

use serde::{Deserialize, Serialize};

use super::media_player;
use crate::home::Entity;

/// Bytes that the ids of each of its lists may have: all of it is kept, and what is kept is small.
const MOST_BYTES: usize = 1 << 10;

/// See the module.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LastPaused {
    /// The players that were paused together.
    players: Vec<String>,
    /// Those of them whose pausing was not heard of yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pausing: Vec<String>,
    /// The players that changed since by other hands, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    since: Vec<String>,
}

impl LastPaused {
    /// These are being paused.
    pub(super) fn of(entities: &[&Entity]) -> Self {
        let mut players: Vec<String> = entities.iter().map(|entity| entity.id.clone()).collect();
        keep_small(&mut players);
        Self {
            pausing: players.clone(),
            players,
            since: Vec::new(),
        }
    }

    /// Nothing was paused, or it was resumed since.
    pub fn is_empty(&self) -> bool {
        self.players.is_empty()
    }

    /// Whether it matters that this entity changes.
    pub fn listens_to(&self, id: &str) -> bool {
        !self.is_empty() && id.starts_with(media_player::PREFIX)
    }

    /// An entity is in another state now. True when that matters.
    pub fn heard(&mut self, id: &str, state: &str) -> bool {
        if !self.listens_to(id) {
            return false;
        }
        if let Some(place) = self.pausing.iter().position(|pausing| pausing == id)
            && state == media_player::PAUSED
        {
            self.pausing.remove(place);
            return true;
        }
        if self.since.first().is_some_and(|newest| newest == id) {
            return false;
        }
        self.since.retain(|other| other != id);
        self.since.insert(0, id.to_owned());
        keep_small(&mut self.since);
        true
    }

    /// Which of these go on when nobody is named: the one that was changed last by other hands, else those that were
    /// paused, else all.
    pub(super) fn narrow(&self, entities: &mut Vec<&Entity>) {
        let newest = self
            .since
            .iter()
            .find(|id| entities.iter().any(|entity| entity.id == **id));
        if let Some(newest) = newest {
            entities.retain(|entity| entity.id == *newest);
        } else if entities.iter().any(|entity| self.players.contains(&entity.id)) {
            entities.retain(|entity| self.players.contains(&entity.id));
        }
    }
}

/// Drops the last ids until the others are small enough.
fn keep_small(ids: &mut Vec<String>) {
    let mut bytes = 0;
    let fit = ids.iter().take_while(|id| {
        bytes += id.len();
        bytes <= MOST_BYTES
    });
    ids.truncate(fit.count());
}
