//! One service for each entity that is meant: some may succeed where others fail.

use serde_json::{Value, json};

use super::{Job, Target, action_done, error, went};
use crate::contract::hearth::mcp::types::Outcome;
use crate::llm::{Note, ToolResult, python};
use crate::protocol::log_level::LogLevel;

/// Who says what goes wrong in the home.
const LOGGER: &str = "home";

/// The answer: whom it reached, and whom not.
pub(super) fn answer(service: &str, places: &[Target], entities: &[Job], outcomes: &[Outcome]) -> ToolResult {
    let mut outcomes = outcomes.iter();
    let mut success: Vec<Value> = places.iter().map(|place| json!(place)).collect();
    let mut failed = Vec::new();
    let mut failures: Vec<(&str, String)> = Vec::new();
    let mut notes = Vec::new();
    for entity in entities {
        let went = match &entity.impossible {
            Some(reason) => Err(reason.clone()),
            None => went(outcomes.next()),
        };
        let target = json!({"name": entity.name, "type": "entity", "id": entity.id});
        match went {
            Ok(_) => success.push(target),
            Err(reason) => {
                notes.push(Note::Log {
                    level: LogLevel::Warning,
                    logger: LOGGER,
                    data: json!({"action": service, "entity": entity.id, "error": reason}),
                });
                failed.push(target);
                failures.push((&entity.id, reason));
            }
        }
    }
    if success.is_empty() {
        let result = error(none_succeeded(service, &failures));
        return ToolResult { notes, ..result };
    }
    ToolResult {
        notes,
        ..ToolResult::said(action_done(&success, &failed))
    }
}

/// `Failed to call turn_on for: ['switch.a', 'switch.b']. Not responding.`
fn none_succeeded(service: &str, failures: &[(&str, String)]) -> String {
    let mut text = format!(
        "Failed to call {service} for: {}",
        python::list(failures.iter().map(|(id, _)| *id))
    );
    let mut said: Vec<&str> = Vec::new();
    for (_, reason) in failures {
        let reason = reason.trim_end_matches('.');
        if !reason.is_empty() && !said.contains(&reason) {
            said.push(reason);
        }
    }
    for reason in said {
        text.push_str(". ");
        text.push_str(reason);
    }
    text
}
