//! Backups: all that an installation keeps in one file, and how a data directory takes the content of one.
//!
//! A backup is a tar archive: first `hearth-backup.json`, which says what is in it, then the database as it was at one
//! moment, the configuration file and the components that ran ([`archive`]). It is unpacked and checked beside what is
//! there, and then takes its place in steps that can be cut off anywhere ([`staged`]).

pub mod archive;
pub mod staged;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::store::StoreError;

/// The format of an archive that this Hearth writes, and the newest that it reads.
const FORMAT: u32 = 1;

/// What an archive says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// How it is to be read.
    pub format: u32,
    /// The version of the Hearth that made it.
    pub hearth: String,
    /// The version of the database in it.
    pub database: i64,
    /// When it was made.
    pub made: Moment,
    /// Its files, by their place in the data directory.
    pub files: BTreeMap<String, FileOf>,
}

/// One file of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileOf {
    /// Its length.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// Why nothing was backed up or restored. What was there is as it was.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is nothing to back up.
    #[error("{} holds no database of Hearth: there is nothing to back up. Name the data directory with --data-dir.", path.display())]
    Nothing {
        /// The data directory.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("this is no backup of Hearth: {0}. Name a file that `hearth backup` wrote.")]
    NoBackup(String),
    /// A later Hearth wrote it.
    #[error(
        "this backup was made by Hearth {hearth}, which is newer ({what}). Restore it with that Hearth or a later one."
    )]
    Newer {
        /// The version of that Hearth.
        hearth: String,
        /// What this one does not know.
        what: String,
    },
    /// It is not what was written.
    #[error("the backup is damaged: {0}. Take another one.")]
    Damaged(String),
    /// Another one is being taken.
    #[error("another backup is being restored to {} at this moment. Try again when that is done.", path.display())]
    UnderWay {
        /// The data directory.
        path: PathBuf,
    },
    /// There is nothing to go back to.
    #[error("nothing was restored to {} that could be undone.", path.display())]
    NothingBefore {
        /// The data directory.
        path: PathBuf,
    },
    /// A file could not be read or written.
    #[error("{} cannot be used: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What went wrong with this file.
fn at(path: &Path) -> impl FnOnce(io::Error) -> BackupError {
    let path = path.to_path_buf();
    move |source| BackupError::Io { path, source }
}

#[cfg(test)]
mod tests;
