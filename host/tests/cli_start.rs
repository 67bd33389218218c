//! Starting and stopping: the first start, later ones, and what keeps a host from starting.

mod support;

use serde_json::{Value, json};
use support::{Host, Installation, LAST_CHUNK, SseStream, bare, failure};

/// Somebody who is served all the while that something else goes wrong: its stream stays, and all it calls succeeds.
struct Bystander {
    host: Host,
    client: SseStream,
}

impl Bystander {
    fn of(installation: &Installation) -> Self {
        let host = installation.serve();
        let token = installation.ok(&["token", "create", "bystander", "--admin"]);
        let mut bystander = Self {
            client: host.client(&token),
            host,
        };
        bystander.is_served();
        bystander
    }

    fn is_served(&mut self) {
        let tools = self.client.ask("tools/list", &json!({}));
        assert!(
            tools["tools"].as_array().is_some_and(|tools| !tools.is_empty()),
            "{tools}"
        );
        let context = json!({"name": "homeassistant__GetLiveContext", "arguments": {}});
        let answer = self.client.ask("tools/call", &context);
        assert_eq!(answer["isError"], false, "{answer}");
    }
}

#[test]
fn the_first_start_makes_one_entry_for_administrators_and_tells_how_to_get_a_token() {
    let installation = Installation::new();
    let mut host = installation.serve();
    let hint = host.wait_for_log("nobody can connect yet");
    let hint = hint["message"].as_str().expect("a text");
    assert!(hint.contains("token create NAME --admin"), "{hint}");
    let entries: Value = serde_json::from_str(&installation.ok(&["entry", "list", "--json"])).expect("JSON");
    assert_eq!(entries.as_array().map(Vec::len), Some(1));
    let entry = &entries[0];
    assert_eq!(entry["title"], "All LLM APIs");
    assert_eq!(entry["state"], "loaded");
    assert_eq!(
        (&entry["all_llm_apis"], &entry["require_admin"], &entry["read_only"]),
        (&Value::Bool(true), &Value::Bool(true), &Value::Bool(false))
    );
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    drop(host.stream(&token));
}

#[test]
fn without_a_terminal_no_token_is_written_anywhere() {
    let installation = Installation::new();
    let host = installation.serve();
    host.terminate();
    let (status, output, log) = host.ended();
    assert!(status.success());
    assert_eq!(output, "");
    assert!(!format!("{log:?}").contains("hearth_"), "{log:?}");
    assert_eq!(installation.ok(&["token", "list", "--json"]), "[]");
}

#[test]
fn a_later_start_makes_nothing_anew() {
    let installation = Installation::new();
    let host = installation.serve();
    let entry = installation.ok(&["entry", "list", "--json"]);
    let id = serde_json::from_str::<Value>(&entry).expect("JSON")[0]["id"]
        .as_str()
        .expect("an id")
        .to_owned();
    installation.ok(&["entry", "remove", &id]);
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    host.terminate();
    assert!(host.ended().0.success());

    let host = installation.serve();
    assert_eq!(installation.ok(&["entry", "list", "--json"]), "[]");
    let (status, body) = host.get("/mcp_server/sse", &token);
    assert_eq!(
        (status, body.as_str()),
        (404, "Model Context Protocol server is not configured")
    );
}

#[test]
fn a_signal_ends_streams_cleanly() {
    let installation = Installation::new();
    let host = installation.serve();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    let stream = host.stream(&token);
    host.terminate();
    assert!(stream.rest().ends_with(LAST_CHUNK));
    let (status, _, log) = host.ended();
    assert_eq!(status.code(), Some(0));
    assert_eq!(log.last().map(|line| line["message"].clone()), Some("stopped".into()));
    assert!(!installation.path().join("host.json").exists());
}

