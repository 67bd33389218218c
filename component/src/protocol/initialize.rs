//! What the server says of itself: to `initialize`, and to `server/discover`.

use serde_json::{Value, json};

use super::answer::json as text;
use super::version::Version;
use crate::llm::{Llm, Selection};

/// The name of the server on the wire.
pub const NAME: &str = "hearth";

/// The version of the component.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A house, 24 by 24.
const ICON: &str = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIHZpZXdCb3g9IjAgMCAyNCAyNCI+PHBhdGggZmlsbD0iI2UwN2EzZiIgZD0iTTEyIDMgMiAxMmgzdjloNXYtNmg0djZoNXYtOWgzeiIvPjwvc3ZnPg==";

/// How to use the home's tools, for the model of the client.
pub const INSTRUCTIONS: &str = "Hearth reads and controls one home. \
Read the live context before you say how something is, and again after you changed it: what an earlier answer said may be out of date. \
Name what you mean as its owner does, by name, by area or by floor, with an optional domain or device class; never by entity id. \
Give an area or a floor and a domain to reach everything of a kind there at once. \
When a call answers that nothing matched or that several did, correct the name or add the area, and ask the user if it is still unclear. \
Only what the owner has exposed is there.";

/// What is served beyond what always is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features {
    /// Arguments can be completed.
    pub completion: bool,
    /// The lists of prompts and of resources may change while clients look.
    pub changing_lists: bool,
}

impl Features {
    /// Those of these LLM APIs.
    pub fn of(llm: &Llm, selection: &Selection) -> Self {
        Self {
            completion: llm.completes(selection),
            changing_lists: llm.changes_lists(selection),
        }
    }
}

/// The capabilities. They are declared as they come to be served, never before.
pub fn capabilities(features: &Features) -> Value {
    let mut capabilities = json!({
        "logging": {},
        "prompts": {"listChanged": features.changing_lists},
        "resources": {"listChanged": features.changing_lists, "subscribe": true},
        "tools": {"listChanged": true},
    });
    if features.completion {
        capabilities["completions"] = json!({});
    }
    capabilities
}

/// The members of the result of `initialize` at this version.
pub fn members(version: Version, features: &Features) -> String {
    let mut server = json!({"name": NAME});
    if version.has_titles() {
        server["title"] = "Hearth".into();
    }
    server["version"] = VERSION.into();
    if version.has_icons() {
        server["icons"] = json!([{"src": ICON, "mimeType": "image/svg+xml", "sizes": ["any"]}]);
    }
    let mut capabilities = capabilities(features);
    if version < Version::V2025_03_26 {
        // It has no such capability; completing is then a method that may be asked for.
        capabilities.as_object_mut().map(|all| all.shift_remove("completions"));
    }
    format!(
        r#""protocolVersion":"{}","capabilities":{capabilities},"serverInfo":{server},"instructions":{}"#,
        version.as_str(),
        text(INSTRUCTIONS),
    )
}
