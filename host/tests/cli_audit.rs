//! `hearth audit`: who did what in the home, and what came of it.

mod support;

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;

use rusqlite::Connection;
use serde_json::{Value, json};
use support::{Host, Installation, PATIENCE, SseStream};

/// A client of this name.
fn client_called(host: &Host, token: &str, name: &str) -> SseStream {
    let mut client = host.stream(token);
    let info = json!({"name": name, "version": "1"});
    client.ask(
        "initialize",
        &json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info}),
    );
    client
}

fn call(client: &mut SseStream, tool: &str, arguments: Value) -> Value {
    client.ask("tools/call", &json!({"name": tool, "arguments": arguments}))
}

fn light(client: &mut SseStream, name: &str) {
    let answer = call(client, "intent__HassTurnOn", json!({"name": name}));
    assert_eq!(answer["isError"], false, "{answer}");
}

/// The lines of a reading as JSON.
fn read(installation: &Installation, arguments: &[&str]) -> Vec<Value> {
    let mut command = vec!["audit", "--json"];
    command.extend(arguments);
    let text = installation.ok(&command);
    text.lines()
        .map(|line| serde_json::from_str(line).expect("each line is JSON"))
        .collect()
}

fn of(lines: &[Value], member: &str) -> Vec<String> {
    let text = |line: &Value| {
        line[member]
            .as_str()
            .map_or_else(|| line[member].to_string(), str::to_owned)
    };
    lines.iter().map(text).collect()
}

/// An evening of two people: a lamp, a script that fails, another lamp.
fn evening(installation: &Installation) -> Host {
    let host = installation.serve();
    let id = installation.ok(&["entry", "list", "--json"]);
    let id: Value = serde_json::from_str(&id).expect("JSON");
    let id = id[0]["id"].as_str().expect("an id");
    installation.ok(&["entry", "set", id, "--require-admin", "false"]);
    let anna = installation.ok(&["token", "create", "anna", "--admin"]);
    let ben = installation.ok(&["token", "create", "ben"]);
    let mut laptop = client_called(&host, &anna, "laptop");
    light(&mut laptop, "Bed Light");
    let broken = call(&mut laptop, "script__break_in", json!({}));
    assert_eq!(broken["isError"], true, "{broken}");
    light(&mut client_called(&host, &ben, "phone"), "Reading Lamp");
    host
}

#[test]
fn what_was_done_is_told_at_once_newest_last_and_by_what_it_was() {
    let installation = Installation::new();
    let host = evening(&installation);
    let check = |installation: &Installation| {
        let all = read(installation, &[]);
        assert_eq!(of(&all, "principal"), ["anna", "anna", "ben"]);
        assert_eq!(of(&all, "client"), ["laptop 1", "laptop 1", "phone 1"]);
        assert_eq!(
            of(&all, "tool"),
            ["intent__HassTurnOn", "script__break_in", "intent__HassTurnOn"]
        );
        assert_eq!(all[0]["entities"], json!(["light.bed"]));
        assert_eq!(all[0]["arguments"], json!({"name": "Bed Light"}));
        assert_eq!((&all[0]["outcome"], &all[0]["generation"]), (&"ok".into(), &1.into()));
        assert!(
            all[1]["outcome"].as_str().expect("a text").starts_with("failed: "),
            "{}",
            all[1]
        );

        let cases: [(&[&str], &[usize]); 9] = [
            (&["--who", "ben"], &[2]),
            (&["--who", "b"], &[]),
            (&["--entity", "light.bed"], &[0]),
            (&["--entity", "light.be"], &[]),
            (&["--tool", "intent__HassTurnOn"], &[0, 2]),
            (&["--outcome", "failed"], &[1]),
            (&["--limit", "2"], &[1, 2]),
            (&["--who", "anna", "--limit", "1"], &[1]),
            (&["--since", "1h", "--until", "now", "--outcome", "ok"], &[0, 2]),
        ];
        for (arguments, wanted) in cases {
            let wanted: Vec<_> = wanted.iter().map(|place| all[*place].clone()).collect();
            assert_eq!(read(installation, arguments), wanted, "{arguments:?}");
        }
        let table = installation.ok(&["audit"]);
        let lines: Vec<_> = table.lines().collect();
        assert_eq!(lines.len(), 4, "{table}");
        assert!(
            lines[0].starts_with("WHEN") && lines[3].contains("light.reading_lamp"),
            "{table}"
        );
    };
    check(&installation);
    host.terminate();
    assert!(host.ended().0.success());
    check(&installation);
}

