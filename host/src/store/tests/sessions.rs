//! Sessions that outlive the host.

use std::sync::Arc;

use super::{Directory, limit_pages};
use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Status, Transport};
use crate::durable::{Buffer, Changes, Durable as _, KeptCheckpoint, KeptOutlet, KeptWork, Left};
use crate::request::{RequestContext, TraceContext};
use crate::store::Sessions;

/// A session, one of its outlets with what lies in it if that is known, and a call in it.
fn session(key: &str, buffer: Option<Buffer>) -> Changes {
    let checkpoint = Checkpoint {
        key: key.into(),
        kind: CheckpointKind::Session,
        principal: Some("ada".into()),
        transport: Transport::Streamable,
        protocol_version: "1".into(),
        client: "test 1".into(),
        tools_digest: "aa".into(),
        expiry: Some(u64::MAX),
        format: 1,
        body: vec![0; 2_000],
    };
    let outlet = KeptOutlet {
        outlet: u64::MAX,
        session: key.into(),
        principal: "ada".into(),
        checkpoints: vec!["question".into()],
        attached: true,
        buffer,
    };
    let work = KeptWork {
        key: format!("{key}/1"),
        ticket: vec![0, 255],
        principal: "ada".into(),
        client: "test 1".into(),
        names_api: true,
        session: key.into(),
        actions: 3,
        request: request(),
    };
    let kept = KeptCheckpoint {
        checkpoint: Arc::new(checkpoint),
        session: None,
        since: 5,
    };
    Changes {
        checkpoints: vec![(key.into(), Some(kept))],
        outlets: vec![(outlet.outlet, Some(outlet))],
        work: vec![(work.key.clone(), Some(work))],
    }
}

fn request() -> RequestContext {
    let trace = TraceContext::read("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "a=b");
    RequestContext {
        trace: trace.map(Arc::new),
        ..RequestContext::new(Some("r-1"))
    }
}

fn buffer() -> Buffer {
    Buffer {
        before: 7,
        messages: vec!["one".into(), "two".into()],
        lost: 3,
        status: Some(Status::NotFound),
        finished: true,
        ended: false,
        named: true,
        prime: false,
    }
}

fn forgotten(changes: Changes) -> Changes {
    Changes {
        checkpoints: changes.checkpoints.into_iter().map(|(key, _)| (key, None)).collect(),
        outlets: changes.outlets.into_iter().map(|(outlet, _)| (outlet, None)).collect(),
        work: changes.work.into_iter().map(|(key, _)| (key, None)).collect(),
    }
}

fn keys(left: &Left) -> Vec<&str> {
    let mut keys: Vec<&str> = left
        .checkpoints
        .iter()
        .map(|kept| kept.checkpoint.key.as_str())
        .collect();
    keys.sort_unstable();
    keys
}

#[test]
fn sessions_come_back_as_they_were_and_what_lies_in_outlets_once() {
    let directory = Directory::new();
    let store = directory.open();
    let sessions = Sessions::new(store.clone());
    assert!(sessions.load().checkpoints.is_empty());
    sessions.note(session("a", Some(buffer())));
    store.close();

    let store = directory.open();
    let sessions = Sessions::new(store.clone());
    for _ in 0..2 {
        // An engine that does not start may be followed by another one.
        let left = sessions.load();
        assert_eq!((left.starts, keys(&left)), (2, vec!["a"]));
        let expected = session("a", Some(buffer()));
        let [(_, Some(kept))] = expected.checkpoints.as_slice() else {
            unreachable!("it has one");
        };
        assert_eq!(left.checkpoints[0].checkpoint, kept.checkpoint);
        let outlet = &left.outlets[0];
        assert_eq!((outlet.outlet, outlet.buffer.clone()), (u64::MAX, Some(buffer())));
        assert_eq!(
            (&outlet.checkpoints, outlet.attached),
            (&vec!["question".to_owned()], true)
        );
        let work = &left.work[0];
        assert_eq!(
            (work.ticket.as_slice(), work.actions, work.names_api),
            (&[0, 255][..], 3, true)
        );
    }
    drop((sessions, store));

    let left = Sessions::new(directory.open()).load();
    assert_eq!((left.starts, keys(&left)), (3, vec!["a"]));
    assert_eq!(left.outlets[0].buffer, None, "a host ran since, and may have sent more");
}

#[test]
fn what_is_over_is_gone_from_the_disk() {
    let directory = Directory::new();
    let store = directory.open();
    let sessions = Sessions::new(store.clone());
    sessions.note(session("a", Some(buffer())));
    store.flush();
    sessions.note(forgotten(session("a", None)));
    store.close();
    let store = directory.open();
    for table in ["checkpoints", "outlets", "messages", "work"] {
        let rows = store.call(move |connection| {
            connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, i64>(0))
        });
        assert_eq!(rows.expect("it can be counted"), 0, "{table}");
    }
}

#[test]
fn while_the_disk_is_full_sessions_wait_and_those_that_are_over_do_not() {
    let directory = Directory::new();
    let store = directory.open();
    let sessions = Sessions::new(store.clone());
    limit_pages(&store, None);
    for number in 0..1_000 {
        sessions.note(session(&number.to_string(), None));
        if number >= 10 {
            sessions.note(forgotten(session(&number.to_string(), None)));
        }
        if number % 100 == 0 {
            store.flush();
        }
    }
    store.flush();
    let degraded = store.degraded();
    assert!(degraded.iter().any(|text| text.contains("full")), "{degraded:?}");
    assert!(sessions.load().checkpoints.len() < 10);

    limit_pages(&store, Some(1 << 20));
    store.flush();
    assert_eq!(store.degraded(), Vec::<String>::new());
    let left = sessions.load();
    assert_eq!(keys(&left), ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
}
