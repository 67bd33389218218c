//! What a selection offers, as of one revision of the home's registry: its tools, and the list of them as it goes out.

use std::ops::Range;
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::tool::Tool;
use super::{Call, Request, Selection, assist, further};
use crate::home::Mirror;

/// A tool that is offered, wherever it comes from.
pub(crate) trait Offered: Send {
    /// Names it.
    fn name(&self) -> &str;
    /// As `tools/list` says it, with all that any version has.
    fn definition(&self) -> Value;
    /// It changes nothing.
    fn reads_only(&self) -> bool;
    /// Calls it; `arguments` is a JSON object.
    fn call(&self, request: &Request, arguments: &Value) -> Call;
    /// How a task stands that a call of it made so many milliseconds ago; None: it makes none.
    #[cfg(feature = "conformance")]
    fn standing(
        &self,
        _: &Request,
        _: &Value,
        _age_ms: u64,
    ) -> Option<Result<super::task::Standing, crate::protocol::error::RpcError>> {
        None
    }
}

impl Offered for Tool {
    fn name(&self) -> &str {
        &self.name
    }
    fn definition(&self) -> Value {
        self.definition()
    }
    fn reads_only(&self) -> bool {
        self.hints.read_only
    }
    fn call(&self, request: &Request, arguments: &Value) -> Call {
        self.call(request, arguments)
    }
}

/// Which members of a tool a protocol version has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// Without `outputSchema`: before 2025-06-18.
    Plain,
    /// All of them.
    Structured,
}

/// An argument that a request repeats in a header (MCP 2026-07-28, `x-mcp-header`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderParam {
    /// The name of the header after `mcp-param-`, in lower case.
    pub header: String,
    /// Where the argument stands: the names of members, from the arguments inwards.
    pub path: Vec<String>,
}

/// See the module.
pub(super) struct Offer {
    revision: u64,
    tools: Vec<Box<dyn Offered>>,
    plain: Arc<str>,
    structured: Arc<str>,
    digest: Arc<str>,
}

impl Offer {
    pub fn new(selection: &Selection, mirror: &Mirror) -> Self {
        let mut tools: Vec<Box<dyn Offered>> = Vec::new();
        if selection.contains(assist::ID) {
            for tool in assist::tools(mirror) {
                tools.push(Box::new(tool));
            }
        }
        tools.extend(further::of(selection).flat_map(|api| api.tools()));
        if selection.read_only() {
            tools.retain(|tool| tool.reads_only());
        }
        let structured = list(&tools, Variant::Structured);
        let digest: String = Sha256::digest(&structured)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Self {
            revision: mirror.registry_revision(),
            plain: list(&tools, Variant::Plain).into(),
            structured: structured.into(),
            tools,
            digest: digest.into(),
        }
    }

    /// Whether it still holds for this home.
    pub fn is_of(&self, mirror: &Mirror) -> bool {
        self.revision == mirror.registry_revision()
    }

    pub fn tools(&self) -> &[Box<dyn Offered>] {
        &self.tools
    }

    pub fn json(&self, variant: Variant) -> Arc<str> {
        match variant {
            Variant::Plain => self.plain.clone(),
            Variant::Structured => self.structured.clone(),
        }
    }

    pub fn page(&self, variant: Variant, page: Range<usize>) -> String {
        list(self.tools.get(page).unwrap_or_default(), variant)
    }

    pub fn digest(&self) -> Arc<str> {
        self.digest.clone()
    }

    pub fn header_params(&self, name: &str) -> Vec<HeaderParam> {
        let mut params = Vec::new();
        if let Some(tool) = self.tools.iter().find(|tool| tool.name() == name) {
            collect_header_params(&tool.definition()["inputSchema"], &mut Vec::new(), &mut params);
        }
        params
    }
}

fn list(tools: &[Box<dyn Offered>], variant: Variant) -> String {
    let definition = |tool: &dyn Offered| {
        let mut definition = tool.definition();
        if let (Variant::Plain, Some(members)) = (variant, definition.as_object_mut()) {
            members.shift_remove("outputSchema");
        }
        definition
    };
    Value::from_iter(tools.iter().map(|tool| definition(tool.as_ref()))).to_string()
}

/// Only what is reached through `properties` counts.
fn collect_header_params(schema: &Value, path: &mut Vec<String>, found: &mut Vec<HeaderParam>) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        path.push(name.clone());
        if let Some(header) = property["x-mcp-header"].as_str() {
            found.push(HeaderParam {
                header: header.to_ascii_lowercase(),
                path: path.clone(),
            });
        }
        collect_header_params(property, path, found);
        path.pop();
    }
}
