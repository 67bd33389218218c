//! The generations of the component that this data directory has run.

use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension, Row};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError};
use crate::clock::Moment;

/// Where the bytes of a generation come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// They are part of the program.
    BuiltIn,
    /// A file that the host was started with, or that it watches.
    File,
    /// Somebody installed them.
    Installed,
}

/// How a generation came to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SwapKind {
    /// A host was started with it.
    Start,
    /// A host was started with it because another one could not be.
    Fallback,
    /// It was installed.
    Install,
    /// Somebody went back to it.
    Rollback,
    /// The host went back to it by itself.
    AutomaticRollback,
}

/// One loaded version of the component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Counts up from 1.
    pub number: u64,
    /// SHA-256 of its bytes, in hex.
    pub digest: String,
    /// Its name, as it describes itself.
    pub name: String,
    /// Its version, as it describes itself.
    pub version: String,
    /// Where its bytes come from.
    pub source: Source,
    /// When it first ran.
    pub since: Moment,
    /// The generation to go back to from it.
    pub predecessor: Option<u64>,
    /// Whether it is not proved yet: the host goes back from it by itself.
    pub on_probation: bool,
    /// What it did wrong while it ran.
    pub faults: u64,
    /// Microseconds for which nobody was served when it came, if somebody could be.
    pub pause_us: Option<u64>,
    /// Why it does not run any more.
    pub ended: Option<String>,
}

/// A generation that is about to run for the first time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGeneration {
    /// Its number: see [`Store::next_generation`].
    pub number: u64,
    /// SHA-256 of its bytes, in hex.
    pub digest: String,
    /// Its name, as it describes itself.
    pub name: String,
    /// Its version, as it describes itself.
    pub version: String,
    /// Where its bytes come from.
    pub source: Source,
    /// Whether the host may go back from it by itself.
    pub on_probation: bool,
}

/// One generation after another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Swap {
    /// When.
    pub moment: Moment,
    /// The generation that ran before, if one did.
    pub from: Option<u64>,
    /// The generation that ran from then on.
    pub to: u64,
    /// How that came.
    pub kind: SwapKind,
    /// Why, in words; empty where the kind says it all.
    pub reason: String,
    /// Microseconds for which nobody was served.
    pub pause_us: Option<u64>,
}

impl Store {
    /// The generation that runs, or ran last.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn running_generation(&self) -> Result<Option<Generation>, StoreError> {
        self.call(|connection| running(connection))
    }

    /// The generation that the owner chose; none: the one that is built in.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn chosen_generation(&self) -> Result<Option<Generation>, StoreError> {
        self.call(|connection| {
            let select = format!("{SELECT} WHERE number = (SELECT chosen FROM installation)");
            connection.query_row(&select, [], from_row).optional()
        })
    }

    /// The generation of this number.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn generation(&self, number: u64) -> Result<Option<Generation>, StoreError> {
        self.call(move |connection| generation(connection, number))
    }

    /// All generations that are known, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn generations(&self) -> Result<Vec<Generation>, StoreError> {
        self.call(|connection| {
            let mut select = connection.prepare(&format!("{SELECT} ORDER BY number"))?;
            select.query_map([], from_row)?.collect()
        })
    }

    /// How generations came and went, in order.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn swaps(&self) -> Result<Vec<Swap>, StoreError> {
        self.call(|connection| {
            let mut select = connection
                .prepare("SELECT moment, origin, generation, kind, reason, pause_us FROM swaps ORDER BY id")?;
            select.query_map([], swap_from_row)?.collect()
        })
    }

    /// The number that the next new generation gets.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn next_generation(&self) -> Result<u64, StoreError> {
        self.call(|connection| {
            connection.query_row("SELECT coalesce(max(number), 0) + 1 FROM generations", [], number_of(0))
        })
    }
}

const SELECT: &str = "SELECT number, digest, name, version, source, since, predecessor, on_probation, faults, pause_us, \
                      ended FROM generations";

pub(super) fn running(connection: &Connection) -> rusqlite::Result<Option<Generation>> {
    let select = format!("{SELECT} WHERE number = (SELECT running FROM installation)");
    connection.query_row(&select, [], from_row).optional()
}

pub(super) fn generation(connection: &Connection, number: u64) -> rusqlite::Result<Option<Generation>> {
    let select = format!("{SELECT} WHERE number = ?1");
    connection.query_row(&select, [number as i64], from_row).optional()
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Generation> {
    Ok(Generation {
        number: number_of(0)(row)?,
        digest: row.get(1)?,
        name: row.get(2)?,
        version: row.get(3)?,
        source: row.get(4)?,
        since: number_of(5)(row)?,
        predecessor: optional_number(row, 6)?,
        on_probation: row.get(7)?,
        faults: number_of(8)(row)?,
        pause_us: optional_number(row, 9)?,
        ended: row.get(10)?,
    })
}

fn swap_from_row(row: &Row<'_>) -> rusqlite::Result<Swap> {
    Ok(Swap {
        moment: number_of(0)(row)?,
        from: optional_number(row, 1)?,
        to: number_of(2)(row)?,
        kind: row.get(3)?,
        reason: row.get(4)?,
        pause_us: optional_number(row, 5)?,
    })
}

/// SQLite has signed integers only.
pub(super) fn number_of(column: usize) -> impl Fn(&Row<'_>) -> rusqlite::Result<u64> {
    move |row| Ok(row.get::<_, i64>(column)? as u64)
}

fn optional_number(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<u64>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(|number| number as u64))
}

/// A name in the database for each value, both ways.
macro_rules! named {
    ($type:ident { $($variant:ident = $name:literal),+ }) => {
        impl ToSql for $type {
            fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
                Ok(match self { $(Self::$variant => $name,)+ }.into())
            }
        }

        impl FromSql for $type {
            fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
                match value.as_str()? {
                    $($name => Ok(Self::$variant),)+
                    _ => Err(FromSqlError::InvalidType),
                }
            }
        }
    };
}

named!(Source { BuiltIn = "built-in", File = "file", Installed = "installed" });
named!(SwapKind {
    Start = "start",
    Fallback = "fallback",
    Install = "install",
    Rollback = "rollback",
    AutomaticRollback = "automatic-rollback"
});
