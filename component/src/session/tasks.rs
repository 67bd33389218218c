//! Tasks that clients may still ask for (SEP-2663). Only in builds with the feature `conformance`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::checkpoint::FORMAT;
use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Effect, Moment, Transport};
use crate::llm::Answers;

/// Tasks at once.
const MOST: usize = 256;

/// Bytes that a task may have in its checkpoint.
const LONGEST: usize = 4 << 10;

/// What keys of tasks begin with.
const PREFIX: &str = "task-";

/// A call that was answered with a task.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// Id of the principal that called; nobody else may know of it.
    pub principal: String,
    /// The tool.
    pub tool: String,
    /// Its arguments, a JSON object as text.
    pub arguments: String,
    /// What the client answered.
    pub answers: Answers,
    /// When it was called.
    pub created: Moment,
    /// When the client last changed it.
    pub updated: Moment,
    /// Milliseconds for which it is kept.
    pub ttl_ms: u32,
    /// Milliseconds that a client should wait before it asks again.
    pub poll_ms: u32,
    /// The client gave it up.
    pub cancelled: bool,
}

impl Task {
    fn expiry(&self) -> Moment {
        self.created.saturating_add(self.ttl_ms.into())
    }
}

/// All tasks, by their ids.
#[derive(Debug, Default)]
pub struct Tasks(BTreeMap<String, Task>);

impl Tasks {
    /// The task of this id, if it is this principal's.
    pub fn get(&self, id: &str, principal: &str) -> Option<&Task> {
        self.0.get(id).filter(|task| task.principal == principal)
    }

    /// Keeps a task as it is now. None when there are too many, or it is too long.
    pub fn keep(&mut self, id: String, task: Task) -> Option<Effect> {
        let body = serde_json::to_vec(&task).expect("a task is text and numbers");
        if body.len() > LONGEST || (self.0.len() >= MOST && !self.0.contains_key(&id)) {
            return None;
        }
        let checkpoint = Checkpoint {
            key: format!("{PREFIX}{id}"),
            kind: CheckpointKind::Shared,
            principal: None,
            transport: Transport::None,
            protocol_version: String::new(),
            client: String::new(),
            tools_digest: String::new(),
            expiry: Some(task.expiry()),
            format: FORMAT,
            body,
        };
        self.0.insert(id, task);
        Some(Effect::Keep(checkpoint))
    }

    /// Forgets those whose time is over.
    pub fn expire(&mut self, moment: Moment, effects: &mut Vec<Effect>) {
        let expired = |(_, task): &(&String, &Task)| task.expiry() <= moment;
        let over: Vec<String> = self.0.iter().filter(expired).map(|(id, _)| id.clone()).collect();
        for id in over {
            self.0.remove(&id);
            effects.push(Effect::Forget(format!("{PREFIX}{id}")));
        }
    }

    /// Takes in a checkpoint; an empty one removes its task. False when it is none of a task, or cannot be read.
    pub fn take_in(&mut self, checkpoint: &Checkpoint) -> bool {
        let Some(id) = checkpoint.key.strip_prefix(PREFIX) else {
            return false;
        };
        if checkpoint.body.is_empty() {
            self.0.remove(id);
            return true;
        }
        let task = serde_json::from_slice(&checkpoint.body).ok();
        let task = task.filter(|_| checkpoint.format == FORMAT);
        let known = task.is_some();
        self.0.extend(task.map(|task| (id.to_owned(), task)));
        known
    }
}
