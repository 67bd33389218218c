//! `/metrics`, as Prometheus reads it.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use support::{Host, Installation};

/// What was read: the value of each series.
type Series = BTreeMap<String, f64>;

/// Reads the text format of Prometheus (0.0.4), and takes nothing that is not in it: HELP and TYPE before the samples of a
/// metric, once each; the samples of one metric together; names, labels and values as they have to be.
fn read(text: &str) -> Series {
    assert!(text.ends_with('\n'), "the last line ends");
    let (mut series, mut seen) = (Series::new(), BTreeSet::new());
    let (mut metric, mut kind) = (String::new(), String::new());
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').expect("a name and its help");
            assert!(!help.is_empty() && seen.insert(name.to_owned()), "{line}");
            metric = name.to_owned();
            kind.clear();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, of) = rest.split_once(' ').expect("a name and its type");
            assert!(name == metric && kind.is_empty(), "{line}");
            assert!(["counter", "gauge", "histogram"].contains(&of), "{line}");
            kind = of.to_owned();
        } else {
            let (key, value) = line.rsplit_once(' ').expect("a series and its value");
            let value: f64 = value.parse().unwrap_or_else(|_| panic!("{line}"));
            let (name, labels) = key.split_once('{').unwrap_or((key, "}"));
            let base = ["_bucket", "_sum", "_count"]
                .iter()
                .find_map(|end| name.strip_suffix(end));
            let own = if kind == "histogram" {
                base.expect("a part of a histogram")
            } else {
                name
            };
            assert_eq!(own, metric, "{line}");
            assert!(kind != "counter" || name.ends_with("_total"), "{line}");
            assert!(labels.ends_with('}') && !kind.is_empty() && value >= 0.0, "{line}");
            for label in labels
                .trim_end_matches('}')
                .split("\",")
                .filter(|label| !label.is_empty())
            {
                let (name, value) = label.split_once("=\"").unwrap_or_else(|| panic!("{line}"));
                assert!(
                    name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
                    "{line}"
                );
                assert!(!value.trim_end_matches('"').contains(['"', '\\']), "{line}");
            }
            assert!(series.insert(key.to_owned(), value).is_none(), "twice: {line}");
        }
    }
    series
}

fn metrics(host: &Host, token: &str) -> Series {
    let (status, text) = host.get("/metrics", token);
    assert_eq!(status, 200, "{text}");
    read(&text)
}

/// The value of a series; 0 where there is none.
fn value(series: &Series, key: &str) -> f64 {
    series.get(key).copied().unwrap_or_default()
}

