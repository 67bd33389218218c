//! Reading the audit: page by page over a connection of its own, so that neither the writer nor memory notices.

use std::collections::VecDeque;
use std::path::Path;

use rusqlite::{Connection, OpenFlags, Row, ToSql, named_params};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::StoreError;
use crate::clock::Moment;

/// Records of one page.
pub const PAGE: usize = 200;

/// What of the audit is asked for. What is not given does not matter.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AuditQuery {
    /// Not before this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Moment>,
    /// Not after this moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// Of this principal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<String>,
    /// With this entity among those that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entity: Option<String>,
    /// Of this tool.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// That came to this: `ok`, `failed`, `refused`, `timed-out`, `running`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// Of all that, the newest so many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
    /// Only what came after the record of this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<i64>,
    /// Only what is missing since the gap of this id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after_gap: Option<i64>,
    /// Go on with what comes.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub follow: bool,
}

/// One line of the audit.
#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum AuditLine {
    /// Records that could not be written.
    Gap {
        /// Which.
        gap: AuditGap,
    },
    /// One action.
    Action(Box<AuditEntry>),
}

/// Records that are missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditGap {
    /// Numbers the gaps.
    pub id: i64,
    /// When the first was asked for.
    pub first: Moment,
    /// When the last was.
    pub last: Moment,
    /// How many.
    pub lost: u64,
}

/// One action on the home, as it was kept. See [`crate::audit::Record`].
#[derive(Debug, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the fields are those of the record")]
pub struct AuditEntry {
    /// Numbers the records in the order in which they were written.
    pub id: i64,
    pub moment: Moment,
    pub principal: String,
    pub client: String,
    pub tool: String,
    pub arguments: Value,
    pub action: String,
    pub entities: Vec<String>,
    pub outcome: String,
    pub generation: u64,
    pub request: String,
    pub trace: String,
}

/// Goes through the audit once.
pub struct AuditReader {
    connection: Connection,
    filter: Filter,
    /// Read as far as this record.
    done: i64,
    /// Gaps that stand after what was read, oldest first.
    gaps: VecDeque<AuditGap>,
    /// Read as far as this gap.
    gaps_done: i64,
    /// No gap that ended before this stands in what is read.
    since: Moment,
}

/// The parameters of [`FILTER`].
struct Filter {
    since: Option<i64>,
    until: Option<i64>,
    who: Option<String>,
    tool: Option<String>,
    /// As it stands in a list of JSON.
    entity: Option<String>,
    outcome: Option<String>,
}

impl Filter {
    fn of(query: &AuditQuery) -> Self {
        Self {
            since: query.since.map(|since| since as i64),
            until: query.until.map(|until| until as i64),
            who: query.who.clone(),
            tool: query.tool.clone(),
            entity: query
                .entity
                .as_ref()
                .map(|entity| Value::from(entity.as_str()).to_string()),
            outcome: query.outcome.clone(),
        }
    }

    /// All of them, and these.
    fn with<'a>(&'a self, more: [(&'a str, &'a dyn ToSql); 2]) -> [(&'a str, &'a dyn ToSql); 8] {
        let [one, other] = more;
        [
            (":since", &self.since),
            (":until", &self.until),
            (":who", &self.who),
            (":tool", &self.tool),
            (":entity", &self.entity),
            (":outcome", &self.outcome),
            one,
            other,
        ]
    }
}

/// What a record must be to be asked for.
const FILTER: &str = "
    (:since IS NULL OR moment >= :since) AND (:until IS NULL OR moment <= :until)
    AND (:who IS NULL OR principal = :who) AND (:tool IS NULL OR tool = :tool)
    AND (:entity IS NULL OR instr(entities, :entity) > 0)
    AND (:outcome IS NULL OR outcome = :outcome OR substr(outcome, 1, length(:outcome) + 1) = :outcome || ':')";

