//! A restart of the host, over real sockets and with the database: which conversations go on, which are over, and what
//! clients are told.

mod cut_off;
mod goodbye;
mod planned;

use hearth_tests::http_host::BEN;
use hearth_tests::restarts::{Installation, Running};
use hearth_tests::streamable_client::{Answer, Event, Reading, Streamable};
use serde_json::{Value, json};

/// The versions that begin with a handshake.
const VERSIONS: [&str; 4] = ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"];
const NEWEST: &str = "2025-11-25";
const CHANGED: &str = "notifications/tools/list_changed";
/// What a client is told before its stream ends.
const RETRY: &str = "3000";

/// A host, and Ben with a session of the newest version.
async fn stage() -> (Installation, Running, Streamable) {
    let mut installation = Installation::default();
    let running = installation.start().await;
    let ben = Streamable::initialized(running.host.address, BEN, NEWEST).await;
    (installation, running, ben)
}

/// The same client at the host that runs now.
fn at(client: &Streamable, running: &Running) -> Streamable {
    let mut client = client.clone();
    client.address = running.host.address;
    client
}

fn request(id: &str, method: &str, params: Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
}

/// A call that takes a minute in the home.
fn boil_eggs(id: &str) -> String {
    let params = json!({"name": "script__egg_timer", "arguments": {"seconds": 60}});
    request(id, "tools/call", params)
}

async fn result(client: &Streamable, method: &str, params: Value) -> Value {
    let (status, mut answer) = client.post(request("a", method, params)).await.json();
    assert!(status == 200 && answer["result"].is_object(), "{status} {answer}");
    answer["result"].take()
}

/// It goes on as if nothing had been.
async fn goes_on(client: &Streamable) {
    assert_eq!(result(client, "ping", json!({})).await, json!({}));
}

async fn is_unknown(client: &Streamable) {
    let answer = client.post(request("a", "ping", json!({}))).await;
    assert_eq!(answer.error(), (404, -32001, json!("a")));
    assert_eq!(client.get().await.text().0, 404);
}

/// From now on other tools are offered, as the owner of the home can have it.
fn change_the_list(installation: &Installation) {
    installation.entries.change(|entry| entry.read_only = !entry.read_only);
}

/// The next message is this one.
async fn hears(reading: &mut Reading, method: &str) -> Option<String> {
    let (id, message) = reading.message().await;
    assert_eq!(message["method"], method, "{message}");
    id
}

/// The client is told when to come again, and the stream ends.
async fn is_sent_away(reading: &mut Reading) {
    let retry = Event {
        retry: Some(RETRY.to_owned()),
        ..Event::default()
    };
    assert_eq!(reading.event().await, Some(retry));
    assert_eq!(reading.event().await, None);
}

/// A call that asks its user, by a client that can be asked; and the question.
async fn asked(running: &Running) -> (Streamable, Reading, String, Value) {
    let new = Streamable::new(running.host.address, BEN).judged();
    let params = json!({
        "protocolVersion": NEWEST,
        "capabilities": {"elicitation": {}},
        "clientInfo": {"name": "test", "version": "1"},
    });
    let begun = new.post(request("begin", "initialize", params)).await.whole();
    let session = begun.header("mcp-session-id").expect("a session begins").to_owned();
    let ben = new
        .with(&format!("Mcp-Session-Id: {session}"))
        .with(&format!("MCP-Protocol-Version: {NEWEST}"));
    let call = json!({"name": "test_elicitation", "arguments": {"message": "Who are you?"}});
    let mut reading = ben.post(request("asks", "tools/call", call)).await.stream();
    reading.prime().await;
    let (id, question) = reading.message().await;
    assert_eq!(question["method"], "elicitation/create", "{question}");
    (ben, reading, id.expect("it has an id"), question)
}

/// Its user answers.
async fn answers(client: &Streamable, question: &Value) {
    let form = json!({"action": "accept", "content": {"username": "ben", "email": "ben@example.org"}});
    let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": form});
    let Answer::Whole(accepted) = client.post(answer.to_string()).await else {
        panic!("a response has no answer");
    };
    assert_eq!(accepted.status, 202);
}

/// The answer to the call came from who was asked.
fn is_answered(answer: &Value) {
    assert_eq!(answer["id"], "asks", "{answer}");
    let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
    assert!(text.contains("ben@example.org"), "{answer}");
}

/// The call was cut off, and its answer says so.
fn is_cut_off(answer: &Value, id: &str, why: &str) {
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!(id), &json!(true)),
        "{answer}"
    );
    let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
    assert!(text.contains(why), "{answer}");
}
