//! The database as one file: a copy while others write, whether a file is sound, and the way back from a newer version.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::{Store, StoreError, schema};

/// A database that was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TakenBack {
    /// The version that it had.
    pub from: i64,
    /// The version that it has now.
    pub to: i64,
}

impl Store {
    /// The newest version of a database that this Hearth knows, and the one that it makes of every older one.
    pub const VERSION: i64 = schema::KNOWN;

    /// The version of a database.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn version(database: &Path) -> Result<i64, StoreError> {
        let connection = open(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        Ok(schema::version(&connection)?)
    }

    /// Writes a copy of a database to a file that is not there yet: as it is at one moment, also while a host writes to it.
    /// What that host has not written yet is not in it.
    ///
    /// # Errors
    /// When the database cannot be read or the copy not written.
    pub fn copy(database: &Path, copy: &Path) -> Result<(), StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = open(database, flags)?;
        let name = copy.to_string_lossy();
        connection.execute("VACUUM INTO ?1", [name])?;
        schema::readable_by_the_owner_only(copy);
        Ok(())
    }

    /// The digests of the components that a database tells of, each once.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn components(database: &Path) -> Result<BTreeSet<String>, StoreError> {
        let connection = open(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let mut select = connection.prepare("SELECT DISTINCT digest FROM generations")?;
        let digests = select.query_map([], |row| row.get(0))?;
        Ok(digests.collect::<rusqlite::Result<_>>()?)
    }

    /// Makes a database of an earlier version, which a backup can hold, one of this version, and looks whether it is sound.
    ///
    /// # Errors
    /// When it is not sound, not a database of Hearth, or of a newer version.
    pub fn renew(database: &Path) -> Result<(), StoreError> {
        let wrong = |source| StoreError::Open {
            path: database.to_path_buf(),
            source,
        };
        let mut connection = open(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let found: String = connection
            .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
            .map_err(wrong)?;
        if found != "ok" {
            return Err(StoreError::Damaged {
                path: database.to_path_buf(),
                found,
            });
        }
        schema::migrate(&mut connection, database)?;
        connection
            .query_row("SELECT secret FROM installation", [], |_| Ok(()))
            .map_err(wrong)
    }

    /// Sees to it that a database which takes another's place gives out no number that the other gave out already: what a
    /// client wants to resume is then its own, or nothing.
    ///
    /// # Errors
    /// When the other cannot be read, or this one not written.
    pub fn succeed(database: &Path, other: &Path) -> Result<(), StoreError> {
        let other = open(other, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let starts: i64 = other.query_row("SELECT starts FROM installation", [], |row| row.get(0))?;
        let connection = open(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        connection.execute("UPDATE installation SET starts = max(starts, ?1)", [starts])?;
        Ok(())
    }

    /// Takes a database of a newer version back to [`Store::VERSION`], by the ways back that the newer Hearth left in it.
    /// One that is not newer stays as it is.
    ///
    /// # Errors
    /// When it cannot be opened, or the newer Hearth left no way back. The database is then as it was.
    pub fn take_back(database: &Path) -> Result<TakenBack, StoreError> {
        let mut connection = open(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let from = schema::go_back_to(&mut connection, database, Self::VERSION)?;
        let to = schema::version(&connection)?;
        Ok(TakenBack { from, to })
    }
}

fn open(database: &Path, flags: OpenFlags) -> Result<Connection, StoreError> {
    Connection::open_with_flags(database, flags).map_err(|source| StoreError::Open {
        path: database.to_path_buf(),
        source,
    })
}
