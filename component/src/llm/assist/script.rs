//! `script__<object id>`: one tool for each exposed script, with the script's fields.

use serde_json::{Map, Value};

use super::selectors;
use crate::contract::hearth::mcp::types::Action;
use crate::home::{Entity, Mirror, Script};
use crate::llm::finish::Finish;
use crate::llm::schema::Parameters;
use crate::llm::tool::{Arguments, Hints, Reading, Refused, Tool};
use crate::llm::{Call, Plan, Request, python};

/// What these tools may do.
pub(super) const ACTIONS: &[&str] = &["script.*"];

/// One tool for each exposed script, by their names.
pub(super) fn tools(mirror: &Mirror) -> impl Iterator<Item = Tool> {
    mirror.entities_by_name().filter_map(|entity| {
        let object_id = entity.id.strip_prefix("script.")?;
        Some(tool(object_id, entity, mirror.script(&entity.id)?))
    })
}

fn tool(object_id: &str, entity: &Entity, script: &Script) -> Tool {
    let name = format!("script__{object_id}");
    let description = description(entity, script);
    let tool = Tool::new(&name, &entity.name, &description, parameters(script), Hints::OPEN, run);
    Tool {
        stands_for: Some(entity.id.clone()),
        ..tool.reading(Reading::Script)
    }
}

/// The owner's words, and what else the script is called.
fn description(entity: &Entity, script: &Script) -> String {
    let mut aliases: Vec<&str> = entity.names.iter().map(String::as_str).collect();
    aliases.sort_unstable();
    let mut parts = Vec::new();
    if !script.description.is_empty() {
        parts.push(script.description.clone());
    }
    if !aliases.is_empty() {
        parts.push(format!("Aliases: {}", python::list(aliases)));
    }
    parts.join(". ")
}

fn parameters(script: &Script) -> Parameters {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for (name, field) in &script.fields {
        let text = |key: &str| field.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
        let mut schema = selectors::schema(field.get("selector"));
        if let Some(description) = text("description").or_else(|| text("name")) {
            schema = schema.describe(description);
        }
        properties.insert(name.clone(), schema.into_value());
        if field.get("required") == Some(&Value::Bool(true)) {
            required.push(name.clone());
        }
    }
    Parameters::new(properties, required)
}

fn run(tool: &Tool, request: &Request, mut arguments: Arguments) -> Result<Call, Refused> {
    let gone = || Refused(format!("Tool \"{}\" not found", tool.name));
    let script = tool
        .stands_for
        .as_deref()
        .and_then(|entity| request.mirror.script(entity))
        .ok_or_else(gone)?;
    for (name, value) in &mut arguments {
        let selector = script.fields.get(name).and_then(|field| field.get("selector"));
        if let Some(kind) = selector
            .and_then(Value::as_object)
            .and_then(|selector| selector.keys().next())
        {
            *value = translated(request.mirror, name, kind, value.take())?;
        }
    }
    let action = Action {
        name: script.action.clone(),
        target: Vec::new(),
        data: Value::Object(arguments).to_string().into_bytes(),
    };
    let finish = Finish::Script {
        name: tool.title.clone(),
    };
    // A script is asked for its response, so there is nothing to say before it is done.
    Ok(Call::Perform(Plan::to_the_end(vec![action], finish)))
}

/// Areas and floors by their ids, whatever they were called.
fn translated(mirror: &Mirror, field: &str, kind: &str, value: Value) -> Result<Value, Refused> {
    let ids = |text: &str| -> Vec<String> {
        match kind {
            "area" => mirror
                .areas_called(text)
                .into_iter()
                .map(|area| area.id.clone())
                .collect(),
            _ => mirror
                .floors_called(text)
                .into_iter()
                .map(|floor| floor.id.clone())
                .collect(),
        }
    };
    let known = |text: &str| -> Result<Vec<String>, Refused> {
        let found = ids(text);
        if found.is_empty() {
            Err(unknown(mirror, field, kind, text))
        } else {
            Ok(found)
        }
    };
    match (kind, value) {
        ("area" | "floor", Value::String(text)) => known(&text).map(|mut found| Value::String(found.swap_remove(0))),
        ("area" | "floor", Value::Array(texts)) => {
            let mut all: Vec<String> = Vec::new();
            for text in texts.iter().filter_map(Value::as_str) {
                for id in known(text)? {
                    if !all.contains(&id) {
                        all.push(id);
                    }
                }
            }
            Ok(all.into())
        }
        (_, value) => Ok(value),
    }
}

fn unknown(mirror: &Mirror, field: &str, kind: &str, text: &str) -> Refused {
    let names: Vec<&str> = match kind {
        "area" => mirror.areas().iter().map(|area| area.name.as_str()).collect(),
        _ => mirror.floors().iter().map(|floor| floor.name.as_str()).collect(),
    };
    let known = if names.is_empty() {
        "there are none".to_owned()
    } else {
        format!("there are {}", names.join(", "))
    };
    Refused(format!(
        "{field}: the {kind} {} does not exist; {known}",
        python::quoted(text)
    ))
}
