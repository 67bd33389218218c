//! Backing up and restoring a data directory with the real command, while a host runs and while none does, and the way
//! back from a newer database.

mod support;

use std::fs;

use support::{Host, Installation};

/// The titles of the config entries and the names of the tokens.
fn state(installation: &Installation) -> (String, String) {
    let list = |what: &str, key: &str| {
        let json: serde_json::Value =
            serde_json::from_str(&installation.ok(&[what, "list", "--json"])).expect("it is JSON");
        let names = json.as_array().expect("it is a list").iter();
        names
            .map(|one| one[key].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
            .join(", ")
    };
    (list("entry", "title"), list("token", "name"))
}

fn of(title: &str, token: &str) -> (String, String) {
    (title.to_owned(), token.to_owned())
}

/// An installation that has served, with one entry of this title and one token.
fn installation(title: &str, token: &str) -> (Installation, String) {
    let installation = Installation::new();
    installation.ok(&["entry", "add", "--title", title]);
    let secret = installation.ok(&["token", "create", token, "--admin"]);
    (installation, secret)
}

fn backup_file(installation: &Installation) -> String {
    installation.path().join("backup.tar").display().to_string()
}

#[test]
fn a_backup_made_while_a_host_runs_is_restored_while_another_runs() {
    let (summer, token) = installation("Summer", "tablet");
    let host = summer.serve();
    let file = backup_file(&summer);
    let told = summer.ok(&["backup", &file]);
    assert!(
        told.starts_with(&file) && told.contains("the database (version"),
        "{told}"
    );
    drop(host);

    let (winter, other) = installation("Winter", "laptop");
    let mut host = winter.serve();
    let stream = host.stream(&other);
    let told = winter.ok(&["restore", &file]);
    assert!(told.contains("hearth restore --undo"), "{told}");
    // The clients of what was replaced see a restart, in good order.
    let rest = stream.rest();
    assert!(
        rest.contains("0\r\n\r\n") || rest.ends_with(support::LAST_CHUNK),
        "{rest:?}"
    );
    host.wait_for_log("a backup was restored");
    assert_eq!(state(&winter), of("Summer", "tablet"));
    assert_eq!(host.get("/api/hearth/status", &token).0, 200);
    assert_eq!(host.get("/api/hearth/status", &other).0, 401);

    winter.ok(&["restore", "--undo"]);
    assert_eq!(state(&winter), of("Winter", "laptop"));
    assert_eq!(host.get("/api/hearth/status", &other).0, 200);
    host.terminate();
    assert!(host.ended().0.success());
    assert_eq!(state(&winter), of("Winter", "laptop"));
}

#[test]
fn without_a_host_a_backup_is_made_and_restored_as_well() {
    let (place, _) = installation("Summer", "tablet");
    let file = backup_file(&place);
    place.ok(&["backup", &file]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&file).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "what proves clients is the owner's alone");
    }
    place.ok(&["token", "create", "laptop"]);
    place.ok(&["restore", &file]);
    assert_eq!(state(&place), of("Summer", "tablet"));
    place.ok(&["restore", "--undo"]);
    assert_eq!(state(&place), of("Summer", "laptop, tablet"));
    let new = Installation::new();
    new.ok(&["restore", &file]);
    assert_eq!(state(&new), of("Summer", "tablet"));
}

#[test]
fn a_backup_goes_through_a_pipe() {
    let (place, _) = installation("Summer", "tablet");
    let output = place.run(&["backup", "-"]);
    assert!(output.status.success());
    let new = Installation::new();
    let mut restore = new.command(&["restore", "-"]);
    let mut restoring = restore.stdin(std::process::Stdio::piped()).spawn().expect("it starts");
    std::io::Write::write_all(&mut restoring.stdin.take().expect("it has one"), &output.stdout).expect("it reads");
    assert!(restoring.wait().expect("it ends").success());
    assert_eq!(state(&new), of("Summer", "tablet"));
}

/// The configuration file is part of what is restored, and what it says counts.
#[test]
fn the_configuration_comes_back_with_the_rest() {
    let (place, token) = installation("Summer", "tablet");
    let config = place.path().join("hearth.toml");
    fs::write(&config, "[limits]\nsessions = 1\n").expect("the test can write");
    let file = backup_file(&place);
    place.ok(&["backup", &file]);
    fs::write(&config, "[limits]\nsessions = 9\n").expect("the test can write");
    let host = place.serve();
    place.ok(&["restore", &file]);
    let _only = host.stream(&token);
    let (status, text) = host.get("/mcp_server/sse", &token);
    assert!(
        status == 503 && text.contains("the limit of sessions"),
        "{status} {text}"
    );
}

#[test]
fn what_is_refused_leaves_all_as_it_was() {
    let (place, _) = installation("Summer", "tablet");
    let file = backup_file(&place);
    place.ok(&["backup", &file]);
    let kept = fs::read(&file).expect("it is there");
    let refused = place.fails(&["backup", &file]);
    assert!(
        refused.contains("is there already") && refused.contains("--force"),
        "{refused}"
    );
    assert_eq!(fs::read(&file).expect("it is there"), kept);
    place.ok(&["backup", &file, "--force"]);
    let nowhere = place.fails(&["backup", "/nowhere/at/all.tar"]);
    assert!(nowhere.contains("/nowhere/at/all.tar cannot be written"), "{nowhere}");
    let empty = Installation::new().fails(&["backup", &file]);
    assert!(empty.contains("nothing to back up"), "{empty}");

    let letter = place.file("letter", b"Dear Ada, the roses are in bloom.");
    let host = place.serve();
    for (arguments, expected) in [
        (&["restore", letter.as_str()][..], "no backup of Hearth"),
        (&["restore", "/nowhere.tar"], "/nowhere.tar cannot be read"),
        (&["restore", "--undo"], "could be undone"),
    ] {
        let text = place.fails(arguments);
        assert!(text.contains(expected), "{text}");
    }
    let damaged = place.file("damaged.tar", &kept[..kept.len() / 2]);
    let text = place.fails(&["restore", &damaged]);
    assert!(text.contains("damaged"), "{text}");
    assert_eq!(state(&place), of("Summer", "tablet"));
    assert!(host.health()["status"] == "ok");
}

#[test]
fn a_newer_database_is_named_and_taken_back_when_asked() {
    let (place, _) = installation("Summer", "tablet");
    let before = state(&place);
    let database = place.path().join("hearth.db");
    let raw = rusqlite::Connection::open(&database).expect("it is a database");
    let version: i64 = raw
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .expect("it has one");
    let newer = version + 1;
    raw.execute_batch(&format!(
        "CREATE TABLE rooms (name TEXT) STRICT;
         INSERT INTO ways_back VALUES ({newer}, '9.0.0', 'DROP TABLE rooms');
         PRAGMA user_version = {newer};"
    ))
    .expect("it can be written");
    drop(raw);
    let refused = place.fails(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        refused.contains("newer Hearth") && refused.contains("hearth downgrade"),
        "{refused}"
    );
    let told = place.ok(&["downgrade"]);
    assert!(
        told.contains(&format!("from version {newer} to version {version}")),
        "{told}"
    );
    let copy = place.path().join(format!("hearth-version-{newer}.db"));
    assert!(copy.exists(), "as it was, it is kept");
    assert_eq!(state(&place), before);
    let again = place.ok(&["downgrade"]);
    assert!(again.contains("nothing was changed"), "{again}");
    let host: Host = place.serve();
    let running = place.fails(&["downgrade"]);
    assert!(running.contains("is in use by another Hearth"), "{running}");
    drop(host);
}
