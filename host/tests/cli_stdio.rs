//! `hearth stdio`: what a client on its other end sees, while the host comes, goes and comes again.

mod support;

use std::time::Instant;

use serde_json::{Value, json};
use support::stdio::StdioClient;
use support::{Host, Installation, PATIENCE};

/// One lamp, and a script that is not done before the test is.
const HOME: &str = r#"
name = "Hut"
time_zone = "Europe/Berlin"

[[areas]]
id = "room"
name = "Room"

[[entities]]
id = "light.lamp"
name = "Lamp"
area = "room"

[[scripts]]
id = "wait"
name = "Wait"
exposed = true

[[scripts.sequence]]
delay = { hours = 1 }
"#;

fn join(installation: &Installation, options: &[&str]) -> StdioClient {
    let mut arguments = vec!["stdio"];
    arguments.extend(options);
    StdioClient::start(installation.command(&arguments))
}

fn with_home() -> (Installation, String) {
    let installation = Installation::new();
    let home = installation.file("home.toml", HOME.as_bytes());
    (installation, home)
}

/// How the host is, as its owner sees it.
fn status(installation: &Installation, host: &Host) -> Value {
    let run = std::fs::read(installation.path().join("host.json")).expect("a host runs");
    let run: Value = serde_json::from_slice(&run).expect("it is JSON");
    let secret = run["secret"].as_str().expect("it has one");
    serde_json::from_str(&host.get("/api/hearth/status", secret).1).expect("it is JSON")
}

/// Waits until so much of this is there.
fn until(installation: &Installation, host: &Host, what: &str, count: u64) {
    let end = Instant::now() + PATIENCE;
    while status(installation, host)[what] != count {
        assert!(Instant::now() < end, "{what} never becomes {count}");
        std::thread::yield_now();
    }
}

fn turn_on(client: &mut StdioClient) -> Value {
    client.ask(
        "tools/call",
        &json!({"name": "intent__HassTurnOn", "arguments": {"name": "Lamp"}}),
    )
}

fn text_of(answer: &Value) -> &str {
    answer["error"]["message"]
        .as_str()
        .unwrap_or_else(|| panic!("it is an error: {answer}"))
}

#[test]
fn a_client_lists_and_calls_and_its_session_ends_with_its_input() {
    let (installation, home) = with_home();
    let host = installation.serve_with(&["--home", &home]);
    let mut client = join(&installation, &[]);
    assert_eq!(client.initialize()["result"]["serverInfo"]["name"], "hearth");
    let listed = client.ask("tools/list", &json!({}));
    assert!(
        listed["result"]["tools"]
            .as_array()
            .is_some_and(|tools| !tools.is_empty()),
        "{listed}"
    );
    assert_eq!(turn_on(&mut client)["result"]["isError"], false);
    until(&installation, &host, "sessions", 1);
    let (ended, rest) = client.leave();
    assert!(ended.success() && rest.is_empty(), "{ended} {rest:?}");
    assert_eq!(status(&installation, &host)["sessions"], 0);
}

#[cfg(unix)]
#[test]
fn it_makes_itself_one_token_that_only_the_owner_can_read() {
    use std::os::unix::fs::PermissionsExt as _;
    let (installation, _) = with_home();
    let _host = installation.serve();
    for _ in 0..2 {
        join(&installation, &[]).initialize();
    }
    let file = installation.path().join("stdio.token");
    let mode = std::fs::metadata(&file).expect("it keeps it").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let listed: Value = serde_json::from_str(&installation.ok(&["token", "list", "--json"])).expect("it is JSON");
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed[0]["name"], "hearth-stdio");

    installation.ok(&["token", "revoke", "hearth-stdio"]);
    let mut client = join(&installation, &[]);
    let refused = client.initialize();
    assert!(text_of(&refused).contains("stdio.token"), "{refused}");
    client.tells("Remove that file");
    std::fs::remove_file(file).expect("it is there");
    assert!(client.initialize()["result"].is_object());
}

#[test]
fn what_was_asked_before_the_input_ended_is_answered() {
    let installation = Installation::new();
    let _host = installation.serve();
    let mut client = join(&installation, &[]);
    client.send(
        "initialize",
        &json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}),
    );
    client.notify("notifications/initialized", &json!({}));
    client.send("tools/list", &json!({}));
    let (ended, printed) = client.leave();
    assert!(ended.success());
    let ids: Vec<Value> = printed
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["id"].clone())
        .collect();
    assert_eq!(ids, [json!(1), json!(2)]);
}

#[test]
fn a_client_that_starts_before_the_host_is_served_once_it_comes() {
    let installation = Installation::new();
    let mut client = join(&installation, &[]);
    client.send(
        "initialize",
        &json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}),
    );
    let said = client.tells("no Hearth runs on the data directory");
    assert!(said.contains("hearth serve"), "{said}");
    let _host = installation.serve();
    assert_eq!(client.message()["result"]["serverInfo"]["name"], "hearth");
    client.tells("connected to http://127.0.0.1:");
}

#[test]
fn without_a_host_a_request_is_answered_with_an_error_in_time() {
    let installation = Installation::new();
    let mut client = join(&installation, &["--wait-s", "0"]);
    let answer = client.ask("tools/list", &json!({}));
    assert!(
        text_of(&answer).contains("no Hearth runs on the data directory"),
        "{answer}"
    );
    // It has not given up.
    let _host = installation.serve();
    assert_eq!(client.initialize()["result"]["serverInfo"]["name"], "hearth");
    assert!(client.leave().0.success());
}

