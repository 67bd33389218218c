//! Calls that go on after they were answered: tasks (SEP-2663, `io.modelcontextprotocol/tasks`). Only in builds with the
//! feature `conformance`.
//!
//! Nothing runs in a task. How it stands is a function of what was called, of when, and of what the client answered since.

use super::{Question, ToolResult};
use crate::protocol::error::RpcError;

/// A call that becomes a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Begun {
    /// Milliseconds for which it can be asked for.
    pub ttl_ms: u32,
    /// Milliseconds that a client should wait before it asks again.
    pub poll_ms: u32,
}

/// How a task stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Standing {
    /// What it does.
    pub stage: Stage,
    /// Milliseconds after its beginning at which it came to do that by itself.
    pub since_ms: u64,
}

/// What a task does.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// It goes on.
    Working,
    /// The client has to answer these.
    Asks(Vec<Question>),
    /// It is over, for well or ill.
    Done(ToolResult),
    /// It could not be carried out.
    Failed(RpcError),
}
