//! What came of a check, and how it is written for people and for machines.

mod junit;
mod text;

use std::time::Duration;

use hearth_host::contract::exports::hearth::mcp::server::Description;

pub use self::junit::junit;
pub use self::text::text;
use crate::level::Level;

/// What came of it.
#[derive(Debug)]
pub struct Report {
    /// What the component says of itself.
    pub description: Description,
    /// Its SHA-256 in hexadecimal.
    pub digest: String,
    /// The seed of the nonces.
    pub seed: u64,
    /// Each behaviour and rule, in their order.
    pub lines: Vec<Line>,
}

impl Report {
    /// Whether nothing is broken.
    pub fn holds(&self) -> bool {
        self.lines.iter().all(|line| matches!(line.verdict, Verdict::Holds(_)))
    }

    /// The names of what is broken.
    pub fn broken(&self) -> Vec<String> {
        let broken = self
            .lines
            .iter()
            .filter(|line| matches!(line.verdict, Verdict::Broken(_)));
        broken.map(|line| line.name.clone()).collect()
    }
}

/// What came of one behaviour or rule.
#[derive(Debug)]
pub struct Line {
    /// Its name.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// What it says.
    pub says: &'static str,
    /// How long it took.
    pub took: Duration,
    /// Whether it holds.
    pub verdict: Verdict,
}

/// Whether it holds.
#[derive(Debug)]
pub enum Verdict {
    /// It does; with what there is to say of that.
    Holds(Vec<String>),
    /// It does not.
    Broken(Broken),
    /// It was not tried, as this one that it needs is broken or was not tried.
    Untried(String),
}

/// What was seen instead.
#[derive(Debug)]
pub struct Broken {
    /// What was expected and seen.
    pub what: String,
    /// Where in the harness.
    pub place: String,
    /// The last events and effects, in words.
    pub events: Vec<String>,
}
