//! Questions to a client that it has not answered yet: requests of ours, in the handshake era.
//!
//! A question is kept as a checkpoint of its own: the client may take minutes, and a person may stand behind it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Session;
use super::checkpoint::FORMAT;
use super::id::SessionId;
use super::work::{Holder, InFlight};
use crate::contract::hearth::mcp::types::{Checkpoint, CheckpointKind, Effect, Transport};
use crate::llm::{Answers, Question, QuestionKind};
use crate::protocol::version::Version;

/// Bytes that a question may have in its checkpoint: the call that asks, with its arguments, and what was answered so far.
const LONGEST: usize = 4 << 10;

/// What keys of questions begin with.
const PREFIX: &str = "question-";

/// What asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Subject {
    /// `tools/call`.
    Tool,
    /// `prompts/get`.
    Prompt,
}

/// A call, as it has to be made again once the client has answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asking {
    /// The request that waits.
    pub request: InFlight,
    /// What it calls.
    pub subject: Subject,
    /// The name of the tool or prompt.
    pub name: String,
    /// Its arguments, a JSON object as text.
    pub arguments: String,
    /// The device that it was spoken to.
    pub device: Option<String>,
    /// What was answered so far, and what the tool remembered.
    pub answers: Answers,
}

/// A question that was put, and those that come after it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    /// The call that asks.
    pub asking: Asking,
    /// The key of the question that was put.
    pub key: String,
    /// Questions that are put when this one is answered.
    pub rest: Vec<Rest>,
}

/// A question that is still to be put.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rest {
    key: String,
    method: String,
    params: Value,
}

impl Rest {
    /// The question.
    pub fn of(question: &Question) -> Self {
        Self {
            key: question.key.clone(),
            method: question.kind.method().to_owned(),
            params: question.params.clone(),
        }
    }

    /// The question; None when it is of a kind that is not known here.
    pub fn question(self) -> Option<Question> {
        let kinds = [QuestionKind::Elicitation, QuestionKind::Sampling, QuestionKind::Roots];
        let kind = kinds.into_iter().find(|kind| kind.method() == self.method)?;
        Some(Question {
            key: self.key,
            kind,
            params: self.params,
        })
    }
}

/// All questions that are open, by the id of our request.
#[derive(Debug, Default)]
pub struct Questions {
    open: BTreeMap<String, Pending>,
}

impl Questions {
    /// A question was put.
    pub fn insert(&mut self, id: String, pending: Pending) {
        self.open.insert(id, pending);
    }

    /// The question of this id, if it was put in this session. It is answered: nobody else's answer counts any more.
    pub fn take(&mut self, id: &str, session: SessionId) -> Option<Pending> {
        let own = self.open.get(id)?.asking.request.holder == Holder::Session(session);
        own.then(|| self.open.remove(id)).flatten()
    }

    /// Nobody waits any more for the request of this key: its question is taken back, or else its work is stopped.
    pub fn abandon(&mut self, request_key: String) -> Effect {
        let of = |(_, pending): &(&String, &Pending)| pending.asking.request.key == request_key;
        let Some(id) = self.open.iter().find(of).map(|(id, _)| id.clone()) else {
            return Effect::Abandon(request_key);
        };
        self.open.remove(&id);
        Effect::Forget(key(&id))
    }

    /// Takes out all that fit, each with its id.
    pub fn take_all(&mut self, fits: impl Fn(&InFlight) -> bool) -> Vec<(String, Pending)> {
        let fitting = self.open.iter().filter(|(_, pending)| fits(&pending.asking.request));
        let ids: Vec<String> = fitting.map(|(id, _)| id.clone()).collect();
        ids.into_iter().filter_map(|id| self.open.remove_entry(&id)).collect()
    }

    /// Reads a checkpoint of ours; None when it is none.
    pub fn read(checkpoint: &Checkpoint) -> Option<(String, Pending)> {
        let id = checkpoint.key.strip_prefix(PREFIX)?;
        let ours = checkpoint.format == FORMAT && checkpoint.kind == CheckpointKind::Exchange;
        let pending = serde_json::from_slice(&checkpoint.body).ok().filter(|_| ours)?;
        Some((id.to_owned(), pending))
    }

    /// The id of the question that is kept under this key.
    pub fn id_of(key: &str) -> Option<&str> {
        key.strip_prefix(PREFIX)
    }

    /// Takes a question out, whoever it belongs to.
    pub fn remove(&mut self, id: &str) -> Option<Pending> {
        self.open.remove(id)
    }
}

/// The key of a question's checkpoint.
pub fn key(id: &str) -> String {
    format!("{PREFIX}{id}")
}

/// The checkpoint of a question; None when it is too long to be kept.
pub fn write(id: &str, pending: &Pending, session: &Session) -> Option<Checkpoint> {
    let body = serde_json::to_vec(pending).expect("a question is text, numbers and lists");
    (body.len() <= LONGEST).then(|| Checkpoint {
        key: key(id),
        kind: CheckpointKind::Exchange,
        principal: Some(session.principal.clone()),
        transport: Transport::None,
        protocol_version: session.version.map(Version::as_str).unwrap_or_default().to_owned(),
        client: session.client.clone(),
        tools_digest: String::new(),
        expiry: None,
        format: FORMAT,
        body,
    })
}
