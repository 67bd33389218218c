//! What waits to be written of things that have keys: for each key the newest, however often it changed.

use std::collections::{BTreeMap, BTreeSet};

/// What there is now in place of what was there, by key; none: nothing. It holds no more than is there and was there, even
/// while nothing can be written.
#[derive(Debug)]
pub(super) struct Waiting<K, V> {
    changed: BTreeMap<K, Option<V>>,
    /// What is in the database.
    stored: BTreeSet<K>,
    /// What was taken is being written: it may be in the database soon.
    writing: bool,
}

/// What is written in one transaction.
pub(super) type Batch<K, V> = BTreeMap<K, Option<V>>;

impl<K, V> Default for Waiting<K, V> {
    fn default() -> Self {
        Self {
            changed: BTreeMap::new(),
            stored: BTreeSet::new(),
            writing: false,
        }
    }
}

impl<K: Ord + Clone, V> Waiting<K, V> {
    /// These are in the database.
    pub fn found(&mut self, keys: impl IntoIterator<Item = K>) {
        self.stored.extend(keys);
    }

    /// This is there now.
    pub fn note(&mut self, key: K, value: Option<V>) {
        if value.is_none() && !self.writing && !self.stored.contains(&key) {
            // It came and went, and the disk never knew.
            self.changed.remove(&key);
        } else {
            self.changed.insert(key, value);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.changed.is_empty()
    }

    /// Takes all that waits.
    pub fn take(&mut self) -> Batch<K, V> {
        self.writing = true;
        std::mem::take(&mut self.changed)
    }

    /// What was taken is in the database.
    pub fn written(&mut self, batch: Batch<K, V>) {
        for (key, value) in batch {
            match value {
                Some(_) => self.stored.insert(key),
                None => self.stored.remove(&key),
            };
        }
        self.settle();
    }

    /// What was taken is not in the database: it waits on, where nothing newer came.
    pub fn put_back(&mut self, batch: Batch<K, V>) {
        for (key, value) in batch {
            self.changed.entry(key).or_insert(value);
        }
        self.settle();
    }

    fn settle(&mut self) {
        self.writing = false;
        let stored = &self.stored;
        self.changed
            .retain(|key, value| value.is_some() || stored.contains(key));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(batch: &Batch<&'static str, u8>) -> Vec<(&'static str, Option<u8>)> {
        batch.iter().map(|(key, value)| (*key, *value)).collect()
    }

    #[test]
    fn of_each_key_the_newest_is_written_and_nothing_of_what_came_and_went() {
        let mut waiting = Waiting::default();
        waiting.note("a", Some(1));
        waiting.note("a", Some(2));
        waiting.note("b", Some(3));
        waiting.note("b", None);
        let batch = waiting.take();
        assert_eq!(keys(&batch), [("a", Some(2))]);
        waiting.written(batch);
        waiting.note("a", None);
        assert_eq!(keys(&waiting.take()), [("a", None)]);
    }

    #[test]
    fn what_changes_while_it_is_written_is_written_again() {
        let mut waiting = Waiting::default();
        waiting.note("a", Some(1));
        waiting.note("b", Some(1));
        let batch = waiting.take();
        waiting.note("a", None);
        waiting.note("c", None);
        waiting.written(batch);
        let batch = waiting.take();
        assert_eq!(keys(&batch), [("a", None)]);
        waiting.written(batch);
        assert!(waiting.is_empty());
    }

    #[test]
    fn while_nothing_can_be_written_it_holds_only_what_is_there() {
        let mut waiting = Waiting::default();
        for number in 0..100 {
            let key = ["a", "b", "c"][number % 3];
            waiting.note(key, Some(1));
            let batch = waiting.take();
            waiting.note(key, None);
            waiting.put_back(batch);
            assert!(waiting.is_empty());
        }
        waiting.note("a", Some(1));
        let batch = waiting.take();
        waiting.note("a", Some(2));
        waiting.put_back(batch);
        assert_eq!(keys(&waiting.take()), [("a", Some(2))]);
    }
}
