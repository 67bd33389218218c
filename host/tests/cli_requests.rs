//! What the owner sees of requests: their ids, their traces, and never a secret.

mod support;

use rusqlite::Connection;
use serde_json::{Value, json};
use support::{Host, Installation, SseStream};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const LAMP_ON: &str = "intent__HassTurnOn";

fn parent(trace: &str) -> String {
    format!("00-{trace}-00f067aa0ba902b7-01")
}

fn call(id: &str, arguments: &Value, meta: &Value) -> Value {
    let params = json!({"name": LAMP_ON, "arguments": arguments, "_meta": meta});
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params})
}

/// Calls with these headers, waits for the answer, and tells the id of the request.
fn turn_on(client: &mut SseStream, meta: &Value, headers: &[(&str, &str)]) -> String {
    let id = client.send_with(&call("x", &json!({"domain": ["light"]}), meta), headers);
    let answer = client.message();
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!("x"), &json!(false))
    );
    id
}

/// Stops it and answers its log.
fn log_of(host: Host) -> Vec<Value> {
    host.terminate();
    let (status, _, log) = host.ended();
    assert!(status.success());
    log
}

/// Request, trace and arguments of all that was done, in order.
fn audited(home: &Installation) -> Vec<[String; 3]> {
    let database = Connection::open(home.path().join("hearth.db")).expect("it is there");
    let mut select = database
        .prepare("SELECT request, trace, arguments FROM audit ORDER BY id")
        .expect("it has these columns");
    let rows = select.query_map([], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?]));
    rows.expect("it can be read")
        .map(|row| row.expect("it is text"))
        .collect()
}

/// Whether a line was logged in a span where this field has this value.
fn is_in(line: &Value, span: &str, field: &str, value: &str) -> bool {
    let spans = line["spans"].as_array().into_iter().flatten();
    spans.into_iter().any(|one| one["name"] == span && one[field] == value)
}

#[test]
fn the_id_and_the_trace_of_a_request_go_into_its_answer_the_log_and_the_audit() {
    let home = Installation::new();
    let token = home.ok(&["token", "create", "ada", "--admin"]);
    let host = home.serve_with(&["--log-level", "debug", "--log-format", "json"]);
    let mut client = host.client(&token);
    let given = [("X-Request-Id", "r-1"), ("traceparent", &parent(&"1".repeat(32)))];
    assert_eq!(
        turn_on(&mut client, &json!({"traceparent": parent(TRACE)}), &given),
        "r-1"
    );
    let own = turn_on(&mut client, &json!({}), &[("traceparent", &parent(&"2".repeat(32)))]);
    let invalid = json!({"traceparent": "00-not-a-trace"});
    turn_on(
        &mut client,
        &invalid,
        &[("X-Request-Id", "a b"), ("traceparent", "junk")],
    );
    drop(client);
    let log = log_of(host);

    let rows = audited(&home);
    let traces_of = |id: &str| {
        let of = rows.iter().filter(|[request, ..]| request == id);
        let mut traces: Vec<_> = of.map(|[_, trace, _]| trace.as_str()).collect();
        traces.dedup();
        traces
    };
    assert_eq!(
        traces_of("r-1"),
        [TRACE],
        "what the message says comes before what the header says"
    );
    assert_eq!(
        traces_of(&own),
        ["2".repeat(32)],
        "the header counts where the message says nothing"
    );
    let last = rows.last().expect("there are some");
    assert!(
        uuid::Uuid::try_parse(&last[0]).is_ok(),
        "what is no id is replaced: {last:?}"
    );
    assert_eq!(last[1], "", "what is no trace is none");

    let answered = log
        .iter()
        .find(|line| line["message"] == "answered" && is_in(line, "request", "id", "r-1"));
    let answered = answered.expect("each request has its line");
    assert_eq!(
        (&answered["status"], &answered["level"]),
        (&json!(200), &json!("DEBUG"))
    );
    for (field, value) in [
        ("principal", "ada"),
        ("client", "test 1"),
        ("path", "/mcp_server/messages/{session}"),
        ("method", "POST"),
        ("trace_id", TRACE),
    ] {
        assert!(is_in(answered, "request", field, value), "{field}: {answered}");
    }
    let acted = log
        .iter()
        .find(|line| is_in(line, "work", "request", "r-1") && is_in(line, "work", "trace_id", TRACE));
    let acted = acted.expect("what it does is logged with it");
    assert!(
        acted["spans"]
            .as_array()
            .is_some_and(|spans| spans.iter().any(|span| span["name"] == "action")),
        "{acted}"
    );
}

