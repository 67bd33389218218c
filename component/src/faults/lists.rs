//! Other lists of tools than our component has: one tool less, one more, one that wants an argument that was optional.
//!
//! Clients are told that the list changed as our component tells them: by the digest of what they listed, which stands in
//! the head of a checkpoint. So the digest of another list has to be another one.

use serde_json::{Value, json};

use super::Fault;
use crate::contract::exports::hearth::mcp::server::Tool;
use crate::contract::hearth::mcp::types::{Checkpoint, Effect};

/// The tool that is taken away, as its name ends.
const TAKEN: &str = "HassTurnOff";

/// The tool whose input is narrower, as its name ends, and the argument that it wants.
const NARROWED: (&str, &str) = ("HassTurnOn", "name");

/// The tool that is added.
const ADDED: &str = "BlessThisHouse";

/// What a digest ends with that is of another list than our component's.
fn suffix(fault: Option<Fault>) -> Option<&'static str> {
    match fault? {
        Fault::TakesAToolAway => Some("-less"),
        Fault::NarrowsAnInput => Some("-narrower"),
        Fault::AddsATool => Some("-more"),
        _ => None,
    }
}

/// Takes the digest of its own list for that of our component's, and every other for none that it knows.
pub fn restored(fault: Option<Fault>, checkpoints: &mut [Checkpoint]) {
    let Some(suffix) = suffix(fault) else { return };
    let listed = checkpoints.iter_mut().map(|checkpoint| &mut checkpoint.tools_digest);
    for digest in listed.filter(|digest| !digest.is_empty()) {
        *digest = match digest.strip_suffix(suffix) {
            Some(own) => own.to_owned(),
            None => format!("{digest} of another list"),
        };
    }
}

/// Changes the lists among these effects and what is kept of them.
pub fn sent(fault: Option<Fault>, effects: &mut [Effect]) {
    let Some(suffix) = suffix(fault) else { return };
    for effect in effects {
        match effect {
            Effect::Keep(checkpoint) if !checkpoint.tools_digest.is_empty() => checkpoint.tools_digest += suffix,
            Effect::Send(send) => {
                let mut message: Value = serde_json::from_slice(&send.body).unwrap_or_default();
                if let Some(Value::Array(tools)) = message.pointer_mut("/result/tools") {
                    change(fault, tools);
                    send.body = message.to_string().into_bytes();
                }
            }
            _ => {}
        }
    }
}

/// The same for what it offers.
pub fn offered(fault: Option<Fault>, tools: Vec<Tool>) -> Vec<Tool> {
    if suffix(fault).is_none() {
        return tools;
    }
    let read = |tool: &Tool| serde_json::from_slice(&tool.definition).unwrap_or_default();
    let mut definitions = tools.iter().map(read).collect();
    change(fault, &mut definitions);
    let tool = |definition: &Value| Tool {
        name: definition["name"].as_str().unwrap_or_default().to_owned(),
        definition: definition.to_string().into_bytes(),
    };
    definitions.iter().map(tool).collect()
}

fn change(fault: Option<Fault>, tools: &mut Vec<Value>) {
    let is = |tool: &Value, name: &str| tool["name"].as_str().is_some_and(|is| is.ends_with(name));
    match fault {
        Some(Fault::TakesAToolAway) => tools.retain(|tool| !is(tool, TAKEN)),
        Some(Fault::NarrowsAnInput) => {
            for tool in tools.iter_mut().filter(|tool| is(tool, NARROWED.0)) {
                tool["inputSchema"]["required"] = json!([NARROWED.1]);
            }
        }
        Some(Fault::AddsATool) => tools.push(json!({
            "name": ADDED,
            "description": "Blesses this house and all who live in it",
            "inputSchema": {"type": "object", "properties": {}},
        })),
        _ => {}
    }
}
