//! Every limit of the host by its name, with its default: one place to read them, to set them and to test them.

use serde::{Deserialize, Serialize};

/// Makes [`Limits`] and [`LimitOptions`] of one list, so that a limit cannot exist without its option.
macro_rules! limits {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ty = $default:expr, $name:literal $option:literal $variable:literal $unit:literal;)+) => {
        /// What the host lets anybody use of it. Each is the option `--limit-…`, the variable `HEARTH_LIMIT_…` and a
        /// key of `[limits]` in `hearth.toml`.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
        pub struct Limits {
            $($(#[doc = $doc])+ pub $field: $type,)+
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        /// Limits as somebody set them, on the command line or in a file: what is not set stays what it was.
        #[derive(Debug, Default, Clone, PartialEq, Eq, Deserialize)]
        #[cfg_attr(feature = "cli", derive(clap::Args), command(next_help_heading = "Limits"))]
        #[serde(default, rename_all = "kebab-case", deny_unknown_fields)]
        pub struct LimitOptions {
            $(
                $(#[doc = $doc])+
                #[cfg_attr(
                    feature = "cli",
                    arg(long = $option, env = $variable, hide_env_values = true, value_name = $unit, value_parser = whole::<$type>)
                )]
                pub $field: Option<$type>,
            )+
        }

        impl LimitOptions {
            /// Sets what these options set.
            pub fn apply_to(&self, limits: &mut Limits) {
                $(if let Some(value) = self.$field { limits.$field = value; })+
            }
        }

        impl Limits {
            /// The first limit that nothing fits into, by its name: a limit of zero would stop the host from working.
            pub fn first_zero(&self) -> Option<&'static str> {
                $(if self.$field == 0 { return Some($name); })+
                None
            }
        }
    };
}

/// A limit as it stands on the command line.
#[cfg(feature = "cli")]
fn whole<T: std::str::FromStr>(text: &str) -> Result<T, &'static str> {
    text.parse().map_err(|_| "it takes a whole number, at least 1")
}

