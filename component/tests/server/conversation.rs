//! What is answered to what a client asks.

use serde_json::{Value, json};

use crate::support::{Host, admin, call, initialize, request, user};

#[test]
fn initialize_agrees_on_every_version_of_the_handshake_era() {
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        Host::new().connect(admin("a"), version);
    }
}

#[test]
fn initialize_with_any_other_version_is_answered_the_newest() {
    for other in ["2026-07-28", "1999-01-01", "1.0"] {
        let mut host = Host::new();
        let client = host.open(admin("a"));
        let answer = host.ask(&client, initialize(other));
        assert_eq!(answer["result"]["protocolVersion"], "2025-11-25", "{other}");
    }
}

#[test]
fn initialize_says_who_serves_and_what() {
    let mut host = Host::new();
    let client = host.open(admin("a"));
    let result = host.ask(&client, initialize("2025-06-18"))["result"].clone();
    assert_eq!(
        result["serverInfo"],
        json!({"name": "hearth", "title": "Hearth", "version": env!("CARGO_PKG_VERSION")})
    );
    assert_eq!(
        result["capabilities"],
        json!({
            "logging": {},
            "prompts": {"listChanged": false},
            "resources": {"listChanged": false, "subscribe": true},
            "tools": {"listChanged": true},
        })
    );
    assert!(!result["instructions"].as_str().expect("a text").is_empty());
}

#[test]
fn initialize_can_be_done_again() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2024-11-05");
    let answer = host.ask(&client, initialize("2025-11-25"));
    assert_eq!(answer["result"]["protocolVersion"], "2025-11-25");
}

#[test]
fn initialize_without_what_it_needs_is_refused_as_in_home_assistant() {
    let client_info = json!({"name": "t", "version": "1"});
    for params in [
        json!({}),
        json!({"protocolVersion": "2025-06-18"}),
        json!({"protocolVersion": 5, "capabilities": {}, "clientInfo": client_info}),
        json!({"protocolVersion": "2025-06-18", "capabilities": [], "clientInfo": client_info}),
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t"}}),
        json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": null}),
    ] {
        let mut host = Host::new();
        let client = host.open(admin("a"));
        assert_invalid_params(&host.ask(&client, request(1, "initialize", params)));
    }
}

#[test]
fn a_session_that_was_never_initialized_is_served() {
    let mut host = Host::new();
    let client = host.open(admin("a"));
    let answer = host.ask(&client, request(1, "tools/list", json!({})));
    assert!(!answer["result"]["tools"].as_array().expect("a list").is_empty());
}

#[test]
fn ids_come_back_byte_for_byte() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    for id in [
        "1",
        "-5",
        "123456789012345678901234567890",
        r#""a""#,
        r#""\u0061\/ü""#,
        r#""""#,
    ] {
        let said = host.said(&client, format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"ping"}}"#));
        assert_eq!(said, [format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{{}}}}"#)]);
    }
}

#[test]
fn unknown_methods_are_not_found() {
    let mut host = Host::new();
    let client = host.open(admin("a"));
    for (method, params) in [
        ("server/discover", json!({})),
        ("subscriptions/listen", json!({})),
        ("notifications/initialized", json!({})),
        ("foo\"/bar", json!({})),
    ] {
        let error = host.ask(&client, request("x", method, params))["error"].clone();
        assert_eq!(
            error,
            json!({"code": -32601, "message": "Method not found", "data": method})
        );
    }
}

#[test]
fn requests_with_the_envelope_of_the_stateless_era_are_refused() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let envelope = json!({"_meta": {
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    }});
    for method in ["ping", "tools/list", "initialize"] {
        let answer = host.ask(&client, request(1, method, envelope.clone()));
        assert_eq!(answer["error"]["code"], -32600, "{method}");
    }
}

#[test]
fn notifications_and_responses_are_not_answered() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    for body in [
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/unknown","params":{"a":1}}"#,
        r#"{"jsonrpc":"2.0","method":"ping"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":null}}"#,
        r#"{"jsonrpc":"2.0","id":7,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":1,"message":"x"}}"#,
    ] {
        assert_eq!(host.post(&client, body).expect("it is received"), [], "{body}");
    }
}

