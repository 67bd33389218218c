//! Streamable HTTP over real sockets, with a component that does as it is told: methods, headers, and the form of an
//! answer. What is said in it is the protocol's, and tried elsewhere.

mod answers;
mod requests;
mod resuming;

use hearth_host::limits::Limits;
use hearth_tests::guests;
use hearth_tests::http_host::{BEN, Host, Setup};
use hearth_tests::streamable_client::{Reading, Streamable};
use serde_json::{Value, json};

async fn host(limits: Limits) -> Host {
    let setup = Setup {
        limits,
        component: Some(guests::puppet()),
        ..Setup::default()
    };
    Host::start(setup).await
}

/// A host, and Ben, who has no session.
async fn stage() -> (Host, Streamable) {
    let host = host(Limits::default()).await;
    let ben = Streamable::new(host.address, BEN);
    (host, ben)
}

/// Ben, who has one.
async fn with_session(host: &Host, token: &str) -> Streamable {
    let new = Streamable::new(host.address, token);
    let begin = json!({"begin": true, "do": [{"send": {"last": true, "status": "accepted"}}]});
    let answer = new.post(begin.to_string()).await.whole();
    let session = answer.header("mcp-session-id").expect("a session begins").to_owned();
    new.with(&format!("Mcp-Session-Id: {session}"))
}

fn told(effects: &[Value]) -> String {
    json!({ "do": effects }).to_string()
}

fn last(body: &str) -> Value {
    json!({"send": {"body": body, "last": true}})
}

fn more(body: &str) -> Value {
    json!({"send": {"body": body}})
}

fn resumable() -> Value {
    json!({"resumable": {"prime": true}})
}

/// An effect of GET or DELETE.
fn header(effects: &[Value]) -> String {
    format!("Mcp-Puppet: {}", told(effects))
}

/// Says more on an outlet, in an exchange of its own.
async fn say(ben: &Streamable, outlet: &str, body: &str, last: bool) {
    let outlet: u64 = outlet.parse().expect("an outlet is a number");
    let more = json!({"send": {"outlet": outlet, "body": body, "last": last}});
    let answer = ben.post(told(&[more, json!({"send": {"last": true}})])).await;
    assert_eq!(answer.whole().status, 200);
}

/// The outlet of an event id.
fn outlet(id: &str) -> &str {
    id.split('-').next().unwrap_or_default()
}

/// An exchange of Ben's that can be resumed, and the id that it was primed with.
async fn begun(ben: &Streamable, effects: &[Value]) -> (Reading, String) {
    let mut all = vec![resumable()];
    all.extend_from_slice(effects);
    let mut reading = ben.post(told(&all)).await.stream();
    let id = reading.prime().await;
    (reading, id)
}
