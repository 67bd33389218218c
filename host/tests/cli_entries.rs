//! `hearth entry`, and what clients are told of it.

mod support;

use serde_json::{Value, json};
use support::{Host, Installation, LAST_CHUNK};

const NOT_CONFIGURED: (u16, &str) = (404, "Model Context Protocol server is not configured");
const SEVERAL: (u16, &str) = (404, "Found multiple Model Context Protocol configurations");

fn entries(installation: &Installation) -> Vec<Value> {
    serde_json::from_str(&installation.ok(&["entry", "list", "--json"])).expect("JSON")
}

fn first_id(installation: &Installation) -> String {
    entries(installation)[0]["id"].as_str().expect("an id").to_owned()
}

fn refused(host: &Host, token: &str) -> (u16, String) {
    host.get("/mcp_server/sse", token)
}

#[test]
fn an_entry_lives_from_add_to_remove() {
    let installation = Installation::new();
    let host = installation.serve();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    let first = first_id(&installation);

    let stream = host.stream(&token);
    installation.ok(&["entry", "disable", &first]);
    assert!(stream.rest().ends_with(LAST_CHUNK));
    assert_eq!(entries(&installation)[0]["state"], "disabled");
    assert_eq!(refused(&host, &token), (NOT_CONFIGURED.0, NOT_CONFIGURED.1.to_owned()));
    installation.ok(&["entry", "enable", &first]);
    drop(host.stream(&token));

    let second = installation.ok(&["entry", "add", "--llm-api", "assist", "--require-admin", "false"]);
    let shown: Value = serde_json::from_str(&installation.ok(&["entry", "show", &second, "--json"])).expect("JSON");
    assert_eq!(shown["title"], "Device control");
    assert_eq!(shown["llm_apis"], serde_json::json!(["assist"]));
    assert_eq!(refused(&host, &token), (SEVERAL.0, SEVERAL.1.to_owned()));

    let stream_before = installation.ok(&["entry", "remove", &first]);
    assert_eq!(stream_before, "");
    let guest = installation.ok(&["token", "create", "guest"]);
    drop(host.stream(&guest));
    assert_eq!(entries(&installation).len(), 1);
    installation.ok(&["entry", "remove", &second]);
    assert_eq!(refused(&host, &token), (NOT_CONFIGURED.0, NOT_CONFIGURED.1.to_owned()));
}

#[test]
fn an_entry_that_names_an_unknown_llm_api_fails_with_that_reason() {
    let installation = Installation::new();
    let id = installation.ok(&["entry", "add", "--llm-api", "assist,knx"]);
    let shown: Value = serde_json::from_str(&installation.ok(&["entry", "show", &id, "--json"])).expect("JSON");
    assert_eq!(
        (&shown["state"], &shown["title"]),
        (&"not_loaded".into(), &"assist, knx".into())
    );

    let host = installation.serve();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    let failed = &entries(&installation)[0];
    assert_eq!(failed["state"], "failed");
    let reason = failed["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("no LLM API `knx`") && reason.contains("assist"),
        "{reason}"
    );
    assert_eq!(refused(&host, &token), (NOT_CONFIGURED.0, NOT_CONFIGURED.1.to_owned()));
    let (_, health) = host.get("/healthz", "");
    assert!(
        health.contains("degraded") && health.contains("config entries failed"),
        "{health}"
    );

    installation.ok(&["entry", "set", &id, "--llm-api", "assist"]);
    assert_eq!(entries(&installation)[0]["state"], "loaded");
    assert_eq!(
        entries(&installation)[0]["title"],
        "Device control",
        "a generated title follows"
    );
    drop(host.stream(&token));
}