#[test]
fn params_of_the_wrong_shape_are_refused_as_in_home_assistant() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    for (method, params) in [
        ("ping", json!({"_meta": 5})),
        ("tools/list", json!({"cursor": 5})),
        ("tools/list", json!({"_meta": {"progressToken": null}})),
        ("tools/list", json!({"_meta": {"progressToken": 1.5}})),
        ("tools/call", json!({"arguments": {}})),
        ("tools/call", json!({"name": 5})),
        ("tools/call", json!({"name": "x", "arguments": []})),
        ("prompts/get", json!({})),
        ("prompts/get", json!({"name": "x", "arguments": {"a": 1}})),
        ("resources/read", json!({})),
        ("resources/read", json!({"uri": 5})),
    ] {
        assert_invalid_params(&host.ask(&client, request(1, method, params)));
    }
}

#[test]
fn a_device_id_that_is_no_string_executes_nothing() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let meta = json!({"io.home-assistant/device_id": 5});
    let mut turn_on = call(1, "intent__HassTurnOn", json!({"name": "Kitchen light"}));
    turn_on["params"]["_meta"] = meta.clone();
    for request in [
        turn_on,
        request(1, "tools/list", json!({"_meta": meta})),
        request(1, "prompts/list", json!({"_meta": meta})),
        request(1, "resources/list", json!({"_meta": meta})),
    ] {
        let error = host.ask(&client, request)["error"].clone();
        let message = "io.home-assistant/device_id must be a string";
        assert_eq!(error, json!({"code": -32602, "message": message}));
    }
    assert!(host.work.is_empty());
}

#[test]
fn the_one_prompt_has_the_name_of_the_api() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let listed = host.ask(&client, request(1, "prompts/list", json!({})));
    let description = "Default prompt for Home Assistant Device control API";
    let prompt = json!({"name": "Device control", "description": description});
    assert_eq!(listed["result"], json!({ "prompts": [prompt] }));

    let got = host.ask(&client, request(2, "prompts/get", json!({"name": "Device control"})))["result"].clone();
    assert_eq!(got["description"], description);
    assert_eq!(got["messages"][0]["role"], "assistant");
    assert!(
        !got["messages"][0]["content"]["text"]
            .as_str()
            .expect("a text")
            .is_empty()
    );

    let error = host.ask(&client, request(3, "prompts/get", json!({"name": "x"})))["error"].clone();
    assert_eq!(error, json!({"code": -32602, "message": "Unknown prompt: x"}));
}

#[test]
fn the_snapshot_of_the_live_context_can_be_read() {
    let uri = "homeassistant://assist/context-snapshot";
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    let listed = host.ask(&client, request(1, "resources/list", json!({})));
    assert_eq!(listed["result"]["resources"][0]["uri"], uri);
    let read = host.ask(&client, request(2, "resources/read", json!({"uri": uri})));
    let content = &read["result"]["contents"][0];
    assert_eq!(
        (&content["uri"], &content["mimeType"]),
        (&json!(uri), &json!("text/plain"))
    );
    assert!(content["text"].as_str().expect("a text").contains("Kitchen light"));

    let error = host.ask(&client, request(3, "resources/read", json!({"uri": "x"})))["error"].clone();
    assert_eq!(
        error,
        json!({"code": -32002, "message": "Unknown resource: x", "data": {"uri": "x"}})
    );
}

#[test]
fn there_is_no_snapshot_of_an_empty_home() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    host.reconfigure("registry", |installation| installation.home.entities.clear());
    let params = json!({"uri": "homeassistant://assist/context-snapshot"});
    let error = host.ask(&client, request(1, "resources/read", params))["error"].clone();
    let message = "An error occurred while reading the Assist context snapshot";
    assert_eq!(error, json!({"code": -32603, "message": message}));
}

#[test]
fn an_entry_without_apis_says_so_and_still_shakes_hands() {
    let mut host = Host::new();
    host.reconfigure("config-entry", |installation| {
        let entry = installation.entry.as_mut().expect("an entry");
        entry.all_llm_apis = false;
    });
    let client = host.connect(user("u"), "2025-06-18");
    for method in ["tools/list", "prompts/list", "resources/list"] {
        let error = host.ask(&client, request(1, method, json!({})))["error"].clone();
        assert_eq!(error, json!({"code": -32603, "message": "No APIs provided"}));
    }
    host.ask(&client, request(2, "ping", json!({})));
}

fn assert_invalid_params(answer: &Value) {
    let error = json!({"code": -32602, "message": "Invalid request parameters", "data": ""});
    assert_eq!(answer["error"], error);
}
