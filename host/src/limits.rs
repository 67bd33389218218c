//! Every limit of the host by its name, with its default: one place to read them, to set them and to test them.

use serde::{Deserialize, Serialize};

/// What the host lets anybody use of it. Each is the option `--limit-…`, the variable `HEARTH_LIMIT_…` and a key of
/// `[limits]` in `hearth.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
pub struct Limits {
    /// Bytes of an HTTP body. More is 413.
    pub body: usize,
    /// Bytes of an HTTP request head. More is 431.
    pub head: usize,
    /// Milliseconds to send a head. Later is 408.
    pub head_time_ms: u64,
    /// Milliseconds to send a body. Later is 408.
    pub body_time_ms: u64,
    /// Connections at a time; the next one waits to be accepted.
    pub connections: usize,
    /// Sessions of all principals. More is 503 with `Retry-After`.
    pub sessions: u64,
    /// Sessions of one principal. More is 503 with `Retry-After`.
    pub sessions_per_principal: u64,
    /// Messages in an outlet that nobody has read. At more its stream ends, and the session with it.
    pub unread_messages: usize,
    /// Bytes in an outlet that nobody has read. At more its stream ends, and the session with it.
    pub unread_bytes: usize,
    /// Requests of one session that are not answered yet. More are answered with JSON-RPC -32000.
    pub requests_in_flight: u64,
    /// Arrays and objects around the innermost value of a message. Deeper is 400.
    pub nesting: u64,
    /// Milliseconds that one event may compute before its instance is given up.
    pub event_ms: u64,
    /// Bytes of linear memory and tables of one instance.
    pub memory: usize,
    /// Milliseconds after which an action is cancelled.
    pub action_ms: u64,
    /// Days that the audit goes back.
    pub audit_days: u64,
    /// Rows that the audit holds.
    pub audit_rows: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 4 << 20,
            head: 16 << 10,
            head_time_ms: 10_000,
            body_time_ms: 30_000,
            connections: 2_048,
            sessions: 1_024,
            sessions_per_principal: 64,
            unread_messages: 256,
            unread_bytes: 4 << 20,
            requests_in_flight: 64,
            nesting: 64,
            event_ms: 250,
            memory: 128 << 20,
            action_ms: 60_000,
            audit_days: 90,
            audit_rows: 1_000_000,
        }
    }
}

impl Limits {
    /// The limits that the component keeps, by the names of the contract.
    pub fn of_the_component(&self, name: &str) -> Option<u64> {
        match name {
            "sessions" => Some(self.sessions),
            "sessions-per-principal" => Some(self.sessions_per_principal),
            "requests-in-flight" => Some(self.requests_in_flight),
            "nesting" => Some(self.nesting),
            _ => None,
        }
    }
}
