//! How the outcomes of a call's actions become its answer, or what is to be done next.

mod item;
mod service;
mod told;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

pub use self::item::ItemChange;
pub use self::told::Told;
use super::{Plan, ToolResult, python};
use crate::contract::hearth::mcp::types::{Outcome, OutcomeKind};

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
    /// All actions have to be done.
    Whole {
        /// The answer, when they are.
        answer: String,
        /// What could not be done, when one is not; the reason is put behind it.
        failing: String,
    },
    /// What the one action answers of an entity is the answer.
    Told {
        /// The entity that was asked.
        entity: String,
        /// What was asked.
        what: Told,
    },
    /// The one action answers the items of a to-do list; one of them is changed then.
    Item {
        /// Id of the list.
        list: String,
        /// The list as the caller called it.
        called: String,
        /// Names the item.
        item: String,
        /// What is done to it.
        change: ItemChange,
    },
    /// The response of the one action is what there is to say.
    Intent {
        /// What its owner calls it.
        name: String,
    },
}

/// What follows from the outcomes of a call's actions.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// The call is answered.
    Answer(ToolResult),
    /// There is more to be done.
    Further(Plan),
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
    /// What comes next; `outcomes` in the order of the plan's actions.
    pub fn step(&self, outcomes: &[Outcome]) -> Step {
        Step::Answer(match self {
            Self::Service {
                service,
                places,
                entities,
            } => service::answer(service, places, entities, outcomes),
            Self::Script { name } => answer_script(name, outcomes.first()),
            Self::Whole { answer, failing } => answer_whole(answer, failing, outcomes),
            Self::Told { entity, what } => told::answer(entity, *what, outcomes.first()),
            Self::Item {
                list,
                called,
                item,
                change,
            } => match item::find(list, item, *change, outcomes.first()) {
                Ok(uid) => return Step::Further(item::change(list, called, &uid, *change)),
                Err(failed) => failed,
            },
            Self::Intent { name } => answer_intent(name, outcomes.first()),
        })
    }

    /// Whether [`Step::Further`] may come of it.
    pub fn goes_on(&self) -> bool {
        matches!(self, Self::Item { .. })
    }
}

/// What an intent that was done answers, with these targets.
pub(super) fn action_done(success: &[Value], failed: &[Value]) -> String {
    let data = json!({"success": success, "failed": failed});
    json!({"speech": {}, "response_type": "action_done", "data": data}).to_string()
}

fn answer_whole(answer: &str, failing: &str, outcomes: &[Outcome]) -> ToolResult {
    match outcomes.iter().find_map(|outcome| went(Some(outcome)).err()) {
        None => ToolResult::said(answer),
        Some(reason) => error(with_reason(failing, &reason)),
    }
}

/// `Error handling HassClimateSetTemperature: it is too warm`.
fn with_reason(failing: &str, reason: &str) -> String {
    if reason.is_empty() {
        failing.to_owned()
    } else {
        format!("{failing}: {reason}")
    }
}

fn answer_intent(name: &str, outcome: Option<&Outcome>) -> ToolResult {
    let mut response = match went(outcome) {
        Ok(response) => response,
        Err(reason) => return error(with_reason(&format!("Error handling {name}"), &reason)),
    };
    let mut answer = Map::new();
    answer.insert(
        "speech".to_owned(),
        response.remove("speech").unwrap_or_else(|| json!({})),
    );
    answer.insert("response_type".to_owned(), "action_done".into());
    answer.extend(response.remove_entry("reprompt"));
    answer.insert("data".to_owned(), json!({"success": [], "failed": []}));
    ToolResult::said(Value::Object(answer).to_string())
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
