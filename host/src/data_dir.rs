//! The data directory: where it lies, who holds it, and how a command finds the host that runs on it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const LOCK: &str = "hearth.lock";
const RUN: &str = "host.json";
const DATABASE: &str = "hearth.db";

/// The directory that holds all that an installation keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataDir {
    path: PathBuf,
}

/// A running host, as it describes itself to the commands of its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Where it listens.
    pub url: String,
    /// Its process.
    pub pid: u32,
    /// Proves to it that a command comes from who can read the data directory. New at every start.
    pub secret: String,
}

/// The exclusive use of a data directory, until it is dropped.
#[derive(Debug)]
pub struct Held {
    /// Locked; the system lets go of it when the process ends, however it ends.
    _lock: File,
    /// The description of the running host, removed at the end.
    run: Option<PathBuf>,
}

/// Why a data directory could not be used.
#[derive(Debug, thiserror::Error)]
pub enum DataDirError {
    /// The platform knows no place for it.
    #[error("There is no home directory to keep data in. Name a directory with --data-dir.")]
    NoPlace,
    /// It could not be made or written.
    #[error("{} cannot be used as the data directory: {source}. Choose another with --data-dir.", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another process holds it.
    #[error(
        "{} is in use by another Hearth ({holder}). Stop that one, or choose another directory with --data-dir.",
        path.display()
    )]
    InUse {
        /// The data directory.
        path: PathBuf,
        /// The process, as far as it is known.
        holder: String,
    },
}

impl DataDir {
    /// This directory. Nothing is made yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The platform's directory for data of this user, `~/.local/share/hearth` on Linux.
    ///
    /// # Errors
    /// When the user has no home directory.
    pub fn of_the_platform() -> Result<Self, DataDirError> {
        let directories = directories::ProjectDirs::from("", "", "hearth").ok_or(DataDirError::NoPlace)?;
        Ok(Self::new(directories.data_dir().to_path_buf()))
    }

    /// Where it lies.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The database in it.
    pub fn database(&self) -> PathBuf {
        self.path.join(DATABASE)
    }

    /// Where the component of this digest lies, once it ran.
    pub fn component(&self, digest: &str) -> PathBuf {
        self.path.join("components").join(format!("{digest}.wasm"))
    }

    /// What can be made again at any time: compiled components.
    pub fn cache(&self) -> PathBuf {
        self.path.join("cache")
    }

    /// The configuration file that counts unless another is named.
    pub fn config_file(&self) -> PathBuf {
        self.path.join("hearth.toml")
    }

    /// Makes it if it is not there, and takes it for this process alone.
    ///
    /// # Errors
    /// When it cannot be made or written, or another process holds it.
    pub fn hold(&self) -> Result<Held, DataDirError> {
        self.make(&self.path)?;
        let path = self.path.join(LOCK);
        let wrong = |source| DataDirError::Io {
            path: path.clone(),
            source,
        };
        // Not truncated: it may name the process that holds it.
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path);
        let mut lock = opened.map_err(wrong)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut pid = String::new();
                let read = lock.read_to_string(&mut pid).is_ok() && !pid.trim().is_empty();
                return Err(DataDirError::InUse {
                    path: self.path.clone(),
                    holder: if read {
                        format!("process {}", pid.trim())
                    } else {
                        "of another process".into()
                    },
                });
            }
            Err(TryLockError::Error(source)) => return Err(wrong(source)),
        }
        // What an earlier host left when it was killed leads nowhere.
        let _ = fs::remove_file(self.path.join(RUN));
        let named = lock
            .set_len(0)
            .and_then(|()| lock.rewind())
            .and_then(|()| writeln!(lock, "{}", std::process::id()));
        named.map_err(wrong)?;
        Ok(Held { _lock: lock, run: None })
    }

    /// The host that runs on this directory, if it said so.
    pub fn running(&self) -> Option<Run> {
        let text = fs::read(self.path.join(RUN)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Tells the commands of the owner where this host is to be found, until `held` is dropped.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn announce(&self, held: &mut Held, run: &Run) -> Result<(), DataDirError> {
        let text = serde_json::to_vec(run).expect("three plain fields are JSON");
        let path = self.path.join(RUN);
        self.write(&path, &text)?;
        held.run = Some(path);
        Ok(())
    }

    /// Puts the component where `hearth component path` says that it lies, unless it is there.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn keep_component(&self, digest: &str, bytes: &[u8]) -> Result<PathBuf, DataDirError> {
        let path = self.component(digest);
        if fs::metadata(&path).is_ok_and(|there| there.len() == bytes.len() as u64) {
            return Ok(path);
        }
        self.make(&self.path.join("components"))?;
        self.write(&path, bytes)?;
        Ok(path)
    }

    fn make(&self, path: &Path) -> Result<(), DataDirError> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(path).map_err(|source| DataDirError::Io {
            path: path.to_path_buf(),
            source,
        })
    }

    /// Writes a file that only the owner can read, whole or not at all.
    fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), DataDirError> {
        let half = path.with_extension("new");
        let write = || {
            let mut options = OpenOptions::new();
            options.write(true).create(true).truncate(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let mut file = options.open(&half)?;
            file.write_all(bytes)?;
            drop(file);
            fs::rename(&half, path)
        };
        write().map_err(|source| DataDirError::Io {
            path: path.to_path_buf(),
            source,
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(run) = &self.run {
            // Nobody is misled by what stays: a command looks at the lock first.
            let _ = fs::remove_file(run);
        }
    }
}