#[test]
fn when_is_a_moment_of_many_forms_and_else_refused_with_them() {
    let installation = Installation::new();
    drop(evening(&installation));
    // The audit is written behind; a host that is killed may not have come to it.
    let written = read(&installation, &["--since", "today"]).len();
    assert_eq!(read(&installation, &["--until", "2020-01-01"]), Vec::<Value>::new());
    assert_eq!(read(&installation, &["--since", "2020-01-01 07:30"]).len(), written);
    let text = installation.fails(&["audit", "--since", "lately"]);
    for part in ["--since", "`lately`", "2h", "today", "2026-11-23T07:30:00Z"] {
        assert!(text.contains(part), "{text}\ndoes not name {part}");
    }
    assert!(installation.ok(&["audit", "--until", "2020-01-01"]).starts_with("WHEN"));
}

#[test]
fn what_a_client_calls_itself_does_not_reach_the_terminal_raw() {
    let installation = Installation::new();
    let host = installation.serve();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    let message = "\u{1b}[2J\u{202e}\u{9b}31mring\u{7}";
    let mut client = client_called(&host, &token, "good\u{202e}\u{1b}[2J");
    let answer = call(&mut client, "script__announce", json!({"message": message}));
    assert_eq!(answer["isError"], false, "{answer}");
    for arguments in [&["audit"][..], &["audit", "--json"]] {
        let text = installation.ok(arguments);
        let raw = |character: char| (character.is_control() && character != '\n') || character == '\u{202e}';
        assert!(!text.contains(raw), "{text:?}");
        assert!(text.contains("good") && text.contains("script__announce"), "{text:?}");
    }
    assert_eq!(
        read(&installation, &[])[0]["arguments"]["message"],
        message,
        "it is told as it was"
    );
}

#[test]
fn what_is_missing_is_told_in_its_place_and_long_reading_comes_in_order() {
    const ROWS: i64 = 1_234;
    let installation = Installation::new();
    installation.ok(&["entry", "list"]);
    let mut database = Connection::open(installation.path().join("hearth.db")).expect("it is one");
    let transaction = database.transaction().expect("it can be written");
    for number in 0..ROWS {
        let outcome = if number % 10 == 0 {
            "refused: the config entry is read-only"
        } else {
            "ok"
        };
        transaction
            .execute(
                "INSERT INTO audit (moment, principal, client, tool, arguments, action, entities, outcome, generation)
                 VALUES (?1, 'anna', 'c', 't', 'not JSON', 'a.b', '[]', ?2, 1)",
                rusqlite::params![1_000_000 + number, outcome],
            )
            .expect("it is kept");
    }
    let gap = "INSERT INTO audit_gaps (first, last, lost) VALUES (?1, ?2, 7)";
    transaction.execute(gap, [1_000_500, 1_000_501]).expect("it is kept");
    transaction.commit().expect("it is kept");
    drop(database);
    for beside in [false, true] {
        let _host = beside.then(|| installation.serve());
        let all = read(&installation, &["--limit", "100000"]);
        assert_eq!(all.len() as i64, ROWS + 1);
        assert_eq!(
            all[500]["gap"],
            json!({"id": 1, "first": 1_000_500, "last": 1_000_501, "lost": 7})
        );
        let ids: Vec<_> = all.iter().filter_map(|line| line["id"].as_i64()).collect();
        assert!(ids.is_sorted() && ids.len() as i64 == ROWS, "each once, in order");
        assert_eq!(all[0]["arguments"], "not JSON");
        let refused = read(&installation, &["--outcome", "refused", "--limit", "100000"]);
        assert_eq!(refused.iter().filter(|line| line["gap"].is_null()).count(), 124);
        // A gap before what is shown is not shown.
        let newest = read(&installation, &["--limit", "3"]);
        assert_eq!(of(&newest, "id"), ["1232", "1233", "1234"]);
        let text = installation.ok(&["audit", "--since", "1970-01-01", "--until", "1971-01-01"]);
        assert!(text.contains("7 actions are missing here"), "{text}");
    }
}