#[test]
fn healthz_tells_status_version_and_generation() {
    let installation = Installation::new();
    let host = installation.serve();
    let (status, body) = host.get("/healthz", "");
    let body: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(status, 200);
    assert_eq!(body["status"], "ok");
    assert_eq!(body["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(body["generation"], 1);
}

#[test]
fn a_second_host_on_the_data_directory_is_refused_and_the_first_goes_on() {
    let installation = Installation::new();
    let mut bystander = Bystander::of(&installation);
    let text = installation.fails(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(text.contains(&format!("process {}", bystander.host.pid())), "{text}");
    assert!(text.contains("--data-dir"), "{text}");
    bystander.is_served();
}

#[test]
fn a_taken_port_is_refused_with_the_option_that_changes_it() {
    let first = Installation::new();
    let mut bystander = Bystander::of(&first);
    let address = bystander.host.url.trim_start_matches("http://").to_owned();
    let text = Installation::new().fails(&["serve", "--listen", &address]);
    assert!(
        text.contains(&address) && text.contains("is taken") && text.contains("--listen"),
        "{text}"
    );
    bystander.is_served();
}

#[test]
fn listening_wider_says_what_that_means() {
    let installation = Installation::new();
    let mut host = Host::start(installation.command(&["serve", "--listen", "0.0.0.0:0"]));
    assert!(
        host.url.starts_with("http://127.0.0.1:"),
        "what a client here uses: {}",
        host.url
    );
    let warning = host.wait_for_log("others on the network can reach this server");
    let text = warning["message"].as_str().expect("a text");
    assert!(text.contains("plain HTTP") && text.contains("TLS"), "{text}");
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let other = Installation::new();
    let mut bystander = Bystander::of(&other);
    let installation = Installation::new();
    installation.ok(&["token", "list"]);
    let database = rusqlite::Connection::open(installation.path().join("hearth.db")).expect("it is there");
    database
        .pragma_update(None, "user_version", 1000)
        .expect("it can be written");
    drop(database);
    for arguments in [&["serve"][..], &["token", "list"], &["entry", "list"]] {
        let text = installation.fails(arguments);
        assert!(text.contains("newer Hearth") && text.contains("1000"), "{text}");
    }
    bystander.is_served();
}

#[test]
fn a_component_that_is_cut_off_is_refused_with_the_reason() {
    let other = Installation::new();
    let mut bystander = Bystander::of(&other);
    let installation = Installation::new();
    let host = installation.serve();
    let path = installation.ok(&["component", "path"]);
    drop(host);
    let whole = std::fs::read(&path).expect("the component lies there");
    let cut = installation.path().join("cut.wasm");
    std::fs::write(&cut, &whole[..whole.len() / 2]).expect("the test can write");
    let text = installation.fails(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--component",
        &cut.display().to_string(),
    ]);
    assert!(text.contains("cut.wasm") && text.contains("cut off"), "{text}");
    assert_eq!(
        installation.ok(&["component", "path"]),
        path,
        "the one that ran last is still the last"
    );
    bystander.is_served();

    let again = installation.serve_with(&["--component", &path]);
    assert_eq!(again.get("/healthz", "").0, 200);
}

#[test]
fn a_home_that_cannot_be_read_is_refused() {
    let installation = Installation::new();
    let text = installation.fails(&["serve", "--listen", "127.0.0.1:0", "--home", "/nowhere/home.toml"]);
    assert!(text.contains("/nowhere/home.toml") && text.contains("--home"), "{text}");
    let broken = installation.path().join("home.toml");
    std::fs::write(&broken, "name = \"Home\"\n[[areas]]\nnmae = \"Kitchen\"\n").expect("the test can write");
    let text = installation.fails(&[
        "serve",
        "--listen",
        "127.0.0.1:0",
        "--home",
        &broken.display().to_string(),
    ]);
    assert!(text.contains("home.toml:"), "{text}");
}

#[test]
fn a_data_directory_that_cannot_be_made_is_refused() {
    let text = failure(bare(&["serve", "--data-dir", "/dev/null/hearth"]));
    assert!(
        text.contains("/dev/null/hearth") && text.contains("--data-dir"),
        "{text}"
    );
}
