//! How the outcomes of a call's actions become its answer.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Note, ToolResult, python};
use crate::contract::hearth::mcp::types::{Outcome, OutcomeKind};
use crate::protocol::log_level::LogLevel;

/// Who says what goes wrong in the home.
const LOGGER: &str = "home";

/// All that is needed to answer a call once its actions are done. It travels in the ticket, so it outlives the instance
/// that planned the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Finish {
    /// One action for each entity.
    Service {
        /// The service that was to be called, for the message when none succeeds.
        service: String,
        /// The floors, or else the areas, that were asked for.
        places: Vec<Target>,
        /// The entities, in the order of the actions.
        entities: Vec<Job>,
    },
    /// The response of the one action is the answer.
    Script {
        /// What its owner calls it.
        name: String,
    },
}

/// A floor, area or entity in an answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// What its owner calls it.
    pub name: String,
    /// `floor`, `area` or `entity`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Names it in the home.
    pub id: String,
}

/// An entity of a call, and whether there is an action for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// What its owner calls it.
    pub name: String,
    /// Entity id.
    pub id: String,
    /// Why there is no action for it. None: there is one.
    pub impossible: Option<String>,
}

impl Finish {
    /// The answer; `outcomes` in the order of the plan's actions.
    pub fn answer(&self, outcomes: &[Outcome]) -> ToolResult {
        match self {
            Self::Service {
                service,
                places,
                entities,
            } => answer_service(service, places, entities, outcomes),
            Self::Script { name } => answer_script(name, outcomes.first()),
        }
    }
}

fn answer_service(service: &str, places: &[Target], entities: &[Job], outcomes: &[Outcome]) -> ToolResult {
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
    let data = json!({"success": success, "failed": failed});
    let result = ToolResult::said(json!({"speech": {}, "response_type": "action_done", "data": data}).to_string());
    ToolResult { notes, ..result }
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

fn answer_script(name: &str, outcome: Option<&Outcome>) -> ToolResult {
    match went(outcome) {
        Ok(response) => ToolResult::said(json!({"result": response}).to_string()),
        Err(reason) if reason.is_empty() => error(format!("The script {} failed", python::quoted(name))),
        Err(reason) => error(reason),
    }
}

/// The response of an action that is done or goes on, or the reason why it is not.
fn went(outcome: Option<&Outcome>) -> Result<Map<String, Value>, String> {
    let Some(outcome) = outcome else {
        return Err("The home did not say what became of it".to_owned());
    };
    match outcome.kind {
        OutcomeKind::Ok => Ok(serde_json::from_slice(&outcome.data).unwrap_or_default()),
        OutcomeKind::Running => Ok(Map::new()),
        OutcomeKind::TimedOut => Err("It took too long and was stopped".to_owned()),
        OutcomeKind::Failed | OutcomeKind::Refused => {
            let data: Value = serde_json::from_slice(&outcome.data).unwrap_or_default();
            Err(data["error"].as_str().unwrap_or_default().to_owned())
        }
    }
}

fn error(sentence: String) -> ToolResult {
    ToolResult::failed(format!("Error calling tool: {sentence}"))
}
