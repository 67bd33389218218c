//! What the host keeps: one SQLite file in the data directory, written by one thread.
//!
//! Nothing waits for the disk but who asks to: config entries and tokens are written before their command answers,
//! states of the home, sessions and the audit are written behind, at most once a second.

mod audit;
mod entries;
mod exposure;
mod generations;
mod reading;
mod schema;
mod sessions;
mod states;
mod succession;
mod tokens;
mod waiting;
mod whole;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use sha2::{Digest, Sha256};
use tokio::sync::watch;

pub use self::audit::AuditLog;
pub use self::generations::{Generation, NewGeneration, Source, Swap, SwapKind};
pub use self::reading::{AuditEntry, AuditGap, AuditLine, AuditQuery, AuditReader};
pub use self::sessions::Sessions;
pub use self::states::HomeStates;
pub use self::tokens::{CreatedToken, NewToken, TokenError, TokenView, Tokens};
pub use self::whole::TakenBack;

use self::writer::{Behind, Message};
use crate::clock::SharedClock;
use crate::limits::Limits;

/// The database in the data directory.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    messages: mpsc::Sender<Message>,
    behind: Arc<Behind>,
    clock: SharedClock,
    /// Taken by the one who closes, so that the last writes are done when `close` returns.
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// Why the database could not be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A later version of Hearth wrote it.
    #[error(
        "{} was written by a newer Hearth: it has database version {found}, and this Hearth knows versions up to \
         {known}. Run the newer Hearth, take the database back to what this one knows with `hearth downgrade`, or choose \
         another directory with --data-dir.",
        path.display()
    )]
    Newer {
        /// The database file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that this program knows.
        known: i64,
    },
    /// A later version of Hearth wrote it and left no way back.
    #[error(
        "{} cannot be taken back: the Hearth that brought it to database version {version} left no way back from it. Run \
         that Hearth, or restore a backup that was made before it.",
        path.display()
    )]
    NoWayBack {
        /// The database file.
        path: PathBuf,
        /// The version that there is no way back from.
        version: i64,
    },
    /// Its content is not what was written.
    #[error("{} is damaged: {found}. Restore a backup, or move the file away to begin anew.", path.display())]
    Damaged {
        /// The database file.
        path: PathBuf,
        /// What SQLite found.
        found: String,
    },
    /// The file is not there, not readable, or not a database.
    #[error(
        "{} cannot be opened as Hearth's database: {source}. Choose another directory with --data-dir, or move the \
         file away to begin anew.",
        path.display()
    )]
    Open {
        /// The database file.
        path: PathBuf,
        /// What SQLite says.
        source: rusqlite::Error,
    },
    /// A statement failed.
    #[error("the database says: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The writer has ended.
    #[error("the database is closed")]
    Closed,
}

impl Store {
    /// Opens the database, brings it to the newest version and starts its writer.
    ///
    /// # Errors
    /// When the file cannot be opened, is not a database, or is of a newer version.
    pub fn open(path: &Path, clock: SharedClock, limits: &Limits) -> Result<Self, StoreError> {
        let mut connection = schema::open(path)?;
        schema::migrate(&mut connection, path)?;
        let behind = Arc::new(Behind::new(limits));
        let (messages, inbox) = mpsc::channel();
        let thread = writer::spawn(connection, inbox, behind.clone(), clock.clone());
        Ok(Self {
            shared: Arc::new(Shared {
                messages,
                behind,
                clock,
                thread: Mutex::new(Some(thread)),
            }),
        })
    }

    /// 32 bytes, constant for this database and different for every label.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn secret(&self, label: &'static str) -> Result<[u8; 32], StoreError> {
        let installation: Vec<u8> =
            self.call(|connection| connection.query_row("SELECT secret FROM installation", [], |row| row.get(0)))?;
        let mut hash = Sha256::new();
        hash.update(b"hearth installation secret 1\0");
        hash.update(label.as_bytes());
        hash.update([0]);
        hash.update(&installation);
        Ok(hash.finalize().into())
    }

    /// Whether a host has served from this database before.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn served_before(&self) -> Result<bool, StoreError> {
        self.call(|connection| connection.query_row("SELECT served FROM installation", [], |row| row.get(0)))
    }

    /// Notes that a host has served from this database.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn has_served(&self) -> Result<(), StoreError> {
        self.call(|connection| connection.execute("UPDATE installation SET served = 1", []).map(drop))
    }

    /// What does not go as it should, each as a sentence; empty when all is well.
    pub fn degraded(&self) -> Vec<String> {
        self.shared.behind.troubles()
    }

    /// Tells whenever records of the audit were written.
    pub fn audit_written(&self) -> watch::Receiver<()> {
        self.shared.behind.audit_written.subscribe()
    }

    /// Records of the audit that wait for the disk, those that were lost, and writes that failed; the latter two since the
    /// store was opened.
    pub fn figures(&self) -> (usize, u64, u64) {
        self.shared.behind.figures()
    }

    /// Writes what is still to be written. Returns when that is done or has failed.
    pub fn flush(&self) {
        let (done, wait) = mpsc::sync_channel(1);
        if self.shared.messages.send(Message::Flush(done)).is_ok() {
            // An error means that the writer has ended, and it flushed before that.
            let _ = wait.recv();
        }
    }

    /// Writes what is still to be written and closes the file.
    pub fn close(&self) {
        self.shared.close();
    }

    /// Runs a job on the writer's connection and waits for its answer.
    pub(crate) fn call<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, wait) = mpsc::sync_channel(1);
        let job = Box::new(move |connection: &mut Connection| {
            // Who asked may have gone; the job is done all the same.
            let _ = answer.send(job(connection));
        });
        self.shared
            .messages
            .send(Message::Job(job))
            .map_err(|_| StoreError::Closed)?;
        Ok(wait.recv().map_err(|_| StoreError::Closed)??)
    }

    /// Has a job done on the writer's connection, and does not wait for it.
    pub(crate) fn tell(&self, job: impl FnOnce(&mut Connection) + Send + 'static) {
        // An error means that the store is closed: there is nothing left to write to.
        let _ = self.shared.messages.send(Message::Job(Box::new(job)));
    }

    /// The moment now, by the clock that the store was opened with.
    fn now(&self) -> crate::clock::Moment {
        self.shared.clock.now()
    }

    /// Tells the writer that something is to be written behind.
    fn write_soon(&self) {
        // An error means that the store is closed: there is nothing left to write to.
        let _ = self.shared.messages.send(Message::Soon);
    }
}

impl Shared {
    fn close(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = self.messages.send(Message::Stop);
            // A panic of the writer was printed where it happened.
            let _ = thread.join();
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests;
