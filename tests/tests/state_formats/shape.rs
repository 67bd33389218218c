//! Which members there are in what is kept, whatever they hold.

use std::collections::BTreeSet;

use hearth_host::contract::hearth::mcp::types::Checkpoint;
use serde_json::Value;

use crate::fixture::Case;
use crate::written;

/// Members whose own members are named by clients and tools.
const NAMED_BY_OTHERS: [&str; 3] = ["listens", "given", "params"];

/// The members of all checkpoints and tickets, with the kinds of their values.
pub fn of(cases: &[Case]) -> BTreeSet<String> {
    let mut shape = BTreeSet::new();
    for case in cases {
        for checkpoint in &case.checkpoints {
            let written = written::checkpoint(checkpoint);
            add(&format!("checkpoint {}", kind(checkpoint)), "", &written, &mut shape);
        }
        for work in &case.work {
            let ticket = &written::work(work)["ticket"];
            let finish = ticket["finish"].as_object().and_then(|finish| finish.keys().next());
            let kind = finish.map_or("none", String::as_str);
            add(&format!("ticket {kind}"), "", ticket, &mut shape);
        }
    }
    shape
}

fn kind(checkpoint: &Checkpoint) -> String {
    let written = written::checkpoint(checkpoint);
    format!(
        "{} {}",
        written::text(&written["kind"]),
        written::text(&written["transport"])
    )
}

fn add(of: &str, path: &str, value: &Value, shape: &mut BTreeSet<String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    shape.insert(format!("{of} {path}: {kind}"));
    match value {
        Value::Array(items) => items.iter().for_each(|item| add(of, &format!("{path}[]"), item, shape)),
        Value::Object(members) => {
            let last = path.rsplit('.').next().unwrap_or_default();
            for (name, value) in members {
                let name = if NAMED_BY_OTHERS.contains(&last) { "*" } else { name };
                let dot = if path.is_empty() { "" } else { "." };
                // What a question is about is the protocol's.
                if last != "params" {
                    add(of, &format!("{path}{dot}{name}"), value, shape);
                }
            }
        }
        _ => {}
    }
}
