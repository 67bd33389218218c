//! What the specification demands of servers in the versions that begin with `initialize`, whatever the transport: each
//! test stands in `tests/harness/clauses/`.

use hearth_tests::http_client::Client;
use hearth_tests::http_host::{ADA, BEN, Host, Setup};
use hearth_tests::streamable_client::{Reading, Streamable};
use serde_json::{Value, json};

const VERSIONS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];

async fn host() -> Host {
    Host::start(Setup::default()).await
}

/// A client of HTTP+SSE at this version, and what `initialize` answered.
async fn on_sse(host: &Host, version: &str) -> (Client, Value) {
    let mut client = Client::open(host.address, BEN).await;
    let mut answer = client.call("initialize", hello(version, json!({}))).await;
    (client, answer["result"].take())
}

fn hello(version: &str, capabilities: Value) -> Value {
    json!({"protocolVersion": version, "capabilities": capabilities, "clientInfo": {"name": "test", "version": "1"}})
}

fn request(id: impl Into<Value>, method: &str, params: Value) -> String {
    json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params}).to_string()
}

/// A call that takes so long in the home, and tells of its progress under a token, if there is one.
fn boil(id: &str, seconds: u64, token: Option<Value>) -> String {
    let mut params = json!({"name": "script__egg_timer", "arguments": {"seconds": seconds}});
    if let Some(token) = token {
        params["_meta"] = json!({"progressToken": token});
    }
    request(id, "tools/call", params)
}

async fn is_boiling(host: &Host, seconds: u64) {
    let moment = host.now() + seconds * 1_000;
    host.until("the eggs", || host.clock.is_awaited(moment)).await;
}

/// The messages of a stream until the answer to this request, without it.
async fn before_answer(client: &mut Client, id: &str) -> Vec<Value> {
    let mut before = Vec::new();
    loop {
        let message = client.events.message().await;
        if message["id"] == id {
            return before;
        }
        before.push(message);
    }
}

#[tokio::test]
async fn each_version_is_agreed_to_and_kept_to() {
    let host = host().await;
    for version in VERSIONS {
        let (mut client, result) = on_sse(&host, version).await;
        assert_eq!(result["protocolVersion"], version);
        let titled = version >= "2025-06-18";
        assert_eq!(result["serverInfo"]["title"].is_string(), titled, "{version}: {result}");
        let list = client.call("tools/list", json!({})).await;
        let tools = list["result"]["tools"].as_array().expect("a list").clone();
        let structured = tools.iter().any(|tool| tool["outputSchema"].is_object());
        assert_eq!(structured, titled, "{version} has structured results");
        let iconic = tools.iter().any(|tool| tool["icons"].is_array());
        assert!(!iconic || version >= "2025-11-25", "{version} has no icons");
        let call = boil("eggs", 6, Some(json!("eggs")));
        assert_eq!(client.post(call).await.status, 200);
        is_boiling(&host, 6).await;
        host.clock.advance(6_000);
        client.reconnect_posts().await;
        let progress = before_answer(&mut client, "eggs").await;
        let explained = progress.iter().any(|message| message["params"]["message"].is_string());
        assert!(
            !explained || version >= "2025-03-26",
            "{version} has no texts: {progress:?}"
        );
        assert!(!progress.is_empty(), "{version}: it tells how far it is");

        let http = Streamable::initialized(host.address, BEN, version).await;
        let (_, answer) = http.post(request(1, "tools/list", json!({}))).await.json();
        assert_eq!(
            answer["result"]["tools"],
            json!(tools),
            "{version}: the same on both transports"
        );
    }
}

#[tokio::test]
async fn nothing_is_used_that_was_not_negotiated() {
    let host = Host::with_fixtures().await;
    let calls = [
        json!({"name": "test_elicitation", "arguments": {"message": "who are you"}}),
        json!({"name": "test_sampling", "arguments": {"prompt": "say something"}}),
    ];
    for version in ["2025-06-18", "2025-11-25"] {
        let client = Streamable::initialized(host.address, BEN, version).await;
        for call in &calls {
            let (status, answer) = client.post(request("a", "tools/call", call.clone())).await.json();
            assert_eq!((status, &answer["result"]["isError"]), (200, &json!(true)), "{answer}");
        }
    }
    let (mut sse, _) = on_sse(&host, "2025-11-25").await;
    for call in calls {
        let answer = sse.call("tools/call", call).await;
        assert_eq!(answer["result"]["isError"], true, "{answer}");
    }
}

