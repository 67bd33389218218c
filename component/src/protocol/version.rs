//! The protocol versions and what each has.

/// A protocol version, older before newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// The first: HTTP+SSE.
    V2024_11_05,
    /// Streamable HTTP, batches, tool annotations.
    V2025_03_26,
    /// No batches any more; titles, structured results.
    V2025_06_18,
    /// The newest that has `initialize`.
    V2025_11_25,
    /// The stateless era: every request says of itself what `initialize` said of a session.
    V2026_07_28,
}

/// Those that are served, newest first.
pub const VERSIONS: [Version; 5] = [
    Version::V2026_07_28,
    Version::V2025_11_25,
    Version::V2025_06_18,
    Version::V2025_03_26,
    Version::V2024_11_05,
];

impl Version {
    /// The newest that is agreed on by `initialize`.
    const NEWEST_HANDSHAKE: Self = Self::V2025_11_25;

    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
            Self::V2026_07_28 => "2026-07-28",
        }
    }

    /// The version of this name.
    pub fn named(name: &str) -> Option<Self> {
        VERSIONS.into_iter().find(|version| version.as_str() == name)
    }

    /// What to answer a client whose `initialize` asks for `requested`. MCP, lifecycle: the same if it is served, else the
    /// newest that has a handshake.
    pub fn negotiate(requested: &str) -> Self {
        Self::named(requested)
            .filter(|version| !version.is_stateless())
            .unwrap_or(Self::NEWEST_HANDSHAKE)
    }

    /// It has no sessions and no `initialize`.
    pub fn is_stateless(self) -> bool {
        self >= Self::V2026_07_28
    }

    /// Only 2025-03-26 has batches; the versions after it forbid them, the one before it does not know them.
    pub fn has_batches(self) -> bool {
        self == Self::V2025_03_26
    }

    /// Progress carries a text from 2025-03-26 on.
    pub fn has_progress_text(self) -> bool {
        self >= Self::V2025_03_26
    }

    /// Implementations have a title beside their name from 2025-06-18 on.
    pub fn has_titles(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Results of tools may be data, with a schema, from 2025-06-18 on.
    pub fn has_structured_results(self) -> bool {
        self >= Self::V2025_06_18
    }

    /// Implementations have icons from 2025-11-25 on.
    pub fn has_icons(self) -> bool {
        self >= Self::V2025_11_25
    }

    /// A stream that can be resumed begins with an event that only has an id. Parsers of clients before 2025-11-25 choke
    /// on its empty data.
    pub fn primes_streams(self) -> bool {
        self == Self::V2025_11_25
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_with_a_handshake_is_agreed_to_and_any_other_gets_the_newest_of_them() {
        for version in VERSIONS.into_iter().filter(|version| !version.is_stateless()) {
            assert_eq!(Version::negotiate(version.as_str()), version);
        }
        for other in ["2026-07-28", "1999-01-01", "1.0", ""] {
            assert_eq!(Version::negotiate(other), Version::V2025_11_25);
        }
    }
}
