//! Sessions: one client's conversation each, which belongs to the principal that opened it.

pub mod admission;
pub mod checkpoint;
pub mod id;
pub mod limits;
pub mod memory;
pub mod questions;
mod table;
#[cfg(feature = "conformance")]
pub mod tasks;
pub mod watched;
pub mod work;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use self::table::Sessions;
use crate::contract::hearth::mcp::types::{Moment, Outlet};
use crate::protocol::capabilities::ClientCapabilities;
use crate::protocol::log_level::LogLevel;
use crate::protocol::version::Version;

/// How a client holds a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The stream of HTTP+SSE; the session ends with it.
    Sse,
    /// A session of Streamable HTTP; its stream comes and goes.
    Streamable,
    /// `subscriptions/listen` of the stateless era: one exchange that stays open. No client knows its id.
    Listening,
}

/// The conversation with one client.
#[derive(Debug, Clone, PartialEq)]
pub struct Session {
    /// How it is held.
    pub kind: Kind,
    /// The queue to the client for what no request asked for. None while a client of Streamable HTTP has no stream open.
    pub stream: Option<Outlet>,
    /// The LLM API that its route names; None: those of the config entry.
    pub api: Option<String>,
    /// Id of the principal that opened it; nobody else may know of it.
    pub principal: String,
    /// Whether that principal is an administrator, as of the latest event that told.
    pub admin: bool,
    /// What `initialize` agreed on, or what the first request of a stateless client says. None before that.
    pub version: Option<Version>,
    /// Name and version of the client, as it said; empty before it did.
    pub client: String,
    /// What the client can do.
    pub capabilities: ClientCapabilities,
    /// The least level of log messages that the client wants; None: it never said.
    pub log_level: Option<LogLevel>,
    /// Resources that the client subscribed to.
    pub subscribed: BTreeSet<String>,
    /// What each `subscriptions/listen` asked for, by its request id as JSON.
    pub listens: BTreeMap<String, Filter>,
    /// Digest of the tools that the client knows: of its latest `tools/list`, or of the latest change it was told of.
    pub listed: Option<Arc<str>>,
    /// When the client was last heard of, in steps: see [`Session::touch`].
    pub seen: Moment,
}

/// What a `subscriptions/listen` asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// Changes of the list of tools.
    #[serde(default, skip_serializing_if = "is_false")]
    pub tools_list_changed: bool,
    /// Changes of the list of prompts.
    #[serde(default, skip_serializing_if = "is_false")]
    pub prompts_list_changed: bool,
    /// Changes of the list of resources.
    #[serde(default, skip_serializing_if = "is_false")]
    pub resources_list_changed: bool,
    /// Changes of what these resources hold.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub resource_subscriptions: BTreeSet<String>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

impl Session {
    /// A session in which nothing was said yet.
    pub fn new(kind: Kind, stream: Option<Outlet>, principal: String, admin: bool, moment: Moment) -> Self {
        Self {
            kind,
            stream,
            api: None,
            principal,
            admin,
            version: None,
            client: String::new(),
            capabilities: ClientCapabilities::default(),
            log_level: None,
            subscribed: BTreeSet::new(),
            listens: BTreeMap::new(),
            listed: None,
            seen: moment,
        }
    }

    /// The version that its requests are served at. TypeScript clients that reconnect do not initialize again, so a
    /// session without a handshake is served as the oldest version rather than not at all.
    pub fn served_version(&self) -> Version {
        self.version.unwrap_or(Version::V2024_11_05)
    }

    /// Notes that the client was heard of. True when that is to be kept: only of a session that can be idle, and when a
    /// twenty-fourth of the idle time has passed since it last was, so that a ping keeps nothing.
    pub fn touch(&mut self, moment: Moment, idle: Moment) -> bool {
        let step = self.kind == Kind::Streamable && moment.saturating_sub(self.seen) >= (idle / 24).max(1);
        if step {
            self.seen = moment;
        }
        step
    }

    /// When it ends unless the client is heard of; None while it cannot be idle.
    pub fn expiry(&self, idle: Moment) -> Option<Moment> {
        let idles = self.kind == Kind::Streamable && self.stream.is_none();
        idles.then(|| self.seen.saturating_add(idle))
    }
}
