//! Sessions that outlive the host: checkpoints, outlets and open work, written behind.
//!
//! What one event changed waits together and is written in one transaction, so the disk never holds half of it.

use std::sync::{Arc, MutexGuard, OnceLock};

use bytes::Bytes;
use rusqlite::{Connection, Row, Transaction, params};

use super::waiting::{Batch, Waiting};
use super::writer::lock;
use super::{Store, StoreError};
use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Outlet, Status, Transport};
use crate::durable::{Buffer, Changes, Durable, KeptCheckpoint, KeptOutlet, KeptWork, Left};
use crate::request::{RequestContext, TraceContext};

/// Starts are counted up to here; above it lie those that could not be counted.
const UNCOUNTED: u32 = 1 << 31;

/// The sessions in the database.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    /// Which start of the host this is. Counted when an engine first asks for what was left: a host that fails before that
    /// has given out no number.
    start: Arc<OnceLock<u32>>,
}

/// What waits to be written of them.
#[derive(Debug, Default)]
pub(super) struct Behind {
    checkpoints: Waiting<String, KeptCheckpoint>,
    outlets: Waiting<Outlet, KeptOutlet>,
    work: Waiting<String, KeptWork>,
    start: u32,
    /// The writer was told.
    told: bool,
}

/// What one transaction writes.
#[derive(Debug, Default)]
pub(super) struct SessionBatch {
    checkpoints: Batch<String, KeptCheckpoint>,
    outlets: Batch<Outlet, KeptOutlet>,
    work: Batch<String, KeptWork>,
    start: u32,
}

impl Sessions {
    /// The sessions in this store, for one run of the host.
    pub fn new(store: Store) -> Self {
        Self {
            store,
            start: Arc::default(),
        }
    }

    fn start(&self) -> u32 {
        *self.start.get_or_init(|| {
            let start = self.store.call(count_start).unwrap_or_else(|error| {
                // Numbers must not come twice all the same, and chance sees to that.
                tracing::error!(%error, "this start of the host cannot be counted");
                let mut bits = [0; 4];
                let _ = getrandom::fill(&mut bits);
                u32::from_le_bytes(bits) | UNCOUNTED
            });
            self.behind().start = start;
            start
        })
    }

    fn behind(&self) -> MutexGuard<'_, Behind> {
        lock(&self.store.shared.behind.sessions)
    }

    fn read(&self) -> Result<Left, StoreError> {
        let starts = self.start();
        self.store.call(move |connection| {
            let transaction = connection.transaction()?;
            Ok(Left {
                starts,
                checkpoints: rows(&transaction, CHECKPOINTS, checkpoint)?,
                outlets: outlets(&transaction, starts)?,
                work: rows(&transaction, WORK, work)?,
            })
        })
    }
}

impl Durable for Sessions {
    fn load(&self) -> Left {
        let left = self.read().unwrap_or_else(|error| {
            tracing::error!(%error, "the kept sessions cannot be read: their clients have to begin new ones");
            Left {
                starts: self.start(),
                ..Left::default()
            }
        });
        let mut behind = self.behind();
        let keys = left.checkpoints.iter().map(|kept| kept.checkpoint.key.clone());
        behind.checkpoints.found(keys);
        behind.outlets.found(left.outlets.iter().map(|kept| kept.outlet));
        behind.work.found(left.work.iter().map(|kept| kept.key.clone()));
        left
    }

    fn note(&self, changes: Changes) {
        let mut behind = self.behind();
        for (key, value) in changes.checkpoints {
            behind.checkpoints.note(key, value);
        }
        for (outlet, value) in changes.outlets {
            behind.outlets.note(outlet, value);
        }
        for (key, value) in changes.work {
            behind.work.note(key, value);
        }
        let first = !behind.is_empty() && !std::mem::replace(&mut behind.told, true);
        drop(behind);
        if first {
            self.store.write_soon();
        }
    }
}

impl Behind {
    fn is_empty(&self) -> bool {
        self.checkpoints.is_empty() && self.outlets.is_empty() && self.work.is_empty()
    }

    pub fn take(&mut self) -> SessionBatch {
        self.told = false;
        SessionBatch {
            checkpoints: self.checkpoints.take(),
            outlets: self.outlets.take(),
            work: self.work.take(),
            start: self.start,
        }
    }

    /// The batch that was taken is written.
    pub fn written(&mut self, batch: SessionBatch) {
        self.checkpoints.written(batch.checkpoints);
        self.outlets.written(batch.outlets);
        self.work.written(batch.work);
    }

    /// The batch that was taken could not be written.
    pub fn put_back(&mut self, batch: SessionBatch) {
        self.checkpoints.put_back(batch.checkpoints);
        self.outlets.put_back(batch.outlets);
        self.work.put_back(batch.work);
    }
}

impl SessionBatch {
    pub fn is_empty(&self) -> bool {
        self.checkpoints.is_empty() && self.outlets.is_empty() && self.work.is_empty()
    }

