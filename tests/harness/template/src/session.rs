//! What outlasts an event: sessions, as checkpoints, and calls that the home works on, as tickets.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Transport};

/// The number of the format of checkpoints and tickets. Whoever changes what is written below counts it up, and goes on
/// reading the old one for as long as there may be any.
pub const FORMAT: u32 = 1;

/// The conversation with one client. Whatever changes in it is kept in the same event.
pub struct Session {
    /// The queue to the client.
    pub outlet: u64,
    /// Id of the principal that opened it. To anyone else it does not exist.
    pub principal: String,
    /// The protocol version agreed on; empty before that.
    pub version: String,
    /// Name and version of the client; empty before it said so.
    pub client: String,
    /// Digest of the tools that the client knows of; empty when it never asked.
    pub listed: String,
}

impl Session {
    /// What the host keeps of it.
    pub fn checkpoint(&self, id: &str) -> Checkpoint {
        Checkpoint {
            key: id.to_owned(),
            kind: CheckpointKind::Session,
            principal: Some(self.principal.clone()),
            transport: Transport::Sse,
            protocol_version: self.version.clone(),
            client: self.client.clone(),
            tools_digest: self.listed.clone(),
            expiry: None,
            format: FORMAT,
            body: self.outlet.to_string().into_bytes(),
        }
    }

    /// The session of a checkpoint; None when this cannot be read here.
    pub fn read(checkpoint: Checkpoint) -> Option<Self> {
        if checkpoint.format != FORMAT {
            return None;
        }
        Some(Self {
            outlet: std::str::from_utf8(&checkpoint.body).ok()?.parse().ok()?,
            principal: checkpoint.principal?,
            version: checkpoint.protocol_version,
            client: checkpoint.client,
            listed: checkpoint.tools_digest,
        })
    }
}

/// The note on a call that the home works on. It holds all that is needed to answer, so that another instance can.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ticket {
    pub format: u32,
    pub session: String,
    /// The id of the request.
    pub request: Value,
    /// Names of the lights, in the order of the actions.
    pub lights: Vec<String>,
    /// The moment at which the request came in.
    pub since: u64,
    /// The trace that the client is in.
    pub trace: Option<(String, String)>,
}

impl Ticket {
    pub fn write(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("text and numbers can be written as JSON")
    }

    /// None when this cannot be read here.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let ticket: Self = serde_json::from_slice(bytes).ok()?;
        (ticket.format == FORMAT).then_some(ticket)
    }

    /// The name of the work.
    pub fn key(&self) -> String {
        key(&self.session, &self.request)
    }
}

/// The name of the work for a request: two that are in flight in one session never have the same id.
pub fn key(session: &str, request: &Value) -> String {
    format!("{session}/{request}")
}
