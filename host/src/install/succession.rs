//! What the engine tells by itself: that a generation is live, was gone back from, or is proved.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::contract::exports::hearth::mcp::server::Description;
use crate::engine::Engine;
use crate::entries::Entries;
use crate::generations::Generations;
use crate::store::Store;

/// Writes it down, behind, and has the config entries follow.
pub struct Succession {
    store: Store,
    entries: Arc<Entries>,
    /// Traps and faults of the engine that are written down already, of whichever generation they were.
    counted: AtomicU64,
    /// A generation that the host went back from by itself, and what it did wrong is not written down yet; 0: there is
    /// none.
    failed: AtomicU64,
}

impl Succession {
    /// Writes into this store, and tells these entries.
    pub(super) fn new(store: Store, entries: Arc<Entries>) -> Self {
        Self {
            store,
            entries,
            counted: AtomicU64::new(0),
            failed: AtomicU64::new(0),
        }
    }

    /// What the running generation did wrong and is not written down yet.
    pub(super) fn faults_since(&self, engine: &Engine) -> u64 {
        faults(engine).saturating_sub(self.counted.load(Ordering::Relaxed))
    }

    /// Writes down what a generation did wrong that the host went back from by itself.
    pub(super) fn settle_failed(&self, engine: &Engine) {
        if self.failed.load(Ordering::Acquire) != 0 {
            self.settle(engine, 0);
        }
    }

    /// Writes down what this generation did wrong.
    pub(super) fn settle(&self, engine: &Engine, number: u64) {
        let failed = self.failed.swap(0, Ordering::AcqRel);
        let number = if failed == 0 { number } else { failed };
        let all = faults(engine);
        let new = all.saturating_sub(self.counted.swap(all, Ordering::Relaxed));
        if new > 0 {
            self.store.note_faults(number, new);
        }
    }
}

fn faults(engine: &Engine) -> u64 {
    let status = engine.status();
    status.traps + status.faults
}

impl Generations for Succession {
    fn live(&self, _number: u64, description: &Description) {
        let own = description.llm_apis.iter();
        self.entries.load(own.map(|api| (api.id.clone(), api.name.clone())));
    }

    fn rolled_back(&self, from: u64, to: u64, reason: &str) {
        self.store.note_automatic_rollback(from, to, reason);
        self.failed.store(from, Ordering::Release);
    }

    fn passed(&self, number: u64) {
        self.store.note_passed(number);
    }
}
