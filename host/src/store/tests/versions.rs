//! Databases of other versions: what an earlier Hearth left is all there afterwards, and what a newer one left can be
//! taken back.

use super::*;
use crate::durable::Durable as _;
use crate::store::schema;

/// As each earlier version left it, with something in every table that it had then.
const EARLIER: [&str; 3] = [
    include_str!("versions/1.sql"),
    include_str!("versions/2.sql"),
    include_str!("versions/3.sql"),
];
/// The token in them.
const TOKEN: &str = "hearth_b1a23692415db477f5d4eb71a4edde87f42f7051b8fb9fc070431e4805460f64";

/// The tables of a database with their columns, and all that is in them.
fn content(directory: &Directory) -> Vec<String> {
    let connection = Connection::open(directory.path()).expect("it is a database");
    let texts = |statement: &str| {
        let mut statement = connection.prepare(statement).expect("it is SQL");
        let columns = statement.column_count();
        let rows = statement.query_map([], |row| {
            let values = (0..columns).map(|column| Ok(format!("{:?}", row.get_ref(column)?)));
            values.collect::<rusqlite::Result<Vec<_>>>()
        });
        let rows = rows.expect("it can be read").map(|row| row.expect("it can be read"));
        rows.map(|row| row.join(", ")).collect::<Vec<_>>()
    };
    let mut names = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        .expect("it is SQL");
    let names = names.query_map([], |row| row.get(0)).expect("it can be read");
    let names: Vec<String> = names.map(|name| name.expect("it has a name")).collect();
    let tables = names.iter().flat_map(|table| {
        let columns = texts(&format!(
            "SELECT name, type, \"notnull\", pk FROM pragma_table_info('{table}')"
        ));
        let rows = texts(&format!("SELECT * FROM {table}"));
        [vec![format!("table {table}")], columns, rows].concat()
    });
    tables.collect()
}

/// A directory with the database of this text.
fn holding(text: &str) -> Directory {
    let directory = Directory::new();
    let connection = Connection::open(directory.path()).expect("the test can write");
    connection.execute_batch(text).expect("it is the dump of a database");
    directory
}

#[test]
fn there_is_a_database_of_every_earlier_version() {
    assert_eq!(EARLIER.len() as i64, Store::VERSION - 1);
}

#[test]
fn what_an_earlier_version_left_is_all_there() {
    for (version, text) in (1..).zip(EARLIER) {
        let directory = holding(text);
        let store = directory.open();
        let entries = store.entries().expect("they can be read");
        assert_eq!(entries.len(), 1, "version {version}");
        assert_eq!(entries[0].id, "4d95e26c0e", "version {version}");
        let tokens = Tokens::open(store.clone()).expect("they can be read");
        assert_eq!(tokens.list().len(), 2, "version {version}");
        let grant = tokens.authenticate(TOKEN).expect("the token still counts");
        assert!(grant.admin, "version {version}");
        assert_eq!(
            tools_in_the_audit(&store),
            ["intent__HassTurnOn"; 2],
            "version {version}"
        );
        assert_eq!(HomeStates::new(store.clone()).load().len(), 1, "version {version}");
        let running = store.running_generation().expect("it can be read");
        assert_eq!(running.map(|running| running.number), Some(1), "version {version}");
        let left = Sessions::new(store.clone()).load();
        assert_eq!(left.checkpoints.len(), usize::from(version >= 3), "version {version}");
        store.close();
    }
}

/// A step that keeps its way back loses nothing of what was there before it.
#[test]
fn a_step_and_its_way_back_leave_all_as_it_was() {
    for (version, text) in (1..).zip(EARLIER) {
        let directory = holding(text);
        let before = content(&directory);
        let mut connection = Connection::open(directory.path()).expect("it is a database");
        schema::migrate_to(&mut connection, &directory.path(), version + 1).expect("it is of an earlier version");
        let gone_back = schema::go_back_to(&mut connection, &directory.path(), version);
        drop(connection);
        match schema::has_way_back(version + 1) {
            true => {
                gone_back.expect("there is a way back");
                assert_eq!(content(&directory), before, "version {version}");
            }
            false => assert!(gone_back.is_err(), "version {version}"),
        }
    }
}

#[test]
fn a_database_of_a_newer_hearth_is_taken_back_by_the_ways_that_it_left() {
    let directory = Directory::new();
    directory.open().close();
    let before = content(&directory);
    let newer = Store::VERSION + 2;
    let raw = Connection::open(directory.path()).expect("it is a database");
    raw.execute_batch(&format!(
        "CREATE TABLE rooms (name TEXT) STRICT;
         INSERT INTO ways_back VALUES ({}, '9.0.0', 'DROP TABLE rooms');
         ALTER TABLE rooms ADD COLUMN colour TEXT;
         INSERT INTO ways_back VALUES ({newer}, '9.1.0', 'ALTER TABLE rooms DROP COLUMN colour');
         PRAGMA user_version = {newer};",
        newer - 1
    ))
    .expect("it can be written");
    drop(raw);
    let back = Store::take_back(&directory.path()).expect("the ways are there");
    assert_eq!((back.from, back.to), (newer, Store::VERSION));
    assert_eq!(content(&directory), before);
    let again = Store::take_back(&directory.path()).expect("there is nothing to do");
    assert_eq!((again.from, again.to), (Store::VERSION, Store::VERSION));
    directory.open().close();
}

#[test]
fn without_a_way_back_a_newer_database_stays_as_it_is() {
    let directory = Directory::new();
    directory.open().close();
    let newer = Store::VERSION + 2;
    let raw = Connection::open(directory.path()).expect("it is a database");
    raw.execute_batch(&format!(
        "CREATE TABLE rooms (name TEXT) STRICT;
         INSERT INTO ways_back VALUES ({newer}, '9.1.0', 'DROP TABLE rooms');
         PRAGMA user_version = {newer};"
    ))
    .expect("it can be written");
    drop(raw);
    let before = content(&directory);
    let error = Store::take_back(&directory.path())
        .expect_err("a way is missing")
        .to_string();
    assert!(error.contains(&format!("version {}", newer - 1)), "{error}");
    assert_eq!(content(&directory), before);
}

#[test]
fn a_copy_is_the_database_of_one_moment_and_the_owners_alone() {
    let directory = Directory::new();
    let store = directory.open();
    AuditLog::new(store.clone()).record(record(NOON, "before"));
    store.flush();
    let copy = directory.directory.path().join("copy.db");
    Store::copy(&directory.path(), &copy).expect("it can be copied while it is used");
    AuditLog::new(store.clone()).record(record(NOON, "after"));
    store.close();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&copy).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    Store::renew(&copy).expect("it is sound");
    let store = Store::open(&copy, directory.clock.clone(), &Limits::default()).expect("it is a database");
    assert_eq!(tools_in_the_audit(&store), ["before"]);
}

#[test]
fn a_database_in_anothers_place_gives_out_no_number_again() {
    let (old, new) = (Directory::new(), Directory::new());
    let starts = |directory: &Directory| {
        let store = directory.open();
        let starts = Sessions::new(store.clone()).load().starts;
        store.close();
        starts
    };
    let first = starts(&old);
    let second = starts(&new);
    let third = starts(&new);
    assert!(first == second && second < third);
    Store::succeed(&old.path(), &new.path()).expect("both are databases");
    assert!(starts(&old) > third);
}
