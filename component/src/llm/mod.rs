//! LLM APIs: named sets of tools with a prompt, over the mirror of the home.
//!
//! Nothing here performs anything: a call answers at once or says what is to be done in the home ([`Plan`]), and
//! [`Llm::finish`] makes the answer of its outcomes, maybe in another instance than the one that planned.

mod ask;
mod assist;
mod closest;
#[cfg(feature = "conformance")]
mod conformance;
pub mod content;
mod finish;
mod further;
mod offer;
pub mod prompts;
mod python;
pub mod resources;
mod result;
pub mod schema;
pub mod selection;
#[cfg(feature = "conformance")]
pub mod task;
#[cfg(test)]
mod tests;
mod tool;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

pub use self::ask::{Answers, Ask, Question, QuestionKind};
pub use self::assist::last_paused::LastPaused;
pub use self::assist::live_context::SNAPSHOT;
use self::content::{Body, Content, Contents};
pub use self::finish::{Finish, ItemChange, Job, Step, Target, Told};
pub use self::offer::{HeaderParam, Variant};
use self::offer::{Offer, Offered};
use self::prompts::{Prompt, PromptText, Prompted, Role};
use self::resources::{Resource, Template};
pub use self::result::{Call, List, Note, ToolResult};
pub use self::selection::{APIS, OwnApi, Selection, SelectionError};
use crate::contract::hearth::mcp::types::{Action, Outcome};
use crate::home::Mirror;
use crate::protocol::capabilities::ClientCapabilities;

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
    /// What the client can be asked.
    pub client: ClientCapabilities,
    /// What it was asked before for this call, and what it said. None at the first attempt.
    pub answers: Option<&'a Answers>,
    /// What was paused last. None: nobody knows.
    pub paused: Option<&'a LastPaused>,
}

impl<'a> Request<'a> {
    /// Without anybody who asks: for what is listed, not called.
    pub fn of_nobody(mirror: &'a Mirror, admin: bool) -> Self {
        Self {
            mirror,
            device: None,
            admin,
            moment: 0,
            client: ClientCapabilities::default(),
            answers: None,
            paused: None,
        }
    }
}

/// What an action may take before it is cancelled.
pub(crate) const DEADLINE_MS: u32 = 60_000;

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
    /// What was paused last, from now on. None: as before.
    pub remembers: Option<LastPaused>,
}

impl Plan {
    /// Actions that are waited for until they are done.
    pub(crate) fn to_the_end(actions: Vec<Action>, finish: Finish) -> Self {
        Self {
            actions,
            patience_ms: DEADLINE_MS,
            deadline_ms: DEADLINE_MS,
            finish,
            remembers: None,
        }
    }
}

/// The LLM APIs over one home, with what is worth keeping between two requests. All of it can be derived again.
#[derive(Default)]
pub struct Llm {
    offers: BTreeMap<Selection, Offer>,
    /// The part of the prompt that only changes with the registry, and the revision that it is of.
    reading: Option<(u64, String)>,
}

impl Llm {
    /// Nothing cached yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tools as a serialized JSON array, as `tools/list` says them.
    pub fn tools_json(&mut self, selection: &Selection, request: &Request, variant: Variant) -> Arc<str> {
        self.offer(selection, request).json(variant)
    }

    /// How many tools there are.
    pub fn tools_count(&mut self, selection: &Selection, request: &Request) -> usize {
        self.offer(selection, request).tools().len()
    }

    /// Some of the tools, as [`Llm::tools_json`].
    pub fn tools_page(
        &mut self,
        selection: &Selection,
        request: &Request,
        variant: Variant,
        page: std::ops::Range<usize>,
    ) -> String {
        self.offer(selection, request).page(variant, page)
    }

    /// SHA-256 in hex of the tools that are offered without a device.
    pub fn tools_digest(&mut self, selection: &Selection, request: &Request) -> Arc<str> {
        self.offer(selection, request).digest()
    }

    /// Each tool by its name, with its definition as JSON.
    pub fn tools(&mut self, selection: &Selection, request: &Request) -> Vec<(String, String)> {
        let tools = self.offer(selection, request).tools();
        tools
            .iter()
            .map(|tool| (tool.name().to_owned(), tool.definition().to_string()))
            .collect()
    }

    /// The arguments of a tool that a request of the stateless era repeats in headers.
    pub fn header_params(&mut self, selection: &Selection, request: &Request, tool: &str) -> Vec<HeaderParam> {
        self.offer(selection, request).header_params(tool)
    }

    /// Calls a tool. `arguments` is a JSON object.
    pub fn call(&mut self, selection: &Selection, request: &Request, tool: &str, arguments: &Value) -> Call {
        let tools = self.offer(selection, request).tools();
        match tools.iter().find(|offered| offered.name() == tool) {
            Some(tool) => tool.call(request, arguments),
            None => Call::Answer(not_found(tool, tools)),
        }
    }

    /// How a task of this tool stands that began so many milliseconds ago; None: there is no such tool, or it makes none.
    #[cfg(feature = "conformance")]
    pub fn standing(
        &mut self,
        selection: &Selection,
        request: &Request,
        tool: &str,
        arguments: &Value,
        age_ms: u64,
    ) -> Option<Result<task::Standing, crate::protocol::error::RpcError>> {
        let tools = self.offer(selection, request).tools();
        let tool = tools.iter().find(|offered| offered.name() == tool)?;
        tool.standing(request, arguments, age_ms)
    }

