//! The record that an action leaves in the audit, whatever becomes of it.

use std::sync::Arc;

use crate::audit::{Audit, Record, redact};
use crate::contract::hearth::mcp::types::{Outcome, OutcomeKind};

/// Keeps the record of one action: with its outcome, or as cancelled when it is dropped before.
pub(super) struct Trail {
    record: Option<Record>,
    audit: Arc<dyn Audit>,
}

impl Trail {
    pub fn new(record: Record, audit: Arc<dyn Audit>) -> Self {
        Self {
            record: Some(record),
            audit,
        }
    }

    /// The action is refused: that is so from the moment it was decided, even if nobody waits for its outcome.
    pub fn refuse(&mut self, reason: &str) {
        self.write(format!("refused: {reason}"));
    }

    /// The action came to this.
    pub fn close(&mut self, outcome: &Outcome) {
        let text = || match serde_json::from_slice::<serde_json::Value>(&outcome.data) {
            Ok(data) => data["error"].as_str().unwrap_or_default().to_owned(),
            Err(_) => String::new(),
        };
        self.write(match outcome.kind {
            OutcomeKind::Failed | OutcomeKind::Refused => format!("{}: {}", named(outcome.kind), text()),
            kind => named(kind).to_owned(),
        });
    }

    fn write(&mut self, outcome: String) {
        let outcome = redact::owned(outcome);
        if let Some(record) = self.record.take() {
            self.audit.record(Record { outcome, ..record });
        }
    }
}

impl Drop for Trail {
    fn drop(&mut self) {
        self.write("failed: cancelled".to_owned());
    }
}

/// What the audit, the log and those who count call an outcome.
pub(super) fn named(kind: OutcomeKind) -> &'static str {
    match kind {
        OutcomeKind::Ok => "ok",
        OutcomeKind::Failed => "failed",
        OutcomeKind::Refused => "refused",
        OutcomeKind::TimedOut => "timed-out",
        OutcomeKind::Running => "running",
    }
}