#[test]
fn at_the_level_by_default_requests_leave_nothing_in_the_log() {
    let home = Installation::new();
    let token = home.ok(&["token", "create", "ada", "--admin"]);
    let host = home.serve();
    let mut client = host.client(&token);
    turn_on(&mut client, &json!({}), &[]);
    drop(client);
    let log = log_of(host);
    let served = log.iter().skip_while(|line| line["message"] != "serving").skip(1);
    let said: Vec<_> = served
        .filter(|line| !line["message"].as_str().is_some_and(|text| text.starts_with("stop")))
        .collect();
    assert!(said.is_empty(), "{said:?}");
}

#[test]
fn a_token_is_nowhere_in_the_database_the_log_or_what_commands_print() {
    let home = Installation::new();
    let token = home.ok(&["token", "create", "ada", "--admin"]);
    let host = home.serve_with(&["--log-level", "trace", "--log-format", "json"]);
    let mut client = SseStream::open(&host.url, &token);
    let info = json!({"name": format!("my {token}"), "version": token});
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info});
    client.ask("initialize", &hello);

    let meta = json!({
        "traceparent": token, "tracestate": token, "progressToken": token, "io.home-assistant/device_id": token,
    });
    let headers = [
        ("X-Request-Id", token.as_str()),
        ("traceparent", &token),
        ("tracestate", &token),
        ("User-Agent", &token),
        ("Mcp-Session-Id", &token),
        ("Mcp-Protocol-Version", &token),
    ];
    let domains = json!({"domain": ["light"], "name": token, "area": token});
    client.send_with(&call("1", &domains, &meta), &headers);
    client.message();
    let secrets = json!({"domain": ["light"], "password": "open-sesame", "note": {"pin": "4711-secret"}});
    client.send_with(&call("2", &secrets, &meta), &headers);
    client.message();
    turn_on(
        &mut client,
        &json!({"traceparent": parent(TRACE), "tracestate": format!("a={token}")}),
        &headers,
    );
    for path in [
        format!("/mcp_server/messages/{token}"),
        format!("/mcp_server/messages/x?token={token}"),
        format!("/{token}"),
        format!("/api/mcp/{token}"),
        format!("/api/hearth/entries/{token}"),
    ] {
        for with in [token.as_str(), ""] {
            host.ask("POST", &path, with, format!("{{\"method\": \"{token}\"}}").as_bytes());
            host.get(&path, with);
        }
    }
    let printed = [
        home.ok(&["token", "list", "--json"]),
        home.ok(&["entry", "list", "--json"]),
        host.get("/healthz", "").1,
        host.get("/api/hearth/status", &token).1,
    ];
    drop(client);
    let log: Vec<String> = log_of(host).iter().map(Value::to_string).collect();
    assert!(!audited(&home).is_empty(), "something was done");

    for secret in [token.as_str(), "open-sesame", "4711-secret"] {
        for file in ["hearth.db", "hearth.db-wal"] {
            let bytes = std::fs::read(home.path().join(file)).unwrap_or_default();
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{secret} is in {file}");
        }
        let told = log.iter().chain(&printed).find(|text| text.contains(secret));
        assert_eq!(told, None, "{secret}");
    }
}
