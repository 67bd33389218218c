//! What calls over a real socket leave in the audit of a real store, at its limits.

use std::path::Path;
use std::sync::Arc;

use hearth_host::clock::ManualClock;
use hearth_host::limits::Limits;
use hearth_host::store::{AuditLog, Store};
use hearth_tests::http_client::Client;
use hearth_tests::http_host::{ADA, BEN, Host, NOON, Setup};
use serde_json::json;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// A host that records into a store.
async fn recording(directory: &Path, limits: Limits) -> (Host, Store) {
    let clock = ManualClock::at(NOON);
    let store = Store::open(&directory.join("hearth.db"), clock.clone(), &limits).expect("the store opens");
    let host = Host::start(Setup {
        limits,
        clock,
        audit: Arc::new(AuditLog::new(store.clone())),
        ..Setup::default()
    })
    .await;
    (host, store)
}

/// Turns a light on, and waits until that is done.
async fn turn_on(client: &mut Client, name: &str) {
    let answer = client
        .call(
            "tools/call",
            json!({"name": "intent__HassTurnOn", "arguments": {"name": name}}),
        )
        .await;
    assert_eq!(answer["result"]["isError"], false, "{answer}");
}

/// The principals and entities in the audit, oldest first.
fn recorded(directory: &Path, store: &Store) -> Vec<String> {
    store.flush();
    let database = rusqlite::Connection::open(directory.join("hearth.db")).expect("it is there");
    let mut select = database
        .prepare("SELECT principal || ' ' || entities FROM audit ORDER BY id")
        .expect("the table is there");
    let rows = select.query_map([], |row| row.get(0)).expect("it can be read");
    rows.collect::<Result<_, _>>().expect("they are texts")
}

#[tokio::test]
async fn of_more_actions_than_the_audit_holds_the_oldest_go() {
    let directory = tempfile::tempdir().expect("a directory for the test");
    let limits = Limits {
        audit_rows: 3,
        ..Limits::default()
    };
    let (host, store) = recording(directory.path(), limits).await;
    let mut ben = Client::initialized(host.address, BEN).await;
    let mut ada = Client::initialized(host.address, ADA).await;
    for name in ["Reading Lamp", "Fairy Lights", "Bed Light", "Hall Light"] {
        turn_on(&mut ben, name).await;
    }
    turn_on(&mut ada, "Ceiling Light").await;
    let expected = [
        r#"ben ["light.bed"]"#,
        r#"ben ["light.hall"]"#,
        r#"ada ["light.ceiling"]"#,
    ];
    assert_eq!(recorded(directory.path(), &store), expected);
}

#[tokio::test]
async fn what_is_older_than_the_audit_goes_back_goes() {
    let directory = tempfile::tempdir().expect("a directory for the test");
    let limits = Limits {
        audit_days: 2,
        ..Limits::default()
    };
    let (host, store) = recording(directory.path(), limits).await;
    let mut ben = Client::initialized(host.address, BEN).await;
    turn_on(&mut ben, "Bed Light").await;
    host.clock.advance(2 * DAY_MS);
    ben.reconnect_posts().await;
    turn_on(&mut ben, "Hall Light").await;
    let expected = [r#"ben ["light.bed"]"#, r#"ben ["light.hall"]"#];
    assert_eq!(recorded(directory.path(), &store), expected, "two days are kept");
    host.clock.advance(1);
    turn_on(&mut ben, "Ceiling Light").await;
    let expected = [r#"ben ["light.hall"]"#, r#"ben ["light.ceiling"]"#];
    assert_eq!(recorded(directory.path(), &store), expected);
}
