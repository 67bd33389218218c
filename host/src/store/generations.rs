//! The generations of the component that this data directory has run.

use rusqlite::{OptionalExtension, Row, params};

use super::{Store, StoreError};
use crate::clock::Moment;

/// One loaded version of the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Counts up from 1.
    pub number: u64,
    /// SHA-256 of its bytes, in hex.
    pub digest: String,
    /// Its version, as it describes itself.
    pub version: String,
    /// When it first ran.
    pub since: Moment,
}

impl Store {
    /// The newest generation, if a component ever ran.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn newest_generation(&self) -> Result<Option<Generation>, StoreError> {
        self.call(|connection| connection.query_row(NEWEST, [], from_row).optional())
    }

    /// The number of the generation that these bytes are: that of the newest when it has the same digest, a new one
    /// otherwise.
    ///
    /// # Errors
    /// When the database cannot be written.
    pub fn begin_generation(&self, digest: &str, version: &str) -> Result<Generation, StoreError> {
        let (digest, version, since) = (digest.to_owned(), version.to_owned(), self.now());
        self.call(move |connection| {
            let newest = connection.query_row(NEWEST, [], from_row).optional()?;
            let number = match newest {
                Some(newest) if newest.digest == digest => return Ok(newest),
                Some(newest) => newest.number + 1,
                None => 1,
            };
            connection.execute(
                "INSERT INTO generations (number, digest, version, since) VALUES (?1, ?2, ?3, ?4)",
                params![number as i64, digest, version, since as i64],
            )?;
            Ok(Generation {
                number,
                digest,
                version,
                since,
            })
        })
    }
}

const NEWEST: &str = "SELECT number, digest, version, since FROM generations ORDER BY number DESC LIMIT 1";

fn from_row(row: &Row<'_>) -> rusqlite::Result<Generation> {
    Ok(Generation {
        number: row.get::<_, i64>(0)? as u64,
        digest: row.get(1)?,
        version: row.get(2)?,
        since: row.get::<_, i64>(3)? as u64,
    })
}
