//! Requests that are not answered yet. All that is needed to answer them is in tickets, so that a call outlives the
//! instance that began it; what stands here is only which of them are open.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::checkpoint::FORMAT;
use super::id::SessionId;
use super::watched::{self, Watched};
use crate::contract::hearth::mcp::types::Outlet;
use crate::llm::Finish;
use crate::protocol::id::RequestId;
use crate::protocol::log_level::LogLevel;

/// Bytes of a request id, and of a progress token, that a ticket holds: the host keeps it while the home works.
pub const LONGEST_NOTE: usize = 1024;

/// Ids longer than this stand in keys as their digest.
const LONGEST_ID_IN_A_KEY: usize = 64;

/// What requests belong to: within it no two in flight have the same id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holder {
    /// A session.
    Session(SessionId),
    /// An exchange of the stateless era.
    Exchange(Outlet),
}

impl Holder {
    fn parse(text: &str) -> Option<Self> {
        match text.strip_prefix("exchange-") {
            Some(outlet) => outlet.parse().ok().map(Self::Exchange),
            None => SessionId::parse(text).map(Self::Session),
        }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Session(id) => id.fmt(f),
            Self::Exchange(outlet) => write!(f, "exchange-{outlet}"),
        }
    }
}

/// A request that is in flight: all that is needed to tell of it and to answer it.
#[derive(Debug, Clone, PartialEq)]
pub struct InFlight {
    /// What it belongs to.
    pub holder: Holder,
    /// The request id as the client wrote it.
    pub request: String,
    /// Names it among all that is open.
    pub key: String,
    /// The exchange that waits for the answer; None: it goes to the stream of the session.
    pub exchange: Option<Outlet>,
    /// The token to report progress under, as JSON.
    pub progress: Option<String>,
    /// The least level of log messages that this request wants to be told. For clients of the stateless era.
    pub log_level: Option<LogLevel>,
    /// What is told of it once it is finished.
    pub watched: Watched,
}

impl InFlight {
    /// A request.
    pub fn new(holder: Holder, request: RequestId, watched: Watched) -> Self {
        Self {
            holder,
            request: request.raw().to_owned(),
            key: key(holder, request),
            exchange: None,
            progress: None,
            log_level: None,
            watched,
        }
    }

    /// Whether a ticket may hold it.
    pub fn is_short(&self) -> bool {
        let notes = std::iter::once(&self.request).chain(&self.progress);
        notes.into_iter().all(|note| note.len() <= LONGEST_NOTE)
    }
}

/// [`InFlight`] as it is written.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Written {
    format: u32,
    session: String,
    request: String,
    key: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    exchange: Option<Outlet>,
    progress: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log_level: Option<String>,
    #[serde(default)]
    watched: watched::Written,
}

impl Written {
    fn of(request: &InFlight) -> Self {
        Self {
            format: FORMAT,
            session: request.holder.to_string(),
            request: request.request.clone(),
            key: request.key.clone(),
            exchange: request.exchange,
            progress: request.progress.clone(),
            log_level: request.log_level.map(|level| level.as_str().to_owned()),
            watched: watched::Written::of(&request.watched),
        }
    }

    fn read(self) -> Option<InFlight> {
        let holder = Holder::parse(&self.session)?;
        // Both go to the client as they stand here.
        let echoed = std::iter::once(&self.request).chain(&self.progress);
        let log_level = match self.log_level {
            None => None,
            Some(name) => Some(LogLevel::named(&name)?),
        };
        let readable = self.format == FORMAT && echoed.into_iter().all(|id| RequestId::is_written(id));
        readable.then_some(InFlight {
            holder,
            request: self.request,
            key: self.key,
            exchange: self.exchange,
            progress: self.progress,
            log_level,
            watched: self.watched.read(),
        })
    }
}

impl Serialize for InFlight {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for InFlight {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        written
            .read()
            .ok_or_else(|| serde::de::Error::custom("not a request of ours"))
    }
}

/// The note on work that says how to answer once it is done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// The request that waits for it.
    #[serde(flatten)]
    pub request: InFlight,
    /// What was asked, where there may be more to be done for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<Asked>,
    /// Makes the answer of the outcomes.
    pub finish: Finish,
}

/// What was asked, and by whom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Id of the principal.
    pub principal: String,
    /// The tool.
    pub tool: String,
    /// Its arguments, a JSON object as text.
    pub arguments: String,
}

impl Ticket {
    /// The bytes for the host to keep.
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("a ticket is text, numbers and lists")
    }

    /// The ticket of these bytes; None when it is of a format that we do not read.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }
}

/// Which requests are open, by what they belong to.
#[derive(Debug, Default)]
pub struct OpenWork {
    keys: BTreeMap<Holder, BTreeMap<String, Waiting>>,
}

/// What is known of an open request without its ticket.
#[derive(Debug)]
pub struct Waiting {
    /// The exchange that waits for it.
    pub exchange: Option<Outlet>,
    /// What is told of it once it is finished.
    pub watched: Watched,
}

impl OpenWork {
    /// A request began to wait.
    pub fn begin(&mut self, request: &InFlight) {
        self.keys.entry(request.holder).or_default().insert(
            request.key.clone(),
            Waiting {
                exchange: request.exchange,
                watched: request.watched.clone(),
            },
        );
    }

    /// A request waits no more. False when it did not.
    pub fn end(&mut self, holder: Holder, key: &str) -> bool {
        self.cancel(holder, key).is_some()
    }

