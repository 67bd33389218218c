//! Config entries in SQLite.

use rusqlite::{Row, params};

use super::{Store, StoreError};
use crate::entries::Entry;

impl Store {
    /// The config entries in the order in which they were made.
    pub(crate) fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        self.call(|connection| {
            let mut select = connection.prepare(
                "SELECT id, title, all_llm_apis, llm_apis, require_admin, read_only, disabled
                 FROM entries ORDER BY position",
            )?;
            let entries = select.query_map([], from_row)?;
            entries.collect()
        })
    }

    /// Writes a config entry, be it new or changed.
    pub(crate) fn keep_entry(&self, entry: Entry) -> Result<(), StoreError> {
        self.call(move |connection| {
            connection.execute(
                "INSERT INTO entries (id, title, all_llm_apis, llm_apis, require_admin, read_only, disabled)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (id) DO UPDATE SET title = ?2, all_llm_apis = ?3, llm_apis = ?4, require_admin = ?5,
                     read_only = ?6, disabled = ?7",
                params![
                    entry.id,
                    entry.title,
                    entry.all_llm_apis,
                    serde_json::Value::from(entry.llm_apis).to_string(),
                    entry.require_admin,
                    entry.read_only,
                    entry.disabled,
                ],
            )?;
            Ok(())
        })
    }

    /// Drops a config entry.
    pub(crate) fn forget_entry(&self, id: &str) -> Result<(), StoreError> {
        let id = id.to_owned();
        self.call(move |connection| connection.execute("DELETE FROM entries WHERE id = ?1", [id]).map(drop))
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Entry> {
    let llm_apis: String = row.get(3)?;
    let llm_apis = serde_json::from_str(&llm_apis)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error)))?;
    Ok(Entry {
        id: row.get(0)?,
        title: row.get(1)?,
        all_llm_apis: row.get(2)?,
        llm_apis,
        require_admin: row.get(4)?,
        read_only: row.get(5)?,
        disabled: row.get(6)?,
    })
}