impl AuditReader {
    /// Begins to read the audit of the database in this file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn open(path: &Path, query: AuditQuery) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).map_err(|source| StoreError::Open {
            path: path.to_path_buf(),
            source,
        })?;
        connection.execute_batch("PRAGMA busy_timeout = 5000; PRAGMA cache_size = -512;")?;
        let mut reader = Self {
            done: query.after.unwrap_or(0),
            gaps: VecDeque::new(),
            gaps_done: query.after_gap.unwrap_or(0),
            since: query.since.unwrap_or(0),
            connection,
            filter: Filter::of(&query),
        };
        reader.begin(query.limit)?;
        Ok(reader)
    }

    /// Finds the first record: by its time, and where only the newest are asked for, by counting from the end.
    fn begin(&mut self, limit: Option<u64>) -> Result<(), StoreError> {
        if let Some(since) = self.filter.since {
            let first = "SELECT min(id) FROM audit WHERE moment >= ?1";
            let first: Option<i64> = self.connection.query_row(first, [since], |row| row.get(0))?;
            let last = "SELECT coalesce(max(id), 0) FROM audit";
            let last: i64 = self.connection.query_row(last, [], |row| row.get(0))?;
            self.done = self.done.max(first.map_or(last, |first| first - 1));
        }
        let Some(limit) = limit else {
            return Ok(());
        };
        let statement = format!(
            "SELECT id, moment FROM audit WHERE id > :done AND {FILTER} ORDER BY id DESC LIMIT 1 OFFSET :offset"
        );
        let offset = i64::try_from(limit.max(1) - 1).unwrap_or(i64::MAX);
        let mut statement = self.connection.prepare(&statement)?;
        let mut rows = statement.query(&self.filter.with([(":done", &self.done), (":offset", &offset)]))?;
        let first: Option<(i64, i64)> = rows
            .next()?
            .map(|row| Ok::<_, rusqlite::Error>((row.get(0)?, row.get(1)?)))
            .transpose()?;
        drop(rows);
        drop(statement);
        if let Some((id, moment)) = first {
            self.done = id - 1;
            self.since = self.since.max(moment.unsigned_abs());
        }
        Ok(())
    }

    /// The next lines; none when there is nothing more as of now.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn page(&mut self) -> Result<Vec<AuditLine>, StoreError> {
        let newest = "SELECT coalesce(max(id), 0) FROM audit";
        let newest: i64 = self.connection.query_row(newest, [], |row| row.get(0))?;
        let entries = self.entries(newest)?;
        self.find_gaps()?;
        let whole = entries.len() == PAGE;
        // What was looked at and is not asked for is not looked at again.
        self.done = match entries.last() {
            Some(last) if whole => last.id,
            _ => self.done.max(newest),
        };
        let mut lines = Vec::with_capacity(entries.len());
        for entry in entries {
            while self.gaps.front().is_some_and(|gap| gap.first <= entry.moment) {
                lines.extend(self.gaps.pop_front().map(|gap| AuditLine::Gap { gap }));
            }
            lines.push(AuditLine::Action(Box::new(entry)));
        }
        if !whole {
            lines.extend(self.gaps.drain(..).map(|gap| AuditLine::Gap { gap }));
        }
        Ok(lines)
    }

    fn entries(&self, newest: i64) -> Result<Vec<AuditEntry>, StoreError> {
        let statement = format!(
            "SELECT id, moment, principal, client, tool, arguments, action, entities, outcome, generation, request, trace
             FROM audit WHERE id > :done AND id <= :newest AND {FILTER} ORDER BY id LIMIT {PAGE}"
        );
        let mut statement = self.connection.prepare_cached(&statement)?;
        let rows = statement.query_map(&self.filter.with([(":done", &self.done), (":newest", &newest)]), entry)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Looks for gaps that were noted since.
    fn find_gaps(&mut self) -> Result<(), StoreError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT rowid, first, last, lost FROM audit_gaps
             WHERE rowid > :done AND last >= :since AND (:until IS NULL OR first <= :until) ORDER BY rowid LIMIT 200",
        )?;
        let since = self.since as i64;
        let gaps = statement.query_map(
            named_params! { ":done": self.gaps_done, ":since": since, ":until": self.filter.until },
            |row| {
                Ok(AuditGap {
                    id: row.get(0)?,
                    first: row.get::<_, i64>(1)?.unsigned_abs(),
                    last: row.get::<_, i64>(2)?.unsigned_abs(),
                    lost: row.get::<_, i64>(3)?.unsigned_abs(),
                })
            },
        )?;
        for gap in gaps {
            let gap = gap?;
            self.gaps_done = gap.id;
            self.gaps.push_back(gap);
        }
        Ok(())
    }
}

fn entry(row: &Row<'_>) -> rusqlite::Result<AuditEntry> {
    let arguments: String = row.get(5)?;
    let entities: String = row.get(7)?;
    Ok(AuditEntry {
        id: row.get(0)?,
        moment: row.get::<_, i64>(1)?.unsigned_abs(),
        principal: row.get(2)?,
        client: row.get(3)?,
        tool: row.get(4)?,
        // What a component sent as arguments may be anything.
        arguments: serde_json::from_str(&arguments).unwrap_or(Value::String(arguments)),
        action: row.get(6)?,
        entities: serde_json::from_str(&entities).unwrap_or_default(),
        outcome: row.get(8)?,
        generation: row.get::<_, i64>(9)?.unsigned_abs(),
        request: row.get(10)?,
        trace: row.get(11)?,
    })
}
