//! What the specification of the protocol demands, clause by clause: whom it binds, where it is honoured, what proves it.
//!
//! `clauses/VERSION.toml` beside this crate has every MUST, MUST NOT, REQUIRED and SHALL of the pages on transports,
//! lifecycle, versioning, cancellation, progress, subscriptions, input of clients and tools, in our own words.
//! [`read`] reads them, [`faults`] tells what is missing or does not exist.

mod proof;
mod reading;
mod table;

use std::fmt;
use std::path::Path;

pub use self::proof::faults;
pub use self::reading::{ClauseError, read};
pub use self::table::text;

/// One demand of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    /// Version, page, and number on the page: `2025-11-25/transports/7`.
    pub id: String,
    /// The heading that it stands under.
    pub heading: String,
    /// Whom it binds.
    pub binds: Binds,
    /// What it demands.
    pub says: String,
    /// Where it is honoured: `component/src/features/tools.rs#list`.
    pub code: Vec<String>,
    /// What proves it: `tests/tests/http_sse.rs#name`, `behaviour:name` of the harness, or `conformance:name` of a scenario
    /// of the official suite.
    pub tests: Vec<String>,
    /// Why it does not apply to this server.
    pub not_here: Option<String>,
}

impl Clause {
    /// The version that it belongs to.
    pub fn version(&self) -> &str {
        self.part(0)
    }

    /// The page that it stands on.
    pub fn page(&self) -> &str {
        self.part(1)
    }

    /// Whether a server has to honour it, here.
    pub fn concerns_us(&self) -> bool {
        self.binds != Binds::Client && self.not_here.is_none()
    }

    fn part(&self, at: usize) -> &str {
        self.id.split('/').nth(at).unwrap_or_default()
    }
}

/// Whom a clause binds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Binds {
    /// A server.
    Server,
    /// A client, or what stands between; nothing is to be proved here.
    Client,
    /// Each side.
    Both,
}

impl fmt::Display for Binds {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Server => "server",
            Self::Client => "client",
            Self::Both => "both",
        })
    }
}

/// The root of the repository that this was built from: the tables and all that they name are there.
pub fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

#[cfg(test)]
mod tests;
