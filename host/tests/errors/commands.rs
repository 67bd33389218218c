//! What the owner's commands refuse.

use std::fs;

use super::List;
use super::support::{Installation, bare, failure};

#[test]
fn the_command_line() {
    let place = Installation::new();
    let mut list = List::of(&place);
    for arguments in [
        &["tokne", "list"][..],
        &["token", "create"],
        &["entry", "set"],
        &["entry", "set", "4d95e26c0e", "--read-only", "perhaps"],
        &["entry", "add", "--llm-api", "assist", "--all-llm-apis", "true"],
        &["serve", "--listen", "8124"],
        &["serve", "--limit-sessions", "many"],
        &["component", "install"],
        &["restore"],
    ] {
        list.fails(&place, arguments);
    }
    list.keep("command_line");
}

#[test]
fn tokens_and_entries() {
    let place = Installation::new();
    let mut list = List::of(&place);
    place.ok(&["token", "create", "laptop"]);
    for arguments in [
        &["token", "create", "two words"][..],
        &["token", "create", "laptop"],
        &["token", "create", "phone", "--principal", "laptop", "--admin"],
        &["token", "revoke", "phone"],
        &["entry", "show", "4d95e26c0e"],
        &["entry", "set", "4d95e26c0e", "--title", "Home"],
        &["entry", "remove", "4d95e26c0e"],
        &["entry", "add", "--all-llm-apis", "false"],
        &["entry", "add", "--title", " "],
    ] {
        list.fails(&place, arguments);
    }
    place.ok(&["token", "create", "tablet", "--principal", "laptop"]);
    place.ok(&["token", "revoke", "laptop"]);
    list.fails(&place, &["token", "create", "laptop"]);
    list.keep("tokens_and_entries");
}

#[test]
fn sessions() {
    let place = Installation::new();
    let mut list = List::of(&place);
    place.ok(&["token", "create", "laptop"]);
    list.fails(&place, &["session", "list"]);
    list.fails(&place, &["session", "end"]);
    let _host = place.serve();
    for arguments in [
        &["session", "end", "4d95e26c"][..],
        &["session", "end", "--principal", "laptop"],
        &["session", "end", "--all", "--principal", "laptop"],
    ] {
        list.fails(&place, arguments);
    }
    list.keep("sessions");
}

#[test]
fn backups() {
    let place = Installation::new();
    let mut list = List::of(&place);
    list.fails(&place, &["backup", "home.tar"]);
    list.fails(&place, &["downgrade"]);
    place.ok(&["token", "create", "laptop"]);
    let file = place.path().join("home.tar").display().to_string();
    place.ok(&["backup", &file]);
    list.fails(&place, &["backup", &file]);
    list.fails(&place, &["backup", "/nowhere/home.tar"]);
    list.fails(&place, &["restore", "/nowhere/home.tar"]);
    list.fails(&place, &["restore", "--undo"]);
    let letter = place.file("letter", b"Dear Ada, the roses are in bloom.");
    list.fails(&place, &["restore", &letter]);
    let whole = fs::read(&file).expect("it is there");
    let cut_off = place.file("cut-off.tar", &whole[..whole.len() / 2]);
    list.fails(&place, &["restore", &cut_off]);
    let text = String::from_utf8_lossy(&whole[..1_024]).replacen("\"format\": 1", "\"format\": 9", 1);
    let newer = place.file("newer.tar", &[text.as_bytes(), &whole[1_024..]].concat());
    list.fails(&place, &["restore", &newer]);
    fs::create_dir_all(place.path().join("restore/in-the-way")).expect("the test can write");
    list.fails(&place, &["restore", &file]);
    fs::remove_dir_all(place.path().join("restore")).expect("it is there");

    let database = place.path().join("hearth.db");
    let newer = |version: i64| {
        let raw = rusqlite::Connection::open(&database).expect("it is a database");
        raw.pragma_update(None, "user_version", version)
            .expect("it can be written");
    };
    newer(99);
    list.fails(&place, &["token", "list"]);
    list.fails(&place, &["downgrade"]);
    fs::write(place.path().join("hearth-version-99.db"), "an earlier copy").expect("the test can write");
    list.fails(&place, &["downgrade"]);
    list.keep("backups");
}

#[test]
fn the_data_directory() {
    let place = Installation::new();
    let mut list = List::of(&place);
    let file = place.file("a-file", b"");
    let command = bare(&["token", "list", "--data-dir", &file]);
    list.note("hearth token list --data-dir DIR/a-file", &failure(command));
    place.file("hearth.db", &[b'x'; 4_096]);
    list.fails(&place, &["token", "list"]);
    fs::remove_file(place.path().join("hearth.db")).expect("it is there");
    let host = place.serve();
    list.writes(host.pid().to_string(), "PID");
    list.fails(&place, &["serve", "--log-format", "text"]);
    list.keep("data_directory");
}