#[test]
fn what_clients_do_is_counted() {
    let home = Installation::new();
    let token = home.ok(&["token", "create", "ada", "--admin"]);
    let host = home.serve();
    let before = metrics(&host, &token);
    assert_eq!(
        value(&before, r#"hearth_requests_total{method="ping",outcome="ok"}"#),
        0.0
    );
    let mut client = host.client(&token);
    for _ in 0..3 {
        client.ask("ping", &json!({}));
    }
    let call = |name: &str| json!({"name": name, "arguments": {"domain": ["light"]}});
    client.ask("tools/call", &call("intent__HassTurnOn"));
    client.ask("tools/call", &call("no_such_tool"));
    let after = metrics(&host, &token);
    for (key, expected) in [
        (r#"hearth_requests_total{method="ping",outcome="ok"}"#, 3.0),
        (r#"hearth_requests_total{method="tools/call",outcome="ok"}"#, 1.0),
        (
            r#"hearth_requests_total{method="tools/call",outcome="tool-error"}"#,
            1.0,
        ),
        (r#"hearth_request_duration_seconds_count{method="ping"}"#, 3.0),
        (
            r#"hearth_http_responses_total{route="/mcp_server/sse",status="200"}"#,
            1.0,
        ),
        (r#"hearth_sessions{transport="sse"}"#, 1.0),
        (r#"hearth_sessions{transport="streamable"}"#, 0.0),
        (r#"hearth_outlets{kind="stream"}"#, 1.0),
        ("hearth_traps_total", 0.0),
        ("hearth_work_open", 0.0),
    ] {
        assert_eq!(value(&after, key), expected, "{key}");
    }
    let rises = |key: &str| value(&after, key) > value(&before, key);
    for key in [
        r#"hearth_guest_duration_seconds_count{event="receive"}"#,
        r#"hearth_http_responses_total{route="/mcp_server/messages/{session}",status="200"}"#,
        r#"hearth_http_responses_total{route="/metrics",status="200"}"#,
    ] {
        assert!(rises(key), "{key}");
    }
    let acted = |series: &Series, name: &str, end: &str| -> f64 {
        let of = series
            .iter()
            .filter(|(key, _)| key.starts_with(name) && key.ends_with(end));
        of.map(|(_, value)| value).sum()
    };
    let actions = |series: &Series| acted(series, "hearth_home_actions_total{", "outcome=\"ok\"}");
    let timed = |series: &Series| acted(series, "hearth_home_action_duration_seconds_count{", "}");
    assert!(actions(&after) > actions(&before) && timed(&after) > timed(&before));
    for key in ["hearth_guest_memory_bytes", "process_start_time_seconds"] {
        assert!(value(&after, key) > 0.0, "{key}");
    }
    assert!(after.keys().any(|key| key.starts_with("hearth_build_info{")));
}

#[test]
fn an_install_is_counted_as_one_swap() {
    let home = Installation::new();
    let token = home.ok(&["token", "create", "ada", "--admin"]);
    let host = home.serve();
    let other = home.file("other.wasm", &support::marked("other"));
    home.ok(&["component", "install", &other]);
    home.ok(&["component", "rollback"]);
    let after = metrics(&host, &token);
    for kind in ["install", "rollback"] {
        assert_eq!(
            value(&after, &format!("hearth_swaps_total{{kind=\"{kind}\"}}")),
            1.0,
            "{kind}"
        );
    }
    assert_eq!(value(&after, "hearth_swap_pause_seconds_count"), 2.0);
}

#[test]
fn only_administrators_read_them() {
    let home = Installation::new();
    let ben = home.ok(&["token", "create", "ben"]);
    let host = home.serve();
    assert_eq!(host.get("/metrics", "").0, 401);
    assert_eq!(host.get("/metrics", "wrong").0, 401);
    assert_eq!(host.get("/metrics", &ben).0, 403);
}

#[test]
fn made_up_methods_tools_and_paths_make_no_series() {
    let home = Installation::new();
    let token = home.ok(&["token", "create", "ada", "--admin"]);
    let host = home.serve();
    let mut client = host.client(&token);
    let mut disturb = |number: usize| {
        let made_up = format!("made-up-{number}");
        client.send(&json!({"jsonrpc": "2.0", "id": number, "method": made_up}));
        client.message();
        client.send(&json!({"jsonrpc": "2.0", "id": number, "method": "tools/call", "params": {"name": made_up}}));
        client.message();
        for path in [
            "",
            "api/mcp/",
            "mcp_server/messages/",
            "api/hearth/",
            "api/hearth/entries/",
        ] {
            host.get(&format!("/{path}{made_up}"), &token);
        }
    };
    disturb(1);
    // A response is counted once it is there: this one for the next.
    metrics(&host, &token);
    let before = metrics(&host, &token);
    (2..30).for_each(&mut disturb);
    let after = metrics(&host, &token);
    let names = |series: &Series| series.keys().cloned().collect::<BTreeSet<_>>();
    let new: Vec<_> = names(&after).difference(&names(&before)).cloned().collect();
    assert!(new.is_empty(), "{new:?}");
    assert!(
        after.keys().all(|key| !key.contains("made-up")),
        "nothing that a client makes up is a label"
    );
}
