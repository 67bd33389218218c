//! What was done to the home, by whom: the record that `perform` leaves.

use crate::clock::Moment;

/// One action on the home, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When it was asked for.
    pub moment: Moment,
    /// Principal id.
    pub principal: String,
    /// Name and version of the client, as it said.
    pub client: String,
    /// The tool.
    pub tool: String,
    /// Its arguments as JSON; of those above 16 KiB `{"bytes", "beginning"}`.
    pub arguments: String,
    /// Domain and service.
    pub action: String,
    /// Ids of the entities, in order.
    pub entities: Vec<String>,
    /// `ok`, `failed`, `refused`, `timed-out` or `running`, and the text of what went wrong.
    pub outcome: String,
    /// The generation that asked for it.
    pub generation: u64,
}

/// Takes records; never waits and never fails: a sink that cannot write says so elsewhere.
pub trait Audit: Send + Sync {
    /// Keeps one record.
    fn record(&self, record: Record);
}
