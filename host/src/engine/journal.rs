//! What happens while a candidate is made ready beside the running generation: what it has to be told before it takes
//! over. Nothing is noted while there is none.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::hearth::mcp::types::Change;

/// The keys that were touched since somebody wants to know.
#[derive(Debug, Default)]
pub(super) struct Touched {
    keys: Option<BTreeSet<String>>,
}

impl Touched {
    /// Notes that this key is not what it was.
    pub fn note(&mut self, key: &str) {
        if let Some(keys) = &mut self.keys
            && !keys.contains(key)
        {
            keys.insert(key.to_owned());
        }
    }

    /// From now on it is noted.
    pub fn watch(&mut self) {
        self.keys = Some(BTreeSet::new());
    }

    /// Nobody wants to know any more.
    pub fn ignore(&mut self) {
        self.keys = None;
    }

    /// What was touched since the last time.
    pub fn take(&mut self) -> BTreeSet<String> {
        self.keys.as_mut().map(std::mem::take).unwrap_or_default()
    }

    /// How many were touched since the last time.
    pub fn len(&self) -> usize {
        self.keys.as_ref().map_or(0, BTreeSet::len)
    }
}

/// The changes that the running generation was told since somebody wants to know, the newest of each kind and id.
#[derive(Debug, Default)]
pub(super) struct Told {
    changes: Option<BTreeMap<(String, String), Change>>,
}

impl Told {
    /// The running generation is told these.
    pub fn note(&mut self, changes: &[Change]) {
        if let Some(noted) = &mut self.changes {
            for change in changes {
                noted.insert((change.kind.clone(), change.id.clone()), change.clone());
            }
        }
    }

    /// From now on it is noted.
    pub fn watch(&mut self) {
        self.changes = Some(BTreeMap::new());
    }

    /// Nobody wants to know any more.
    pub fn ignore(&mut self) {
        self.changes = None;
    }

    /// What was told since the last time.
    pub fn take(&mut self) -> Vec<Change> {
        let changes = self.changes.as_mut().map(std::mem::take).unwrap_or_default();
        changes.into_values().collect()
    }

    /// How many changes there are to tell, and whether all of them are quickly told.
    pub fn weight(&self) -> (usize, bool) {
        let Some(changes) = &self.changes else {
            return (0, true);
        };
        // Only a state carries all there is to know; for the rest the home or the configuration is asked.
        let light = changes.keys().all(|(kind, _)| kind == super::turn::STATE);
        (changes.len(), light)
    }
}
