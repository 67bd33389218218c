//! What the home tells of one entity: events, items, media. It answers `{entity id: answer}`.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{error, went};
use crate::contract::hearth::mcp::types::Outcome;
use crate::llm::ToolResult;

/// Media that are told of at once: more would only fill the context of a model.
const MOST_MEDIA: usize = 35;

/// What a model is told of a found medium.
const OF_MEDIA: [&str; 6] = [
    "title",
    "media_class",
    "media_content_type",
    "media_content_id",
    "can_play",
    "can_search",
];

/// How to go on with what was found.
const MEDIA_INSTRUCTION: &str = "Play what can_play with media_player__play_media, passing its media_content_id and \
                                 media_content_type. Search inside what can_search by passing them as \
                                 within_media_content_id and within_media_content_type. Name the same player, area and \
                                 floor as in this search.";

/// What was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Told {
    /// The events of a calendar.
    Events,
    /// The items of a to-do list.
    Items,
    /// What a player found.
    Media,
}

/// The answer.
pub(super) fn answer(entity: &str, what: Told, outcome: Option<&Outcome>) -> ToolResult {
    match of_entity(entity, outcome) {
        Ok(mut told) => match what {
            Told::Events => ToolResult::data(json!({"events": events(list(&mut told, "events"))})),
            Told::Items => ToolResult::data(json!({"items": list(&mut told, "items")})),
            Told::Media => ToolResult::said(media(list(&mut told, "result")).to_string()),
        },
        Err(reason) if reason.is_empty() => error(format!("{entity} does not answer")),
        Err(reason) => error(reason),
    }
}

/// What the home said of this entity.
///
/// # Errors
/// Why it said nothing; may be empty.
pub(super) fn of_entity(entity: &str, outcome: Option<&Outcome>) -> Result<Map<String, Value>, String> {
    match went(outcome)?.remove(entity) {
        Some(Value::Object(told)) => Ok(told),
        _ => Err(format!("{entity} did not answer; try again")),
    }
}

/// The list of this name; empty where there is none.
pub(super) fn list(told: &mut Map<String, Value>, name: &str) -> Vec<Value> {
    match told.remove(name) {
        Some(Value::Array(list)) => list,
        _ => Vec::new(),
    }
}

/// Events that begin with a date and no time last all day, and say so.
fn events(mut events: Vec<Value>) -> Vec<Value> {
    for event in &mut events {
        let all_day = event["start"].as_str().is_some_and(|start| !start.contains('T'));
        if let Some(event) = event.as_object_mut().filter(|_| all_day) {
            event.insert("all_day".to_owned(), true.into());
        }
    }
    events
}

fn media(found: Vec<Value>) -> Value {
    let told = |mut medium: Value| {
        let of = |name: &str| (name.to_owned(), medium[name].take());
        Value::Object(OF_MEDIA.map(of).into_iter().collect())
    };
    let results: Vec<Value> = found.into_iter().take(MOST_MEDIA).map(told).collect();
    if results.is_empty() {
        return json!({"results": results});
    }
    json!({"results": results, "instruction": MEDIA_INSTRUCTION})
}
