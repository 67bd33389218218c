//! What is remembered between calls, whoever made them: kept as one checkpoint that all sessions share.

use super::checkpoint::FORMAT;
use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Effect, Transport};
use crate::llm::LastPaused;

/// The key of the checkpoint.
const KEY: &str = "last-paused";

/// Keeps what was paused last; forgets it where that is nothing.
pub fn keep(paused: &LastPaused) -> Effect {
    if paused.is_empty() {
        return Effect::Forget(KEY.to_owned());
    }
    Effect::Keep(Checkpoint {
        key: KEY.to_owned(),
        kind: CheckpointKind::Shared,
        principal: None,
        transport: Transport::None,
        protocol_version: String::new(),
        client: String::new(),
        tools_digest: String::new(),
        expiry: None,
        format: FORMAT,
        body: serde_json::to_vec(paused).expect("ids can be written as JSON"),
    })
}

/// Whether this is the checkpoint of what was paused last.
pub fn is_it(checkpoint: &Checkpoint) -> bool {
    checkpoint.key == KEY
}

/// What was paused last; None when it is of a format that we do not read. An empty checkpoint removes it.
pub fn read(checkpoint: &Checkpoint) -> Option<LastPaused> {
    if checkpoint.body.is_empty() {
        return Some(LastPaused::default());
    }
    let paused = serde_json::from_slice(&checkpoint.body).ok();
    paused.filter(|_| checkpoint.format == FORMAT)
}
