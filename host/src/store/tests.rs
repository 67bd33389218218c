mod sessions;
mod versions;

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::audit::{Audit as _, Record};
use crate::clock::ManualClock;
use crate::home::embedded::state::StateStore as _;
use crate::http::auth::Authenticate as _;
use crate::principals::Principals as _;

const NOON: u64 = 1_795_000_000_000;
const DAY: u64 = 24 * 60 * 60 * 1_000;

struct Directory {
    directory: tempfile::TempDir,
    clock: Arc<ManualClock>,
}

impl Directory {
    fn new() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory for the test"),
            clock: ManualClock::at(NOON),
        }
    }

    fn path(&self) -> PathBuf {
        self.directory.path().join("hearth.db")
    }

    fn open(&self) -> Store {
        self.open_with(&Limits::default())
    }

    fn open_with(&self, limits: &Limits) -> Store {
        Store::open(&self.path(), self.clock.clone(), limits).expect("the store opens")
    }
}

fn record(moment: u64, tool: &str) -> Record {
    Record {
        request: "r".into(),
        trace: String::new(),
        moment,
        principal: "ada".into(),
        client: "test 1".into(),
        tool: tool.into(),
        arguments: "{}".into(),
        action: "light.turn_on".into(),
        entities: vec!["light.bed".into()],
        outcome: "ok".into(),
        generation: 1,
    }
}

fn tools_in_the_audit(store: &Store) -> Vec<String> {
    store
        .call(|connection| {
            let mut select = connection.prepare("SELECT tool FROM audit ORDER BY id")?;
            select.query_map([], |row| row.get(0))?.collect()
        })
        .expect("the audit can be read")
}

