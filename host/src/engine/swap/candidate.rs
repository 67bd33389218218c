//! An instance that is made ready to take over, while another one serves.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::HeldBack;
use super::delta::Delta;
use crate::contract::exports::hearth::mcp::server::OpenWork;
use crate::contract::hearth::mcp::types::Checkpoint;
use crate::engine::core::Generation;
use crate::engine::reducer::{Event, Reducer};
use crate::engine::shared::Shared;

/// Checkpoints that are given at a time: others who have something to do on this thread come in between.
const AT_A_TIME: usize = 32;

/// All there is to go on from, as of one moment.
pub(in crate::engine) struct Given {
    pub checkpoints: Vec<Arc<Checkpoint>>,
    pub work: Vec<OpenWork>,
    /// Keys that the running generation cannot read either.
    pub unreadable: BTreeSet<String>,
}

/// See the module.
pub(super) struct Candidate {
    pub generation: Generation,
    pub reducer: Box<dyn Reducer>,
    /// What it cannot read, and the running generation cannot either.
    pub unread: BTreeSet<String>,
    unreadable: BTreeSet<String>,
}

impl Candidate {
    /// An instance that was given all of this, and the home.
    pub async fn restored(shared: &Shared, generation: Generation, given: &Given) -> Result<Self, HeldBack> {
        let imports = shared.imports.clone();
        let reducer = generation.program.instantiate(imports).await;
        let mut candidate = Self {
            reducer: reducer.map_err(HeldBack::NotMade)?,
            generation,
            unread: BTreeSet::new(),
            unreadable: given.unreadable.clone(),
        };
        candidate.give(&[], &given.work).await?;
        for checkpoints in given.checkpoints.chunks(AT_A_TIME) {
            let checkpoints: Vec<Checkpoint> = checkpoints.iter().map(|kept| Checkpoint::clone(kept)).collect();
            candidate.give(&checkpoints, &[]).await?;
            tokio::task::yield_now().await;
        }
        Ok(candidate)
    }

    /// Tells it what happened meanwhile.
    pub async fn catch_up(&mut self, delta: &Delta) -> Result<(), HeldBack> {
        if !(delta.checkpoints.is_empty() && delta.work.is_empty()) {
            self.give(&delta.checkpoints, &delta.work).await?;
        }
        if !delta.changes.is_empty() {
            let event = Event::HomeChanged {
                changes: delta.changes.clone(),
                moment: delta.moment,
            };
            // It is not live: what it would do was done by the running generation.
            let told = self.reducer.handle(&event).await;
            told.map_err(HeldBack::Restore)?.ok();
        }
        Ok(())
    }

    async fn give(&mut self, checkpoints: &[Checkpoint], work: &[OpenWork]) -> Result<(), HeldBack> {
        let format = self.generation.format;
        let unread = self.reducer.restore(checkpoints, work, format).await;
        let unread = unread.map_err(HeldBack::Restore)?;
        let was_given = |key: &String| {
            checkpoints.iter().any(|checkpoint| checkpoint.key == *key) || work.iter().any(|work| work.key == *key)
        };
        if let Some(foreign) = unread.iter().find(|key| !was_given(key)) {
            return Err(HeldBack::ForeignKey(foreign.clone()));
        }
        let readable: Vec<&String> = unread.iter().filter(|key| !self.unreadable.contains(*key)).collect();
        if let Some(key) = readable.first() {
            return Err(HeldBack::Unread {
                count: readable.len(),
                key: key.to_string(),
            });
        }
        self.unread.extend(unread);
        Ok(())
    }
}