    /// Whether any tool makes tasks.
    #[cfg(feature = "conformance")]
    pub fn makes_tasks(&self, selection: &Selection) -> bool {
        selection.contains(conformance::ID)
    }

    /// Goes on with a call whose actions are done; `outcomes` in the order of the plan's actions.
    pub fn finish(&self, finish: &Finish, outcomes: &[Outcome]) -> Step {
        finish.step(outcomes)
    }

    /// The prompts that there are.
    pub fn prompts(&self, selection: &Selection) -> Vec<Prompt> {
        let own = Prompt {
            name: selection.name().to_owned(),
            description: prompt_description(selection),
            arguments: Vec::new(),
        };
        let further = further::of(selection).flat_map(|api| api.prompts());
        std::iter::once(own).chain(further).collect()
    }

    /// What a prompt says.
    pub fn prompt(
        &mut self,
        selection: &Selection,
        request: &Request,
        name: &str,
        arguments: &BTreeMap<String, String>,
    ) -> Prompted {
        if name == selection.name() {
            let text = self.own_prompt(selection, request);
            return Prompted::Text(PromptText {
                description: prompt_description(selection),
                messages: vec![(Role::Assistant, Content::Text(text))],
            });
        }
        let mut prompted = further::of(selection).map(|api| api.prompt(request, name, arguments));
        let known = prompted.find(|prompted| *prompted != Prompted::Unknown);
        known.unwrap_or(Prompted::Unknown)
    }

    /// How to use the tools.
    fn own_prompt(&mut self, selection: &Selection, request: &Request) -> String {
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

    /// The resources that there are.
    pub fn resources(&mut self, selection: &Selection, request: &Request) -> Vec<Resource> {
        let mut resources = Vec::new();
        if self.live_context_offered(selection, request) {
            resources.push(assist::live_context::resource());
        }
        resources.extend(further::of(selection).flat_map(|api| api.resources()));
        resources
    }

    /// The templates of resources that there are.
    pub fn templates(&self, selection: &Selection) -> Vec<Template> {
        further::of(selection).flat_map(|api| api.templates()).collect()
    }

    /// What a resource holds; None when there is none of this URI.
    ///
    /// # Errors
    /// When it is there and cannot be read: why.
    pub fn read(
        &mut self,
        selection: &Selection,
        request: &Request,
        uri: &str,
    ) -> Option<Result<Contents, &'static str>> {
        if uri == SNAPSHOT && self.live_context_offered(selection, request) {
            let text = assist::live_context::snapshot(request.mirror);
            return Some(text.map_err(|_| UNREADABLE).map(|text| Contents {
                uri: uri.to_owned(),
                mime_type: "text/plain".to_owned(),
                body: Body::Text(text),
            }));
        }
        further::of(selection).find_map(|api| api.read(uri)).map(Ok)
    }

    /// Whether any argument can be completed.
    pub fn completes(&self, selection: &Selection) -> bool {
        further::of(selection).next().is_some()
    }

    /// Whether the lists of prompts and resources may change while clients look.
    pub fn changes_lists(&self, selection: &Selection) -> bool {
        further::of(selection).next().is_some()
    }

    /// The values that an argument of a prompt or of a template may be meant to have; None when there is no such prompt or
    /// template.
    pub fn complete(&self, selection: &Selection, of: &str, argument: &str, begun: &str) -> Option<Vec<String>> {
        further::of(selection).find_map(|api| api.complete(of, argument, begun))
    }

    /// Whether the live context is among the tools, and with it the snapshot resource.
    fn live_context_offered(&mut self, selection: &Selection, request: &Request) -> bool {
        let tools = self.offer(selection, request).tools();
        tools.iter().any(|tool| tool.name() == assist::live_context::NAME)
    }

    fn offer(&mut self, selection: &Selection, request: &Request) -> &Offer {
        let mirror = request.mirror;
        let offer = self
            .offers
            .entry(selection.clone())
            .or_insert_with(|| Offer::new(selection, mirror));
        if !offer.is_of(mirror) {
            *offer = Offer::new(selection, mirror);
        }
        offer
    }
}

/// Why the snapshot cannot be read.
const UNREADABLE: &str = "An error occurred while reading the Assist context snapshot";

fn prompt_description(selection: &Selection) -> String {
    format!("Default prompt for Home Assistant {} API", selection.name())
}

fn not_found(name: &str, tools: &[Box<dyn Offered>]) -> ToolResult {
    let mut text = format!("Error calling tool: Tool \"{name}\" not found");
    if let Some(near) = closest::closest(name, tools.iter().map(|tool| tool.name())) {
        text.push_str(&format!("; the closest one is \"{near}\""));
    }
    ToolResult::failed(text)
}

/// The actions that a [`Plan`] may hold: `light.turn_on`, or `script.*` for all of a domain.
pub fn actions() -> Vec<String> {
    assist::actions().map(str::to_owned).collect()
}
