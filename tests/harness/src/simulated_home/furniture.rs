//! What the simulated home has once it is furnished: players, a to-do list, a calendar, and a sentence of its owner's.

use hearth_host::contract::hearth::mcp::home as contract;
use hearth_host::home::Nature;
use serde_json::{Value, json};

/// The id, the name and the first state of each.
pub(super) const ENTITIES: [(&str, &str, &str); 4] = [
    ("calendar.family", "Family", "off"),
    ("media_player.radio", "Radio", "playing"),
    ("media_player.television", "Television", "playing"),
    ("todo.shopping", "Shopping", "2"),
];

/// What the owner has it do on a sentence.
const SENTENCE: &str = "intent_script.Greet";

/// The bits of `supported_features`: players can pause.
pub(super) fn features(domain: &str) -> u64 {
    const PAUSE: u64 = 1;
    if domain == "media_player" { PAUSE } else { 0 }
}

/// The owner's sentence, as the contract has it.
pub(super) fn sentence() -> contract::Script {
    contract::Script {
        entity: SENTENCE.to_owned(),
        action: SENTENCE.to_owned(),
        description: "Greets whoever asks".to_owned(),
        fields: b"{}".to_vec(),
    }
}

/// What an action on it does to the home.
pub(super) fn nature(domain: &str, service: &str) -> Option<Nature> {
    match (domain, service) {
        ("todo", "get_items") | ("calendar", "get_events") => Some(Nature::Read),
        ("todo", "add_item" | "update_item" | "remove_item")
        | ("media_player", "media_pause" | "media_play")
        | ("intent_script", "Greet") => Some(Nature::Write),
        _ => None,
    }
}

/// Which item of a list an action concerns, as the record of what was done has it.
pub(super) fn item(data: &Value) -> &str {
    let item = data["item"].as_str().or(data["item"][0].as_str());
    item.unwrap_or_default()
}

/// The state that a service brings an entity to.
pub(super) fn becomes(service: &str) -> Option<&'static str> {
    match service {
        "media_pause" => Some("paused"),
        "media_play" => Some("playing"),
        _ => None,
    }
}

/// What an action answers. A calendar has one event: the time that it was asked for.
pub(super) fn answer(action: &str, entities: &[String], data: &Value) -> Option<Value> {
    let entity = entities.first().map(String::as_str).unwrap_or_default();
    match action {
        "todo.get_items" => {
            let item = |uid: &str, summary: &str| json!({"summary": summary, "uid": uid, "status": "needs_action"});
            Some(json!({entity: {"items": [item("b", "Bread"), item("m", "Milk")]}}))
        }
        "calendar.get_events" => {
            let (start, end) = (&data["start_date_time"], &data["end_date_time"]);
            Some(json!({entity: {"events": [{"start": start, "end": end, "summary": "What was asked for"}]}}))
        }
        SENTENCE => Some(json!({"speech": {"plain": {"speech": "Good day", "extra_data": null}}})),
        _ => None,
    }
}
