//! The data directory: where it lies, who holds it, and how a command finds the host that runs on it.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::digest_of;

const LOCK: &str = "hearth.lock";
const RUN: &str = "host.json";
const DATABASE: &str = "hearth.db";
const COMPONENTS: &str = "components";
const STDIO_TOKEN: &str = "stdio.token";
/// Characters of a digest in hexadecimal, with which the files of a component begin.
const DIGEST_CHARS: usize = 64;

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
    /// SHA-256 of its certificate in hexadecimal, when it serves TLS: it is known by that, whoever issued it and for
    /// whatever name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
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
    #[cfg(feature = "cli")]
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

/// Why a component that was kept cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// Its file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Its file holds something else.
    #[error("{} is damaged: its content is not what its name says", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
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
    #[cfg(feature = "cli")]
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
        self.path.join(COMPONENTS).join(format!("{digest}.wasm"))
    }

    /// What can be made again at any time: compiled components.
    pub fn cache(&self) -> PathBuf {
        self.path.join("cache")
    }

    /// Where `hearth stdio` keeps the token that it made itself.
    pub fn stdio_token(&self) -> PathBuf {
        self.path.join(STDIO_TOKEN)
    }

    /// Keeps that token where only the owner can read it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn keep_stdio_token(&self, token: &str) -> Result<(), DataDirError> {
        self.write(&self.stdio_token(), token.as_bytes())
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
        self.announce_again(run)?;
        held.run = Some(self.path.join(RUN));
        Ok(())
    }

    /// The same, of a host that has announced itself and has another certificate now.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn announce_again(&self, run: &Run) -> Result<(), DataDirError> {
        let text = serde_json::to_vec(run).expect("plain fields are JSON");
        self.write(&self.path.join(RUN), &text)
    }

    /// Keeps the component of this digest, whole and on the disk when this returns.
    ///
    /// # Errors
    /// When that cannot be written.
    pub fn keep_component(&self, digest: &str, bytes: &[u8]) -> Result<PathBuf, DataDirError> {
        let path = self.component(digest);
        if fs::read(&path).is_ok_and(|there| there == bytes) {
            return Ok(path);
        }
        let components = self.path.join(COMPONENTS);
        self.make(&components)?;
        self.write(&path, bytes)?;
        // The name is on the disk when its directory is.
        #[cfg(unix)]
        File::open(&components)
            .and_then(|directory| directory.sync_all())
            .map_err(|source| DataDirError::Io {
                path: components,
                source,
            })?;
        Ok(path)
    }

    /// The bytes of the component of this digest.
    ///
    /// # Errors
    /// When they are not there, or are not what they were.
    pub fn kept_component(&self, digest: &str) -> Result<Vec<u8>, KeptError> {
        let path = self.component(digest);
        match fs::read(&path) {
            Ok(bytes) if digest_of(&bytes) == digest => Ok(bytes),
            Ok(_) => Err(KeptError::Damaged { path }),
            Err(source) => Err(KeptError::Unreadable { path, source }),
        }
    }

    /// Removes what lies among the components and in the cache and belongs to none of these digests: bytes that nobody
    /// goes back to any more, and what an install left that was cut off.
    pub fn keep_only(&self, digests: &BTreeSet<String>) {
        for directory in [self.path.join(COMPONENTS), self.cache()] {
            // One that lies elsewhere may be shared with other data directories.
            if directory.is_symlink() {
                continue;
            }
            let entries = fs::read_dir(directory).into_iter().flatten().flatten();
            for path in entries.map(|entry| entry.path()) {
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
                let is_of_one = name.get(..DIGEST_CHARS).is_some_and(|digest| digests.contains(digest));
                let is_ours = [".wasm", ".cwasm", ".new"].iter().any(|end| name.ends_with(end));
                if is_ours && (!is_of_one || name.ends_with(".new")) {
                    // What stays takes room and does no harm.
                    let _ = fs::remove_file(path);
                }
            }
        }
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
            file.sync_all()?;
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
