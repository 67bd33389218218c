//! `home_change`: arbitrary changes. A line is one change: kind, id, data. One that begins with `+` comes in the same
//! event as the one before.

use hearth_component::contract::exports::hearth::mcp::server::Principal;
use hearth_component::contract::hearth::mcp::types::Change;
use serde_json::Value;

use crate::host::Host;
use crate::input::{lines, owned, parts};
use crate::probe::{admin, initialize, light_on, request, result, serves, session, talks, user};
use crate::reducer::{Make, sound};

/// Runs an input against the component.
pub fn home_change(data: &[u8]) {
    home_change_on(&sound, data);
}

/// Runs an input: whatever is said to have changed, those whose sessions go on are served, and so are new ones.
pub fn home_change_on(make: Make, data: &[u8]) {
    let mut host = Host::new(make);
    let clients = [admin("ann"), user("bob")].map(|principal| (greet(&mut host, &principal), principal));

    let mut event: Vec<Change> = Vec::new();
    for line in lines(data) {
        let joined = line.strip_prefix(b"+");
        if joined.is_none() && !event.is_empty() {
            host.change(std::mem::take(&mut event))
                .expect("changes are not refused");
        }
        let [kind, id, data] = parts(joined.unwrap_or(line));
        event.push(Change {
            kind: owned(kind),
            id: owned(id),
            data: data.to_vec(),
        });
    }
    host.change(event).expect("changes are not refused");

    for (session, principal) in &clients {
        if host.sessions.contains_key(session) {
            talks(&mut host, session, principal);
        }
    }
    serves(&mut host);
}

/// A client that knows its tools and waits for a call.
fn greet(host: &mut Host, principal: &Principal) -> String {
    let opened = host.open(principal);
    let session = session(opened);
    result(host, &session, principal, &initialize("2025-11-25"));
    result(host, &session, principal, &request("list", "tools/list", Value::Null));
    host.post(&session, principal, light_on("open").as_bytes(), false)
        .expect("a call is taken");
    session
}