#[test]
fn set_changes_what_it_names_and_leaves_the_rest() {
    let installation = Installation::new();
    let id = installation.ok(&["entry", "add", "--title", "The kitchen's"]);
    installation.ok(&["entry", "set", &id, "--read-only", "true"]);
    installation.ok(&["entry", "set", &id, "--llm-api", "assist", "--require-admin", "false"]);
    let entry = &entries(&installation)[0];
    assert_eq!(entry["title"], "The kitchen's");
    assert_eq!(
        (&entry["read_only"], &entry["require_admin"], &entry["all_llm_apis"]),
        (&true.into(), &false.into(), &false.into())
    );
    let table = installation.ok(&["entry", "show", &id]);
    assert!(
        table.contains("The kitchen's") && table.contains("assist") && table.contains("not loaded"),
        "{table}"
    );
    installation.ok(&["entry", "set", &id, "--all-llm-apis", "true"]);
    assert_eq!(entries(&installation)[0]["all_llm_apis"], true);
}

#[test]
fn set_keeps_streams_open_and_tells_of_a_list_exactly_when_it_differs() {
    let installation = Installation::new();
    let host = installation.serve();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    let id = first_id(&installation);
    let mut client = host.client(&token);
    let names = |list: &Value| -> Vec<Value> {
        let tools = list["tools"].as_array().expect("a list of tools");
        tools.iter().map(|tool| tool["name"].clone()).collect()
    };
    let all = names(&client.ask("tools/list", &json!({})));

    // `ask` takes the next message for its answer: nothing was told before it.
    installation.ok(&["entry", "set", &id, "--title", "Ours"]);
    client.ask("ping", &json!({}));

    for (read_only, changes) in [("true", true), ("true", false), ("false", true)] {
        installation.ok(&["entry", "set", &id, "--read-only", read_only]);
        if changes {
            let told = client.message();
            assert_eq!(told["method"], "notifications/tools/list_changed", "{told}");
        }
        let listed = names(&client.ask("tools/list", &json!({})));
        assert_eq!(listed == all, read_only == "false", "{listed:?}");
        assert!(listed.iter().all(|name| all.contains(name)), "{listed:?}");
    }

    let context = json!({"name": "homeassistant__GetLiveContext", "arguments": {}});
    let answer = client.ask("tools/call", &context);
    assert_eq!(answer["isError"], false, "{answer}");
}

#[test]
fn an_entry_that_would_serve_nothing_is_refused() {
    let installation = Installation::new();
    for beside in [false, true] {
        let _host = beside.then(|| installation.serve());
        let text = installation.fails(&["entry", "add", "--all-llm-apis", "false"]);
        assert!(text.contains("at least one") && text.contains("--llm-api"), "{text}");
        let text = installation.fails(&["entry", "add", "--title", " "]);
        assert!(text.contains("title cannot be empty"), "{text}");
        let text = installation.fails(&["entry", "show", "nobody"]);
        assert!(text.contains("no config entry `nobody`"), "{text}");
    }
}

#[test]
fn a_wrong_value_is_refused_with_what_would_be_right_and_nothing_is_lost() {
    let installation = Installation::new();
    let host = installation.serve();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    let id = first_id(&installation);
    installation.ok(&["entry", "set", &id, "--title", " Ours ", "--read-only", "true"]);
    let before = entries(&installation);
    assert_eq!(before[0]["title"], "Ours");
    let mut client = host.client(&token);
    let long = "x".repeat(300);
    let cases: [(&[&str], &str); 8] = [
        (
            &["--llm-api", "assist,knx"],
            "no LLM API `knx`. Those there are: assist. Nothing was changed.",
        ),
        (&["--llm-api", ""], "named by its id"),
        (&["--all-llm-apis", "false"], "at least one"),
        (&["--title", ""], "title cannot be empty"),
        (&["--title", "a\nb"], "one line"),
        (&["--title", &long], "at most 255 characters"),
        (&["--read-only", "yes"], "'yes'"),
        (&[], "Say what to change: --title"),
    ];
    for (arguments, wanted) in cases {
        let mut command = vec!["entry", "set", &id];
        command.extend(arguments);
        let text = installation.fails(&command);
        assert!(text.contains(wanted), "{arguments:?}: {text}");
    }
    // One wrong value keeps the right ones beside it from being taken.
    installation.fails(&["entry", "set", &id, "--require-admin", "false", "--title", ""]);
    assert_eq!(entries(&installation), before);
    client.ask("ping", &json!({}));
}