/// A client that can be asked, a call in which it is asked something, and the id of the question.
async fn asked(host: &Host) -> (Streamable, Reading, Value) {
    let new = Streamable::new(host.address, BEN).judged();
    let params = hello("2025-11-25", json!({"elicitation": {}}));
    let begun = new.post(request("begin", "initialize", params)).await.whole();
    let session = begun.header("mcp-session-id").expect("a session begins").to_owned();
    let client = new.with(&format!("Mcp-Session-Id: {session}"));
    let call = json!({"name": "test_elicitation", "arguments": {"message": "who are you"}});
    let mut reading = client.post(request("call", "tools/call", call)).await.stream();
    reading.prime().await;
    let (_, question) = reading.message().await;
    assert_eq!(question["method"], "elicitation/create", "{question}");
    (client, reading, question["id"].clone())
}

#[tokio::test]
async fn a_server_cancels_only_what_it_asked() {
    let host = Host::with_fixtures().await;
    let (client, mut reading, question) = asked(&host).await;
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "call"}});
    assert_eq!(client.post(cancel.to_string()).await.whole().status, 202);
    for message in reading.rest().await {
        assert_eq!(
            message["method"], "notifications/cancelled",
            "a cancelled call is not answered"
        );
        assert_eq!(message["params"]["requestId"], question, "{message}");
    }
    let (status, _) = client.post(request("after", "ping", json!({}))).await.json();
    assert_eq!(status, 200);
}

#[tokio::test]
async fn a_cancellation_that_comes_after_the_answer_harms_nothing() {
    let host = host().await;
    let cancel = |id: Value| {
        let params = json!({"requestId": id, "reason": "too late"});
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}).to_string()
    };
    let mut sse = Client::initialized(host.address, BEN).await;
    let http = Streamable::initialized(host.address, BEN, "2025-11-25").await;
    for id in [json!(1), json!("never asked")] {
        sse.ping().await;
        assert_eq!(sse.post(cancel(id.clone())).await.status, 200);
        sse.ping().await;
        assert_eq!(http.post(request(1, "ping", json!({}))).await.json().0, 200);
        assert_eq!(http.post(cancel(id)).await.whole().status, 202);
        assert_eq!(http.post(request(2, "ping", json!({}))).await.json().0, 200);
    }
}

#[tokio::test]
async fn progress_has_the_token_as_it_was_given_and_rises_until_the_answer() {
    let host = host().await;
    let (mut client, _) = on_sse(&host, "2025-11-25").await;
    for token in [json!("a token"), json!(7), json!("7")] {
        assert_eq!(client.post(boil("eggs", 6, Some(token.clone()))).await.status, 200);
        is_boiling(&host, 6).await;
        host.clock.advance(6_000);
        client.reconnect_posts().await;
        let progress = before_answer(&mut client, "eggs").await;
        let mut last = f64::NEG_INFINITY;
        for message in &progress {
            assert_eq!(message["method"], "notifications/progress", "{message}");
            assert_eq!(message["params"]["progressToken"], token, "{message}");
            let now = message["params"]["progress"].as_f64().expect("a number");
            assert!(now > last, "{progress:?}");
            last = now;
        }
        assert!(!progress.is_empty(), "it tells how far it is");
        host.clock.advance(1_000);
        client.reconnect_posts().await;
        client.ping().await;
    }
    // Whatever is no token is not told as one: what is heard follows the schema.
    for odd in [json!(null), json!(true), json!({"a": 1}), json!([1]), json!(0.5)] {
        assert_eq!(client.post(boil("odd", 0, Some(odd))).await.status, 200);
        before_answer(&mut client, "odd").await;
    }
}

