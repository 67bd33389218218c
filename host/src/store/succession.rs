//! How one generation comes after another: what is written down when one begins, is gone back from, or is proved.

use rusqlite::{Connection, Transaction, params};

use super::generations::{Generation, NewGeneration, Source, SwapKind, generation, number_of, running};
use super::{Store, StoreError};
use crate::clock::Moment;

/// Generations that the history goes back to; older ones are forgotten, for an author may make one a minute.
const HISTORY_GENERATIONS: u64 = 1_000;

impl Store {
    /// Notes that a host was started with this component. It is the generation that ran last when it has the same bytes,
    /// a new one otherwise. `failed` says why the one that the owner chose was not started, if it is another.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn begin_generation(
        &self,
        digest: &str,
        name: &str,
        version: &str,
        source: Source,
        failed: Option<String>,
    ) -> Result<Generation, StoreError> {
        let (digest, name, version, now) = (digest.to_owned(), name.to_owned(), version.to_owned(), self.now());
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let last = running(&transaction)?;
            let number = match last.as_ref().filter(|last| last.digest == digest) {
                Some(last) => {
                    let update = "UPDATE generations SET name = ?1, source = ?2, ended = NULL WHERE number = ?3";
                    transaction.execute(update, params![name, source, last.number as i64])?;
                    last.number
                }
                None => {
                    let next = "SELECT coalesce(max(number), 0) + 1 FROM generations";
                    let new = NewGeneration {
                        number: transaction.query_row(next, [], number_of(0))?,
                        digest,
                        name,
                        version,
                        source,
                        on_probation: false,
                    };
                    let kind = failed.as_ref().map_or(SwapKind::Start, |_| SwapKind::Fallback);
                    let reason = failed.unwrap_or_default();
                    begin(&transaction, &new, last.as_ref(), (kind, &reason), now)?;
                    new.number
                }
            };
            let begun = generation(&transaction, number)?;
            transaction.commit()?;
            begun.ok_or(rusqlite::Error::QueryReturnedNoRows)
        })
    }

    /// Notes that this generation, which ran before, is the one that a host was started with. `failed` says why the
    /// chosen one was not, if it is another.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn resume_generation(&self, number: u64, failed: Option<String>) -> Result<(), StoreError> {
        let now = self.now();
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let last = running(&transaction)?;
            if last.as_ref().is_none_or(|last| last.number != number) {
                let kind = failed.as_ref().map_or(SwapKind::Start, |_| SwapKind::Fallback);
                let reason = failed.unwrap_or_default();
                follow(&transaction, last.map(|last| last.number), number, kind, &reason, now)?;
            }
            transaction.commit()
        })
    }

    /// Notes that the owner chose this generation, which runs already.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn choose_generation(&self, number: u64, source: Source) -> Result<(), StoreError> {
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            choose(&transaction, number, source)?;
            transaction.commit()
        })
    }

    /// Notes that this new generation runs from now on, before it does. Somebody chose it, unless it comes from a file.
    ///
    /// # Errors
    /// When the database cannot be written; nothing has changed then.
    pub fn record_install(&self, new: NewGeneration) -> Result<(), StoreError> {
        let now = self.now();
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let last = running(&transaction)?;
            begin(&transaction, &new, last.as_ref(), (SwapKind::Install, ""), now)?;
            choose(&transaction, new.number, new.source)?;
            transaction.commit()
        })
    }

    /// Takes back what [`Store::record_install`] noted: the generation did not come to run.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn withdraw_install(&self, number: u64, chosen_before: Option<u64>) -> Result<(), StoreError> {
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            let withdrawn = generation(&transaction, number)?;
            let before = withdrawn.and_then(|withdrawn| withdrawn.predecessor);
            let last = running(&transaction)?;
            transaction.execute("DELETE FROM swaps WHERE generation = ?1", [number as i64])?;
            transaction.execute("DELETE FROM generations WHERE number = ?1", [number as i64])?;
            match last {
                // The host has gone back from the one before meanwhile.
                Some(last) if last.number != number => choose(&transaction, last.number, last.source)?,
                _ => stand(&transaction, before, chosen_before)?,
            }
            transaction.commit()
        })
    }

    /// Takes back what [`Store::record_rollback`] noted last: `from` runs on. Both are given as they were.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn withdraw_rollback(
        &self,
        from: &Generation,
        to: &Generation,
        chosen_before: Option<u64>,
    ) -> Result<(), StoreError> {
        let (from, to) = (from.clone(), to.clone());
        self.call(move |connection| {
            let transaction = connection.transaction()?;
            for generation in [&to, &from] {
                let update = "UPDATE generations SET ended = ?1, on_probation = ?2 WHERE number = ?3";
                let number = generation.number as i64;
                transaction.execute(update, params![generation.ended, generation.on_probation, number])?;
            }
            let delete = "DELETE FROM swaps WHERE id = (SELECT max(id) FROM swaps) AND generation = ?1";
            transaction.execute(delete, [to.number as i64])?;
            stand(&transaction, Some(from.number), chosen_before)?;
            transaction.commit()
        })
    }

    /// Notes that the generation `to` runs again, because somebody went back to it or, with a reason, the host did.
    ///
    /// # Errors
    /// When the database cannot be written; nothing has changed then.
    pub fn record_rollback(&self, from: u64, to: u64, reason: Option<&str>) -> Result<(), StoreError> {
        let (reason, now) = (reason.map(str::to_owned), self.now());
        self.call(move |connection| roll_back(connection, from, to, reason.as_deref(), now))
    }

    /// As [`Store::record_rollback`], without waiting for the disk. What cannot be written is lost: the next start then
    /// begins with the generation that was gone back from, on probation.
    pub fn note_automatic_rollback(&self, from: u64, to: u64, reason: &str) {
        let (reason, now) = (reason.to_owned(), self.now());
        self.behind("that the host went back to a generation", move |connection| {
            roll_back(connection, from, to, Some(&reason), now)
        });
    }

    /// Notes that the probation of this generation is over, without waiting for the disk.
    pub fn note_passed(&self, number: u64) {
        self.behind("that a generation has passed its probation", move |connection| {
            let update = "UPDATE generations SET on_probation = 0 WHERE number = ?1";
            connection.execute(update, [number as i64]).map(drop)
        });
    }

    /// Notes for how long nobody was served when this generation came, without waiting for the disk.
    pub fn note_pause(&self, number: u64, pause_us: u64) {
        self.behind("how long a swap took", move |connection| {
            let values = [pause_us as i64, number as i64];
            connection.execute("UPDATE generations SET pause_us = ?1 WHERE number = ?2", values)?;
            let last = "UPDATE swaps SET pause_us = ?1 WHERE id = (SELECT max(id) FROM swaps) AND generation = ?2";
            connection.execute(last, values).map(drop)
        });
    }

    /// Adds to what this generation did wrong, without waiting for the disk.
    pub fn note_faults(&self, number: u64, faults: u64) {
        self.behind("what a generation did wrong", move |connection| {
            let update = "UPDATE generations SET faults = faults + ?1 WHERE number = ?2";
            connection.execute(update, [faults as i64, number as i64]).map(drop)
        });
    }

    /// Has a job done that nobody waits for; that it failed is told in the log.
    fn behind(&self, what: &'static str, job: impl FnOnce(&mut Connection) -> rusqlite::Result<()> + Send + 'static) {
        self.tell(move |connection| {
            if let Err(error) = job(connection) {
                tracing::error!(%error, "the data directory cannot be written, so it is not noted {what}");
            }
        });
    }
}

