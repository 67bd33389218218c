//! The tables, and how a database of an earlier version becomes one of this version.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::StoreError;

/// One step a version: `MIGRATIONS[0]` makes version 1 of an empty file. Steps that were released never change.
const MIGRATIONS: &[&str] = &[BEGINNING, GENERATIONS, SESSIONS, OWNER];

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
/// in another way than the home's description says.
const OWNER: &str = "
    ALTER TABLE audit ADD COLUMN request TEXT NOT NULL DEFAULT '';
    ALTER TABLE audit ADD COLUMN trace TEXT NOT NULL DEFAULT '';
    ALTER TABLE checkpoints ADD COLUMN since INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE exposure (
        entity TEXT PRIMARY KEY,
        exposed INTEGER NOT NULL,
        since INTEGER NOT NULL
    ) STRICT;
";

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

/// Does the steps that this database has not seen, all or none.
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = MIGRATIONS.len() as i64;
    let Some(done) = usize::try_from(found).ok().filter(|done| *done <= MIGRATIONS.len()) else {
        return Err(StoreError::Newer {
            path: path.to_path_buf(),
            found,
            known,
        });
    };
    if found == known {
        return Ok(());
    }
    let transaction = connection.transaction()?;
    for step in &MIGRATIONS[done..] {
        transaction.execute_batch(step)?;
    }
    if done == 0 {
        let mut secret = [0_u8; 32];
        getrandom::fill(&mut secret).expect("the system has randomness: nothing can be secret without");
        transaction.execute("INSERT INTO installation (id, secret) VALUES (1, ?1)", [secret])?;
    }
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

/// The file holds the installation's secret. The directory is closed to others, too; this is for a directory that was
/// there before.
fn readable_by_the_owner_only(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A file system without permissions (a mounted share) is no reason not to start.
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    }
    #[cfg(not(unix))]
    let _ = path;
}
