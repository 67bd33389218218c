//! LLM APIs: named sets of tools with a prompt, over the mirror of the home.
//!
//! Nothing here performs anything: a call answers at once or says what is to be done in the home ([`Plan`]), and
//! [`Llm::finish`] makes the answer of its outcomes, maybe in another instance than the one that planned.

mod assist;
mod closest;
mod finish;
mod python;
pub mod schema;
pub mod selection;
#[cfg(test)]
mod tests;
mod tool;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

pub use self::finish::{Finish, Job, Target};
pub use self::selection::{APIS, OwnApi, Selection, SelectionError};
use self::tool::Tool;
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
    /// Run together. Never empty.
    pub actions: Vec<Action>,
    /// Milliseconds after which an action that still runs counts as done.
    pub patience_ms: u32,
    /// Milliseconds after which an action is cancelled.
    pub deadline_ms: u32,
    /// Makes the answer of the outcomes.
    pub finish: Finish,
}

/// The LLM APIs over one home, with what is worth keeping between two requests. All of it can be derived again.
#[derive(Default)]
pub struct Llm {
    offers: BTreeMap<Selection, Offer>,
    /// The part of the prompt that only changes with the registry, and the revision that it is of.
    reading: Option<(u64, String)>,
}

/// What a selection offers, as of one revision of the registry.
struct Offer {
    revision: u64,
    tools: Vec<Tool>,
    json: Arc<str>,
    digest: Arc<str>,
}

impl Offer {
    fn new(selection: &Selection, mirror: &Mirror) -> Self {
        let mut tools = Vec::new();
        if selection.contains(assist::ID) {
            tools.extend(assist::tools(mirror));
        }
        if selection.read_only() {
            tools.retain(|tool| tool.hints.read_only);
        }
        let definitions: Vec<Value> = tools.iter().map(Tool::definition).collect();
        let json = Value::from(definitions).to_string();
        let digest: String = Sha256::digest(&json).iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            revision: mirror.registry_revision(),
            tools,
            json: json.into(),
            digest: digest.into(),
        }
    }
}

impl Llm {
    /// Nothing cached yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tools as a serialized JSON array, as `tools/list` says them.
    pub fn tools_json(&mut self, selection: &Selection, request: &Request) -> Arc<str> {
        self.offer(selection, request).json.clone()
    }

    /// SHA-256 in hex of the tools that are offered without a device.
    pub fn tools_digest(&mut self, selection: &Selection, request: &Request) -> Arc<str> {
        self.offer(selection, request).digest.clone()
    }

    /// Each tool by its name, with its definition as JSON.
    pub fn tools(&mut self, selection: &Selection, request: &Request) -> Vec<(String, String)> {
        let tools = &self.offer(selection, request).tools;
        tools
            .iter()
            .map(|tool| (tool.name.clone(), tool.definition().to_string()))
            .collect()
    }

    /// The prompt that goes with the tools.
    pub fn prompt(&mut self, selection: &Selection, request: &Request) -> String {
        if !selection.contains(assist::ID) {
            return String::new();
        }
        let mirror = request.mirror;
        let revision = mirror.registry_revision();
        if self.reading.as_ref().is_none_or(|(of, _)| *of != revision) {
            self.reading = Some((revision, assist::prompt::reading(mirror)));
        }
        let mut prompt = self.reading.as_ref().map(|(_, text)| text.clone()).unwrap_or_default();
        if let Some(controlling) = assist::prompt::controlling(mirror, request.device) {
            prompt.push('\n');
            prompt.push_str(&controlling);
        }
        prompt
    }

    /// Whether the live context is among the tools, and with it the snapshot resource.
    pub fn live_context_offered(&mut self, selection: &Selection, request: &Request) -> bool {
        self.offer(selection, request)
            .tools
            .iter()
            .any(|tool| tool.name == assist::live_context::NAME)
    }

    /// The live context without filters as plain text: what the snapshot resource says. An error when nothing is
    /// exposed.
    pub fn live_context(&mut self, request: &Request) -> ToolResult {
        match assist::live_context::snapshot(request.mirror) {
            Ok(text) => ToolResult { text, is_error: false },
            Err(text) => ToolResult { text, is_error: true },
        }
    }

    /// Calls a tool. `arguments` is a JSON object.
    pub fn call(&mut self, selection: &Selection, request: &Request, tool: &str, arguments: &Value) -> Call {
        let tools = &self.offer(selection, request).tools;
        match tools.iter().find(|offered| offered.name == tool) {
            Some(tool) => tool.call(request, arguments),
            None => Call::Answer(not_found(tool, tools)),
        }
    }

    /// Answers a call whose actions are done; `outcomes` in the order of the plan's actions.
    pub fn finish(&self, finish: &Finish, outcomes: &[Outcome]) -> ToolResult {
        finish.answer(outcomes)
    }

    fn offer(&mut self, selection: &Selection, request: &Request) -> &Offer {
        let mirror = request.mirror;
        let offer = self
            .offers
            .entry(selection.clone())
            .or_insert_with(|| Offer::new(selection, mirror));
        if offer.revision != mirror.registry_revision() {
            *offer = Offer::new(selection, mirror);
        }
        offer
    }
}

fn not_found(name: &str, tools: &[Tool]) -> ToolResult {
    let mut text = format!("Error calling tool: Tool \"{name}\" not found");
    if let Some(near) = closest::closest(name, tools.iter().map(|tool| tool.name.as_str())) {
        text.push_str(&format!("; the closest one is \"{near}\""));
    }
    ToolResult { text, is_error: true }
}

/// The actions that a [`Plan`] may hold: `light.turn_on`, or `script.*` for all of a domain.
pub fn actions() -> Vec<String> {
    assist::actions().map(str::to_owned).collect()
}