/// A new row, which runs from now on.
fn begin(
    transaction: &Transaction<'_>,
    new: &NewGeneration,
    last: Option<&Generation>,
    (kind, reason): (SwapKind, &str),
    now: Moment,
) -> rusqlite::Result<()> {
    let last = last.map(|last| last.number);
    transaction.execute(
        "INSERT INTO generations (number, digest, name, version, source, since, predecessor, on_probation)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            new.number as i64,
            new.digest,
            new.name,
            new.version,
            new.source,
            now as i64,
            last.map(|last| last as i64),
            new.on_probation,
        ],
    )?;
    follow(transaction, last, new.number, kind, reason, now)?;
    let oldest = new.number.saturating_sub(HISTORY_GENERATIONS) as i64;
    // One that was chosen long ago is still started with.
    let forget = "DELETE FROM generations WHERE number <= ?1 AND number IS NOT (SELECT chosen FROM installation)";
    transaction.execute(forget, [oldest])?;
    let forget = "DELETE FROM swaps WHERE generation NOT IN (SELECT number FROM generations)";
    transaction.execute(forget, []).map(drop)
}

/// One generation runs where another did.
fn follow(
    transaction: &Transaction<'_>,
    from: Option<u64>,
    to: u64,
    kind: SwapKind,
    reason: &str,
    now: Moment,
) -> rusqlite::Result<()> {
    let (from, to) = (from.map(|from| from as i64), to as i64);
    let ended = match kind {
        SwapKind::Start => format!("a host was started with generation {to}"),
        SwapKind::Fallback => format!("it could not be started: {reason}"),
        SwapKind::Install => format!("replaced by generation {to}"),
        SwapKind::Rollback => format!("gone back from, to generation {to}"),
        SwapKind::AutomaticRollback => format!("gone back from by the host, to generation {to}: {reason}"),
    };
    transaction.execute(
        "UPDATE generations SET ended = ?1 WHERE number = ?2",
        params![ended, from],
    )?;
    transaction.execute("UPDATE generations SET ended = NULL WHERE number = ?1", [to])?;
    transaction.execute("UPDATE installation SET running = ?1", [to])?;
    transaction.execute(
        "INSERT INTO swaps (moment, origin, generation, kind, reason) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![now as i64, from, to, kind, reason],
    )?;
    Ok(())
}