#[tokio::test]
async fn without_a_token_there_is_no_progress() {
    let host = host().await;
    let (mut client, _) = on_sse(&host, "2025-11-25").await;
    assert_eq!(client.post(boil("eggs", 6, None)).await.status, 200);
    is_boiling(&host, 6).await;
    host.clock.advance(6_000);
    client.reconnect_posts().await;
    assert_eq!(before_answer(&mut client, "eggs").await, [Value::Null; 0]);
}

#[tokio::test]
async fn messages_are_utf_8_in_both_directions() {
    let host = host().await;
    let id = "Grüße → 😀";
    let mut sse = Client::initialized(host.address, BEN).await;
    assert_eq!(sse.post(request(id, "ping", json!({}))).await.status, 200);
    assert_eq!(sse.events.message().await["id"], id);
    let http = Streamable::initialized(host.address, BEN, "2025-11-25").await;
    assert_eq!(http.post(request(id, "ping", json!({}))).await.json().1["id"], id);
    let latin_1 = b"{\"jsonrpc\":\"2.0\",\"id\":\"Gr\xfc\xdfe\",\"method\":\"ping\"}";
    assert_eq!(sse.post(latin_1).await.status, 400);
    assert_eq!(http.post(latin_1).await.json().0, 400);
    sse.ping().await;
}

#[tokio::test]
async fn initialize_in_a_batch_is_refused() {
    let host = host().await;
    let hello: Value = serde_json::from_str(&request(1, "initialize", hello("2025-03-26", json!({})))).expect("JSON");
    let batch = json!([hello]).to_string();
    let new = Streamable::new(host.address, BEN).judged();
    let refused = new.post(&batch).await.whole();
    assert_eq!((refused.status, refused.header("mcp-session-id")), (400, None));
    let within = Streamable::initialized(host.address, BEN, "2025-03-26").await;
    assert_eq!(within.post(&batch).await.whole().status, 400);
    let (mut sse, _) = on_sse(&host, "2025-03-26").await;
    assert_eq!(sse.post(&batch).await.status, 400);
    sse.ping().await;
}

#[tokio::test]
async fn structured_results_conform_to_their_schema() {
    let host = host().await;
    let client = Streamable::initialized(host.address, ADA, "2025-11-25").await;
    let (_, list) = client.post(request(1, "tools/list", json!({}))).await.json();
    let mut tried = 0;
    for tool in list["result"]["tools"].as_array().expect("a list") {
        let schema = &tool["outputSchema"];
        let needs_nothing = tool["inputSchema"]["required"].as_array().is_none_or(Vec::is_empty);
        if schema.is_null() || !needs_nothing {
            continue;
        }
        let call = json!({"name": tool["name"], "arguments": {}});
        let (_, answer) = client.post(request(2, "tools/call", call)).await.json();
        let result = &answer["result"];
        let schema = jsonschema::draft202012::new(schema).expect("it is a schema");
        let conforms = schema.validate(&result["structuredContent"]);
        assert!(result["isError"] == false && conforms.is_ok(), "{conforms:?}: {answer}");
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        let repeated: Value = serde_json::from_str(text).expect("the text is the same data");
        let data = &result["structuredContent"];
        match (repeated["result"].as_str(), data["entities"].as_array()) {
            // For models the entities are YAML, which is shorter.
            (Some(yaml), Some(entities)) => assert_eq!(yaml.matches("- names:").count(), entities.len()),
            _ => assert_eq!(repeated, *data),
        }
        tried += 1;
    }
    assert!(tried > 0, "some tool has structured results");
}

#[tokio::test]
async fn input_schemas_are_schemas() {
    for host in [host().await, Host::with_fixtures().await] {
        let client = Streamable::initialized(host.address, ADA, "2025-11-25").await;
        let (_, list) = client.post(request(1, "tools/list", json!({}))).await.json();
        let tools = list["result"]["tools"].as_array().expect("a list");
        assert!(!tools.is_empty());
        for tool in tools {
            assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
            let built = jsonschema::draft202012::new(&tool["inputSchema"]);
            assert!(built.is_ok(), "{}: {:?}", tool["name"], built.err());
        }
    }
}
