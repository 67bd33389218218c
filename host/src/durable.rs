//! What outlives the host: conversations with clients that go on after a restart.
//!
//! Sessions of HTTP+SSE are not among it: they end with their socket. Nor is what nobody could come back for.

use std::sync::Arc;

use bytes::Bytes;

use crate::clock::Moment;
use crate::contract::hearth::mcp::types::{Checkpoint, Outlet, Status};
use crate::request::RequestContext;

/// Keeps it; never waits and never fails: a disk that cannot be written is told elsewhere.
pub trait Durable: Send + Sync {
    /// What the host that ran before has left. An engine asks when it starts.
    fn load(&self) -> Left;

    /// Takes all that one event changed: after a crash all of it is there or none.
    fn note(&self, changes: Changes);
}

/// Keeps nothing: all sessions end with the host.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

impl Durable for Nothing {
    fn load(&self) -> Left {
        Left::default()
    }

    fn note(&self, _changes: Changes) {}
}

/// What the host that ran before has left.
#[derive(Debug, Default)]
pub struct Left {
    /// How many times a host was started, this time among them: 0 where that is not counted. No number of an outlet or
    /// message comes twice because of it.
    pub starts: u32,
    /// Checkpoints.
    pub checkpoints: Vec<KeptCheckpoint>,
    /// Outlets that can be resumed.
    pub outlets: Vec<KeptOutlet>,
    /// Work whose outcome nobody was told.
    pub work: Vec<KeptWork>,
}

/// What is there now in place of what was there, by its key; none: nothing.
#[derive(Debug, Default)]
pub struct Changes {
    /// Checkpoints.
    pub checkpoints: Vec<(String, Option<KeptCheckpoint>)>,
    /// Outlets that can be resumed.
    pub outlets: Vec<(Outlet, Option<KeptOutlet>)>,
    /// Work that is open.
    pub work: Vec<(String, Option<KeptWork>)>,
}

/// A checkpoint.
#[derive(Debug, Clone)]
pub struct KeptCheckpoint {
    /// As the component wrote it.
    pub checkpoint: Arc<Checkpoint>,
    /// The session without which it is of no use, if it is that of an exchange.
    pub session: Option<String>,
    /// Since when the session is there that it is; 0 when it is none, or nobody noted it.
    pub since: Moment,
}

/// An outlet that can be resumed.
#[derive(Debug, Clone)]
pub struct KeptOutlet {
    /// Its number.
    pub outlet: Outlet,
    /// The session that it belongs to.
    pub session: String,
    /// Id of the principal that it belongs to.
    pub principal: String,
    /// Keys of its checkpoints.
    pub checkpoints: Vec<String>,
    /// It is the stream that a session holds, not the answer to anything.
    pub attached: bool,
    /// What there is to read in it; known only of a host that was stopped.
    pub buffer: Option<Buffer>,
}

/// What there is to read in an outlet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Buffer {
    /// The number before that of the first message.
    pub before: u64,
    /// The messages in their order.
    pub messages: Vec<Bytes>,
    /// Up to this number messages were lost in an earlier crash.
    pub lost: u64,
    /// How the exchange ends, if anything was sent.
    pub status: Option<Status>,
    /// The newest message is the last.
    pub finished: bool,
    /// It was ended before its last message.
    pub ended: bool,
    /// A client was given an id to come again with.
    pub named: bool,
    /// A client is to be given one first.
    pub prime: bool,
}

/// Work that the host does for the component.
#[derive(Debug, Clone)]
pub struct KeptWork {
    /// Names it.
    pub key: String,
    /// What the component gets back with its outcome.
    pub ticket: Vec<u8>,
    /// Id of the principal that it is done for.
    pub principal: String,
    /// Name and version of the client that asked.
    pub client: String,
    /// It was asked for on a route that names an LLM API.
    pub names_api: bool,
    /// The session without which nobody wants to hear of it.
    pub session: String,
    /// How many actions it has.
    pub actions: usize,
    /// The request that asked for it.
    pub request: RequestContext,
}