limits! {
    /// Bytes of an HTTP body; a larger one is answered with 413. Default: 4194304 (4 MiB).
    body: usize = 4 << 20, "body" "limit-body" "HEARTH_LIMIT_BODY" "BYTES";
    /// Bytes of an HTTP request head; a larger one is answered with 431. Default: 16384 (16 KiB).
    head: usize = 16 << 10, "head" "limit-head" "HEARTH_LIMIT_HEAD" "BYTES";
    /// Milliseconds that a client has to send a request head; then it gets 408. Default: 10000.
    head_time_ms: u64 = 10_000, "head-time-ms" "limit-head-time-ms" "HEARTH_LIMIT_HEAD_TIME_MS" "MS";
    /// Milliseconds that a client has to send a body; then it gets 408. Default: 30000.
    body_time_ms: u64 = 30_000, "body-time-ms" "limit-body-time-ms" "HEARTH_LIMIT_BODY_TIME_MS" "MS";
    /// Milliseconds that a client may leave what it is sent unread; then its connection ends. Default: 30000.
    unread_time_ms: u64 = 30_000, "unread-time-ms" "limit-unread-time-ms" "HEARTH_LIMIT_UNREAD_TIME_MS" "MS";
    /// Connections at a time; the next one waits until another has closed. Default: 2048.
    connections: usize = 2_048, "connections" "limit-connections" "HEARTH_LIMIT_CONNECTIONS" "COUNT";
    /// Sessions of all principals together; for one more, one of the same principal that nobody uses gives way, or it is
    /// answered with 503 and `Retry-After`. Default: 1024.
    sessions: u64 = 1_024, "sessions" "limit-sessions" "HEARTH_LIMIT_SESSIONS" "COUNT";
    /// Sessions of one principal; for one more, one that nobody uses gives way, or it is answered with 503 and
    /// `Retry-After`. Default: 64.
    sessions_per_principal: u64 = 64,
        "sessions-per-principal" "limit-sessions-per-principal" "HEARTH_LIMIT_SESSIONS_PER_PRINCIPAL" "COUNT";
    /// Messages waiting for a client that does not read; at one more its stream ends, and over HTTP+SSE the session with
    /// it. Default: 256.
    unread_messages: usize = 256,
        "unread-messages" "limit-unread-messages" "HEARTH_LIMIT_UNREAD_MESSAGES" "COUNT";
    /// Bytes waiting for a client that does not read; above that its stream ends, and over HTTP+SSE the session with it.
    /// Default: 4194304 (4 MiB).
    unread_bytes: usize = 4 << 20, "unread-bytes" "limit-unread-bytes" "HEARTH_LIMIT_UNREAD_BYTES" "BYTES";
    /// Milliseconds for which a client can resume an exchange or stream of Streamable HTTP after its connection has ended;
    /// then it is over. Default: 300000 (5 minutes).
    resume_time_ms: u64 = 300_000, "resume-time-ms" "limit-resume-time-ms" "HEARTH_LIMIT_RESUME_TIME_MS" "MS";
    /// Milliseconds for which a session of Streamable HTTP may be idle; then it ends, and its client gets 404.
    /// Default: 86400000 (a day).
    session_idle_ms: u64 = 86_400_000,
        "session-idle-ms" "limit-session-idle-ms" "HEARTH_LIMIT_SESSION_IDLE_MS" "MS";
    /// Requests of one session that are not answered yet; one more is answered with the JSON-RPC error -32000.
    /// Default: 64.
    requests_in_flight: u64 = 64,
        "requests-in-flight" "limit-requests-in-flight" "HEARTH_LIMIT_REQUESTS_IN_FLIGHT" "COUNT";
    /// Items of one page of a list; clients have to ask for the next one, and not all do. Default: 1000.
    page: u64 = 1_000, "page" "limit-page" "HEARTH_LIMIT_PAGE" "COUNT";
    /// Arrays and objects around the innermost value of a message; a deeper one is answered with 400. Default: 64.
    nesting: u64 = 64, "nesting" "limit-nesting" "HEARTH_LIMIT_NESTING" "DEPTH";
    /// Milliseconds that the component may compute for one event before it is given up. Default: 250.
    event_ms: u64 = 250, "event-ms" "limit-event-ms" "HEARTH_LIMIT_EVENT_MS" "MS";
    /// Bytes of memory that the component may use. Default: 134217728 (128 MiB).
    memory: usize = 128 << 20, "memory" "limit-memory" "HEARTH_LIMIT_MEMORY" "BYTES";
    /// Milliseconds after which an action in the home is cancelled. Default: 60000.
    action_ms: u64 = 60_000, "action-ms" "limit-action-ms" "HEARTH_LIMIT_ACTION_MS" "MS";
    /// Milliseconds that compiling a component may take when one is installed; then it is not installed. Default: 120000.
    compile_ms: u64 = 120_000, "compile-ms" "limit-compile-ms" "HEARTH_LIMIT_COMPILE_MS" "MS";
    /// Days that the audit goes back; older rows are removed. Default: 90.
    audit_days: u64 = 90, "audit-days" "limit-audit-days" "HEARTH_LIMIT_AUDIT_DAYS" "DAYS";
    /// Rows that the audit holds; the oldest go. Default: 1000000.
    audit_rows: u64 = 1_000_000, "audit-rows" "limit-audit-rows" "HEARTH_LIMIT_AUDIT_ROWS" "COUNT";
}

impl Limits {
    /// The limits that the component keeps, by the names of the contract.
    pub fn of_the_component(&self, name: &str) -> Option<u64> {
        match name {
            "sessions" => Some(self.sessions),
            "sessions-per-principal" => Some(self.sessions_per_principal),
            "session-idle-ms" => Some(self.session_idle_ms),
            "requests-in-flight" => Some(self.requests_in_flight),
            "page" => Some(self.page),
            "nesting" => Some(self.nesting),
            _ => None,
        }
    }
}
