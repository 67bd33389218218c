//! The limits that the component keeps, with what holds when the installation sets none.

use crate::imports::Imports;

/// Limits on what clients may use. They are constant for the life of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Sessions of all principals.
    pub sessions: u64,
    /// Sessions of one principal.
    pub sessions_per_principal: u64,
    /// Requests of one session that are not answered yet; also the messages of one batch.
    pub requests_in_flight: u64,
    /// Arrays and objects around the innermost value of a message.
    pub nesting: u64,
    /// Milliseconds after which a session of Streamable HTTP ends that has no stream and is not heard of.
    pub session_idle_ms: u64,
    /// Items of one page of a list.
    pub page: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 1_024,
            sessions_per_principal: 64,
            requests_in_flight: 64,
            nesting: 64,
            session_idle_ms: 24 * 60 * 60 * 1_000,
            page: 1_000,
        }
    }
}

impl Limits {
    /// Those that the installation sets, the defaults for the others.
    pub fn of(imports: &impl Imports) -> Self {
        let default = Self::default();
        let limit = |name, default| imports.limit(name).unwrap_or(default);
        Self {
            sessions: limit("sessions", default.sessions),
            sessions_per_principal: limit("sessions-per-principal", default.sessions_per_principal),
            requests_in_flight: limit("requests-in-flight", default.requests_in_flight),
            nesting: limit("nesting", default.nesting),
            session_idle_ms: limit("session-idle-ms", default.session_idle_ms),
            page: limit("page", default.page).max(1),
        }
    }
}
