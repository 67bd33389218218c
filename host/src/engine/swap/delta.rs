//! What happens between the moment of which a candidate was given everything and the moment in which it takes over.

use super::candidate::Given;
use crate::clock::Moment;
use crate::contract::exports::hearth::mcp::server::OpenWork;
use crate::contract::hearth::mcp::types::{Change, Checkpoint, CheckpointKind, Transport};
use crate::engine::core::Core;
use crate::engine::shared::Shared;
use crate::engine::turn::STATE;

/// See the module.
pub(super) struct Delta {
    /// As they are now; those that are gone without a body.
    pub checkpoints: Vec<Checkpoint>,
    /// As it is now; what is over without a ticket.
    pub work: Vec<OpenWork>,
    pub changes: Vec<Change>,
    pub moment: Moment,
}

/// Pieces of a delta that are told quickly enough for others to wait.
const LIGHT: usize = 100;

impl Core {
    /// From now on what happens is noted. Answers all that there is at this moment.
    pub(super) fn watch(&mut self) -> Given {
        self.checkpoints.touched.watch();
        self.work.touched.watch();
        self.told.watch();
        Given {
            checkpoints: self.checkpoints.everything(),
            work: self.work.everything(),
            unreadable: self
                .checkpoints
                .aside_keys()
                .chain(self.work.aside_keys())
                .cloned()
                .collect(),
        }
    }

    /// Nothing is noted any more.
    pub(super) fn ignore(&mut self) {
        self.checkpoints.touched.ignore();
        self.work.touched.ignore();
        self.told.ignore();
    }

    /// Whether what was noted is quickly told.
    pub(super) fn is_light(&self) -> bool {
        let (changes, quick) = self.told.weight();
        quick && self.checkpoints.touched.len() + self.work.touched.len() + changes <= LIGHT
    }

    /// What happened since it was watched, or since the last delta.
    pub(super) fn delta(&mut self, shared: &Shared) -> Delta {
        let touched = self.checkpoints.touched.take();
        let checkpoints = self.checkpoints.under(&touched);
        let checkpoints =
            checkpoints.map(|(key, kept)| kept.map_or_else(|| gone(key), |kept| Checkpoint::clone(&kept)));
        let checkpoints = checkpoints.collect();
        let touched = self.work.touched.take();
        let mut changes = self.told.take();
        // As when it was told first: of what is not exposed any more nothing is told.
        changes.retain(|change| change.kind != STATE || shared.home.exposes(&change.id));
        Delta {
            checkpoints,
            work: self.work.under(&touched),
            changes,
            moment: self.moments.next(shared.clock.now()),
        }
    }
}

/// The contract's word for a checkpoint that is no more: one without a body.
fn gone(key: &str) -> Checkpoint {
    Checkpoint {
        key: key.to_owned(),
        kind: CheckpointKind::Shared,
        principal: None,
        transport: Transport::None,
        protocol_version: String::new(),
        client: String::new(),
        tools_digest: String::new(),
        expiry: None,
        format: 0,
        body: Vec::new(),
    }
}
