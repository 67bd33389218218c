//! What a tool or prompt has to know from the client before it can answer: the questions, and what came back.
//!
//! A call that asks is made again with the answers. So nothing waits here: what the tool wants to remember meanwhile is
//! its state, and that travels with the questions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The questions, at least one, or none where only the state has to come back.
    pub questions: Vec<Question>,
    /// What the tool remembers until the answers come.
    pub state: Option<String>,
}

/// One question to the client.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Names it among the questions of the call.
    pub key: String,
    /// What kind of question.
    pub kind: QuestionKind,
    /// The params of the request, a JSON object.
    pub params: Value,
}

/// What can be asked of a client; each is a capability that it has declared or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuestionKind {
    /// `elicitation/create`: the user.
    Elicitation,
    /// `sampling/createMessage`: the client's model.
    Sampling,
    /// `roots/list`: the client itself.
    Roots,
}

impl QuestionKind {
    /// The method of its request.
    pub fn method(self) -> &'static str {
        match self {
            Self::Elicitation => "elicitation/create",
            Self::Sampling => "sampling/createMessage",
            Self::Roots => "roots/list",
        }
    }
}

/// What the client answered so far, and what the tool remembered.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Answers {
    /// The result of each question, by its key. Keys that were never asked may be among them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub given: BTreeMap<String, Value>,
    /// The state of the ask before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
}
