//! What the engine keeps for the component: the state that a new instance goes on from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::journal::Touched;
use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Transport};

/// Bytes that the body of a checkpoint may have.
pub const BODY_LIMIT: usize = 4 << 10;
/// Bytes that the head of a checkpoint may have.
const HEAD_LIMIT: usize = 4 << 10;
/// Checkpoints kept at a time.
const COUNT_LIMIT: usize = 65_536;

/// Kept checkpoints by their key.
#[derive(Debug, Default)]
pub(super) struct Checkpoints {
    kept: BTreeMap<String, Arc<Checkpoint>>,
    /// Those that the running generation cannot read, out of its way.
    aside: BTreeMap<String, Arc<Checkpoint>>,
    /// How many of those kept are sessions of Streamable HTTP.
    sessions: usize,
    /// What a candidate has to be told before it takes over.
    pub touched: Touched,
}

fn is_session(checkpoint: &Checkpoint) -> bool {
    checkpoint.kind == CheckpointKind::Session && checkpoint.transport == Transport::Streamable
}

impl Checkpoints {
    pub fn get(&self, key: &str) -> Option<&Checkpoint> {
        self.kept.get(key).map(Arc::as_ref)
    }

    /// What is kept under this key, to be written.
    pub fn shared(&self, key: &str) -> Option<Arc<Checkpoint>> {
        self.kept.get(key).cloned()
    }

    pub fn keep(&mut self, checkpoint: Checkpoint) {
        self.touched.note(&checkpoint.key);
        self.aside.remove(&checkpoint.key);
        self.put(Arc::new(checkpoint));
    }

    /// Puts it where it was.
    pub fn put(&mut self, checkpoint: Arc<Checkpoint>) {
        self.sessions += usize::from(is_session(&checkpoint));
        if let Some(replaced) = self.kept.insert(checkpoint.key.clone(), checkpoint) {
            self.sessions -= usize::from(is_session(&replaced));
        }
    }

    pub fn forget(&mut self, key: &str) {
        self.touched.note(key);
        self.take(key);
        self.aside.remove(key);
    }

    fn take(&mut self, key: &str) -> Option<Arc<Checkpoint>> {
        let taken = self.kept.remove(key)?;
        self.sessions -= usize::from(is_session(&taken));
        Some(taken)
    }

    /// Out of the way of this generation. A later one may read it.
    pub fn set_aside(&mut self, key: &str) {
        if let Some(checkpoint) = self.take(key) {
            self.aside.insert(key.to_owned(), checkpoint);
        }
    }

    /// Another generation may read what this one could not: all is kept again.
    pub fn take_back(&mut self) {
        for checkpoint in std::mem::take(&mut self.aside).into_values() {
            self.put(checkpoint);
        }
    }

    /// All that a new instance gets, in the order of their keys.
    pub fn all(&self) -> Vec<Checkpoint> {
        self.kept.values().map(|kept| Checkpoint::clone(kept)).collect()
    }

    /// All that there is, what the running generation cannot read as well.
    pub fn everything(&self) -> Vec<Arc<Checkpoint>> {
        self.kept.values().chain(self.aside.values()).cloned().collect()
    }

    /// What is kept under these keys now; None under one that is free.
    pub fn under<'a>(&self, keys: &'a BTreeSet<String>) -> impl Iterator<Item = (&'a String, Option<Arc<Checkpoint>>)> {
        keys.iter()
            .map(|key| (key, self.kept.get(key).or_else(|| self.aside.get(key)).cloned()))
    }

    /// Keys of what the running generation cannot read.
    pub fn aside_keys(&self) -> impl Iterator<Item = &String> {
        self.aside.keys()
    }

    /// The sessions whose client has listed the tools: their key, principal and transport.
    pub fn listeners(&self) -> impl Iterator<Item = (&str, &str, Transport)> {
        let listed = self.kept.values().filter(|kept| !kept.tools_digest.is_empty());
        listed.filter_map(|kept| Some((kept.key.as_str(), kept.principal.as_deref()?, kept.transport)))
    }

    /// All that the running generation knows of, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = &Checkpoint> {
        self.kept.values().map(Arc::as_ref)
    }

    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// Sessions of Streamable HTTP.
    pub fn sessions(&self) -> usize {
        self.sessions
    }

    /// Whether a session or an exchange of this principal is kept.
    pub fn has_session_of(&self, principal: &str) -> bool {
        let mut kept = self.kept.values();
        kept.any(|kept| kept.kind != CheckpointKind::Shared && kept.principal.as_deref() == Some(principal))
    }

    /// Whether this is a session of Streamable HTTP of this principal.
    pub fn is_session_of(&self, key: &str, principal: &str) -> bool {
        self.get(key)
            .is_some_and(|kept| is_session(kept) && kept.principal.as_deref() == Some(principal))
    }

    /// The principals that any of these belong to.
    pub fn principals(&self) -> BTreeSet<String> {
        self.kept.values().filter_map(|kept| kept.principal.clone()).collect()
    }

    /// Whether this is out of the way of the running generation.
    pub fn is_aside(&self, key: &str) -> bool {
        self.aside.contains_key(key)
    }

    pub fn aside(&self) -> usize {
        self.aside.len()
    }

    /// Whether a checkpoint may be kept.
    ///
    /// # Errors
    /// Which limit it is over, or that it is in a format that its writer did not name.
    pub fn check(&self, checkpoint: &Checkpoint, writes: &[u32]) -> Result<(), String> {
        let key = &checkpoint.key;
        let body = checkpoint.body.len();
        if body > BODY_LIMIT {
            return Err(format!(
                "the checkpoint {key:?} has {body} bytes, and {BODY_LIMIT} are allowed"
            ));
        }
        let head = key.len()
            + checkpoint.client.len()
            + checkpoint.protocol_version.len()
            + checkpoint.tools_digest.len()
            + checkpoint.principal.as_ref().map_or(0, String::len);
        if head > HEAD_LIMIT {
            let key: String = key.chars().take(64).collect();
            return Err(format!(
                "the head of the checkpoint {key:?} has {head} bytes, and {HEAD_LIMIT} are allowed"
            ));
        }
        if !writes.contains(&checkpoint.format) {
            return Err(format!(
                "the checkpoint {key:?} is in state format {}, which `describe` does not name",
                checkpoint.format
            ));
        }
        if self.kept.len() >= COUNT_LIMIT && !self.kept.contains_key(key) {
            return Err(format!("{COUNT_LIMIT} checkpoints are kept, and no more are allowed"));
        }
        Ok(())
    }
}
