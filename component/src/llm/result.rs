//! What a tool call comes to.

use serde_json::Value;

use super::content::Content;
use super::{Ask, Plan, Step};
use crate::contract::hearth::mcp::types::Progress;
use crate::protocol::error::RpcError;
use crate::protocol::log_level::LogLevel;

/// What came of a tool call, for the model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ToolResult {
    /// What the model reads. JSON for a tool that worked, a sentence for one that did not, nearly always.
    pub content: Vec<Content>,
    /// The same as data, for tools that have an output schema: a JSON object as text.
    pub structured: Option<String>,
    /// The call went wrong.
    pub is_error: bool,
    /// What the client is told before the answer, in this order.
    pub notes: Vec<Note>,
}

impl ToolResult {
    /// A tool that worked says this.
    pub fn said(text: impl Into<String>) -> Self {
        Self::of(vec![Content::Text(text.into())])
    }

    /// A tool that worked gives this.
    pub fn of(content: Vec<Content>) -> Self {
        Self {
            content,
            ..Self::default()
        }
    }

    /// A tool that worked gives this object, which is written out as text too.
    pub fn data(data: Value) -> Self {
        let text = data.to_string();
        Self {
            structured: Some(text.clone()),
            ..Self::said(text)
        }
    }

    /// A tool that did not work says this.
    pub fn failed(text: impl Into<String>) -> Self {
        Self {
            is_error: true,
            ..Self::said(text)
        }
    }

    /// The words of its first block; empty where that has none.
    pub fn text(&self) -> &str {
        match self.content.first() {
            Some(Content::Text(text)) => text,
            _ => "",
        }
    }
}

/// What a client may be told while a call is served.
#[derive(Debug, Clone, PartialEq)]
pub enum Note {
    /// A log message, if the client wants to hear of its level.
    Log {
        /// How much it matters.
        level: LogLevel,
        /// Who says it.
        logger: &'static str,
        /// Any JSON.
        data: Value,
    },
    /// How far the call has come, if the client gave a token.
    Progress(Progress),
    /// The connection ends here, and the client resumes it after so many milliseconds. Only on a stream that it can
    /// resume.
    Detach {
        /// Milliseconds.
        retry: u32,
    },
    /// All clients that asked are told that this list changed.
    Changed(List),
}

/// The lists of a server that a client may be told changes of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum List {
    /// `tools/list`.
    Tools,
    /// `prompts/list`.
    Prompts,
    /// `resources/list`.
    Resources,
}

/// The answer to a tool call, or what has to be done first.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// It is answered.
    Answer(ToolResult),
    /// The home has to act.
    Perform(Plan),
    /// The client has to be asked.
    Ask(Ask),
    /// It cannot be served at all: an error of the protocol.
    Refuse(RpcError),
    /// It goes on after it was answered.
    #[cfg(feature = "conformance")]
    Task(super::task::Begun),
}

impl Call {
    /// What has to be done first; where that is nothing, its answer.
    pub(crate) fn of(plan: Plan) -> Self {
        if !plan.actions.is_empty() {
            return Self::Perform(plan);
        }
        match plan.finish.step(&[]) {
            Step::Answer(result) => Self::Answer(result),
            Step::Further(plan) => Self::Perform(plan),
        }
    }
}