/// A reader that goes on with what comes.
struct Follower {
    process: Child,
    lines: mpsc::Receiver<String>,
    errors: Option<thread::JoinHandle<String>>,
}

impl Follower {
    fn start(installation: &Installation, arguments: &[&str]) -> Self {
        let mut command = installation.command(&["audit", "--follow"]);
        let command = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn().expect("it starts");
        let (sender, lines) = mpsc::channel();
        let output = process.stdout.take().expect("it is piped");
        thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            lines.for_each(|line| drop(sender.send(line)));
        });
        let errors = process.stderr.take().expect("it is piped");
        let errors = thread::spawn(move || std::io::read_to_string(errors).expect("it prints UTF-8"));
        Self {
            process,
            lines,
            errors: Some(errors),
        }
    }

    fn next(&self) -> Value {
        let line = self.lines.recv_timeout(PATIENCE).expect("a line comes");
        serde_json::from_str(&line).expect("it is JSON")
    }

    /// Waits for its end and answers what it said of that.
    fn ended(mut self) -> String {
        assert!(self.process.wait().expect("it ends").success());
        assert_eq!(self.lines.try_recv().ok(), None, "nothing is told twice");
        self.errors.take().expect("it ends once").join().expect("it was read")
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn who_follows_hears_of_what_comes_over_a_restart_and_of_the_end() {
    let installation = Installation::new();
    let text = installation.fails(&["audit", "--follow"]);
    assert!(text.contains("--follow") && text.contains("No Hearth runs"), "{text}");

    let host = installation.serve();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    light(&mut client_called(&host, &token, "one"), "Bed Light");
    let follower = Follower::start(&installation, &["--json", "--entity", "light.bed"]);
    assert_eq!(follower.next()["client"], "one 1", "what was before");
    let mut two = client_called(&host, &token, "two");
    light(&mut two, "Reading Lamp");
    light(&mut two, "Bed Light");
    assert_eq!(
        follower.next()["client"],
        "two 1",
        "what comes, and only what is asked for"
    );
    host.terminate();
    assert!(host.ended().0.success());

    let host = installation.serve();
    light(&mut client_called(&host, &token, "three"), "Bed Light");
    assert_eq!(follower.next()["client"], "three 1");
    host.terminate();
    assert!(host.ended().0.success());
    let said = follower.ended();
    assert!(said.contains("the host has ended"), "{said}");
}

/// A request of 2026-07-28 belongs to no session, and says itself from which client it comes.
#[test]
fn a_client_without_a_session_is_named_as_well() {
    let installation = Installation::new();
    let host = installation.serve();
    let token = installation.ok(&["token", "create", "anna", "--admin"]);
    let client = |name: &str| {
        json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": name, "version": "2"},
        })
    };
    for name in ["watch", &token] {
        let params = json!({"name": "intent__HassTurnOn", "arguments": {"name": "Bed Light"}, "_meta": client(name)});
        let config = ureq::Agent::config_builder().proxy(None).timeout_global(Some(PATIENCE));
        let agent: ureq::Agent = config.build().into();
        let request = agent
            .post(format!("{}/api/mcp", host.url))
            .header("Authorization", format!("Bearer {token}"))
            .header("Accept", "application/json")
            .header("MCP-Protocol-Version", "2026-07-28")
            .header("Mcp-Method", "tools/call")
            .header("Mcp-Name", "intent__HassTurnOn");
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let mut answer = request.send_json(message).expect("the host answers");
        let answer: Value = answer.body_mut().read_json().expect("it answers JSON");
        assert_eq!(answer["result"]["isError"], false, "{answer}");
    }
    let clients = of(&read(&installation, &[]), "client");
    assert_eq!(clients[0], "watch 2");
    assert!(!clients[1].contains(&token), "a token is no name: {clients:?}");
}
