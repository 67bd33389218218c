//! Sessions over a restart of the real command: stopped by a signal, and killed.

mod support;

use serde_json::{Value, json};
use support::{Host, Installation, PATIENCE};

/// A client of Streamable HTTP with a session.
struct Client {
    token: String,
    session: String,
}

/// Asks the host that runs now. Answers the status, the session that it names and the body.
fn post(host: &Host, token: &str, session: &str, method: &str, params: &Value) -> (u16, String, Value) {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(PATIENCE));
    let agent: ureq::Agent = config.build().into();
    let mut request = agent
        .post(format!("{}/api/mcp", host.url))
        .header("Authorization", format!("Bearer {token}"))
        .header("Accept", "application/json");
    if !session.is_empty() {
        request = request.header("Mcp-Session-Id", session);
    }
    let message = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
    let mut answer = request.send_json(message).expect("the host answers");
    let named = answer.headers().get("mcp-session-id");
    let named = named.and_then(|name| name.to_str().ok()).unwrap_or_default().to_owned();
    let body = answer.body_mut().read_json().expect("it answers JSON");
    (answer.status().as_u16(), named, body)
}

impl Client {
    fn of(installation: &Installation, host: &Host) -> Self {
        let token = installation.ok(&["token", "create", "laptop", "--admin"]);
        let client = json!({"name": "test", "version": "1"});
        let params = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": client});
        let (status, session, answer) = post(host, &token, "", "initialize", &params);
        assert!(status == 200 && !session.is_empty(), "{status} {answer}");
        Self { token, session }
    }

    fn goes_on(&self, host: &Host) {
        let (status, _, answer) = post(host, &self.token, &self.session, "ping", &json!({}));
        assert_eq!((status, &answer["result"]), (200, &json!({})), "{answer}");
    }
}

/// Waits until this session is in the database.
fn written(installation: &Installation, session: &str) {
    let database = rusqlite::Connection::open(installation.path().join("hearth.db")).expect("it is there");
    let count = || {
        let statement = "SELECT count(*) FROM checkpoints WHERE key = ?1";
        let rows: i64 = database
            .query_row(statement, [session], |row| row.get(0))
            .expect("it can be counted");
        rows
    };
    let end = std::time::Instant::now() + PATIENCE;
    while count() == 0 {
        assert!(std::time::Instant::now() < end, "the session is never written");
        std::thread::yield_now();
    }
}

#[test]
fn a_session_goes_on_after_a_stop() {
    let installation = Installation::new();
    let host = installation.serve();
    let client = Client::of(&installation, &host);
    host.terminate();
    assert!(host.ended().0.success());
    let host = installation.serve();
    client.goes_on(&host);
    let (_, status) = host.get("/healthz", "");
    assert!(status.contains("ok"), "{status}");
}

#[test]
fn a_session_goes_on_after_a_kill() {
    let installation = Installation::new();
    let host = installation.serve();
    let client = Client::of(&installation, &host);
    written(&installation, &client.session);
    drop(host);
    client.goes_on(&installation.serve());
}
