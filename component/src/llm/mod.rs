//! LLM APIs: named sets of tools with a prompt, over the mirror of the home.
//!
//! Nothing here performs anything: a call answers at once or says what is to be done in the home ([`Plan`]), and
//! [`Llm::finish`] makes the answer of its outcomes, maybe in another instance than the one that planned.

pub mod selection;

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

pub use self::selection::{APIS, OwnApi, Selection, SelectionError};
use crate::contract::hearth::mcp::types::{Action, Outcome};
use crate::home::Mirror;

/// What a request brings besides its tool: the home and who asks.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The home as of this event.
    pub mirror: &'a Mirror,
    /// `io.home-assistant/device_id` of the request: the device that it was spoken to.
    pub device: Option<&'a str>,
    /// Whether the principal is an administrator.
    pub admin: bool,
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub moment: u64,
}

/// What came of a tool call, for the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolResult {
    /// JSON for a tool that worked, a sentence for one that did not.
    pub text: String,
    /// The call went wrong.
    pub is_error: bool,
}

/// The answer to a tool call, or what has to be done first.
#[derive(Debug, Clone, PartialEq)]
pub enum Call {
    /// It is answered.
    Answer(ToolResult),
    /// The home has to act.
    Perform(Plan),
}

/// What is to be done in the home for one tool call.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Run together.
    pub actions: Vec<Action>,
    /// Milliseconds after which an action that still runs counts as done.
    pub patience_ms: u32,
    /// Milliseconds after which an action is cancelled.
    pub deadline_ms: u32,
    /// Makes the answer of the outcomes.
    pub finish: Finish,
}

/// All that is needed to answer a call once its actions are done. It travels in the ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finish {
    /// A script's response is the answer.
    Script,
}

/// The LLM APIs over one home, with what is worth keeping between two requests. All of it can be derived again.
#[derive(Default)]
pub struct Llm {}

impl Llm {
    /// Nothing cached yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tools as a serialized JSON array, as `tools/list` says them.
    pub fn tools_json(&mut self, _selection: &Selection, _request: &Request) -> Arc<str> {
        "[]".into()
    }

    /// SHA-256 in hex of the tools that are offered without a device.
    pub fn tools_digest(&mut self, _selection: &Selection, _request: &Request) -> Arc<str> {
        "".into()
    }

    /// Each tool by its name, with its definition as JSON.
    pub fn tools(&mut self, _selection: &Selection, _request: &Request) -> Vec<(String, String)> {
        Vec::new()
    }

    /// The prompt that goes with the tools.
    pub fn prompt(&mut self, _selection: &Selection, _request: &Request) -> String {
        String::new()
    }

    /// Whether the live context is among the tools, and with it the snapshot resource.
    pub fn live_context_offered(&mut self, _selection: &Selection, _request: &Request) -> bool {
        false
    }

    /// The live context without filters: what the snapshot resource says.
    pub fn live_context(&mut self, _request: &Request) -> ToolResult {
        ToolResult {
            text: String::new(),
            is_error: true,
        }
    }

    /// Calls a tool. `arguments` is a JSON object.
    pub fn call(&mut self, _selection: &Selection, _request: &Request, tool: &str, _arguments: &Value) -> Call {
        Call::Answer(ToolResult {
            text: format!("Error calling tool: Tool \"{tool}\" not found"),
            is_error: true,
        })
    }

    /// Answers a call whose actions are done; `outcomes` in the order of the plan's actions.
    pub fn finish(&self, _finish: &Finish, _outcomes: &[Outcome]) -> ToolResult {
        ToolResult {
            text: String::new(),
            is_error: true,
        }
    }
}

/// The actions that a [`Plan`] may hold: `light.turn_on`, or `script.*` for all of a domain.
pub fn actions() -> Vec<String> {
    Vec::new()
}