    pub fn write(&self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        for (key, kept) in &self.checkpoints {
            match kept {
                Some(kept) => write_checkpoint(transaction, kept)?,
                None => delete(transaction, "DELETE FROM checkpoints WHERE key = ?1", key)?,
            }
        }
        for (outlet, kept) in &self.outlets {
            delete(transaction, "DELETE FROM outlets WHERE outlet = ?1", *outlet as i64)?;
            if let Some(kept) = kept {
                write_outlet(transaction, kept, self.start)?;
            }
        }
        for (key, kept) in &self.work {
            match kept {
                Some(kept) => write_work(transaction, kept)?,
                None => delete(transaction, "DELETE FROM work WHERE key = ?1", key)?,
            }
        }
        Ok(())
    }
}

/// Counts this start. That is on the disk before any number is made of it, even if the power fails.
fn count_start(connection: &mut Connection) -> rusqlite::Result<u32> {
    let starts: i64 = connection.query_row(
        "UPDATE installation SET starts = starts + 1 RETURNING starts",
        [],
        |row| row.get(0),
    )?;
    connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
    Ok(starts as u32 % UNCOUNTED)
}

fn passed_over(error: &rusqlite::Error) {
    tracing::error!(%error, "a row of the kept sessions cannot be read, and is passed over");
}

fn delete(transaction: &Transaction<'_>, statement: &str, key: impl rusqlite::ToSql) -> rusqlite::Result<()> {
    transaction.prepare_cached(statement)?.execute([key]).map(drop)
}

fn rows<T>(
    connection: &Connection,
    statement: &str,
    read: fn(&Row<'_>) -> rusqlite::Result<T>,
) -> rusqlite::Result<Vec<T>> {
    let mut select = connection.prepare(statement)?;
    let found = select.query_map([], read)?;
    let readable = found.filter_map(|row| row.inspect_err(passed_over).ok());
    Ok(readable.collect())
}

const CHECKPOINTS: &str = "SELECT key, kind, principal, transport, protocol_version, client, tools_digest, expiry, \
                           format, body, session, since FROM checkpoints";

fn write_checkpoint(transaction: &Transaction<'_>, kept: &KeptCheckpoint) -> rusqlite::Result<()> {
    let checkpoint = &kept.checkpoint;
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO checkpoints (key, kind, principal, transport, protocol_version, client, tools_digest, \
             expiry, format, body, session, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        )?
        .execute(params![
            checkpoint.key,
            name_of(KINDS, checkpoint.kind),
            checkpoint.principal,
            name_of(TRANSPORTS, checkpoint.transport),
            checkpoint.protocol_version,
            checkpoint.client,
            checkpoint.tools_digest,
            checkpoint.expiry.map(|expiry| expiry as i64),
            checkpoint.format,
            checkpoint.body,
            kept.session,
            kept.since as i64,
        ])
        .map(drop)
}

fn checkpoint(row: &Row<'_>) -> rusqlite::Result<KeptCheckpoint> {
    let checkpoint = Checkpoint {
        key: row.get(0)?,
        kind: named(KINDS, row, 1)?,
        principal: row.get(2)?,
        transport: named(TRANSPORTS, row, 3)?,
        protocol_version: row.get(4)?,
        client: row.get(5)?,
        tools_digest: row.get(6)?,
        expiry: row.get::<_, Option<i64>>(7)?.map(|expiry| expiry as u64),
        format: row.get(8)?,
        body: row.get(9)?,
    };
    Ok(KeptCheckpoint {
        checkpoint: Arc::new(checkpoint),
        session: row.get(10)?,
        since: row.get::<_, i64>(11)? as u64,
    })
}

fn write_outlet(transaction: &Transaction<'_>, kept: &KeptOutlet, start: u32) -> rusqlite::Result<()> {
    let buffer = kept.buffer.as_ref();
    let flag = |of: fn(&Buffer) -> bool| buffer.is_some_and(of);
    transaction
        .prepare_cached("INSERT INTO outlets VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)")?
        .execute(params![
            kept.outlet as i64,
            kept.session,
            kept.principal,
            serde_json::Value::from(kept.checkpoints.clone()).to_string(),
            kept.attached,
            buffer.map(|_| i64::from(start)),
            buffer.map_or(0, |buffer| buffer.before as i64),
            buffer.map_or(0, |buffer| buffer.lost as i64),
            buffer.and_then(|buffer| Some(name_of(STATUSES, buffer.status?))),
            flag(|buffer| buffer.finished),
            flag(|buffer| buffer.ended),
            flag(|buffer| buffer.named),
            flag(|buffer| buffer.prime),
        ])?;
    let mut insert = transaction.prepare_cached("INSERT INTO messages VALUES (?1, ?2, ?3)")?;
    for (place, body) in buffer.iter().flat_map(|buffer| buffer.messages.iter().enumerate()) {
        insert.execute(params![kept.outlet as i64, place as i64, &body[..]])?;
    }
    Ok(())
}

/// What lies in an outlet counts only if the host that ran last wrote it when it stopped: one that ran since and was cut
/// off may have sent more.
fn outlets(connection: &Connection, starts: u32) -> rusqlite::Result<Vec<KeptOutlet>> {
    let mut messages = connection.prepare("SELECT body FROM messages WHERE outlet = ?1 ORDER BY place")?;
    let mut select = connection.prepare(
        "SELECT outlet, session, principal, checkpoints, attached, start, before, lost, status, finished, ended, named, \
         prime FROM outlets",
    )?;
    let mut found = select.query([])?;
    let mut outlets = Vec::new();
    while let Some(row) = found.next()? {
        let outlet: i64 = row.get(0)?;
        let written: Option<u32> = row.get(5)?;
        let buffer = match written.is_some_and(|start| start.checked_add(1) == Some(starts)) {
            false => None,
            true => {
                let bodies = messages.query_map([outlet], |row| row.get::<_, Vec<u8>>(0))?;
                let bodies: rusqlite::Result<Vec<_>> = bodies.map(|body| Ok(Bytes::from(body?))).collect();
                Some(buffer(row, bodies?)?)
            }
        };
        let checkpoints: String = row.get(3)?;
        outlets.push(KeptOutlet {
            outlet: outlet as u64,
            session: row.get(1)?,
            principal: row.get(2)?,
            checkpoints: serde_json::from_str(&checkpoints).unwrap_or_default(),
            attached: row.get(4)?,
            buffer,
        });
    }
    Ok(outlets)
}

fn buffer(row: &Row<'_>, messages: Vec<Bytes>) -> rusqlite::Result<Buffer> {
    let status: Option<String> = row.get(8)?;
    Ok(Buffer {
        before: row.get::<_, i64>(6)? as u64,
        messages,
        lost: row.get::<_, i64>(7)? as u64,
        status: match status {
            Some(_) => Some(named(STATUSES, row, 8)?),
            None => None,
        },
        finished: row.get(9)?,
        ended: row.get(10)?,
        named: row.get(11)?,
        prime: row.get(12)?,
    })
}

const WORK: &str = "SELECT key, ticket, principal, client, names_api, session, actions, request, traceparent, \
                    tracestate FROM work";

fn write_work(transaction: &Transaction<'_>, kept: &KeptWork) -> rusqlite::Result<()> {
    let trace = kept.request.trace.as_deref();
    transaction
        .prepare_cached(
            "INSERT OR REPLACE INTO work (key, ticket, principal, client, names_api, session, actions, request, \
             traceparent, tracestate) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            kept.key,
            kept.ticket,
            kept.principal,
            kept.client,
            kept.names_api,
            kept.session,
            kept.actions as i64,
            &*kept.request.id,
            trace.map_or("", TraceContext::parent),
            trace.map_or("", TraceContext::state),
        ])
        .map(drop)
}