    /// The request of this key waits no more, whatever it belongs to.
    pub fn forget(&mut self, key: &str) {
        self.keys.retain(|_, keys| {
            keys.remove(key);
            !keys.is_empty()
        });
    }

    /// As [`OpenWork::end`], for a request that is not going to be answered.
    pub fn cancel(&mut self, holder: Holder, key: &str) -> Option<Waiting> {
        let keys = self.keys.get_mut(&holder)?;
        let waiting = keys.remove(key);
        if keys.is_empty() {
            self.keys.remove(&holder);
        }
        waiting
    }

    /// All requests of a holder wait no more: their keys, and what is known of them.
    pub fn end_all(&mut self, holder: Holder) -> impl Iterator<Item = (String, Waiting)> {
        self.keys.remove(&holder).into_iter().flatten()
    }

    /// Whether this request is open.
    pub fn is_open(&self, holder: Holder, key: &str) -> bool {
        self.keys.get(&holder).is_some_and(|keys| keys.contains_key(key))
    }

    /// The key of this request, if it is open.
    pub fn of_request(&self, holder: Holder, request: RequestId) -> Option<String> {
        let keys = self.keys.get(&holder)?;
        let (key, _) = keys.get_key_value(&key(holder, request))?;
        Some(key.clone())
    }

    /// How many requests of a holder are open.
    pub fn count(&self, holder: Holder) -> u64 {
        self.keys.get(&holder).map_or(0, |keys| keys.len() as u64)
    }

    /// Whether any request waits for an answer in this exchange.
    pub fn waits_at(&self, holder: Holder, exchange: Outlet) -> bool {
        let keys = self.keys.get(&holder);
        keys.is_some_and(|keys| keys.values().any(|waiting| waiting.exchange == Some(exchange)))
    }

    /// Whether another request waits in the same exchange as this one, which waits no more.
    pub fn waits_beside(&self, request: &InFlight) -> bool {
        request
            .exchange
            .is_some_and(|exchange| self.waits_at(request.holder, exchange))
    }

    /// All that has open requests.
    pub fn holders(&self) -> impl Iterator<Item = Holder> {
        self.keys.keys().copied()
    }
}

/// The name of a request among all that is open.
fn key(holder: Holder, request: RequestId) -> String {
    let id = request.canonical();
    if id.len() <= LONGEST_ID_IN_A_KEY {
        return format!("{holder}/{id}");
    }
    let digest: String = Sha256::digest(id.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{holder}/{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::hearth::mcp::types::{Nonce, Trace};

    fn session() -> Holder {
        Holder::Session(SessionId::from_nonce(Nonce { high: 1, low: 2 }))
    }

    fn watched() -> Watched {
        Watched {
            method: "tools/call",
            since: 7,
            trace: Some(Trace {
                traceparent: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned(),
                tracestate: "a=b".to_owned(),
            }),
        }
    }

    fn with_id<T>(json: &str, then: impl FnOnce(RequestId) -> T) -> T {
        let raw: &serde_json::value::RawValue = serde_json::from_str(json).expect("JSON");
        then(RequestId::new(raw).expect("an id"))
    }

    fn request(json: &str) -> InFlight {
        with_id(json, |id| InFlight::new(session(), id, watched()))
    }

    #[test]
    fn a_number_and_a_string_of_the_same_digits_are_two_requests() {
        assert_ne!(request("1").key, request(r#""1""#).key);
    }

    #[test]
    fn the_longest_id_makes_a_short_key() {
        let id = format!("\"{}\"", "x".repeat(1 << 20));
        assert!(request(&id).key.len() < 128);
    }

    #[test]
    fn a_ticket_that_would_spoil_an_answer_is_not_read() {
        let ticket = |id: &str, progress: Option<&str>, holder: Holder| Ticket {
            request: InFlight {
                request: id.to_owned(),
                progress: progress.map(str::to_owned),
                exchange: Some(7),
                log_level: Some(LogLevel::Alert),
                ..with_id("1", |id| InFlight::new(holder, id, watched()))
            },
            asked: None,
            finish: Finish::Script { name: String::new() },
        };
        for (id, progress) in [("1", None), (r#""a""#, Some("-2"))] {
            for holder in [session(), Holder::Exchange(7)] {
                let ticket = ticket(id, progress, holder);
                assert_eq!(Ticket::read(&ticket.write()), Some(ticket));
            }
        }
        for (id, progress) in [
            ("a", None),
            ("1.5", None),
            ("", None),
            (" 1", None),
            ("1", Some("null")),
        ] {
            let ticket = ticket(id, progress, session());
            assert_eq!(Ticket::read(&ticket.write()), None, "{id:?} {progress:?}");
        }
    }

    #[test]
    fn requests_are_open_until_they_end() {
        let mut work = OpenWork::default();
        let (one, two) = (request("1"), request("2"));
        let one = InFlight {
            exchange: Some(3),
            ..one
        };
        work.begin(&one);
        work.begin(&two);
        assert_eq!(work.count(session()), 2);
        assert!(work.waits_at(session(), 3) && !work.waits_at(session(), 4));
        assert!(work.end(session(), &one.key));
        assert!(!work.end(session(), &one.key));
        assert!(!work.waits_at(session(), 3));
        work.forget(&two.key);
        assert_eq!(work.count(session()), 0);
        assert_eq!(work.holders().count(), 0);
    }
}
