//! What a client of Streamable HTTP is answered in the versions with a handshake, case by case, by the component that is
//! built in. Each test names a case that servers are known to answer in different ways.

mod messages;
mod sessions;

use hearth_tests::http_host::{BEN, Host, Setup};
use hearth_tests::streamable_client::{Answer, Streamable};
use serde_json::{Value, json};

/// The versions that begin with a handshake and have this transport.
const VERSIONS: [&str; 3] = ["2025-03-26", "2025-06-18", "2025-11-25"];

/// A host, and Ben with a session of the newest of them.
async fn stage() -> (Host, Streamable) {
    let host = Host::start(Setup::default()).await;
    let ben = Streamable::initialized(host.address, BEN, "2025-11-25").await;
    (host, ben)
}

fn request(id: &str, method: &str, params: Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
}

fn ping(id: &str) -> String {
    request(id, "ping", json!({}))
}

fn initialize(version: &str) -> String {
    let client = json!({"name": "test", "version": "1"});
    let params = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
    request("again", "initialize", params)
}

/// A call that takes so many seconds in the home.
fn boil_eggs(id: &str, seconds: u64) -> String {
    let params = json!({"name": "script__egg_timer", "arguments": {"seconds": seconds}});
    request(id, "tools/call", params)
}

/// Moves the clock on when the call waits for it.
async fn after(host: &Host, seconds: u64) {
    let moment = host.now() + seconds * 1_000;
    host.until("the timer", || host.clock.is_awaited(moment)).await;
    host.clock.advance(seconds * 1_000);
}

/// Ben goes on as if nothing had been.
async fn goes_on(ben: &Streamable) {
    let (status, answer) = ben.post(ping("on")).await.json();
    assert_eq!(
        (status, &answer["id"], &answer["result"]),
        (200, &json!("on"), &json!({}))
    );
}

fn accepted(answer: Answer) {
    let answer = answer.whole();
    assert_eq!((answer.status, answer.text()), (202, ""));
    assert_eq!(answer.header("content-type"), None);
}
