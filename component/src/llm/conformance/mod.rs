//! The LLM API `conformance`: the tools, prompts and resources that the official conformance suite of MCP asks for. Only
//! in builds with the feature `conformance`, never in the component that ships.

use std::collections::BTreeMap;

use super::Request;
use super::content::Contents;
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

/// Its tools.
pub(crate) fn tools() -> Vec<Box<dyn Offered>> {
    Vec::new()
}

/// Its prompts.
pub(crate) fn prompts() -> Vec<Prompt> {
    Vec::new()
}

/// What a prompt says.
pub(crate) fn prompt(_: &Request, _: &str, _: &BTreeMap<String, String>) -> Prompted {
    Prompted::Unknown
}

/// Its resources.
pub(crate) fn resources() -> Vec<Resource> {
    Vec::new()
}

/// Its templates.
pub(crate) fn templates() -> Vec<Template> {
    Vec::new()
}

/// What a resource holds.
pub(crate) fn read(_: &str) -> Option<Contents> {
    None
}

/// What an argument of a prompt (by its name) or template (by its URI template) may be meant to be.
pub(crate) fn complete(_: &str, _: &str, _: &str) -> Option<Vec<String>> {
    None
}