fn work(row: &Row<'_>) -> rusqlite::Result<KeptWork> {
    Ok(KeptWork {
        key: row.get(0)?,
        ticket: row.get(1)?,
        principal: row.get(2)?,
        client: row.get(3)?,
        names_api: row.get(4)?,
        session: row.get(5)?,
        actions: row.get::<_, i64>(6)? as usize,
        request: RequestContext {
            id: row.get::<_, String>(7)?.into(),
            trace: TraceContext::read(&row.get::<_, String>(8)?, &row.get::<_, String>(9)?).map(Arc::new),
            arrived_us: None,
        },
    })
}

/// How a value of the contract stands in the database.
type Names<T> = &'static [(T, &'static str)];

const KINDS: Names<CheckpointKind> = &[
    (CheckpointKind::Session, "session"),
    (CheckpointKind::Exchange, "exchange"),
    (CheckpointKind::Shared, "shared"),
];
const TRANSPORTS: Names<Transport> = &[
    (Transport::Sse, "sse"),
    (Transport::Streamable, "streamable"),
    (Transport::None, "none"),
];
const STATUSES: Names<Status> = &[
    (Status::Ok, "ok"),
    (Status::Accepted, "accepted"),
    (Status::BadRequest, "bad-request"),
    (Status::NotFound, "not-found"),
    (Status::MethodNotAllowed, "method-not-allowed"),
];

fn name_of<T: PartialEq>(names: Names<T>, value: T) -> &'static str {
    let found = names.iter().find(|(other, _)| *other == value);
    found.map_or("", |(_, name)| *name)
}

fn named<T: Copy>(names: Names<T>, row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    let name: String = row.get(column)?;
    let found = names.iter().find(|(_, other)| *other == name);
    let unknown = || rusqlite::Error::InvalidColumnType(column, name.clone(), rusqlite::types::Type::Text);
    found.map(|(value, _)| *value).ok_or_else(unknown)
}