fn roll_back(
    connection: &mut Connection,
    from: u64,
    to: u64,
    reason: Option<&str>,
    now: Moment,
) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    let kind = reason.map_or(SwapKind::Rollback, |_| SwapKind::AutomaticRollback);
    follow(&transaction, Some(from), to, kind, reason.unwrap_or_default(), now)?;
    // What is gone back to is proved, or was before there was probation.
    let update = "UPDATE generations SET on_probation = 0 WHERE number IN (?1, ?2)";
    transaction.execute(update, [from as i64, to as i64])?;
    let chosen: Option<i64> = transaction.query_row("SELECT chosen FROM installation", [], |row| row.get(0))?;
    // From a file that a host was only started with, the choice of the owner stays what it was.
    if chosen == Some(from as i64) || generation(&transaction, from)?.is_some_and(|from| from.source == Source::BuiltIn)
    {
        let source = generation(&transaction, to)?.map_or(Source::BuiltIn, |to| to.source);
        // A file that was gone back to is what is wanted, whether or not it is still where it was.
        let source = if source == Source::File {
            Source::Installed
        } else {
            source
        };
        choose(&transaction, to, source)?;
    }
    transaction.commit()
}

/// Notes that this generation runs, and that one was chosen.
fn stand(transaction: &Transaction<'_>, running: Option<u64>, chosen: Option<u64>) -> rusqlite::Result<()> {
    let (running, chosen) = (running.map(|number| number as i64), chosen.map(|number| number as i64));
    transaction.execute("UPDATE generations SET ended = NULL WHERE number = ?1", [running])?;
    transaction
        .execute(
            "UPDATE installation SET running = ?1, chosen = ?2",
            params![running, chosen],
        )
        .map(drop)
}

/// Notes what later starts begin with.
fn choose(transaction: &Transaction<'_>, number: u64, source: Source) -> rusqlite::Result<()> {
    let chosen = match source {
        Source::BuiltIn => None,
        Source::Installed => Some(number as i64),
        Source::File => return Ok(()),
    };
    transaction
        .execute("UPDATE installation SET chosen = ?1", [chosen])
        .map(drop)
}
