//! What the intents have in common that call one service for each entity meant.

use serde_json::{Value, json};

use super::targets::{Constraints, Matched, Preferences, Reason, failure, find};
use crate::contract::hearth::mcp::types::Action;
use crate::home::{Area, Entity, Floor};
use crate::llm::finish::{Finish, Job, Target};
use crate::llm::schema::Schema;
use crate::llm::tool::{Arguments, Refused};
use crate::llm::{Call, Plan, Request};

/// An action that still runs after this long counts as done: long enough to be refused, short enough for a chat.
/// Home Assistant waits as long.
const PATIENCE_MS: u32 = 200;

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

/// What a tool is for, beyond what its arguments say.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Kind {
    /// The domain, when the arguments do not say. None: any.
    pub domain: Option<&'static str>,
    /// All of these bits of `supported_features`.
    pub features: u64,
    /// One of these states; empty for any.
    pub states: &'static [&'static str],
}

impl Kind {
    /// Any entity.
    pub const ANY: Self = Self {
        domain: None,
        features: 0,
        states: &[],
    };

    /// Any entity of a domain.
    pub const fn of(domain: &'static str) -> Self {
        Self {
            domain: Some(domain),
            ..Self::ANY
        }
    }

    /// Only those with these features.
    pub const fn able(self, features: u64) -> Self {
        Self { features, ..self }
    }

    /// Only those in one of these states.
    pub const fn being(self, states: &'static [&'static str]) -> Self {
        Self { states, ..self }
    }
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

impl Service {
    /// A service of the entity's own domain.
    pub fn own(entity: &Entity, name: &'static str, data: Value) -> Self {
        Self {
            domain: entity.domain.clone(),
            name,
            data,
        }
    }

    /// The action that calls it for this entity.
    pub fn action(&self, entity: &Entity) -> Action {
        action(&format!("{}.{}", self.domain, self.name), &[&entity.id], &self.data)
    }
}

/// A service call for these entities.
pub(super) fn action(name: &str, entities: &[&str], data: &Value) -> Action {
    Action {
        name: name.to_owned(),
        target: json!({"entity_id": entities}).to_string().into_bytes(),
        data: data.to_string().into_bytes(),
    }
}

/// The constraints that the arguments ask for of a tool of this kind.
pub(super) fn constraints<'a>(arguments: &'a Arguments, kind: Kind) -> Constraints<'a> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let texts = |name: &str| {
        let items = arguments.get(name).and_then(Value::as_array)?;
        Some(items.iter().filter_map(Value::as_str).collect::<Vec<_>>())
    };
    Constraints {
        name: text("name"),
        area: text("area"),
        floor: text("floor"),
        domains: texts("domain").or_else(|| kind.domain.map(|domain| vec![domain])),
        device_classes: texts("device_class").unwrap_or_default(),
        features: kind.features,
        states: kind.states.to_vec(),
        ..Constraints::default()
    }
}

/// Finds what is wanted.
///
/// # Errors
/// When nothing is, with the first reason.
pub(super) fn matched<'a>(request: &Request<'a>, wanted: &Constraints) -> Result<Matched<'a>, Refused> {
    let mirror = request.mirror;
    let preferences = Preferences::of_device(mirror, request.device);
    find(mirror, mirror.entities().iter(), wanted, preferences).map_err(|reason| Refused(failure(reason, wanted)))
}

/// Finds the one that is wanted.
///
/// # Errors
/// When nothing is, or, where there has to be a single one, more.
pub(super) fn one<'a>(request: &Request<'a>, wanted: &Constraints) -> Result<&'a Entity, Refused> {
    let matched = matched(request, wanted)?;
    let first = matched.entities.first().copied();
    first.ok_or_else(|| Refused(failure(Reason::Name, wanted)))
}

/// Finds what the arguments mean and plans one action for each entity, as [`each`] does.
///
/// # Errors
/// When nothing is meant or the whole call is refused.
pub(super) fn call(
    request: &Request,
    arguments: &Arguments,
    kind: Kind,
    called: &str,
    service: impl Fn(&Entity) -> Result<Result<Service, String>, Refused>,
) -> Result<Call, Refused> {
    each(&meant(request, arguments, kind)?, called, service)
}

/// The same with one service, of its own domain, for each.
///
/// # Errors
/// When nothing is meant.
pub(super) fn send(
    request: &Request,
    arguments: &Arguments,
    kind: Kind,
    name: &'static str,
    data: &Value,
) -> Result<Call, Refused> {
    send_to(&meant(request, arguments, kind)?, name, data)
}

/// The same to what was found. As with [`each`], of which nothing is refused here.
///
/// # Errors
/// Never.
pub(super) fn send_to(matched: &Matched, name: &'static str, data: &Value) -> Result<Call, Refused> {
    each(matched, name, |entity| Ok(Ok(Service::own(entity, name, data.clone()))))
}

/// Finds what the arguments of an intent mean.
///
/// # Errors
/// When nothing is meant.
pub(super) fn meant<'a>(request: &Request<'a>, arguments: &Arguments, kind: Kind) -> Result<Matched<'a>, Refused> {
    let asked = constraints(arguments, kind);
    let wanted = Constraints {
        // "All lights in the kitchen": every name will do.
        name: asked.name.filter(|name| *name != "all"),
        ..asked
    };
    if !wanted.any() {
        return Err(Refused("Service handler cannot target all devices".to_owned()));
    }
    matched(request, &wanted)
}

/// Plans one action for each entity.
///
/// `service` says what to call for an entity: an outer error refuses the whole call, an inner one only this entity.
/// `called` names the service in the message when none succeeds.
///
/// # Errors
/// When the whole call is refused.
pub(super) fn each(
    matched: &Matched,
    called: &str,
    service: impl Fn(&Entity) -> Result<Result<Service, String>, Refused>,
) -> Result<Call, Refused> {
    let mut actions = Vec::with_capacity(matched.entities.len());
    let mut entities = Vec::with_capacity(matched.entities.len());
    for entity in &matched.entities {
        let impossible = match service(entity)? {
            Ok(service) => {
                actions.push(service.action(entity));
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
        places: places(matched),
        entities,
    };
    Ok(Call::of(Plan {
        patience_ms: PATIENCE_MS,
        ..Plan::to_the_end(actions, finish)
    }))
}

/// Plans actions that all have to be done, before the answer is given.
pub(super) fn whole(actions: Vec<Action>, answer: String, failing: impl Into<String>) -> Call {
    let failing = failing.into();
    Call::of(Plan::to_the_end(actions, Finish::Whole { answer, failing }))
}

/// An entity as an answer names it.
pub(super) fn entity_target(name: &str, entity: &Entity) -> Value {
    json!({"name": name, "type": "entity", "id": entity.id})
}

/// An area as an answer names it.
pub(super) fn area_target(area: &Area) -> Target {
    target(&area.name, "area", &area.id)
}

/// The floors that were asked for, or else the areas.
fn places(matched: &Matched) -> Vec<Target> {
    let of_floor = |floor: &&Floor| target(&floor.name, "floor", &floor.id);
    if matched.floors.is_empty() {
        matched.areas.iter().copied().map(area_target).collect()
    } else {
        matched.floors.iter().map(of_floor).collect()
    }
}

fn target(name: &str, kind: &str, id: &str) -> Target {
    Target {
        name: name.to_owned(),
        kind: kind.to_owned(),
        id: id.to_owned(),
    }
}
