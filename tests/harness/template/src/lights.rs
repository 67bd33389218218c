//! The tool of this server: it turns off the lights, all of them or those of an area. Put your own in its place.

use serde_json::{Map, Value, json};

use crate::contract::hearth::mcp::config_entries::ConfigEntry;
use crate::contract::hearth::mcp::home::{Area, Entity, Home};
use crate::contract::hearth::mcp::types::{Action, Outcome, OutcomeKind};
use crate::protocol::bytes;

pub const NAME: &str = "turn_off_lights";

/// What it does in the home. The host refuses whatever `describe` does not declare.
pub const ACTION: &str = "light.turn_off";

/// The LLM API that the tool belongs to: its owner may serve some of those that there are.
pub const API: &str = "lights";

/// The tools that are offered under this config entry. Read-only: none that changes anything.
pub fn offered(entry: &ConfigEntry) -> Vec<Value> {
    let served = entry.all_llm_apis || entry.llm_apis.iter().any(|api| api == API);
    (served && !entry.read_only).then(definition).into_iter().collect()
}

/// Tells lists apart: by the names of the tools, and by the version of this component, which may describe them anew.
pub fn digest(tools: &[Value]) -> String {
    let names = tools.iter().filter_map(|tool| tool["name"].as_str());
    [env!("CARGO_PKG_VERSION")].into_iter().chain(names).collect::<Vec<_>>().join(" ")
}

/// `choose` checks what the schema here says.
fn definition() -> Value {
    json!({
        "name": NAME,
        "description": "Turns off the lights of the home, or of one area of it.",
        "inputSchema": {
            "type": "object",
            "properties": {
                "area": {"type": "string", "description": "The name of an area; without one, all lights"},
            },
            "additionalProperties": false,
        },
    })
}

/// The lights that these arguments mean.
///
/// # Errors
/// What is wrong with the arguments, for the model to correct itself.
pub fn choose(arguments: &Map<String, Value>, home: Home) -> Result<Vec<Entity>, String> {
    if let Some(unknown) = arguments.keys().find(|name| *name != "area") {
        return Err(format!("There is no argument {unknown:?}; the only one is \"area\""));
    }
    let area = match arguments.get("area") {
        None => None,
        Some(Value::String(name)) => Some(find(&home.areas, name)?.id.clone()),
        Some(other) => return Err(format!("The argument \"area\" must be a string, not {other}")),
    };
    let wanted = |entity: &Entity| entity.domain == "light" && (area.is_none() || entity.area == area);
    let lights: Vec<Entity> = home.entities.into_iter().filter(wanted).collect();
    if lights.is_empty() {
        return Err("There are no lights".to_owned());
    }
    Ok(lights)
}

fn find<'a>(areas: &'a [Area], name: &str) -> Result<&'a Area, String> {
    let same = |other: &String| other.to_lowercase() == name.trim().to_lowercase();
    let called = |area: &&Area| same(&area.name) || area.aliases.iter().any(same);
    areas.iter().find(called).ok_or_else(|| {
        let names: Vec<&str> = areas.iter().map(|area| area.name.as_str()).collect();
        format!("There is no area {name:?}; there are: {}", names.join(", "))
    })
}

/// What is to be done with a light.
pub fn action(light: &Entity) -> Action {
    Action { name: ACTION.to_owned(), target: bytes(&json!({"entity_id": [light.id]})), data: b"{}".to_vec() }
}

/// What came of it: one line for each light.
pub fn answer(lights: &[String], outcomes: &[Outcome]) -> Value {
    let said = |outcome: &Outcome| match outcome.kind {
        OutcomeKind::Ok => "off".to_owned(),
        OutcomeKind::Running => "not off yet; it goes on".to_owned(),
        OutcomeKind::TimedOut => "it did not answer in time".to_owned(),
        OutcomeKind::Failed | OutcomeKind::Refused => {
            let data: Value = serde_json::from_slice(&outcome.data).unwrap_or_default();
            data["error"].as_str().unwrap_or("it went wrong").to_owned()
        }
    };
    let lines = lights.iter().zip(outcomes);
    let lines: Vec<String> = lines.map(|(light, outcome)| format!("{light}: {}", said(outcome))).collect();
    let well = |outcome: &Outcome| matches!(outcome.kind, OutcomeKind::Ok | OutcomeKind::Running);
    text(&lines.join("\n"), !outcomes.iter().all(well))
}

/// The result of a call.
pub fn text(text: &str, is_error: bool) -> Value {
    json!({"content": [{"type": "text", "text": text}], "isError": is_error})
}
