//! The tables, and how a database of an earlier version becomes one of this version.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _, params};

use super::StoreError;

/// One step a version: `STEPS[0]` makes version 1 of an empty file. Steps that were released never change.
const STEPS: &[Step] = &[
    Step::forth(BEGINNING),
    Step::forth(GENERATIONS),
    Step::forth(SESSIONS),
    Step {
        forth: OWNER,
        back: Some(BEFORE_OWNER),
    },
];

/// From one version to the next.
struct Step {
    forth: &'static str,
    /// The way back, which is kept in the database: an older Hearth does not know this step, and can undo it all the same.
    /// None before the first version that kept any.
    back: Option<&'static str>,
}

impl Step {
    const fn forth(forth: &'static str) -> Self {
        Self { forth, back: None }
    }
}

const BEGINNING: &str = "
    CREATE TABLE installation (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        secret BLOB NOT NULL,
        served INTEGER NOT NULL DEFAULT 0
    ) STRICT;
    CREATE TABLE entries (
        position INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        title TEXT NOT NULL,
        all_llm_apis INTEGER NOT NULL,
        llm_apis TEXT NOT NULL,
        require_admin INTEGER NOT NULL,
        read_only INTEGER NOT NULL,
        disabled INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE principals (
        id TEXT PRIMARY KEY,
        admin INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        hash BLOB NOT NULL UNIQUE,
        principal TEXT NOT NULL REFERENCES principals (id),
        created INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE home_states (
        entity TEXT PRIMARY KEY,
        state TEXT NOT NULL
    ) STRICT;
    CREATE TABLE audit (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        moment INTEGER NOT NULL,
        principal TEXT NOT NULL,
        client TEXT NOT NULL,
        tool TEXT NOT NULL,
        arguments TEXT NOT NULL,
        action TEXT NOT NULL,
        entities TEXT NOT NULL,
        outcome TEXT NOT NULL,
        generation INTEGER NOT NULL
    ) STRICT;
    CREATE INDEX audit_by_moment ON audit (moment);
    CREATE TABLE audit_gaps (
        first INTEGER NOT NULL,
        last INTEGER NOT NULL,
        lost INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE generations (
        number INTEGER PRIMARY KEY,
        digest TEXT NOT NULL,
        version TEXT NOT NULL,
        since INTEGER NOT NULL
    ) STRICT;
";

/// Generations that are installed, gone back from and started again: which one runs or ran last, which one the owner chose
/// (none: the one that is built in), and how each came and went.
const GENERATIONS: &str = "
    ALTER TABLE installation ADD COLUMN running INTEGER;
    ALTER TABLE installation ADD COLUMN chosen INTEGER;
    UPDATE installation SET running = (SELECT max(number) FROM generations);
    ALTER TABLE generations ADD COLUMN name TEXT NOT NULL DEFAULT '';
    ALTER TABLE generations ADD COLUMN source TEXT NOT NULL DEFAULT 'built-in';
    ALTER TABLE generations ADD COLUMN predecessor INTEGER;
    ALTER TABLE generations ADD COLUMN on_probation INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE generations ADD COLUMN faults INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE generations ADD COLUMN pause_us INTEGER;
    ALTER TABLE generations ADD COLUMN ended TEXT;
    CREATE TABLE swaps (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        moment INTEGER NOT NULL,
        origin INTEGER,
        generation INTEGER NOT NULL,
        kind TEXT NOT NULL,
        reason TEXT NOT NULL,
        pause_us INTEGER
    ) STRICT;
";

/// What outlives a host: checkpoints, outlets with the messages that lie in them after a stop, and work whose outcome
/// nobody was told. Starts are counted so that no number is given out twice.
const SESSIONS: &str = "
    ALTER TABLE installation ADD COLUMN starts INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE checkpoints (
        key TEXT PRIMARY KEY,
        kind TEXT NOT NULL,
        principal TEXT,
        transport TEXT NOT NULL,
        protocol_version TEXT NOT NULL,
        client TEXT NOT NULL,
        tools_digest TEXT NOT NULL,
        expiry INTEGER,
        format INTEGER NOT NULL,
        body BLOB NOT NULL,
        session TEXT
    ) STRICT;
    CREATE TABLE outlets (
        outlet INTEGER PRIMARY KEY,
        session TEXT NOT NULL,
        principal TEXT NOT NULL,
        checkpoints TEXT NOT NULL,
        attached INTEGER NOT NULL,
        start INTEGER,
        before INTEGER NOT NULL,
        lost INTEGER NOT NULL,
        status TEXT,
        finished INTEGER NOT NULL,
        ended INTEGER NOT NULL,
        named INTEGER NOT NULL,
        prime INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE messages (
        outlet INTEGER NOT NULL REFERENCES outlets (outlet) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (outlet, place)
    ) STRICT;
    CREATE TABLE work (
        key TEXT PRIMARY KEY,
        ticket BLOB NOT NULL,
        principal TEXT NOT NULL,
        client TEXT NOT NULL,
        names_api INTEGER NOT NULL,
        session TEXT NOT NULL,
        actions INTEGER NOT NULL
    ) STRICT;
";

/// What the owner sees and says: which request an action belonged to, since when a session is there, and what is exposed
/// in another way than the home's description says; and the ways back.
const OWNER: &str = "
    CREATE TABLE ways_back (
        version INTEGER PRIMARY KEY,
        hearth TEXT NOT NULL,
        step TEXT NOT NULL
    ) STRICT;
    ALTER TABLE audit ADD COLUMN request TEXT NOT NULL DEFAULT '';
    ALTER TABLE audit ADD COLUMN trace TEXT NOT NULL DEFAULT '';
    ALTER TABLE checkpoints ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE work ADD COLUMN request TEXT NOT NULL DEFAULT '';
    ALTER TABLE work ADD COLUMN traceparent TEXT NOT NULL DEFAULT '';
    ALTER TABLE work ADD COLUMN tracestate TEXT NOT NULL DEFAULT '';
    CREATE TABLE exposure (
        entity TEXT PRIMARY KEY,
        exposed INTEGER NOT NULL,
        since INTEGER NOT NULL
    ) STRICT;
";

const BEFORE_OWNER: &str = "
    DROP TABLE ways_back;
    DROP TABLE exposure;
    ALTER TABLE work DROP COLUMN tracestate;
    ALTER TABLE work DROP COLUMN traceparent;
    ALTER TABLE work DROP COLUMN request;
    ALTER TABLE checkpoints DROP COLUMN since;
    ALTER TABLE audit DROP COLUMN trace;
    ALTER TABLE audit DROP COLUMN request;
";

/// The newest version that this program knows.
pub(super) const KNOWN: i64 = STEPS.len() as i64;

/// Opens the file, making it when it is not there.
pub(super) fn open(path: &Path) -> Result<Connection, StoreError> {
    let wrong = |source| StoreError::Open {
        path: path.to_path_buf(),
        source,
    };
    // One thread uses the connection, so SQLite needs no locks of its own.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(wrong)?;
    readable_by_the_owner_only(path);
    connection
        .execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = NORMAL;
             PRAGMA foreign_keys = ON;
             PRAGMA cache_size = -512;
             PRAGMA journal_size_limit = 4194304;",
        )
        .map_err(wrong)?;
    Ok(connection)
}

/// The version of this database.
pub(super) fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("PRAGMA user_version", [], |row| row.get(0))
}

/// Does the steps that this database has not seen, all or none.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    migrate_to(connection, path, KNOWN)
}

/// The same, up to the step that makes this version.
pub(super) fn migrate_to(connection: &mut Connection, path: &Path, wanted: i64) -> Result<(), StoreError> {
    let found = version(connection)?;
    if !(0..=KNOWN).contains(&found) {
        return Err(StoreError::Newer {
            path: path.to_path_buf(),
            found,
            known: KNOWN,
        });
    }
    if found >= wanted {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for (number, step) in (1..=wanted).zip(STEPS).filter(|(number, _)| *number > found) {
        transaction.execute_batch(step.forth)?;
        if let Some(back) = step.back {
            transaction.execute(
                "INSERT INTO ways_back (version, hearth, step) VALUES (?1, ?2, ?3)",
                params![number, env!("CARGO_PKG_VERSION"), back],
            )?;
        }
    }
    if found == 0 {
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret).expect("the system has randomness: nothing can be secret without");
        transaction.execute("INSERT INTO installation (id, secret) VALUES (1, ?1)", [secret])?;
    }
    transaction.pragma_update(None, "user_version", wanted)?;
    transaction.commit()?;
    Ok(())
}

/// Takes a database back to this version by the ways back that lie in it, all of them or none: the Hearth that does it does
/// not know the steps that it undoes. Answers the version that it had.
pub(super) fn go_back_to(connection: &mut Connection, path: &Path, wanted: i64) -> Result<i64, StoreError> {
    let found = version(connection)?;
    let transaction = connection.transaction()?;
    for version in (wanted + 1..=found).rev() {
        let no_way = || StoreError::NoWayBack {
            path: path.to_path_buf(),
            version,
        };
        let kept = "SELECT count(*) FROM sqlite_schema WHERE name = 'ways_back'";
        let kept: i64 = transaction.query_row(kept, [], |row| row.get(0))?;
        if kept == 0 {
            return Err(no_way());
        }
        // The row goes first: the way back of the step that brought the table takes the table away.
        let statement = "DELETE FROM ways_back WHERE version = ?1 RETURNING step";
        let step: Option<String> = transaction
            .query_row(statement, [version], |row| row.get(0))
            .optional()?;
        transaction.execute_batch(&step.ok_or_else(no_way)?)?;
    }
    if found > wanted {
        transaction.pragma_update(None, "user_version", wanted)?;
    }
    transaction.commit()?;
    Ok(found)
}

/// Whether the step that makes this version keeps its way back.
#[cfg(test)]
pub(super) fn has_way_back(version: i64) -> bool {
    usize::try_from(version - 1).is_ok_and(|place| STEPS[place].back.is_some())
}

/// The file holds the installation's secret. The directory is closed to others, too; this is for a directory that was
/// there before.
pub(super) fn readable_by_the_owner_only(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A file system without permissions (a mounted share) is no reason not to start.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    }
    #[cfg(not(unix))]
    let _ = path;
}
