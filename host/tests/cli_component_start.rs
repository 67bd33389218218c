//! Which generation a host begins with: what was installed, also without a host; what it does when that cannot be started;
//! and that a host which was killed at any step of an install starts with the one generation or the other, whole.

mod support;

use std::fs;
use std::path::PathBuf;

use rusqlite::Connection;
use serde_json::{Value, json};
use support::{Host, Installation, marked};

fn install(installation: &Installation, mark: &str) -> String {
    let file = installation.file(&format!("{mark}.wasm"), &marked(mark));
    installation.ok(&["component", "install", &file])
}

fn stop(host: Host) {
    host.terminate();
    assert!(host.ended().0.success());
}

fn list(installation: &Installation) -> Vec<Value> {
    let list = installation.ok(&["component", "list", "--json"]);
    serde_json::from_str(&list).expect("it is a list")
}

/// Where the bytes of the newest generation lie.
fn kept(installation: &Installation) -> PathBuf {
    installation.ok(&["component", "path"]).into()
}

fn database(installation: &Installation) -> Connection {
    Connection::open(installation.path().join("hearth.db")).expect("it is there")
}

/// A host serves with these bytes as this generation, and with a client that calls a tool.
fn serves(installation: &Installation, host: &Host, generation: u64, bytes: &[u8]) {
    let health = host.health();
    assert_eq!(health["generation"], generation, "{health}");
    assert_eq!(fs::read(kept(installation)).expect("they are kept"), bytes);
    let token = installation.ok(&[
        "token",
        "create",
        &format!("token-{}-{generation}", host.pid()),
        "--admin",
    ]);
    let call = json!({"name": "intent__HassTurnOn", "arguments": {"name": "Bed Light"}});
    assert_eq!(host.client(&token).ask("tools/call", &call)["isError"], false);
}

#[test]
fn what_was_installed_is_started_again_and_is_on_probation_until_it_has_passed() {
    let installation = Installation::new();
    let host = installation.serve();
    install(&installation, "again");
    stop(host);
    let host = installation.serve();
    serves(&installation, &host, 2, &marked("again"));
    assert!(
        list(&installation)[1]["probation"]["until"].is_u64(),
        "its time was not over"
    );
    let back = installation.ok(&["component", "rollback"]);
    assert!(back.starts_with("Generation 1 is live"), "{back}");
    stop(host);
    let host = installation.serve();
    serves(&installation, &host, 1, hearth_host::COMPONENT);
}

#[test]
fn without_a_host_the_next_start_is_prepared() {
    let installation = Installation::new();
    let said = install(&installation, "prepared");
    assert!(
        said.starts_with("No host runs; the next start begins with generation 1: hearth "),
        "{said}"
    );
    let nothing = installation.fails(&["component", "rollback"]);
    assert!(nothing.contains("there is nothing to go back to"), "{nothing}");
    let said = install(&installation, "next");
    assert!(
        said.contains("generation 2") && said.ends_with("To go back: hearth component rollback"),
        "{said}"
    );
    let host = installation.serve();
    serves(&installation, &host, 2, &marked("next"));
    stop(host);

    let back = installation.ok(&["component", "rollback"]);
    assert!(
        back.starts_with("No host runs; the next start begins with generation 1: "),
        "{back}"
    );
    let host = installation.serve();
    serves(&installation, &host, 1, &marked("prepared"));
    stop(host);

    let refused = installation.fails(&["component", "install", &installation.file("no.wasm", b"no")]);
    assert!(refused.contains("at the step `verify`"), "{refused}");
    installation.ok(&["component", "install", "--built-in"]);
    let host = installation.serve();
    serves(&installation, &host, 3, hearth_host::COMPONENT);
}

#[test]
fn a_file_that_is_named_runs_and_what_was_chosen_comes_back_without_it() {
    let installation = Installation::new();
    let host = installation.serve();
    install(&installation, "chosen");
    stop(host);
    let file = installation.file("named.wasm", &marked("named"));
    let host = installation.serve_with(&["--component", &file]);
    serves(&installation, &host, 3, &marked("named"));
    let said = install(&installation, "meanwhile");
    assert!(
        said.contains("--component") && said.contains("named.wasm"),
        "it says that a start begins otherwise: {said}"
    );
    stop(host);
    let host = installation.serve();
    serves(&installation, &host, 4, &marked("meanwhile"));
}

#[test]
fn a_generation_that_is_damaged_gives_way_to_the_one_before_and_health_says_so() {
    let installation = Installation::new();
    let host = installation.serve();
    install(&installation, "sound");
    install(&installation, "damaged");
    let path = kept(&installation);
    stop(host);

    let mut bytes = fs::read(&path).expect("it is there");
    let middle = bytes.len() / 2;
    bytes[middle] = !bytes[middle];
    fs::write(&path, &bytes).expect("the test can write");
    let host = installation.serve();
    serves(&installation, &host, 2, &marked("sound"));
    let health = host.health();
    let said = health["degraded"].to_string();
    assert_eq!(health["status"], "degraded");
    assert!(
        said.contains("generation 3 cannot be started: ") && said.contains("is damaged"),
        "{said}"
    );
    assert!(
        said.contains("generation 2 runs instead") && said.contains("hearth component install"),
        "{said}"
    );
    stop(host);

    // Still so, until the owner acts; with the one before gone as well, the one that is built in runs.
    fs::remove_file(&path).expect("it is there");
    fs::remove_file(kept(&installation)).expect("it is there");
    let host = installation.serve();
    serves(&installation, &host, 4, hearth_host::COMPONENT);
    assert_eq!(host.health()["status"], "degraded");
    let said = installation.ok(&["component", "install", "--built-in"]);
    assert!(said.starts_with("Generation 4 is just this"), "{said}");
    assert_eq!(host.health()["status"], "ok");
    stop(host);
    assert_eq!(installation.serve().health()["status"], "ok");
}

