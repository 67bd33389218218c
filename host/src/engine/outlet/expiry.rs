//! When outlets that nobody reads are over.

use std::collections::{BTreeSet, HashMap};

use super::Id;
use crate::clock::Moment;

/// Outlets that nobody reads, by the moment at which they are over.
#[derive(Debug, Default)]
pub(in crate::engine) struct Expiries {
    at: HashMap<Id, Moment>,
    due: BTreeSet<(Moment, Id)>,
}

impl Expiries {
    /// It is over then; an earlier word on it does not count any more.
    pub fn set(&mut self, id: Id, at: Moment) {
        self.remove(id);
        self.at.insert(id, at);
        self.due.insert((at, id));
    }

    /// Somebody reads it, or it is over.
    pub fn remove(&mut self, id: Id) {
        if let Some(at) = self.at.remove(&id) {
            self.due.remove(&(at, id));
        }
    }

    /// The next moment at which one is over.
    pub fn next(&self) -> Option<Moment> {
        self.due.first().map(|(at, _)| *at)
    }

    /// All that are to be over, the next first.
    pub fn in_order(&self) -> impl Iterator<Item = Id> {
        self.due.iter().map(|(_, id)| *id)
    }

    /// Takes one that is over by now.
    pub fn take_due(&mut self, now: Moment) -> Option<Id> {
        let (at, id) = *self.due.first()?;
        if at > now {
            return None;
        }
        self.remove(id);
        Some(id)
    }
}
