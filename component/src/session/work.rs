//! Calls that the home has not answered yet. All of it is in their tickets, so that a call outlives the instance that
//! began it; what stands here is only which of them are open.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::checkpoint::FORMAT;
use super::id::SessionId;
use crate::llm::Finish;
use crate::protocol::id::RequestId;

/// Bytes of a request id, and of a progress token, that a ticket holds: the host keeps it while the home works.
pub const LONGEST_NOTE: usize = 1024;

/// Ids longer than this stand in keys as their digest.
const LONGEST_ID_IN_A_KEY: usize = 64;

/// The note on work that says how to answer once it is done.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    format: u32,
    session: String,
    /// The request id as the client wrote it.
    pub request: String,
    /// The name of the work, for `abandon`.
    pub key: String,
    /// The token to report progress under, as JSON.
    pub progress: Option<String>,
    /// Makes the answer of the outcomes.
    pub finish: Finish,
}

impl Ticket {
    /// The ticket of a request.
    pub fn new(session: SessionId, request: RequestId, progress: Option<&str>, finish: Finish) -> Self {
        Self {
            format: FORMAT,
            session: session.to_string(),
            request: request.raw().to_owned(),
            key: key(session, request),
            progress: progress.map(str::to_owned),
            finish,
        }
    }

    /// The bytes for the host to keep.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a ticket is text, numbers and lists")
    }

    /// The ticket of these bytes, with the session that it belongs to; None when it is of a format that we do not read.
    pub fn read(bytes: &[u8]) -> Option<(SessionId, Self)> {
        let ticket: Self = serde_json::from_slice(bytes).ok()?;
        let session = SessionId::parse(&ticket.session)?;
        // Both go to the client as they stand here.
        let echoed = std::iter::once(&ticket.request).chain(&ticket.progress);
        let readable = ticket.format == FORMAT && echoed.into_iter().all(|id| RequestId::is_written(id));
        readable.then_some((session, ticket))
    }
}

/// The keys of open work, by session.
#[derive(Debug, Default)]
pub struct OpenWork {
    keys: BTreeMap<SessionId, BTreeSet<String>>,
}

impl OpenWork {
    /// Work was begun.
    pub fn begin(&mut self, session: SessionId, key: String) {
        self.keys.entry(session).or_default().insert(key);
    }

    /// Work is over. False when it was not open.
    pub fn end(&mut self, session: SessionId, key: &str) -> bool {
        let Some(keys) = self.keys.get_mut(&session) else {
            return false;
        };
        let was_open = keys.remove(key);
        if keys.is_empty() {
            self.keys.remove(&session);
        }
        was_open
    }

    /// Work of this key is over, whichever session it belongs to.
    pub fn forget(&mut self, key: &str) {
        self.keys.retain(|_, keys| {
            keys.remove(key);
            !keys.is_empty()
        });
    }

    /// All work of a session is over: its keys.
    pub fn end_all(&mut self, session: SessionId) -> impl Iterator<Item = String> {
        self.keys.remove(&session).into_iter().flatten()
    }

    /// Whether this work is open.
    pub fn is_open(&self, session: SessionId, key: &str) -> bool {
        self.keys.get(&session).is_some_and(|keys| keys.contains(key))
    }

    /// The key of this request of a session, if it is being worked on.
    pub fn of_request(&self, session: SessionId, request: RequestId) -> Option<String> {
        let keys = self.keys.get(&session)?;
        let key = key(session, request);
        keys.contains(&key).then_some(key)
    }

    /// How many requests of a session are being worked on.
    pub fn count(&self, session: SessionId) -> u64 {
        self.keys.get(&session).map_or(0, |keys| keys.len() as u64)
    }

    /// Sessions that have open work.
    pub fn sessions(&self) -> impl Iterator<Item = SessionId> {
        self.keys.keys().copied()
    }
}

/// The name of the work for a request. Two requests in flight in one session never have the same id, so it is unique.
fn key(session: SessionId, request: RequestId) -> String {
    let id = request.canonical();
    if id.len() <= LONGEST_ID_IN_A_KEY {
        return format!("{session}/{id}");
    }
    let digest: String = Sha256::digest(id.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{session}/{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::hearth::mcp::types::Nonce;

    const SESSION: Nonce = Nonce { high: 1, low: 2 };

    fn with_id<T>(json: &str, then: impl FnOnce(RequestId) -> T) -> T {
        let raw: &serde_json::value::RawValue = serde_json::from_str(json).expect("JSON");
        then(RequestId::new(raw).expect("an id"))
    }

    #[test]
    fn a_number_and_a_string_of_the_same_digits_are_two_requests() {
        let session = SessionId::from_nonce(SESSION);
        assert_ne!(
            with_id("1", |id| key(session, id)),
            with_id(r#""1""#, |id| key(session, id))
        );
    }

    #[test]
    fn the_longest_id_makes_a_short_key() {
        let session = SessionId::from_nonce(SESSION);
        let id = format!("\"{}\"", "x".repeat(1 << 20));
        assert!(with_id(&id, |id| key(session, id)).len() < 128);
    }

    #[test]
    fn a_ticket_that_would_spoil_an_answer_is_not_read() {
        let session = SessionId::from_nonce(SESSION);
        let ticket = |request: &str, progress: Option<&str>| Ticket {
            request: request.to_owned(),
            progress: progress.map(str::to_owned),
            ..with_id("1", |id| {
                let finish = Finish::Script { name: String::new() };
                Ticket::new(session, id, None, finish)
            })
        };
        let read = |ticket: Ticket| Ticket::read(&ticket.write()).map(|(_, ticket)| ticket);
        for (request, progress) in [("1", None), (r#""a""#, Some("-2"))] {
            assert_eq!(read(ticket(request, progress)), Some(ticket(request, progress)));
        }
        for (request, progress) in [
            ("a", None),
            ("1.5", None),
            ("", None),
            (" 1", None),
            ("1", Some("null")),
        ] {
            assert_eq!(read(ticket(request, progress)), None, "{request:?} {progress:?}");
        }
    }

    #[test]
    fn work_is_open_until_it_ends() {
        let session = SessionId::from_nonce(SESSION);
        let mut work = OpenWork::default();
        work.begin(session, "a".into());
        work.begin(session, "b".into());
        assert_eq!(work.count(session), 2);
        assert!(work.end(session, "a"));
        assert!(!work.end(session, "a"));
        work.forget("b");
        assert_eq!(work.count(session), 0);
        assert_eq!(work.sessions().count(), 0);
    }
}
