//! `intent_script__<name>`: one tool for each intent that the owner wrote.

use serde_json::{Map, Value, json};

use super::service::{self, Kind, any_domain, place};
use super::targets::{Preferences, find};
use crate::contract::hearth::mcp::types::Action;
use crate::home::{INTENT_PREFIX, Mirror, Script};
use crate::llm::finish::Finish;
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Refused, Tool};
use crate::llm::{Call, Plan, Request};

/// What these tools may do.
pub(super) const ACTIONS: &[&str] = &["intent_script.*"];

/// One tool for each intent, in the home's order.
pub(super) fn tools(mirror: &Mirror) -> Vec<Tool> {
    let mut tools: Vec<Tool> = Vec::new();
    for script in mirror.intents() {
        let slug = slug(name(&script.action));
        let taken = |slug: &str| tools.iter().any(|tool| tool.name == format!("intent_script__{slug}"));
        let mut free = slug.clone();
        let mut number = 2;
        while taken(&free) {
            free = format!("{slug}_{number}");
            number += 1;
        }
        tools.push(tool(&free, script));
    }
    tools
}

fn tool(slug: &str, script: &Script) -> Tool {
    let classes = ("device_class", Schema::array(Schema::string()));
    let parameters = Parameters::of(place().into_iter().chain([any_domain(), classes]), &[]);
    let tool = Tool::new(
        &format!("intent_script__{slug}"),
        "",
        &script.description,
        parameters,
        Hints::OPEN,
        run,
    );
    Tool {
        stands_for: Some(script.action.clone()),
        ..tool
    }
}

fn run(tool: &Tool, request: &Request, arguments: Arguments) -> Result<Call, Refused> {
    let action = tool.stands_for.clone().unwrap_or_default();
    let name = name(&action).to_owned();
    let mut slots = arguments.clone();
    slots.extend(targets(request, &arguments).map(|targets| ("targets".to_owned(), targets)));
    let action = Action {
        name: action,
        target: Vec::new(),
        data: Value::Object(slots).to_string().into_bytes(),
    };
    Ok(Call::Perform(Plan::to_the_end(vec![action], Finish::Intent { name })))
}

/// What the arguments mean in the home, for the owner's templates; nothing where they mean nothing.
fn targets(request: &Request, arguments: &Arguments) -> Option<Value> {
    let mirror = request.mirror;
    let wanted = service::constraints(arguments, Kind::ANY);
    if !wanted.any() {
        return None;
    }
    let here = Preferences::of_device(mirror, request.device);
    let matched = find(mirror, mirror.entities().iter(), &wanted, here).ok()?;
    let entities: Vec<&str> = matched.entities.iter().map(|entity| entity.id.as_str()).collect();
    let areas: Vec<&str> = matched.areas.iter().map(|area| area.id.as_str()).collect();
    let floors: Vec<&str> = matched.floors.iter().map(|floor| floor.id.as_str()).collect();
    let known = [("entities", entities), ("areas", areas), ("floors", floors)];
    let known = known.into_iter().filter(|(_, ids)| !ids.is_empty());
    let known: Map<String, Value> = known.map(|(name, ids)| (name.to_owned(), json!(ids))).collect();
    Some(Value::Object(known)).filter(|_| !matched.entities.is_empty())
}

/// What the owner calls the intent of an action.
fn name(action: &str) -> &str {
    action.strip_prefix(INTENT_PREFIX).unwrap_or(action)
}

/// The name as part of a tool's name: letters and digits of ASCII, everything else as `_`.
fn slug(name: &str) -> String {
    let parts = name.split(|c: char| !c.is_ascii_alphanumeric());
    let slug = parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    if slug.is_empty() { "intent".to_owned() } else { slug }
}
