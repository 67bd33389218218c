//! How much of the protocol a component says that it serves.

use std::fmt;

use hearth_host::contract::exports::hearth::mcp::server::ConformanceLevel;

/// Each level includes the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Level {
    /// Life cycle, sessions, ping.
    Core,
    /// Tools, prompts and resources of its own.
    Tools,
    /// The LLM API `assist` over the home.
    Assist,
}

impl From<ConformanceLevel> for Level {
    fn from(level: ConformanceLevel) -> Self {
        match level {
            ConformanceLevel::Core => Self::Core,
            ConformanceLevel::Tools => Self::Tools,
            ConformanceLevel::Assist => Self::Assist,
        }
    }
}

impl fmt::Display for Level {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Self::Core => "core",
            Self::Tools => "tools",
            Self::Assist => "assist",
        })
    }
}
