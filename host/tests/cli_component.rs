//! Installing a component and going back, by the real command on a host that serves real clients.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Stdio;

use serde_json::{Value, json};
use support::{Host, Installation, PATIENCE, SseStream, marked};

/// A client of Streamable HTTP with a session and an open stream of it.
struct Streamable {
    url: String,
    token: String,
    session: String,
    stream: BufReader<TcpStream>,
    asked: u64,
}

impl Streamable {
    fn connect(host: &Host, token: &str) -> Self {
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
        let begun = post(
            host,
            token,
            "",
            &json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": params}),
        );
        let session = begun.header("mcp-session-id").expect("a session begins").to_owned();
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(post(host, token, &session, &initialized).status, 202);
        let address = host.url.trim_start_matches("http://");
        let mut socket = TcpStream::connect(address).expect("it listens");
        socket
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit can be set");
        let get = format!(
            "GET /api/mcp HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
             Accept: text/event-stream\r\nMcp-Session-Id: {session}\r\n\r\n"
        );
        socket.write_all(get.as_bytes()).expect("it reads");
        let mut stream = BufReader::new(socket);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert_ne!(stream.read_line(&mut head).expect("it answers"), 0, "{head}");
        }
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        Self {
            url: host.url.clone(),
            token: token.to_owned(),
            session,
            stream,
            asked: 1,
        }
    }

    /// Asks in its session and answers the result.
    fn ask(&mut self, host: &Host, method: &str, params: &Value) -> Value {
        self.asked += 1;
        assert_eq!(self.url, host.url);
        let request = json!({"jsonrpc": "2.0", "id": self.asked, "method": method, "params": params});
        let answer = post(host, &self.token, &self.session, &request);
        assert_eq!(answer.status, 200, "{}", answer.body);
        // It comes alone, or as the last of some events.
        let last = answer
            .body
            .lines()
            .filter_map(|line| line.strip_prefix("data: "))
            .next_back();
        let mut message: Value = serde_json::from_str(last.unwrap_or(&answer.body)).expect("it is JSON");
        assert_eq!(message["id"], self.asked, "{message}");
        message["result"].take()
    }

    /// Whether its stream is open.
    fn is_open(&mut self) -> bool {
        self.stream
            .get_ref()
            .set_nonblocking(true)
            .expect("a socket has this option");
        let open = loop {
            match self.stream.read(&mut [0; 1_024]) {
                Ok(0) => break false,
                Ok(_) => {}
                Err(error) => break error.kind() == std::io::ErrorKind::WouldBlock,
            }
        };
        self.stream
            .get_ref()
            .set_nonblocking(false)
            .expect("a socket has this option");
        open
    }
}

