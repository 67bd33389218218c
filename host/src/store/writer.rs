//! The thread that owns the connection, and what waits to be written behind.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction};
use tokio::sync::watch;

use super::audit::Queue;
use super::{sessions, states};
use crate::clock::{Moment, SharedClock};
use crate::limits::Limits;

/// What is written behind waits this long for more, so that a moving cover is one write a second.
const WRITE_BEHIND: Duration = Duration::from_secs(1);

/// What the writer is asked for.
pub(super) enum Message {
    /// Do this now.
    Job(Box<dyn FnOnce(&mut Connection) + Send>),
    /// Something waits to be written behind.
    Soon,
    /// Write all that waits, now, and say when.
    Flush(SyncSender<()>),
    /// Write all that waits, and end.
    Stop,
}

/// What waits to be written.
pub(super) struct Behind {
    /// The newest state of each entity that changed.
    pub(super) states: Mutex<BTreeMap<String, String>>,
    pub(super) audit: Mutex<Queue>,
    pub(super) sessions: Mutex<sessions::Behind>,
    /// Told when records of the audit were written.
    pub(super) audit_written: watch::Sender<()>,
    /// Writes that failed since the host started.
    failures: AtomicU64,
    /// Why the last write failed, until one succeeds.
    trouble: Mutex<Option<String>>,
}

impl Behind {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            states: Mutex::default(),
            audit: Mutex::new(Queue::new(limits)),
            sessions: Mutex::default(),
            audit_written: watch::Sender::new(()),
            failures: AtomicU64::new(0),
            trouble: Mutex::default(),
        }
    }

    /// How many records of the audit wait and how many were lost, and how many writes failed, since the host started.
    pub(super) fn figures(&self) -> (usize, u64, u64) {
        let (waiting, lost) = lock(&self.audit).figures();
        (waiting, lost, self.failures.load(Ordering::Relaxed))
    }

    pub(super) fn troubles(&self) -> Vec<String> {
        let mut troubles = Vec::new();
        if let Some(trouble) = lock(&self.trouble).as_deref() {
            troubles.push(format!("the data directory cannot be written: {trouble}"));
        }
        if let Some(gap) = lock(&self.audit).gap() {
            troubles.push(format!("{} actions are missing from the audit", gap.lost));
        }
        troubles
    }

    /// Writes all that waits in one transaction. What could not be written waits on.
    fn flush(&self, connection: &mut Connection, now: Moment) -> bool {
        let states = std::mem::take(&mut *lock(&self.states));
        let batch = lock(&self.audit).take();
        let sessions = lock(&self.sessions).take();
        if states.is_empty() && batch.is_empty() && sessions.is_empty() {
            lock(&self.sessions).written(sessions);
            return true;
        }
        let written = in_transaction(connection, |transaction| {
            states::write(transaction, &states)?;
            sessions.write(transaction)?;
            batch.write(transaction, now)
        });
        let mut trouble = lock(&self.trouble);
        match written {
            Ok(()) => {
                lock(&self.sessions).written(sessions);
                if !batch.is_empty() {
                    self.audit_written.send_replace(());
                }
                if trouble.take().is_some() {
                    tracing::info!("the data directory can be written again");
                }
                true
            }
            Err(error) => {
                self.failures.fetch_add(1, Ordering::Relaxed);
                if trouble.is_none() {
                    tracing::error!(%error, "the data directory cannot be written; what is to be kept waits");
                }
                *trouble = Some(error.to_string());
                drop(trouble);
                lock(&self.audit).put_back(batch);
                lock(&self.sessions).put_back(sessions);
                let mut waiting = lock(&self.states);
                for (entity, state) in states {
                    // What came meanwhile is newer.
                    waiting.entry(entity).or_insert(state);
                }
                false
            }
        }
    }
}

/// Starts the writer.
pub(super) fn spawn(
    mut connection: Connection,
    inbox: Receiver<Message>,
    behind: Arc<Behind>,
    clock: SharedClock,
) -> JoinHandle<()> {
    thread::Builder::new()
        .name("store".into())
        .stack_size(512 << 10)
        .spawn(move || {
            // Pacing only: when the writes happen shows nowhere, so this is not the injected clock.
            let mut due: Option<Instant> = None;
            loop {
                let message = match due {
                    None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                    Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
                };
                match message {
                    Ok(Message::Job(job)) => job(&mut connection),
                    Ok(Message::Soon) => due = due.or_else(|| Some(Instant::now() + WRITE_BEHIND)),
                    Ok(Message::Flush(done)) => {
                        due = (!behind.flush(&mut connection, clock.now())).then(|| Instant::now() + WRITE_BEHIND);
                        // Who asked may have gone.
                        let _ = done.send(());
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        due = (!behind.flush(&mut connection, clock.now())).then(|| Instant::now() + WRITE_BEHIND);
                    }
                    Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => {
                        behind.flush(&mut connection, clock.now());
                        return;
                    }
                }
            }
        })
        .expect("the system can start one thread more")
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn in_transaction(
    connection: &mut Connection,
    write: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    write(&transaction)?;
    transaction.commit()
}
