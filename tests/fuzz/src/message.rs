//! `message`: the bytes of a body, into a live session. The first byte chooses the version of the session.

use hearth_component::contract::exports::hearth::mcp::server::News;
use hearth_component::contract::hearth::mcp::types::RefusalReason;

use crate::host::Host;
use crate::jsonrpc::is_plain_request;
use crate::probe::{done, initialize, light_on, ping, result, session, user};
use crate::reducer::{Make, sound};

/// The versions by the first byte; any other byte leaves the session without a handshake.
const VERSIONS: [(u8, &str); 4] = [
    (b'1', "2024-11-05"),
    (b'2', "2025-03-26"),
    (b'3', "2025-06-18"),
    (b'4', "2025-11-25"),
];

/// Runs an input against the component.
pub fn message(data: &[u8]) {
    message_on(&sound, data);
}

/// Runs an input: the body is taken or refused as malformed, all in it is answered, and the session goes on.
pub fn message_on(make: Make, data: &[u8]) {
    let Some((version, body)) = data.split_first() else {
        return;
    };
    let mut host = Host::new(make);
    let client = user("ann");
    let opened = host.open(&client);
    let session = session(opened);
    if let Some((_, version)) = VERSIONS.iter().find(|(byte, _)| byte == version) {
        result(&mut host, &session, &client, &initialize(version));
    }
    // Something to cancel, and an id that is taken.
    host.post(&session, &client, light_on("open").as_bytes(), false)
        .expect("a call is taken");

    // First as after an attempt that trapped, then as if there had been none.
    for fault in [true, false] {
        if let Err(refusal) = host.post(&session, &client, body, fault) {
            assert_eq!(refusal.reason, RefusalReason::Malformed);
            assert!(!is_plain_request(body), "a request that is one is refused");
        }
    }
    for key in host.work.keys().cloned().collect::<Vec<_>>() {
        let actions = host.work[&key].actions;
        host.resume(&key, News::Outcomes(vec![done(); actions]))
            .expect("news are not refused");
    }
    ping(&mut host, &session, &client);
    host.close(&session).expect("the end of a stream is not refused");
}
