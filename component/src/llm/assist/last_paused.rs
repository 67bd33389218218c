//! Which players a tool paused last, so that "go on" resumes them and no others.
//!
//! Home Assistant goes by the moment at which a player last changed, and by who changed it; here the same is known by
//! what is heard of players after the pause.

use serde::{Deserialize, Serialize};

use super::media_player;
use crate::home::Entity;

/// Bytes that all ids in it may have: it is kept, and what is kept is small.
const MOST_BYTES: usize = 3 << 10;

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
        let mut left = MOST_BYTES / 2;
        let fits = |id: &&str| {
            left = left.saturating_sub(id.len());
            left > 0
        };
        let players: Vec<String> = entities
            .iter()
            .map(|entity| entity.id.as_str())
            .take_while(fits)
            .map(str::to_owned)
            .collect();
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

    /// An entity is in another state now. True when that matters.
    pub fn heard(&mut self, id: &str, state: &str) -> bool {
        if self.is_empty() || !id.starts_with(media_player::PREFIX) {
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
        let mut left = MOST_BYTES / 2;
        self.since.retain(|id| {
            left = left.saturating_sub(id.len());
            left > 0
        });
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