fn token(name: &str, admin: bool, principal: Option<&str>) -> NewToken {
    NewToken {
        name: name.into(),
        admin,
        principal: principal.map(str::to_owned),
    }
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_as_it_is() {
    let directory = Directory::new();
    directory.open().close();
    let raw = Connection::open(directory.path()).expect("it is a database");
    raw.pragma_update(None, "user_version", 7).expect("it can be written");
    drop(raw);
    let error = Store::open(&directory.path(), directory.clock.clone(), &Limits::default()).map(drop);
    let text = error.expect_err("it is newer").to_string();
    assert!(text.contains("newer Hearth"), "{text}");
    assert!(text.contains("version 7") && text.contains("--data-dir"), "{text}");
}

#[test]
fn what_is_not_a_database_is_refused_and_left_as_it_is() {
    let directory = Directory::new();
    let text = "this is somebody's letter, long enough to be taken for the head of a database file, or so one thinks";
    std::fs::write(directory.path(), text).expect("the test can write");
    let error = Store::open(&directory.path(), directory.clock.clone(), &Limits::default()).map(drop);
    assert!(
        error
            .expect_err("it is no database")
            .to_string()
            .contains("not a database")
    );
    assert_eq!(std::fs::read_to_string(directory.path()).expect("it is there"), text);
}

#[test]
fn secrets_are_constant_and_different_for_each_use() {
    let directory = Directory::new();
    let store = directory.open();
    let first = store.secret("component").expect("there is one");
    assert_ne!(first, store.secret("something else").expect("there is one"));
    store.close();
    assert_eq!(first, directory.open().secret("component").expect("there is one"));
    assert_ne!(
        first,
        Directory::new().open().secret("component").expect("there is one")
    );
}

#[test]
fn states_of_the_home_outlive_the_store() {
    let directory = Directory::new();
    let store = directory.open();
    let states = HomeStates::new(store.clone());
    states.save("light.bed", &json!({"state": "on"}));
    states.save(
        "light.bed",
        &json!({"state": "off", "attributes": {"brightness": null}}),
    );
    store.close();
    let kept = HomeStates::new(directory.open()).load();
    assert_eq!(
        kept["light.bed"],
        json!({"state": "off", "attributes": {"brightness": null}})
    );
    assert_eq!(kept.len(), 1);
}

#[test]
fn tokens_are_kept_as_hashes_and_authenticate_after_a_restart() {
    let directory = Directory::new();
    let store = directory.open();
    let created = Tokens::open(store.clone())
        .expect("opens")
        .create(token("laptop", true, None))
        .expect("a token");
    assert!(created.token.starts_with("hearth_") && created.token.len() == "hearth_".len() + 64);
    store.close();
    let bytes = std::fs::read(directory.path()).expect("it is there");
    let secret = created.token.trim_start_matches("hearth_").as_bytes();
    assert!(
        !bytes.windows(secret.len()).any(|window| window == secret),
        "the token lies in the database"
    );

    let tokens = Tokens::open(directory.open()).expect("opens");
    let grant = tokens.authenticate(&created.token).expect("it is a good token");
    assert_eq!((grant.principal.as_str(), grant.admin), ("laptop", true));
    assert!(tokens.authenticate("hearth_0000").is_none());
    assert!(tokens.authenticate("").is_none());
}

#[test]
fn a_principal_keeps_its_rights_until_its_last_token_is_revoked() {
    let directory = Directory::new();
    let tokens = Tokens::open(directory.open()).expect("opens");
    let (sender, heard) = mpsc::channel();
    tokens.listen(move |principal| sender.send(principal.to_owned()).expect("the test listens"));
    tokens.create(token("laptop", true, Some("ada"))).expect("a token");
    let phone = tokens.create(token("phone", false, Some("ada"))).expect("a token");
    assert!(phone.view.admin, "a token has the rights of its principal");
    let grant = tokens.authenticate(&phone.token).expect("it is a good token");

    tokens.revoke("laptop").expect("it is there");
    assert!(!*grant.revoked.borrow());
    assert_eq!(tokens.rights("ada").map(|rights| rights.admin), Some(true));
    assert!(heard.try_recv().is_err());

    tokens.revoke("phone").expect("it is there");
    assert!(
        *grant.revoked.borrow(),
        "what the token opened learns that it is revoked"
    );
    assert_eq!(tokens.rights("ada"), None);
    assert_eq!(heard.try_recv().as_deref(), Ok("ada"));
    assert!(tokens.authenticate(&phone.token).is_none());
}

#[test]
fn nobody_becomes_an_administrator_by_the_choice_of_a_name() {
    let directory = Directory::new();
    let tokens = Tokens::open(directory.open()).expect("opens");
    tokens.create(token("laptop", true, Some("ada"))).expect("a token");
    tokens.create(token("tablet", false, None)).expect("a token");
    let taken = tokens.create(token("ada", false, None)).expect_err("it would be ada's");
    assert!(matches!(taken, TokenError::PrincipalExists(_)), "{taken}");
    let more = tokens
        .create(token("tv", true, Some("tablet")))
        .expect_err("tablet is no administrator");
    assert!(matches!(more, TokenError::NotAdmin(_)), "{more}");
    assert!(matches!(
        tokens.create(token("laptop", true, None)),
        Err(TokenError::Exists(_))
    ));
    for name in ["", " ", "a b", "a/b", "-admin", "a\n", &"x".repeat(65)] {
        assert!(
            matches!(tokens.create(token(name, false, None)), Err(TokenError::Name(_))),
            "{name:?}"
        );
    }
    tokens
        .create(token("Küche.1@haus", false, None))
        .expect("a name may have umlauts");
    assert!(matches!(tokens.revoke("nobody"), Err(TokenError::Unknown(_))));
}

#[test]
fn the_audit_keeps_what_its_limits_allow() {
    let directory = Directory::new();
    let limits = Limits {
        audit_days: 2,
        audit_rows: 3,
        ..Limits::default()
    };
    let store = directory.open_with(&limits);
    let audit = AuditLog::new(store.clone());
    audit.record(record(NOON - 3 * DAY, "too old"));
    for number in 0..5 {
        audit.record(record(NOON, &number.to_string()));
    }
    store.flush();
    assert_eq!(tools_in_the_audit(&store), ["2", "3", "4"]);
    directory.clock.advance(2 * DAY);
    audit.record(record(NOON + 2 * DAY, "5"));
    store.flush();
    assert_eq!(tools_in_the_audit(&store), ["3", "4", "5"]);
    directory.clock.advance(1);
    audit.record(record(NOON + 2 * DAY, "6"));
    store.flush();
    assert_eq!(tools_in_the_audit(&store), ["5", "6"]);
}

/// The disk has room for so many pages, or for no more than there are.
fn limit_pages(store: &Store, pages: Option<i64>) {
    let limited = store.call(move |connection| {
        let pages = match pages {
            Some(pages) => pages,
            None => connection.query_row("PRAGMA page_count", [], |row| row.get(0))?,
        };
        connection.query_row(&format!("PRAGMA max_page_count = {pages}"), [], |row| {
            row.get::<_, i64>(0)
        })
    });
    limited.expect("the limit can be set");
}

#[test]
fn a_full_disk_degrades_the_host_and_is_recorded_as_a_gap() {
    let directory = Directory::new();
    let store = directory.open();
    limit_pages(&store, None);
    let audit = AuditLog::new(store.clone());
    let states = HomeStates::new(store.clone());
    states.save("light.bed", &json!({"state": "on"}));
    let tool = "x".repeat(100);
    for number in 0..12_000 {
        audit.record(record(NOON + number, &tool));
    }
    store.flush();
    let degraded = store.degraded();
    assert!(degraded.iter().any(|text| text.contains("full")), "{degraded:?}");
    assert!(
        degraded.iter().any(|text| text.contains("actions are missing")),
        "{degraded:?}"
    );
    assert!(tools_in_the_audit(&store).is_empty());

    limit_pages(&store, Some(1 << 20));
    store.flush();
    assert_eq!(store.degraded(), Vec::<String>::new());
    let kept = tools_in_the_audit(&store).len();
    let (first, last, lost): (i64, i64, i64) = store
        .call(|connection| {
            connection.query_row("SELECT first, last, lost FROM audit_gaps", [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })
        })
        .expect("the gap is recorded");
    assert_eq!(kept as i64 + lost, 12_000, "every action is in the audit or in its gap");
    assert_eq!((first, last), (NOON as i64 + kept as i64, NOON as i64 + 11_999));
    assert_eq!(HomeStates::new(store.clone()).load().len(), 1);
}

#[test]
fn that_a_host_has_served_is_remembered() {
    let directory = Directory::new();
    let store = directory.open();
    assert!(!store.served_before().expect("it can be read"));
    store.has_served().expect("it can be written");
    store.close();
    assert!(directory.open().served_before().expect("it can be read"));
}

mod generations;
