//! What is kept of a session, so that another instance goes on with it.
//!
//! The head is the contract's, for the host to read and people to look at. The body is ours, and small: it does not grow
//! with what the client does.

use serde::{Deserialize, Serialize};

use super::Session;
use super::id::SessionId;
use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Transport};
use crate::protocol::version::Version;

/// The number of the format in which checkpoints and tickets are written.
pub const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Body {
    outlet: u64,
    /// Whether the principal is an administrator: decides which tools its list holds.
    admin: bool,
}

/// The checkpoint of a session.
pub fn write(id: SessionId, session: &Session) -> Checkpoint {
    let body = Body {
        outlet: session.outlet,
        admin: session.admin,
    };
    Checkpoint {
        key: id.to_string(),
        kind: CheckpointKind::Session,
        principal: Some(session.principal.clone()),
        transport: Transport::Sse,
        protocol_version: session.version.map(Version::as_str).unwrap_or_default().to_owned(),
        client: session.client.clone(),
        tools_digest: session.listed.as_deref().unwrap_or_default().to_owned(),
        expiry: None,
        format: FORMAT,
        body: serde_json::to_vec(&body).expect("numbers and flags can be written as JSON"),
    }
}

/// The session of a checkpoint; None when it is none of ours, or of a format that we do not read.
pub fn read(checkpoint: Checkpoint) -> Option<(SessionId, Session)> {
    let ours = checkpoint.format == FORMAT
        && checkpoint.kind == CheckpointKind::Session
        && checkpoint.transport == Transport::Sse;
    if !ours {
        return None;
    }
    let id = SessionId::parse(&checkpoint.key)?;
    let body: Body = serde_json::from_slice(&checkpoint.body).ok()?;
    let version = match checkpoint.protocol_version.as_str() {
        "" => None,
        name => Some(Version::named(name)?),
    };
    let listed = (!checkpoint.tools_digest.is_empty()).then(|| checkpoint.tools_digest.into());
    let session = Session {
        outlet: body.outlet,
        principal: checkpoint.principal?,
        admin: body.admin,
        version,
        client: checkpoint.client,
        listed,
    };
    Some((id, session))
}
