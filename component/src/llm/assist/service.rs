//! What the intents have in common that call one service for each entity meant.

use serde_json::{Value, json};

use super::targets::{Constraints, Matched, Preferences, failure, find};
use crate::contract::hearth::mcp::types::Action;
use crate::home::Entity;
use crate::llm::finish::{Finish, Job, Target};
use crate::llm::schema::Schema;
use crate::llm::tool::{Arguments, Refused};
use crate::llm::{Call, Plan, Request};

/// An action that still runs after this long counts as done: long enough to be refused, short enough for a chat.
/// Home Assistant waits as long.
const PATIENCE_MS: u32 = 200;

/// What an action may take before it is cancelled.
pub(super) const DEADLINE_MS: u32 = 60_000;

/// `name`, `area` and `floor`, which every such tool takes.
pub(super) fn place() -> [(&'static str, Schema); 3] {
    ["name", "area", "floor"].map(|name| (name, Schema::string()))
}

/// `domain` of a tool for any domain.
pub(super) fn any_domain() -> (&'static str, Schema) {
    ("domain", Schema::array(Schema::string()))
}

/// `domain` of a tool for this domain only.
pub(super) fn only_domain(domain: &str) -> (&'static str, Schema) {
    ("domain", Schema::array(Schema::one_of(&[domain])))
}

/// `device_class`, one of these.
pub(super) fn device_classes(classes: &[&str]) -> (&'static str, Schema) {
    ("device_class", Schema::array(Schema::one_of(classes)))
}

/// What is to be called for one entity.
pub(super) struct Service {
    /// `light`.
    pub domain: String,
    /// `turn_on`.
    pub name: &'static str,
    /// The service data without the target.
    pub data: Value,
}

/// The constraints that the arguments ask for. `domain`: what the tool is for, when the arguments do not say.
fn constraints<'a>(arguments: &'a Arguments, domain: Option<&'a str>) -> Constraints<'a> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let texts = |name: &str| {
        let items = arguments.get(name).and_then(Value::as_array)?;
        Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>())
    };
    Constraints {
        // "All lights in the kitchen": every name will do.
        name: text("name").filter(|name| *name != "all"),
        area: text("area"),
        floor: text("floor"),
        domains: texts("domain").or_else(|| domain.map(|domain| vec![domain])),
        device_classes: texts("device_class").unwrap_or_default(),
        ..Constraints::default()
    }
}

/// Finds what the arguments mean and plans one action for each entity.
///
/// `service` says what to call for an entity: an outer error refuses the whole call, an inner one only this entity.
/// `called` names the service in the message when none succeeds.
///
/// # Errors
/// When nothing is meant or the whole call is refused.
pub(super) fn call(
    request: &Request,
    arguments: &Arguments,
    domain: Option<&str>,
    called: &str,
    service: impl Fn(&Entity) -> Result<Result<Service, String>, Refused>,
) -> Result<Call, Refused> {
    let wanted = constraints(arguments, domain);
    if !wanted.any() {
        return Err(Refused("Service handler cannot target all devices".to_owned()));
    }
    let mirror = request.mirror;
    let preferences = Preferences::of_device(mirror, request.device);
    let matched = find(mirror, mirror.entities().iter(), &wanted, preferences)
        .map_err(|reason| Refused(failure(reason, &wanted)))?;

    let mut actions = Vec::with_capacity(matched.entities.len());
    let mut entities = Vec::with_capacity(matched.entities.len());
    for entity in &matched.entities {
        let impossible = match service(entity)? {
            Ok(service) => {
                actions.push(action(entity, &service));
                None
            }
            Err(reason) => Some(reason),
        };
        entities.push(Job {
            name: entity.name.clone(),
            id: entity.id.clone(),
            impossible,
        });
    }
    let finish = Finish::Service {
        service: called.to_owned(),
        places: places(&matched),
        entities,
    };
    if actions.is_empty() {
        return Ok(Call::Answer(finish.answer(&[])));
    }
    Ok(Call::Perform(Plan {
        actions,
        patience_ms: PATIENCE_MS,
        deadline_ms: DEADLINE_MS,
        finish,
    }))
}

fn action(entity: &Entity, service: &Service) -> Action {
    Action {
        name: format!("{}.{}", service.domain, service.name),
        target: json!({"entity_id": [entity.id]}).to_string().into_bytes(),
        data: service.data.to_string().into_bytes(),
    }
}

/// The floors that were asked for, or else the areas.
fn places(matched: &Matched) -> Vec<Target> {
    let target = |name: &str, kind: &str, id: &str| Target {
        name: name.to_owned(),
        kind: kind.to_owned(),
        id: id.to_owned(),
    };
    if matched.floors.is_empty() {
        matched
            .areas
            .iter()
            .map(|area| target(&area.name, "area", &area.id))
            .collect()
    } else {
        matched
            .floors
            .iter()
            .map(|floor| target(&floor.name, "floor", &floor.id))
            .collect()
    }
}
