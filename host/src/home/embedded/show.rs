//! The home as the contract shows it.

use serde_json::{Map, Value};

use super::domains::{DOMAINS, Service};
use super::exposure::Exposure;
use super::file::{Entity, HomeFile, Kind};
use super::live::Live;
use super::model::EntityState;
use super::scene;
use super::script::services as script_services;
use crate::clock::Moment;
use crate::contract::hearth::mcp::home as contract;
use crate::contract::hearth::mcp::types::Change;

/// The services of the home itself, which act on entities of any domain.
pub(super) const GENERIC: [&str; 3] = ["turn_on", "turn_off", "toggle"];

/// All that is exposed, if that is what is exposed.
pub(super) fn snapshot(home: &HomeFile, live: &Live, exposure: &Exposure) -> contract::Home {
    contract::Home {
        revision: live.revision,
        time_zone: home.time_zone_name.clone(),
        floors: home.floors.iter().map(floor).collect(),
        areas: home.areas.iter().map(area).collect(),
        devices: home.devices.iter().map(device).collect(),
        services: services(home, exposure),
        scripts: scripts(home, exposure),
        entities: home
            .entities
            .iter()
            .enumerate()
            .filter(|(place, _)| exposure.is_exposed(*place))
            .map(|(place, entity)| shown(entity, live.state(place)))
            .collect(),
    }
}

/// The change that tells the newest state of an entity.
pub(super) fn change(entity: &Entity, state: &EntityState) -> Change {
    let data = serde_json::json!({"state": state.state, "attributes": attributes(entity, state)});
    Change {
        kind: "state".to_owned(),
        id: entity.config.id.clone(),
        data: bytes(&data),
    }
}

/// The change that tells that something else is exposed.
pub(super) fn registry() -> Change {
    Change {
        kind: "registry".to_owned(),
        id: String::new(),
        data: Vec::new(),
    }
}

/// Whether the home has entities of a domain, and with that its services.
pub(super) fn has_domain(home: &HomeFile, domain: &str) -> bool {
    home.entities.iter().any(|entity| entity.config.domain == domain)
}

/// All attributes of an entity: the domain's, then those that every entity has, in Home Assistant's order.
pub(super) fn attributes(entity: &Entity, state: &EntityState) -> Map<String, Value> {
    let config = &entity.config;
    let mut all = state.attributes.clone();
    let mut add = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            all.insert(key.to_owned(), value);
        }
    };
    let text = |text: &Option<String>| text.clone().map(Value::String);
    add("unit_of_measurement", text(&config.unit));
    add("assumed_state", config.assumed_state.then_some(Value::Bool(true)));
    add("device_class", text(&config.device_class));
    add("icon", text(&config.icon));
    add("friendly_name", text(&config.name));
    add("supported_features", features(entity).map(Value::from));
    all
}

/// The bits of `supported_features`; `None` where the attribute is not shown.
pub(super) fn features(entity: &Entity) -> Option<u64> {
    match &entity.kind {
        Kind::Domain(rules) => rules.features(&entity.config),
        Kind::Script(_) | Kind::Scene(_) => None,
    }
}

/// What people call an entity.
pub(super) fn name(entity: &Entity) -> String {
    let config = &entity.config;
    config
        .name
        .clone()
        .unwrap_or_else(|| config.object_id.replace('_', " "))
}

fn shown(entity: &Entity, state: &EntityState) -> contract::Entity {
    let config = &entity.config;
    contract::Entity {
        id: config.id.clone(),
        name: name(entity),
        aliases: config.aliases.clone(),
        area: config.area.clone(),
        device: config.device.clone(),
        domain: config.domain.clone(),
        device_class: config.device_class.clone(),
        features: features(entity).unwrap_or(0),
        state: state.state.clone(),
        precision: config.precision,
        attributes: bytes(&Value::Object(attributes(entity, state))),
    }
}

/// A moment as Home Assistant writes it in states.
pub(super) fn timestamp(moment: Moment) -> String {
    let moment = i64::try_from(moment).unwrap_or(i64::MAX);
    let moment = jiff::Timestamp::from_millisecond(moment).unwrap_or(jiff::Timestamp::MAX);
    moment.strftime("%Y-%m-%dT%H:%M:%S%.6f+00:00").to_string()
}

/// What the home can be asked to do by name: its exposed scripts, and the intents that it offers.
fn scripts(home: &HomeFile, exposure: &Exposure) -> Vec<contract::Script> {
    let intents = home.intents.iter().filter(|intent| intent.is_offered(home, exposure));
    let intents = intents.map(|intent| contract::Script {
        entity: intent.action.clone(),
        action: intent.action.clone(),
        description: intent.description.clone(),
        fields: bytes(&Value::Object(Map::new())),
    });
    exposure.exposed(home).filter_map(script).chain(intents).collect()
}

/// What a script takes.
fn script(entity: &Entity) -> Option<contract::Script> {
    let Kind::Script(script) = &entity.kind else {
        return None;
    };
    Some(contract::Script {
        entity: entity.config.id.clone(),
        action: entity.config.id.clone(),
        description: script.description.clone(),
        fields: bytes(&Value::Object(script.fields.clone())),
    })
}

/// The services of the domains that the home has entities of.
fn services(home: &HomeFile, exposure: &Exposure) -> Vec<contract::Service> {
    let service = |domain: &str, name: &str| contract::Service {
        domain: domain.to_owned(),
        name: name.to_owned(),
    };
    let mut services: Vec<_> = GENERIC.iter().map(|name| service("homeassistant", name)).collect();
    for domain in DOMAINS.iter().filter(|domain| has_domain(home, domain.name())) {
        let of_domain = domain.services().iter();
        services.extend(of_domain.map(|Service { name, .. }| service(domain.name(), name)));
    }
    if has_domain(home, "scene") {
        services.extend(scene::SERVICES.iter().map(|name| service("scene", name)));
    }
    if has_domain(home, "script") {
        services.extend(script_services::SERVICES.iter().map(|name| service("script", name)));
        let scripts = exposure.exposed(home).map(|entity| &entity.config);
        let scripts = scripts.filter(|script| script.domain == "script");
        services.extend(scripts.map(|script| service("script", &script.object_id)));
    }
    services.sort_by(|one, other| (&one.domain, &one.name).cmp(&(&other.domain, &other.name)));
    services
}

fn floor(floor: &super::file::Floor) -> contract::Floor {
    contract::Floor {
        id: floor.id.clone(),
        name: floor.name.clone(),
        aliases: floor.aliases.clone(),
        level: floor.level,
    }
}

fn area(area: &super::file::Area) -> contract::Area {
    contract::Area {
        id: area.id.clone(),
        name: area.name.clone(),
        aliases: area.aliases.clone(),
        floor: area.floor.clone(),
    }
}

fn device(device: &super::file::Device) -> contract::Device {
    contract::Device {
        id: device.id.clone(),
        name: device.name.clone(),
        area: device.area.clone(),
        timers: device.timers,
    }
}

/// JSON as the contract carries it.
pub(super) fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}
