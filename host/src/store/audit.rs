//! The audit in SQLite: written behind, bounded in memory and on disk, honest about what it lost.

use std::collections::VecDeque;

use rusqlite::{Transaction, params};

use super::Store;
use super::writer::lock;
use crate::audit::{Audit, Record};
use crate::clock::Moment;
use crate::limits::Limits;

/// Records that wait for the disk. A full disk costs no more memory than this.
const WAITING_RECORDS: usize = 10_000;
/// Bytes of those.
const WAITING_BYTES: usize = 16 << 20;

const MS_A_DAY: u64 = 24 * 60 * 60 * 1_000;

/// The audit sink of the host.
#[derive(Clone)]
pub struct AuditLog {
    store: Store,
}

impl AuditLog {
    /// The audit of this store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }
}

impl Audit for AuditLog {
    fn record(&self, record: Record) {
        if lock(&self.store.shared.behind.audit).push(record) {
            self.store.write_soon();
        }
    }
}

/// Records that were dropped because nothing could be written for too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    first: Moment,
    last: Moment,
    pub(super) lost: u64,
}

impl Gap {
    fn over(moment: Moment) -> Self {
        Self {
            first: moment,
            last: moment,
            lost: 1,
        }
    }

    fn joined(self, other: Self) -> Self {
        Self {
            first: self.first.min(other.first),
            last: self.last.max(other.last),
            lost: self.lost + other.lost,
        }
    }
}

/// Records on their way to the disk.
pub(super) struct Queue {
    waiting: VecDeque<Record>,
    bytes: usize,
    gap: Option<Gap>,
    /// How many were lost since the host started.
    lost: u64,
    days: u64,
    rows: u64,
}

impl Queue {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            waiting: VecDeque::new(),
            bytes: 0,
            gap: None,
            lost: 0,
            days: limits.audit_days,
            rows: limits.audit_rows,
        }
    }

    /// How many wait, and how many were lost since the host started.
    pub(super) fn figures(&self) -> (usize, u64) {
        (self.waiting.len(), self.lost)
    }

    pub(super) fn gap(&self) -> Option<Gap> {
        self.gap
    }

    /// Queues a record, or counts it as lost when the queue is full. Whether it is the first that waits.
    fn push(&mut self, record: Record) -> bool {
        let bytes = weight(&record);
        if self.waiting.len() >= WAITING_RECORDS || self.bytes + bytes > WAITING_BYTES {
            self.lost += 1;
            let gap = Gap::over(record.moment);
            self.gap = Some(self.gap.map_or(gap, |before| before.joined(gap)));
            return false;
        }
        self.bytes += bytes;
        self.waiting.push_back(record);
        self.waiting.len() == 1
    }

    pub(super) fn take(&mut self) -> Batch {
        self.bytes = 0;
        Batch {
            records: std::mem::take(&mut self.waiting),
            gap: self.gap.take(),
            days: self.days,
            rows: self.rows,
        }
    }

    /// Puts a batch that could not be written before what came meanwhile.
    pub(super) fn put_back(&mut self, batch: Batch) {
        let newer = std::mem::replace(&mut self.waiting, batch.records);
        self.bytes = self.waiting.iter().map(weight).sum();
        self.gap = match (batch.gap, self.gap) {
            (Some(before), Some(now)) => Some(before.joined(now)),
            (before, now) => before.or(now),
        };
        for record in newer {
            self.push(record);
        }
    }
}

/// What one transaction writes.
pub(super) struct Batch {
    records: VecDeque<Record>,
    gap: Option<Gap>,
    days: u64,
    rows: u64,
}

impl Batch {
    pub(super) fn is_empty(&self) -> bool {
        self.records.is_empty() && self.gap.is_none()
    }

    pub(super) fn write(&self, transaction: &Transaction<'_>, now: Moment) -> rusqlite::Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let mut insert = transaction.prepare_cached(
            "INSERT INTO audit (moment, principal, client, tool, arguments, action, entities, outcome, generation,
                                request, trace)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        )?;
        for record in &self.records {
            insert.execute(params![
                record.moment as i64,
                record.principal,
                record.client,
                record.tool,
                record.arguments,
                record.action,
                serde_json::Value::from(record.entities.clone()).to_string(),
                record.outcome,
                record.generation as i64,
                record.request,
                record.trace,
            ])?;
        }
        if let Some(gap) = self.gap {
            transaction.execute(
                "INSERT INTO audit_gaps (first, last, lost) VALUES (?1, ?2, ?3)",
                params![gap.first as i64, gap.last as i64, gap.lost as i64],
            )?;
        }
        self.prune(transaction, now)
    }

    /// Drops what is too old or too much. Ids are given in order and go from the oldest, so the newest `rows` ids are
    /// the newest rows.
    fn prune(&self, transaction: &Transaction<'_>, now: Moment) -> rusqlite::Result<()> {
        let oldest = now.saturating_sub(self.days.saturating_mul(MS_A_DAY)) as i64;
        transaction.execute("DELETE FROM audit WHERE moment < ?1", [oldest])?;
        transaction.execute("DELETE FROM audit_gaps WHERE last < ?1", [oldest])?;
        let rows = i64::try_from(self.rows).unwrap_or(i64::MAX);
        transaction.execute("DELETE FROM audit WHERE id <= (SELECT max(id) FROM audit) - ?1", [rows])?;
        Ok(())
    }
}

fn weight(record: &Record) -> usize {
    size_of::<Record>()
        + record.arguments.len()
        + record.client.len()
        + record.outcome.len()
        + record.request.len()
        + record.trace.len()
        + record
            .entities
            .iter()
            .map(|entity| entity.len() + size_of::<String>())
            .sum::<usize>()
}