#[test]
fn compiled_code_that_is_damaged_or_somebody_elses_is_made_anew() {
    let installation = Installation::with_a_cache_of_its_own();
    let host = installation.serve();
    install(&installation, "compiled");
    stop(host);
    let cache = installation.path().join("cache");
    let files = || {
        let entries = fs::read_dir(&cache).expect("it is there");
        let mut files: Vec<_> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
        files.sort();
        files
    };
    let before: Vec<_> = files()
        .iter()
        .map(|file| (file.clone(), fs::read(file).expect("it can be read")))
        .collect();
    assert_eq!(before.len(), 2, "{before:?}", before = files());
    // Each under the name of the other: whole, and made by this very host.
    let [(one, code_of_one), (other, code_of_other)] = before.as_slice() else {
        panic!("there are two");
    };
    fs::write(one, code_of_other).expect("the test can write");
    fs::write(other, &code_of_one[..code_of_one.len() / 2]).expect("the test can write");
    // And one for another machine, by its name.
    let name = one.file_name().and_then(|name| name.to_str()).expect("it is text");
    let (digest, _) = name.split_once('-').expect("it begins with the digest");
    let foreign = cache.join(format!(
        "{digest}-0123456789abcdef-00000000000000000000000000000000.cwasm"
    ));
    fs::write(&foreign, code_of_other).expect("the test can write");

    let host = installation.serve();
    serves(&installation, &host, 2, &marked("compiled"));
    installation.ok(&["component", "rollback"]);
    serves(&installation, &host, 1, hearth_host::COMPONENT);
    stop(host);
    assert_eq!(fs::read(one).expect("it is there"), *code_of_one);
    assert_eq!(fs::read(other).expect("it is there"), *code_of_other);
}

/// What each step of an install leaves on the disk when the host is killed there, in their order.
#[test]
fn a_host_that_was_killed_during_an_install_starts_with_the_one_or_the_other_whole() {
    let installation = Installation::new();
    let host = installation.serve();
    install(&installation, "before");
    drop(host);
    let candidate = marked("candidate");
    let digest = hearth_host::engine::digest_of(&candidate);
    let components = installation.path().join("components");
    let goes_on = |generation: u64, bytes: &[u8]| {
        let host = installation.serve();
        serves(&installation, &host, generation, bytes);
        assert_eq!(host.health()["status"], "ok");
    };

    // While its bytes are written.
    let half = components.join(format!("{digest}.new"));
    fs::write(&half, &candidate[..candidate.len() / 2]).expect("the test can write");
    goes_on(2, &marked("before"));
    assert!(!half.exists(), "what is left of it is removed");

    // While it is compiled, checked, or compared: its bytes are there.
    let whole = components.join(format!("{digest}.wasm"));
    fs::write(&whole, &candidate).expect("the test can write");
    goes_on(2, &marked("before"));
    assert!(!whole.exists(), "nobody goes back to it");

    // While the transaction is written that says that it runs: SQLite has written all of it, or nothing that counts.
    fs::write(&whole, &candidate).expect("the test can write");
    let mut database = database(&installation);
    let transaction = database.transaction().expect("it can be written");
    transaction
        .execute("UPDATE installation SET running = 3, chosen = 3", [])
        .expect("it can be written");
    drop(transaction);
    drop(database);
    goes_on(2, &marked("before"));

    // After it, before or after it went live.
    let host = installation.serve();
    install(&installation, "candidate");
    drop(host);
    goes_on(3, &candidate);
    let probation = list(&installation);
    assert_eq!(probation[2]["predecessor"], 2, "{probation:?}");
}

#[test]
fn an_upgrade_of_hearth_brings_its_own_component_to_who_chose_none() {
    let installation = Installation::new();
    stop(installation.serve());
    // What an earlier Hearth left: another component was built into it.
    let earlier = marked("earlier hearth");
    let digest = hearth_host::engine::digest_of(&earlier);
    fs::write(installation.path().join(format!("components/{digest}.wasm")), &earlier).expect("the test can write");
    let update = database(&installation).execute("UPDATE generations SET digest = ?1", [&digest]);
    assert_eq!(update.expect("it can be written"), 1);
    let host = installation.serve();
    serves(&installation, &host, 2, hearth_host::COMPONENT);
    // And it can be gone back from.
    let said = installation.ok(&["component", "rollback"]);
    assert!(said.starts_with("Generation 1 is live"), "{said}");
    serves(&installation, &host, 1, &earlier);
}
