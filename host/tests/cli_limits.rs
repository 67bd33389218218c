//! Limits as an owner sets them, kept by the real program: those of HTTP, and a disk that is full.

mod support;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use support::{Host, Installation, PATIENCE};

/// A connection of a client that sends what it likes.
struct Raw(TcpStream);

impl Raw {
    fn to(host: &Host) -> Self {
        let socket = TcpStream::connect(host.url.trim_start_matches("http://")).expect("it listens");
        socket
            .set_read_timeout(Some(PATIENCE))
            .expect("a time limit can be set");
        Self(socket)
    }

    /// A connection on which this was sent.
    fn sending(host: &Host, text: &str) -> Self {
        let mut raw = Self::to(host);
        raw.0.write_all(text.as_bytes()).expect("it is taken");
        raw
    }

    /// All that comes until the connection ends.
    fn rest(mut self) -> String {
        let mut rest = String::new();
        self.0.read_to_string(&mut rest).expect("it ends without a reset");
        rest
    }

    /// One answer, which is that of `/healthz`.
    fn health(&mut self) -> String {
        let mut answer = Vec::new();
        let mut byte = [0];
        while !answer.ends_with(b"}") {
            self.0.read_exact(&mut byte).expect("it is answered");
            answer.push(byte[0]);
        }
        String::from_utf8(answer).expect("it is text")
    }

    fn ask_health(&mut self) -> String {
        self.0.write_all(HEALTH.as_bytes()).expect("it is taken");
        self.health()
    }

    fn is_silent(&mut self) -> bool {
        self.0.set_nonblocking(true).expect("a socket has this option");
        let read = self.0.read(&mut [0]);
        self.0.set_nonblocking(false).expect("a socket has this option");
        read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
    }
}

const HEALTH: &str = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn post(headers: &str, body: &str) -> String {
    format!("POST /nowhere HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n\r\n{body}")
}

#[test]
fn a_body_and_a_head_above_what_the_options_allow_are_413_and_431() {
    let host = Installation::new().serve_with(&["--limit-body", "100", "--limit-head", "1000"]);
    let too_long = Raw::sending(&host, &post("Content-Length: 101", &"x".repeat(101))).rest();
    assert!(too_long.starts_with("HTTP/1.1 413 "), "{too_long}");
    assert!(
        too_long.ends_with("Maximum request body size 100 exceeded."),
        "{too_long}"
    );
    let allowed = Raw::sending(
        &host,
        &post("Connection: close\r\nContent-Length: 100", &"x".repeat(100)),
    )
    .rest();
    assert!(allowed.starts_with("HTTP/1.1 404 "), "{allowed}");

    let filled = |bytes: usize| {
        let bare = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: \r\n\r\n".len();
        format!(
            "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nX: {}\r\n\r\n",
            "x".repeat(bytes - bare)
        )
    };
    let too_long = Raw::sending(&host, &filled(1001)).rest();
    assert!(too_long.starts_with("HTTP/1.1 431 "), "{too_long}");
    let allowed = Raw::sending(&host, &filled(1000)).rest();
    assert!(allowed.starts_with("HTTP/1.1 200 "), "{allowed}");
}

#[test]
fn a_head_and_a_body_later_than_the_options_allow_are_408() {
    let host = Installation::new().serve_with(&["--limit-head-time-ms", "200", "--limit-body-time-ms", "300"]);
    let head = Raw::sending(&host, "GET /healthz HTTP/1.1\r\nHost: lo");
    let body = Raw::sending(&host, &post("Content-Length: 5", "1234"));
    let late = head.rest();
    assert!(
        late.starts_with("HTTP/1.1 408 ") && late.ends_with("408: Request Timeout"),
        "{late}"
    );
    let late = body.rest();
    assert!(late.starts_with("HTTP/1.1 408 "), "{late}");
    assert!(
        late.ends_with("The request body did not come within 0.3 seconds"),
        "{late}"
    );
    assert_eq!(host.get("/healthz", "").0, 200);
}

#[test]
fn connections_above_what_the_option_allows_wait_for_another_to_end() {
    let host = Installation::new().serve_with(&["--limit-connections", "2"]);
    let (mut one, mut two) = (Raw::to(&host), Raw::to(&host));
    assert!(one.ask_health().starts_with("HTTP/1.1 200 "));
    assert!(two.ask_health().starts_with("HTTP/1.1 200 "));
    let mut third = Raw::sending(&host, HEALTH);
    // While these are answered it would be, too.
    for _ in 0..100 {
        one.ask_health();
    }
    assert!(third.is_silent(), "it is answered out of turn");
    drop(two);
    assert!(third.health().starts_with("HTTP/1.1 200 "));
}

/// A process whose every write to a file fails, as on a full disk, until it is allowed again.
#[cfg(target_os = "linux")]
mod full_disk {
    use serde_json::{Value, json};

    use super::support::{Host, Installation, SseStream};

    /// More than the audit holds in memory: 16 MiB, of records that hold up to 16 KiB of arguments.
    const CALLS: u64 = 1_300;

    fn turn_on(client: &mut SseStream, padding: usize) {
        let arguments = json!({"name": "Bed Light", "padding": "x".repeat(padding)});
        let result = client.ask(
            "tools/call",
            &json!({"name": "intent__HassTurnOn", "arguments": arguments}),
        );
        assert_eq!(result["isError"], false, "{result}");
    }

    /// Asks how the host is until it is so.
    fn until_health(host: &Host, so: impl Fn(&Value) -> bool) -> Value {
        let begun = std::time::Instant::now();
        loop {
            let (status, text) = host.get("/healthz", "");
            let health = serde_json::from_str(&text).expect("it is JSON");
            if status == 200 && so(&health) {
                return health;
            }
            assert!(begun.elapsed() < super::PATIENCE, "it never becomes so: {text}");
        }
    }

    #[test]
    fn with_a_full_disk_actions_go_on_health_is_degraded_and_the_gap_is_recorded() {
        let installation = Installation::new();
        let token = installation.ok(&["token", "create", "laptop", "--admin"]);
        let other = installation.ok(&["token", "create", "phone", "--admin"]);
        let host = installation.serve_where_files_may_be_limited();
        let (mut client, mut bystander) = (host.client(&token), host.client(&other));
        turn_on(&mut client, 0);

        host.files_may_have("0");
        for _ in 0..CALLS {
            turn_on(&mut client, 20_000);
        }
        turn_on(&mut bystander, 0);
        let health = until_health(&host, |health| {
            health["degraded"].as_array().is_some_and(|all| all.len() == 2)
        });
        assert_eq!(health["status"], "degraded");
        let said = health["degraded"].to_string();
        assert!(said.contains("the data directory cannot be written"), "{said}");
        assert!(said.contains("actions are missing from the audit"), "{said}");

        host.files_may_have("unlimited");
        turn_on(&mut client, 0);
        until_health(&host, |health| health["status"] == "ok");
        drop((client, bystander));
        host.terminate();
        assert!(host.ended().0.success());

        let database = rusqlite::Connection::open(installation.path().join("hearth.db")).expect("it is there");
        let count = |query: &str| -> u64 { database.query_row(query, [], |row| row.get(0)).expect("it can be read") };
        let lost = count("SELECT sum(lost) FROM audit_gaps");
        assert!(lost > 0);
        assert_eq!(
            count("SELECT count(*) FROM audit") + lost,
            CALLS + 3,
            "every action is recorded or counted as lost"
        );
    }
}
