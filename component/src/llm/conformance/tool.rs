//! What the suite's tools have in common.

use serde_json::{Value, json};

use crate::llm::offer::Offered;
use crate::llm::task::Standing;
use crate::llm::{Call, Request, ToolResult};
use crate::protocol::error::{Code, RpcError};

/// A tool that the suite calls by its name.
#[derive(Clone, Copy)]
pub(super) struct Fixture {
    pub name: &'static str,
    pub description: &'static str,
    pub input: fn() -> Value,
    pub call: Run,
    /// How a task of it stands; None: it makes none.
    pub standing: Option<Stands>,
}

/// What a tool does with its arguments.
pub(super) type Run = fn(&Request, &Value) -> Result<Call, Unfit>;

/// How a task of a tool stands, by what it was called with and the milliseconds since.
pub(super) type Stands = fn(&Request, &Value, u64) -> Result<Standing, Unfit>;

/// Why a tool or prompt cannot go on; the text says what is wrong.
#[derive(Debug)]
pub(super) enum Unfit {
    /// An argument is not what the schema says.
    Argument(String),
    /// The client's answer to a question is not one.
    Answer(String),
}

impl Unfit {
    pub fn why(self) -> String {
        match self {
            Self::Argument(why) | Self::Answer(why) => why,
        }
    }
}

impl Fixture {
    /// One that takes nothing.
    pub const fn plain(name: &'static str, description: &'static str, call: Run) -> Self {
        Self {
            name,
            description,
            input: nothing,
            call,
            standing: None,
        }
    }

    /// One that takes what this schema says.
    pub const fn taking(name: &'static str, description: &'static str, input: fn() -> Value, call: Run) -> Self {
        Self {
            input,
            ..Self::plain(name, description, call)
        }
    }

    /// The same, and its calls may become tasks.
    pub const fn as_task(self, standing: Stands) -> Self {
        Self {
            standing: Some(standing),
            ..self
        }
    }
}

impl Offered for Fixture {
    fn name(&self) -> &str {
        self.name
    }

    fn definition(&self) -> Value {
        json!({"name": self.name, "description": self.description, "inputSchema": (self.input)()})
    }

    fn reads_only(&self) -> bool {
        true
    }

    fn call(&self, request: &Request, arguments: &Value) -> Call {
        match (self.call)(request, arguments) {
            Ok(call) => call,
            Err(Unfit::Argument(why)) => Call::Answer(ToolResult::failed(why)),
            Err(Unfit::Answer(why)) => Call::Refuse(RpcError::new(Code::InvalidParams, why)),
        }
    }

    fn standing(&self, request: &Request, arguments: &Value, age_ms: u64) -> Option<Result<Standing, RpcError>> {
        let standing = self.standing?(request, arguments, age_ms);
        Some(standing.map_err(|unfit| RpcError::new(Code::InvalidParams, unfit.why())))
    }
}

fn nothing() -> Value {
    json!({"type": "object", "properties": {}})
}

/// The schema of one text that has to be given.
pub(super) fn one_text(name: &str, description: &str) -> Value {
    json!({
        "type": "object",
        "properties": {name: {"type": "string", "description": description}},
        "required": [name],
    })
}

/// The answer that says this.
pub(super) fn say(text: impl Into<String>) -> Result<Call, Unfit> {
    Ok(Call::Answer(ToolResult::said(text)))
}

/// An argument that has to be a text.
pub(super) fn text<'a>(arguments: &'a Value, name: &str) -> Result<&'a str, Unfit> {
    let given = arguments[name].as_str();
    given.ok_or_else(|| Unfit::Argument(format!("The argument `{name}` is a text and has to be given")))
}
