//! `checkpoint`: arbitrary checkpoints, restored beside one of our own. A line is one checkpoint, its parts in the order of
//! the contract; kind is one of `nxs` (session, exchange, shared), transport one of `esn` (SSE, Streamable, none).

use std::collections::BTreeSet;

use hearth_component::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Effect, RefusalReason, Transport};
use serde_json::Value;

use crate::host::Host;
use crate::input::{choice, lines, number, owned, parts};
use crate::probe::{PROBE, initialize, light_on, ping, request, result, serves, session, user};
use crate::reducer::{Make, sound};

/// Runs an input against the component.
pub fn checkpoint(data: &[u8]) {
    checkpoint_on(&sound, data);
}

/// Runs an input: what cannot be read is named, the session of our own goes on, and new ones are served.
pub fn checkpoint_on(make: Make, data: &[u8]) {
    let given: Vec<Checkpoint> = lines(data).map(read).collect();
    let Some(outlets) = given.iter().map(outlet).max().unwrap_or_default().checked_add(1) else {
        return;
    };
    let mut host = Host::new(make);
    // A number that was given out once, as these were, is not given out again.
    host.outlets = outlets;
    let client = user("ann");
    let opened = host.open(&client);
    let session = session(opened);
    result(&mut host, &session, &client, &initialize("2025-11-25"));
    result(
        &mut host,
        &session,
        &client,
        &request("list", "tools/list", Value::Null),
    );
    host.post(&session, &client, light_on("open").as_bytes(), false)
        .expect("a call is taken");

    let (unread, _) = host.restart_with(given.clone(), Vec::new());
    let keys: BTreeSet<&String> = given.iter().map(|checkpoint| &checkpoint.key).collect();
    assert!(
        unread.iter().all(|key| keys.contains(key)),
        "it names what it was given"
    );
    let read: Vec<Checkpoint> = given.iter().filter(|one| !unread.contains(&one.key)).cloned().collect();
    let (unread_again, _) = host.restart_with(read.clone(), Vec::new());
    assert_eq!(
        unread_again,
        Vec::<String>::new(),
        "what it could read once it can read again"
    );

    if !keys.contains(&session) {
        ping(&mut host, &session, &client);
    }
    for checkpoint in &read {
        knock(&mut host, checkpoint, &read);
    }
    // An input may have filled its places.
    if !read
        .iter()
        .any(|checkpoint| checkpoint.principal.as_deref() == Some(PROBE))
    {
        serves(&mut host);
    }
}

fn read(line: &[u8]) -> Checkpoint {
    let [
        key,
        kind,
        principal,
        transport,
        version,
        client,
        digest,
        expiry,
        format,
        body,
    ] = parts(line);
    let kinds = [
        CheckpointKind::Session,
        CheckpointKind::Exchange,
        CheckpointKind::Shared,
    ];
    let transports = [Transport::Sse, Transport::Streamable, Transport::None];
    let first = |part: &[u8]| part.first().copied().unwrap_or_default();
    Checkpoint {
        key: owned(key),
        kind: kinds[choice(first(kind), "nxs").unwrap_or(0)],
        principal: (!principal.is_empty()).then(|| owned(principal)),
        transport: transports[choice(first(transport), "esn").unwrap_or(0)],
        protocol_version: owned(version),
        client: owned(client),
        tools_digest: owned(digest),
        expiry: (!expiry.is_empty()).then(|| number(expiry)),
        format: number(format),
        body: body.to_vec(),
    }
}

/// The outlet that a checkpoint of ours is about.
fn outlet(checkpoint: &Checkpoint) -> u64 {
    let body: Value = serde_json::from_slice(&checkpoint.body).unwrap_or_default();
    body["outlet"].as_u64().unwrap_or_default()
}

/// Its owner posts to a session that was restored, and somebody else does.
fn knock(host: &mut Host, checkpoint: &Checkpoint, given: &[Checkpoint]) {
    let body = request("knock", "ping", Value::Null);
    let owner = checkpoint.principal.as_deref().unwrap_or_default();
    for principal in [owner, "somebody else"] {
        match host.receive(&checkpoint.key, &user(principal), body.as_bytes(), false) {
            Ok(answer) => {
                // A later checkpoint of that key may have another owner.
                let owns = |one: &Checkpoint| one.key == checkpoint.key && one.principal.as_deref() == Some(principal);
                assert!(given.iter().any(owns), "{principal} is heard in a session of {owner}");
                assert!(answer.effects.iter().any(|effect| matches!(effect, Effect::Send(_))));
            }
            Err(refusal) => {
                assert_eq!(refusal.reason, RefusalReason::UnknownSession);
                assert_eq!(refusal.detail, checkpoint.key);
            }
        }
    }
}
