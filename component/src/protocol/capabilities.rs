//! What a client can do, as far as a server makes use of it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::llm::QuestionKind;

/// The extension for tasks (SEP-2663).
#[cfg(feature = "conformance")]
pub const TASKS: &str = "io.modelcontextprotocol/tasks";

/// The capabilities of a client that questions to it need.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientCapabilities {
    /// Asks its user to fill in a form.
    #[serde(default)]
    pub elicitation: bool,
    /// Lets its model write.
    #[serde(default)]
    pub sampling: bool,
    /// Names its roots.
    #[serde(default)]
    pub roots: bool,
    /// Takes a task for an answer. Not in the handshake era, whose tasks are others.
    #[cfg(feature = "conformance")]
    #[serde(default)]
    pub tasks: bool,
}

impl ClientCapabilities {
    /// Those of the `capabilities` object of a client; None when it is no object.
    pub fn read(text: &str) -> Option<Self> {
        let declared: Map<String, Value> = serde_json::from_str(text).ok()?;
        Some(Self {
            // MCP 2025-11-25, elicitation: an empty object means forms; one that names modes means those.
            elicitation: declared
                .get("elicitation")
                .and_then(Value::as_object)
                .is_some_and(|modes| modes.is_empty() || modes.contains_key("form")),
            sampling: declared.get("sampling").is_some_and(Value::is_object),
            roots: declared.get("roots").is_some_and(Value::is_object),
            #[cfg(feature = "conformance")]
            tasks: declared
                .get("extensions")
                .is_some_and(|extensions| extensions[TASKS].is_object()),
        })
    }

    /// Whether a question of this kind may be put to the client.
    pub fn allow(&self, kind: QuestionKind) -> bool {
        match kind {
            QuestionKind::Elicitation => self.elicitation,
            QuestionKind::Sampling => self.sampling,
            QuestionKind::Roots => self.roots,
        }
    }

    /// The capability that a question of this kind needs, as a client declares it.
    pub fn needed(kind: QuestionKind) -> Value {
        match kind {
            QuestionKind::Elicitation => json!({"elicitation": {"form": {}}}),
            QuestionKind::Sampling => json!({"sampling": {}}),
            QuestionKind::Roots => json!({"roots": {}}),
        }
    }
}
