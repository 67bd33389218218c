//! The LLM API `conformance`: the tools, prompts and resources that the official conformance suite of MCP asks for, by the
//! names and with the words that it asks for. Only in builds with the feature `conformance`, never in the component that
//! ships.
//!
//! Nothing here waits: a tool is a function of its arguments, of what the client can be asked and of what it answered.

mod answering;
mod asking;
mod completion;
mod form;
mod media;
mod prompts;
mod question;
mod resources;
mod rounds;
mod tasks;
mod tool;

use std::collections::BTreeMap;

use super::Request;
use super::content::Contents;
use super::further::Further;
use super::offer::Offered;
use super::prompts::{Prompt, Prompted};
use super::resources::{Resource, Template};
use super::selection::OwnApi;

/// Names this LLM API in config entries and routes.
pub(crate) const ID: &str = "conformance";

/// As config entries know it.
pub(crate) const API: OwnApi = OwnApi {
    id: ID,
    name: "Conformance",
    requires_admin: false,
};

/// See the module.
pub(crate) struct Conformance;

impl Further for Conformance {
    fn id(&self) -> &'static str {
        ID
    }

    fn tools(&self) -> Vec<Box<dyn Offered>> {
        let all = [answering::TOOLS, asking::TOOLS, rounds::TOOLS, tasks::TOOLS].concat();
        all.into_iter().map(|tool| Box::new(tool) as Box<dyn Offered>).collect()
    }

    fn prompts(&self) -> Vec<Prompt> {
        prompts::all()
    }

    fn prompt(&self, request: &Request, name: &str, arguments: &BTreeMap<String, String>) -> Prompted {
        prompts::get(request, name, arguments)
    }

    fn resources(&self) -> Vec<Resource> {
        resources::all()
    }

    fn templates(&self) -> Vec<Template> {
        resources::templates()
    }

    fn read(&self, uri: &str) -> Option<Contents> {
        resources::read(uri)
    }

    fn complete(&self, of: &str, argument: &str, begun: &str) -> Option<Vec<String>> {
        completion::complete(of, argument, begun)
    }
}
