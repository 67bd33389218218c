//! What is kept of a session, so that another instance goes on with it.
//!
//! The head is the contract's, for the host to read and people to look at. The body is ours, and small: it does not grow
//! with what the client does, but for what it subscribes to, which is limited.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::id::SessionId;
use super::limits::Limits;
use super::{Filter, Kind, Session};
use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Effect, Transport};
use crate::protocol::capabilities::ClientCapabilities;
use crate::protocol::log_level::LogLevel;
use crate::protocol::version::Version;

/// The number of the format in which checkpoints and tickets are written.
pub const FORMAT: u32 = 1;

/// Bytes that the subscriptions of one session may have in its checkpoint.
pub const SUBSCRIPTION_BYTES: usize = 3 << 10;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    /// Its stream; none while a client of Streamable HTTP has none open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outlet: Option<u64>,
    /// Whether the principal is an administrator: decides which tools its list holds.
    admin: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    api: Option<String>,
    #[serde(default, skip_serializing_if = "is_default")]
    capabilities: ClientCapabilities,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log_level: Option<String>,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    subscribed: BTreeSet<String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    listens: BTreeMap<String, Filter>,
    #[serde(default, skip_serializing_if = "is_default")]
    seen: u64,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Keeps a session as it is now.
pub fn keep(id: SessionId, session: &Session, limits: &Limits) -> Effect {
    Effect::Keep(write(id, session, limits.session_idle_ms))
}

/// The checkpoint of a session. `idle`: milliseconds after which it ends when it is not heard of.
fn write(id: SessionId, session: &Session, idle: u64) -> Checkpoint {
    let body = Body {
        outlet: session.stream,
        admin: session.admin,
        api: session.api.clone(),
        capabilities: session.capabilities,
        log_level: session.log_level.map(|level| level.as_str().to_owned()),
        subscribed: session.subscribed.clone(),
        listens: session.listens.clone(),
        // An SSE session goes with its stream and is never idle.
        seen: if session.kind == Kind::Streamable {
            session.seen
        } else {
            0
        },
    };
    let (kind, transport) = match session.kind {
        Kind::Sse => (CheckpointKind::Session, Transport::Sse),
        Kind::Streamable => (CheckpointKind::Session, Transport::Streamable),
        Kind::Listening => (CheckpointKind::Exchange, Transport::Streamable),
    };
    Checkpoint {
        key: id.to_string(),
        kind,
        principal: Some(session.principal.clone()),
        transport,
        protocol_version: session.version.map(Version::as_str).unwrap_or_default().to_owned(),
        client: session.client.clone(),
        tools_digest: session.listed.as_deref().unwrap_or_default().to_owned(),
        expiry: session.expiry(idle),
        format: FORMAT,
        body: serde_json::to_vec(&body).expect("plain data can be written as JSON"),
    }
}

/// The session of a checkpoint; None when it is none of ours, or of a format that we do not read.
pub fn read(checkpoint: Checkpoint) -> Option<(SessionId, Session)> {
    let kind = match (checkpoint.kind, checkpoint.transport) {
        _ if checkpoint.format != FORMAT => return None,
        (CheckpointKind::Session, Transport::Sse) => Kind::Sse,
        (CheckpointKind::Session, Transport::Streamable) => Kind::Streamable,
        (CheckpointKind::Exchange, Transport::Streamable) => Kind::Listening,
        _ => return None,
    };
    let id = SessionId::parse(&checkpoint.key)?;
    let body: Body = serde_json::from_slice(&checkpoint.body).ok()?;
    if kind != Kind::Streamable && body.outlet.is_none() {
        return None;
    }
    let version = match checkpoint.protocol_version.as_str() {
        "" => None,
        name => Some(Version::named(name)?),
    };
    let log_level = match body.log_level {
        None => None,
        Some(name) => Some(LogLevel::named(&name)?),
    };
    let listed = (!checkpoint.tools_digest.is_empty()).then(|| checkpoint.tools_digest.into());
    let session = Session {
        kind,
        stream: body.outlet,
        api: body.api,
        principal: checkpoint.principal?,
        admin: body.admin,
        version,
        client: checkpoint.client,
        capabilities: body.capabilities,
        log_level,
        subscribed: body.subscribed,
        listens: body.listens,
        listed,
        seen: body.seen,
    };
    Some((id, session))
}
