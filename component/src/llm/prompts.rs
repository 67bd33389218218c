//! Prompts: what there is to be asked for, and what one says.

use serde_json::{Value, json};

use super::Ask;
use super::content::Content;

/// A prompt as `prompts/list` says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Prompt {
    /// Names it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// What it takes.
    pub arguments: Vec<PromptArgument>,
}

/// What a prompt takes: a text of this name.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptArgument {
    /// Names it.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whether it has to be given.
    pub required: bool,
}

impl Prompt {
    /// The prompt on the wire.
    pub fn json(&self) -> Value {
        let mut prompt = json!({"name": self.name, "description": self.description});
        if !self.arguments.is_empty() {
            let argument = |argument: &PromptArgument| {
                json!({
                    "name": argument.name,
                    "description": argument.description,
                    "required": argument.required,
                })
            };
            prompt["arguments"] = self.arguments.iter().map(argument).collect();
        }
        prompt
    }
}

/// Who says a message of a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of MCP")]
pub enum Role {
    User,
    Assistant,
}

/// What a prompt says.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptText {
    /// What it is for.
    pub description: String,
    /// The messages, in their order.
    pub messages: Vec<(Role, Content)>,
}

impl PromptText {
    /// The messages on the wire: a JSON array.
    pub fn messages_json(&self) -> Value {
        let message = |(role, content): &(Role, Content)| {
            let role = match role {
                Role::User => "user",
                Role::Assistant => "assistant",
            };
            json!({"role": role, "content": content.json()})
        };
        self.messages.iter().map(message).collect()
    }
}

/// What became of asking for a prompt.
#[derive(Debug, Clone, PartialEq)]
pub enum Prompted {
    /// This is its text.
    Text(PromptText),
    /// The client has to be asked first.
    Ask(Ask),
    /// An argument that it needs is missing, or is not what it should be.
    Invalid(String),
    /// There is none of this name.
    Unknown,
}
