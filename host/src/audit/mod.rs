//! What was done to the home, by whom: the record that `perform` leaves. Secrets are taken out before it is made.

pub mod redact;

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
    /// The id of the HTTP request that led to it; empty where there was none.
    pub request: String,
    /// The id of the trace of its caller; empty where it told none.
    pub trace: String,
}

/// Takes records; never waits and never fails: a sink that cannot write says so elsewhere.
pub trait Audit: Send + Sync {
    /// Keeps one record.
    fn record(&self, record: Record);
}