/// An answer over HTTP.
struct Answered {
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answered {
    fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

fn post(host: &Host, token: &str, session: &str, message: &Value) -> Answered {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
    let agent: ureq::Agent = config.timeout_global(Some(PATIENCE)).build().into();
    let mut request = agent
        .post(format!("{}/api/mcp", host.url))
        .header("Authorization", format!("Bearer {token}"))
        .header("Accept", "application/json, text/event-stream");
    if !session.is_empty() {
        request = request.header("Mcp-Session-Id", session);
    }
    let mut answer = request.send_json(message).expect("the host answers");
    let headers = answer.headers().iter();
    Answered {
        status: answer.status().as_u16(),
        headers: headers
            .map(|(name, value)| (name.to_string(), value.to_str().expect("it is text").to_owned()))
            .collect(),
        body: answer.body_mut().read_to_string().expect("it answers UTF-8"),
    }
}

/// A host with an SSE and a Streamable client, who stay connected whatever happens.
struct Served {
    installation: Installation,
    host: Host,
    sse: SseStream,
    streamable: Streamable,
}

impl Served {
    fn with(options: &[&str]) -> Self {
        let installation = Installation::new();
        let token = installation.ok(&["token", "create", "laptop", "--admin"]);
        let host = installation.serve_with(options);
        Self {
            sse: host.client(&token),
            streamable: Streamable::connect(&host, &token),
            installation,
            host,
        }
    }

    fn install(&self, mark: &str, options: &[&str]) -> String {
        let file = self.installation.file(&format!("{mark}.wasm"), &marked(mark));
        let mut arguments = vec!["component", "install", &file];
        arguments.extend(options);
        self.installation.ok(&arguments)
    }

    /// Both clients are served in the sessions that they began with, by this generation.
    fn serves(&mut self, generation: u64) {
        let call = json!({"name": "intent__HassTurnOn", "arguments": {"name": "Bed Light"}});
        assert_eq!(self.sse.ask("tools/call", &call)["isError"], false);
        assert_eq!(self.streamable.ask(&self.host, "tools/call", &call)["isError"], false);
        assert!(self.streamable.is_open());
        assert_eq!(self.host.health()["generation"], generation);
        assert_eq!(self.host.health()["status"], "ok");
    }

    fn list(&self) -> Vec<Value> {
        list(&self.installation)
    }
}

fn list(installation: &Installation) -> Vec<Value> {
    let list = installation.ok(&["component", "list", "--json"]);
    serde_json::from_str(&list).expect("it is a list")
}

#[test]
fn an_install_and_a_rollback_disturb_nobody_and_say_what_they_did() {
    let mut served = Served::with(&[]);
    served.serves(1);
    let said = served.install("one", &[]);
    let lines: Vec<_> = said.lines().collect();
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        lines[0].starts_with(&format!("Generation 2 is live: hearth {version}, sha256 "))
            && lines[0].contains(", in place of generation 1. Clients stayed connected; the pause was "),
        "{said}"
    );
    assert!(
        said.contains("\nOn probation until ") && said.contains(": at 3 faults the host goes back by itself."),
        "{said}"
    );
    assert_eq!(lines.last(), Some(&"To go back: hearth component rollback"));
    served.serves(2);

    let path = served.installation.ok(&["component", "path"]);
    assert_eq!(std::fs::read(path).expect("its bytes are kept"), marked("one"));
    let listed = served.installation.ok(&["component", "list"]);
    let rows: Vec<_> = listed.lines().collect();
    assert!(
        rows[0].starts_with("GENERATION  VERSION") && rows.len() == 3,
        "{listed}"
    );
    assert!(rows[1].ends_with("replaced by generation 2"), "{listed}");
    assert!(
        rows[2].contains(" ms ") && rows[2].contains("running, on probation until "),
        "{listed}"
    );
    let shown = served.installation.ok(&["component", "show"]);
    assert!(
        shown.contains("light.turn_on") && shown.contains("installed: generation 2, in place of 1, pause "),
        "{shown}"
    );

    let said = served.installation.ok(&["component", "rollback"]);
    assert!(
        said.starts_with("Generation 1 is live: ") && said.contains(", in place of generation 2."),
        "{said}"
    );
    served.serves(1);
    let list = served.list();
    assert_eq!(
        (&list[0]["standing"], &list[1]["standing"]),
        (&json!("running"), &json!("past"))
    );
    assert_eq!(list[1]["ended"], "gone back from, to generation 1");
    let nothing = served.installation.fails(&["component", "rollback"]);
    assert!(nothing.contains("there is nothing to go back to"), "{nothing}");
    served.serves(1);
}

#[test]
fn a_dry_run_changes_nothing_and_the_same_bytes_are_the_same_generation() {
    let mut served = Served::with(&[]);
    let said = served.install("dry", &["--dry-run"]);
    assert!(
        said.starts_with("It would be generation 2: ") && said.contains("nothing has changed"),
        "{said}"
    );
    served.serves(1);
    assert_eq!(served.list().len(), 1);
    let kept = std::fs::read_dir(served.installation.path().join("components")).expect("it is there");
    assert_eq!(kept.count(), 1, "what was only tried is not kept");

    let built_in = served.installation.ok(&["component", "install", "--built-in"]);
    assert!(built_in.starts_with("Generation 1 is just this: "), "{built_in}");
    served.install("dry", &[]);
    let again = served.install("dry", &[]);
    assert!(again.starts_with("Generation 2 is just this: "), "{again}");
    served.serves(2);
    let built_in = served.installation.ok(&["component", "install", "--built-in"]);
    assert!(built_in.starts_with("Generation 3 is live: "), "{built_in}");
    served.serves(3);
}

#[test]
fn two_installs_at_once_come_one_after_the_other() {
    let mut served = Served::with(&[]);
    let installs = ["left", "right"].map(|mark| {
        let file = served.installation.file(&format!("{mark}.wasm"), &marked(mark));
        let mut command = served.installation.command(&["component", "install", &file, "--json"]);
        command.stdout(Stdio::piped()).spawn().expect("the command starts")
    });
    let mut numbers = installs.map(|install| {
        let output = install.wait_with_output().expect("it ends");
        assert!(output.status.success());
        let installed: Value = serde_json::from_slice(&output.stdout).expect("it is JSON");
        (installed["from"].as_u64(), installed["generation"].as_u64())
    });
    numbers.sort_unstable();
    assert_eq!(numbers, [(Some(1), Some(2)), (Some(2), Some(3))]);
    served.serves(3);
}

#[test]
fn answers_to_administrators_name_the_generation_that_gave_them() {
    let installation = Installation::new();
    let admin = installation.ok(&["token", "create", "laptop", "--admin"]);
    let user = installation.ok(&["token", "create", "phone"]);
    let host = installation.serve();
    let entry: Value = serde_json::from_str(&installation.ok(&["entry", "list", "--json"])).expect("it is JSON");
    let id = entry[0]["id"].as_str().expect("it has an id");
    installation.ok(&["entry", "set", id, "--require-admin", "false"]);
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}});
    let generation = |token: &str| {
        let answer = post(&host, token, "", &ping);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.header("hearth-generation").map(str::to_owned)
    };
    assert_eq!(generation(&admin).as_deref(), Some("1"));
    assert_eq!(generation(&user), None);
    let file = installation.file("header.wasm", &marked("header"));
    installation.ok(&["component", "install", &file]);
    assert_eq!(generation(&admin).as_deref(), Some("2"));
    assert_eq!(generation(&user), None);
}
