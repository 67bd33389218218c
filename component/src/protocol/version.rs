//! The protocol versions of the handshake era.

/// A protocol version that is agreed on by `initialize`, older before newer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// The first: HTTP+SSE.
    V2024_11_05,
    /// Batches, tool annotations.
    V2025_03_26,
    /// No batches any more; titles.
    V2025_06_18,
    /// The newest that has `initialize`.
    V2025_11_25,
}

/// Those that are served, newest first.
pub const VERSIONS: [Version; 4] = [
    Version::V2025_11_25,
    Version::V2025_06_18,
    Version::V2025_03_26,
    Version::V2024_11_05,
];

impl Version {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2024_11_05 => "2024-11-05",
            Self::V2025_03_26 => "2025-03-26",
            Self::V2025_06_18 => "2025-06-18",
            Self::V2025_11_25 => "2025-11-25",
        }
    }

    /// The version of this name.
    pub fn named(name: &str) -> Option<Self> {
        VERSIONS.into_iter().find(|version| version.as_str() == name)
    }

    /// What to answer a client that asks for `requested`. MCP, lifecycle: the same if it is served, else the newest.
    pub fn negotiate(requested: &str) -> Self {
        Self::named(requested).unwrap_or(VERSIONS[0])
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
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_is_served_is_agreed_to_and_any_other_gets_the_newest() {
        for version in VERSIONS {
            assert_eq!(Version::negotiate(version.as_str()), version);
        }
        for other in ["2026-07-28", "1999-01-01", "1.0", ""] {
            assert_eq!(Version::negotiate(other), Version::V2025_11_25);
        }
    }
}
