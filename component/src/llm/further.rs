//! LLM APIs beyond `assist`: what each brings, and which there are in this build.

use std::collections::BTreeMap;

use super::content::Contents;
use super::offer::Offered;
use super::prompts::{Prompt, Prompted};
use super::resources::{Resource, Template};
use super::{Request, Selection};

/// An LLM API that needs nothing of the home.
pub(super) trait Further: Sync {
    /// Names it in config entries and routes.
    fn id(&self) -> &'static str;
    /// Its tools.
    fn tools(&self) -> Vec<Box<dyn Offered>>;
    /// Its prompts.
    fn prompts(&self) -> Vec<Prompt>;
    /// What a prompt says.
    fn prompt(&self, request: &Request, name: &str, arguments: &BTreeMap<String, String>) -> Prompted;
    /// Its resources.
    fn resources(&self) -> Vec<Resource>;
    /// Its templates.
    fn templates(&self) -> Vec<Template>;
    /// What a resource holds; None when there is none of this URI.
    fn read(&self, uri: &str) -> Option<Contents>;
    /// What an argument of a prompt (by its name) or template (by its URI template) may be meant to be; None when there is
    /// no such prompt or template.
    fn complete(&self, of: &str, argument: &str, begun: &str) -> Option<Vec<String>>;
}

/// All of this build. Their arguments can be completed, and their lists may change while clients look.
const ALL: &[&dyn Further] = &[
    #[cfg(feature = "conformance")]
    &super::conformance::Conformance,
];

/// Those that are selected.
pub(super) fn of(selection: &Selection) -> impl Iterator<Item = &'static dyn Further> {
    ALL.iter().copied().filter(|api| selection.contains(api.id()))
}
