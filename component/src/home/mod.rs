//! The mirror of the home: what assistants may see, as of the latest event.

use crate::contract::hearth::mcp::home as contract;
use crate::contract::hearth::mcp::types::Change;

/// The home as the contract gave it, patched by what changed since.
pub struct Mirror {
    home: contract::Home,
    revision: u64,
}

impl Mirror {
    /// The mirror of this snapshot.
    pub fn new(snapshot: contract::Home) -> Self {
        Self {
            home: snapshot,
            revision: 0,
        }
    }

    /// Takes in one change. False when it is of a kind that is none of the mirror's business, or concerns an entity that
    /// is not in it; a `registry` change needs [`Mirror::replace`] instead.
    pub fn apply(&mut self, change: &Change) -> bool {
        change.kind == "state" && self.home.entities.iter().any(|entity| entity.id == change.id)
    }

    /// Takes a new snapshot in place of everything.
    pub fn replace(&mut self, snapshot: contract::Home) {
        self.home = snapshot;
        self.revision += 1;
    }

    /// Rises with every [`Mirror::replace`]; caches of what depends on more than states hang on it.
    pub fn registry_revision(&self) -> u64 {
        self.revision
    }
}
