//! What is told of requests once they are finished.

use hearth_component::contract::exports::hearth::mcp::server::News;
use hearth_component::contract::hearth::mcp::types::{Ending, Outcome, OutcomeKind, Trace};
use serde_json::{Value, json};

use crate::support::{Client, Host, admin, call, cancel, light_on, ok, request};

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/// What was told since this was last asked, as method and ending.
fn told(host: &mut Host) -> Vec<(String, Ending)> {
    let served = std::mem::take(&mut host.served);
    served
        .into_iter()
        .map(|served| (served.method, served.ending))
        .collect()
}

fn connected() -> (Host, Client) {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    assert_eq!(told(&mut host), [("initialize".to_owned(), Ending::Ok)]);
    (host, client)
}

fn with_meta(mut message: Value, meta: Value) -> Value {
    message["params"]["_meta"] = meta;
    message
}

#[test]
fn each_request_and_notification_is_told_once_by_its_method_and_its_ending() {
    let (mut host, client) = connected();
    let tells = |host: &mut Host, message: Value, method: &str, ending: Ending| {
        host.post(&client, message.to_string()).expect("received");
        assert_eq!(told(host), [(method.to_owned(), ending)], "{message}");
    };
    let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    tells(&mut host, initialized, "notifications/initialized", Ending::Ok);
    tells(&mut host, request(1, "ping", json!({})), "ping", Ending::Ok);
    tells(
        &mut host,
        request(2, "tools/list", json!({"cursor": 5})),
        "tools/list",
        Ending::Error,
    );
    tells(
        &mut host,
        request(3, "prompts/get", json!({})),
        "prompts/get",
        Ending::Error,
    );
    tells(
        &mut host,
        call(4, "no_such_tool", json!({})),
        "tools/call",
        Ending::ToolError,
    );
    for number in 0..100 {
        tells(
            &mut host,
            request(5, &format!("made/up{number}"), json!({})),
            "other",
            Ending::Error,
        );
    }
    tells(&mut host, json!({"jsonrpc": "2.0", "method": "x"}), "other", Ending::Ok);
}

#[test]
fn a_call_is_told_when_its_work_is_over_with_the_moment_and_the_trace_that_it_came_with() {
    let (mut host, client) = connected();
    let since = host.moment;
    let meta = json!({"traceparent": PARENT, "tracestate": "a=b"});
    let light_on = with_meta(light_on("x"), meta);
    host.post(&client, light_on.to_string()).expect("received");
    assert_eq!(told(&mut host), []);
    let trace = Some(Trace {
        traceparent: PARENT.to_owned(),
        tracestate: "a=b".to_owned(),
    });
    assert_eq!(host.work.values().next().expect("it is work").trace, trace);
    host.moment += 5_000;
    host.restart();
    host.finish(vec![ok()]);
    let served = host.served.pop().expect("it is told");
    assert_eq!((served.method.as_str(), served.ending), ("tools/call", Ending::Ok));
    assert_eq!((served.since, served.trace), (since, trace));
}

#[test]
fn what_goes_wrong_with_work_is_told_as_what_it_is() {
    let (mut host, client) = connected();
    let failed = Outcome {
        kind: OutcomeKind::Failed,
        data: br#"{"error":"The lamp is out"}"#.to_vec(),
    };
    for (news, ending) in [
        (News::Outcomes(vec![failed]), Ending::ToolError),
        (News::Fault, Ending::Error),
    ] {
        host.post(&client, light_on(1).to_string()).expect("received");
        let key = host.work.keys().next().expect("it is work").clone();
        host.resume(&key, news);
        assert_eq!(told(&mut host), [("tools/call".to_owned(), ending)]);
    }
}

#[test]
fn who_cancels_or_hangs_up_is_told_of_as_that() {
    let (mut host, client) = connected();
    let cancelled = ("tools/call".to_owned(), Ending::Cancelled);
    host.post(&client, light_on("a").to_string()).expect("received");
    host.post(&client, cancel("a").to_string()).expect("received");
    let notification = ("notifications/cancelled".to_owned(), Ending::Ok);
    assert_eq!(told(&mut host), [notification, cancelled.clone()]);
    host.post(&client, light_on("b").to_string()).expect("received");
    host.restart();
    host.close(&client);
    assert_eq!(told(&mut host), [cancelled]);
}

#[test]
fn a_trace_that_is_no_text_or_too_long_is_none_and_never_an_error() {
    let (mut host, client) = connected();
    for parent in [json!(1), json!(null), json!({}), json!("0".repeat(129))] {
        let ping = with_meta(request(1, "ping", json!({})), json!({"traceparent": parent}));
        assert_eq!(host.ask(&client, ping)["result"], json!({}));
        assert_eq!(host.served.pop().expect("it is told").trace, None);
    }
    let meta = json!({"traceparent": PARENT, "tracestate": "x".repeat(513)});
    let ping = with_meta(request(1, "ping", json!({})), meta);
    assert_eq!(host.ask(&client, ping)["result"], json!({}));
    let trace = host
        .served
        .pop()
        .expect("it is told")
        .trace
        .expect("the parent is good");
    assert_eq!((trace.traceparent.as_str(), trace.tracestate.as_str()), (PARENT, ""));
}
