//! What clients that have listed the tools of one generation would run into at the next, if they do not list again.
//!
//! The definition of a tool is a JSON object of the protocol, and its input a JSON Schema (2020-12). This file alone
//! in the host knows under which name the one lies in the other; the rest is JSON Schema.
//!
//! The comparison is cautious: what it calls compatible is compatible, and what it does not understand counts as
//! incompatible if it differs. One thing is taken from how clients are, not from the schema: they send the arguments
//! that are listed, and others only where the schema says that others are welcome. So one more optional argument is
//! compatible, although a schema without `additionalProperties` always admitted anything under that name.

mod admitted;
mod keywords;
mod kinds;
mod limits;
mod members;
mod narrowing;

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use self::narrowing::Narrowing;
use crate::contract::exports::hearth::mcp::server::Tool;

/// Bytes of a definition that is compared. No model reads a tool of more.
const LARGEST: usize = 128 << 10;

/// The member of a definition that says what the tool takes.
const INPUT: &str = "inputSchema";

/// What a client that has listed `before` and does not ask again would run into at `now`: a tool that is taken away, an
/// input that was accepted and would be refused. One sentence for each, in the order of `before`; none if there is
/// nothing.
pub fn incompatibilities(before: &[Tool], now: &[Tool]) -> Vec<String> {
    let now: BTreeMap<&str, &Tool> = now.iter().map(|tool| (tool.name.as_str(), tool)).collect();
    let mut found = Vec::new();
    for tool in before {
        let name = &tool.name;
        match now.get(name.as_str()) {
            None => found.push(format!("`{name}` is taken away")),
            Some(now) if now.definition == tool.definition => {}
            Some(now) => found.extend(inputs(tool, now).into_iter().map(|what| format!("`{name}`: {what}"))),
        }
    }
    found
}

/// The arguments that tools of both list and only `before` has: clients may go on sending them, to no effect.
pub fn unlisted(before: &[Tool], now: &[Tool]) -> Vec<String> {
    let now: BTreeMap<&str, &Tool> = now.iter().map(|tool| (tool.name.as_str(), tool)).collect();
    let mut found = Vec::new();
    for tool in before {
        let Some(now) = now.get(tool.name.as_str()) else {
            continue;
        };
        let (Some(before), Some(now)) = (arguments(tool), arguments(now)) else {
            continue;
        };
        let gone = before.keys().filter(|argument| !now.contains_key(*argument));
        found.extend(gone.map(|argument| format!("`{}` does not list the argument `{argument}` any more", tool.name)));
    }
    found
}

fn inputs(before: &Tool, now: &Tool) -> Vec<String> {
    let size = before.definition.len().max(now.definition.len());
    if size > LARGEST {
        return vec![format!(
            "its definition is another one, and is not compared with its {size} bytes ({LARGEST} are)"
        )];
    }
    let (Some(before), Some(now)) = (input(before), input(now)) else {
        return vec!["its definition is no JSON object, and cannot be compared with the one before".to_owned()];
    };
    Narrowing::between(&before, &now)
}

/// What a tool takes; anything, where it does not say. None if its definition is no JSON object.
fn input(tool: &Tool) -> Option<Value> {
    let mut definition: Map<String, Value> = serde_json::from_slice(&tool.definition).ok()?;
    Some(definition.remove(INPUT).unwrap_or(Value::Bool(true)))
}

fn arguments(tool: &Tool) -> Option<Map<String, Value>> {
    match input(tool)?.get_mut("properties")?.take() {
        Value::Object(arguments) => Some(arguments),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
