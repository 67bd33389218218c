//! The first steps of an install, and why it ended at one of them or of the engine's.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::data_dir::DataDirError;
use crate::engine::LoadError;
use crate::store::StoreError;

/// A step of an install that comes before those of the engine, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Its bytes are taken.
    Read,
    /// They are looked at.
    Verify,
    /// They are written down.
    Keep,
    /// They are compiled, in a process of its own.
    Compile,
}

impl fmt::Display for Step {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Read => "read",
            Self::Verify => "verify",
            Self::Keep => "keep",
            Self::Compile => "compile",
        })
    }
}

/// Why a component was not installed. Nothing has changed.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// It is no component that this host can run.
    #[error("not installed, at the step `{step}`: {reason}")]
    NoComponent {
        /// Where that was seen.
        step: Step,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// It does not take the place of the running generation.
    #[error("held back, at the step `{step}`: {reason}")]
    HeldBack {
        /// Where that was seen.
        step: &'static str,
        /// Why.
        reason: String,
    },
    /// Compiling it did not come to an end.
    #[error("not installed, at the step `compile`: {0}")]
    NotCompiled(String),
    /// Its bytes could not be written.
    #[error("not installed, at the step `keep`: {0}")]
    NotKept(#[from] DataDirError),
    /// That it runs could not be written.
    #[error("not installed, at the step `record`: {0}")]
    NotRecorded(String),
    /// The database could not be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no generation to go back to.
    #[error("there is nothing to go back to: {0}")]
    NothingBefore(String),
    /// There is no generation of this number.
    #[error("there is no generation {0}; `hearth component list` shows those there are")]
    Unknown(u64),
    /// The work was cut off.
    #[error("the work was cut off: {0}")]
    CutOff(String),
}

impl InstallError {
    /// A file that was refused when it was loaded.
    pub(crate) fn of_loading(error: &LoadError) -> Self {
        Self::NoComponent {
            step: step_of(error),
            reason: error.to_string(),
        }
    }
}

/// Where a component shows that it is none.
pub(crate) fn step_of(error: &LoadError) -> Step {
    match error {
        LoadError::Truncated { .. } | LoadError::Invalid(_) => Step::Compile,
        _ => Step::Verify,
    }
}