#[test]
fn a_session_goes_on_with_the_next_host_and_hears_of_changes() {
    let installation = Installation::new();
    let host = installation.serve();
    let mut client = join(&installation, &[]);
    client.initialize();
    client.ask("tools/list", &json!({}));
    host.terminate();
    assert!(host.ended().0.success());
    // On another port, while a request waits.
    let id = client.send("tools/list", &json!({}));
    let host = installation.serve();
    assert!(client.answer_to(id)["result"]["tools"].is_array());
    assert_eq!(status(&installation, &host)["sessions"], 1);
    let entries: Value = serde_json::from_str(&installation.ok(&["entry", "list", "--json"])).expect("it is JSON");
    let entry = entries[0]["id"].as_str().expect("there is one");
    installation.ok(&["entry", "set", entry, "--read-only", "true"]);
    assert_eq!(client.message()["method"], "notifications/tools/list_changed");
}

#[test]
fn a_session_that_the_host_has_lost_is_begun_again_by_itself() {
    let (installation, home) = with_home();
    let host = installation.serve_with(&["--home", &home]);
    let mut client = join(&installation, &[]);
    client.initialize();
    client.ask("tools/list", &json!({}));
    host.terminate();
    assert!(host.ended().0.success());
    let database = rusqlite::Connection::open(installation.path().join("hearth.db")).expect("it is there");
    let forgotten = database
        .execute("DELETE FROM checkpoints", [])
        .expect("it can be written");
    assert!(forgotten > 0);
    drop(database);
    let host = installation.serve_with(&["--home", &home]);
    // A call as well: the host that does not know its session has not looked at it.
    assert_eq!(turn_on(&mut client)["result"]["isError"], false);
    assert_eq!(status(&installation, &host)["sessions"], 1);
}

#[test]
fn a_call_that_was_under_way_when_the_host_was_killed_is_answered_with_an_error() {
    let (installation, home) = with_home();
    let host = installation.serve_with(&["--home", &home]);
    let mut client = join(&installation, &[]);
    client.initialize();
    let id = client.send("tools/call", &json!({"name": "script__wait", "arguments": {}}));
    until(&installation, &host, "work", 1);
    drop(host);
    let _host = installation.serve_with(&["--home", &home]);
    let answer = client.answer_to(id);
    assert!(
        answer["error"].is_object() || answer["result"]["isError"] == true,
        "{answer}"
    );
    assert!(client.ask("tools/list", &json!({}))["result"].is_object());
}

#[test]
fn a_client_without_a_handshake_is_served_and_cancels_by_a_notification() {
    let (installation, home) = with_home();
    let host = installation.serve_with(&["--home", &home]);
    let mut client = join(&installation, &[]);
    let with = |mut params: Value| {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        });
        params
    };
    let discovered = client.ask("server/discover", &with(json!({})));
    assert!(discovered["result"]["supportedVersions"].is_array(), "{discovered}");
    let id = client.send("tools/call", &with(json!({"name": "script__wait", "arguments": {}})));
    until(&installation, &host, "work", 1);
    client.notify("notifications/cancelled", &with(json!({"requestId": id})));
    until(&installation, &host, "work", 0);
    let listening = with(json!({"notifications": {"toolsListChanged": true}}));
    client.send("subscriptions/listen", &listening);
    assert_eq!(client.message()["method"], "notifications/subscriptions/acknowledged");
    assert!(client.leave().0.success());
}

#[test]
fn a_wrong_token_is_told_to_the_client_and_to_the_owner() {
    let installation = Installation::new();
    let host = installation.serve();
    let mut command = installation.command(&["stdio", "--url", &host.url]);
    command.env("HEARTH_TOKEN", "hearth_wrong");
    let mut client = StdioClient::start(command);
    let answer = client.initialize();
    assert!(text_of(&answer).contains("the token is not accepted"), "{answer}");
    client.tells("hearth token create");
    assert!(client.leave().0.success());
}

#[test]
fn a_host_elsewhere_is_joined_by_its_url_and_a_token() {
    let installation = Installation::new();
    let host = installation.serve();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    let file = installation.file("token", format!("{token}\n").as_bytes());
    let elsewhere = Installation::new();
    let mut client = join(&elsewhere, &["--url", &host.url, "--token-file", &file]);
    assert_eq!(client.initialize()["result"]["serverInfo"]["name"], "hearth");
    let error = elsewhere.fails(&["stdio", "--url", &host.url]);
    assert!(error.contains("--token-file"), "{error}");
    let error = elsewhere.fails(&["stdio", "--url", "localhost", "--token-file", &file]);
    assert!(error.contains("`localhost` is no URL"), "{error}");
    let error = elsewhere.fails(&["stdio", "--token-file", "nowhere"]);
    assert!(error.contains("nowhere cannot be read"), "{error}");
}

#[test]
fn large_messages_and_lines_that_are_none_are_answered() {
    let installation = Installation::new();
    let _host = installation.serve();
    let mut client = join(&installation, &[]);
    client.write("this is no message");
    assert_eq!(client.message()["error"]["code"], -32700);
    client.write("");
    client.initialize();
    let large = "x".repeat(1 << 20);
    let answer = client.ask("tools/call", &json!({"name": large, "arguments": {}}));
    assert_eq!(answer["result"]["isError"], true);
    let larger = "x".repeat(5 << 20);
    let answer = client.ask("tools/call", &json!({"name": larger, "arguments": {}}));
    assert!(text_of(&answer).contains("413"), "{answer}");
    assert_eq!(client.ask("ping", &json!({}))["result"], json!({}));
}
