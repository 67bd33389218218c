//! The mirror of the home: what assistants may see, as of the latest event.
//!
//! It is built from the contract's snapshot, patched by changes of state, and replaced when anything else changes. What
//! is not exposed is not in it.

mod model;
pub mod names;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::value::RawValue;

pub use self::model::{Area, Entity, Floor, Script, Told};
use crate::contract::hearth::mcp::home as contract;
use crate::contract::hearth::mcp::types::Change;

/// What the actions of intents that the owner wrote begin with.
pub const INTENT_PREFIX: &str = "intent_script.";

/// The home as the contract gave it, patched by what changed since.
pub struct Mirror {
    revision: u64,
    zone: TimeZone,
    floors: Vec<Floor>,
    areas: Vec<Area>,
    devices: BTreeMap<String, contract::Device>,
    /// `light.turn_on`.
    services: BTreeSet<String>,
    /// By the id of their entity.
    scripts: BTreeMap<String, Script>,
    /// Scripts that are no entities: what the owner has it do on a sentence. In the home's order.
    intents: Vec<Script>,
    /// In the home's order.
    entities: Vec<Entity>,
    /// Positions of `entities` by id.
    positions: HashMap<String, usize>,
    /// Positions of `entities` by friendly name, in code-point order; equal names in the home's order.
    by_name: Vec<usize>,
    /// Domains with at least one entity.
    domains: BTreeSet<String>,
}

/// The data of a change of kind `state`.
#[derive(Deserialize)]
struct NewState<'a> {
    state: String,
    #[serde(borrow)]
    attributes: &'a RawValue,
}

impl Mirror {
    /// The mirror of this snapshot.
    pub fn new(snapshot: contract::Home) -> Self {
        let entities: Vec<Entity> = snapshot.entities.into_iter().map(Entity::new).collect();
        let is_intent = |script: &contract::Script| script.action.starts_with(INTENT_PREFIX);
        let (intents, scripts): (Vec<_>, Vec<_>) = snapshot.scripts.into_iter().partition(is_intent);
        let mut by_name: Vec<usize> = (0..entities.len()).collect();
        by_name.sort_by(|a, b| entities[*a].name.cmp(&entities[*b].name));
        Self {
            revision: 0,
            // A host that sends a zone which does not exist is wrong; UTC is at least a time that can be read.
            zone: TimeZone::get(&snapshot.time_zone).unwrap_or(TimeZone::UTC),
            floors: snapshot.floors.into_iter().map(Floor::new).collect(),
            areas: snapshot.areas.into_iter().map(Area::new).collect(),
            devices: snapshot
                .devices
                .into_iter()
                .map(|device| (device.id.clone(), device))
                .collect(),
            services: snapshot
                .services
                .into_iter()
                .map(|service| format!("{}.{}", service.domain, service.name))
                .collect(),
            intents: intents.into_iter().map(Script::new).collect(),
            scripts: scripts
                .into_iter()
                .map(|script| (script.entity.clone(), Script::new(script)))
                .collect(),
            positions: entities
                .iter()
                .enumerate()
                .map(|(position, entity)| (entity.id.clone(), position))
                .collect(),
            domains: entities.iter().map(|entity| entity.domain.clone()).collect(),
            by_name,
            entities,
        }
    }

    /// Takes in one change. False when it is of a kind that is none of the mirror's business, concerns an entity that is
    /// not in it, or cannot be read; a `registry` change needs [`Mirror::replace`] instead.
    pub fn apply(&mut self, change: &Change) -> bool {
        if change.kind != "state" {
            return false;
        }
        let Some(position) = self.positions.get(&change.id) else {
            return false;
        };
        let Ok(new) = serde_json::from_slice::<NewState>(&change.data) else {
            return false;
        };
        self.entities[*position].update(new.state, new.attributes.get().as_bytes().to_vec());
        true
    }

    /// Takes a new snapshot in place of everything.
    pub fn replace(&mut self, snapshot: contract::Home) {
        let revision = self.revision + 1;
        *self = Self::new(snapshot);
        self.revision = revision;
    }

    /// Rises with every [`Mirror::replace`]; caches of what depends on more than states hang on it.
    pub fn registry_revision(&self) -> u64 {
        self.revision
    }

    /// The time zone of the home.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The exposed entities in the home's order.
    pub fn entities(&self) -> &[Entity] {
        &self.entities
    }

    /// The exposed entities by their friendly names, in code-point order.
    pub fn entities_by_name(&self) -> impl Iterator<Item = &Entity> {
        self.by_name.iter().map(|position| &self.entities[*position])
    }

    /// An exposed entity by its id.
    pub fn entity(&self, id: &str) -> Option<&Entity> {
        self.positions.get(id).map(|position| &self.entities[*position])
    }

    /// Whether an entity of one of these domains is exposed.
    pub fn has_domain(&self, domains: &[&str]) -> bool {
        domains.iter().any(|domain| self.domains.contains(*domain))
    }

    /// Whether the home has this service.
    pub fn has_service(&self, domain: &str, name: &str) -> bool {
        self.services.contains(&format!("{domain}.{name}"))
    }

    /// What the script of this entity takes.
    pub fn script(&self, entity: &str) -> Option<&Script> {
        self.scripts.get(entity)
    }

    /// What the owner has it do on a sentence, in the home's order.
    pub fn intents(&self) -> &[Script] {
        &self.intents
    }

    /// The names that the entities of a domain answer to, by their friendly names; each once.
    pub fn names_in(&self, domain: &str) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for entity in self.entities_by_name().filter(|entity| entity.domain == domain) {
            for name in &entity.names {
                if !names.contains(&name.as_str()) {
                    names.push(name);
                }
            }
        }
        names
    }

    /// The areas in the home's order.
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// An area by its id.
    pub fn area(&self, id: &str) -> Option<&Area> {
        self.areas.iter().find(|area| area.id == id)
    }

    /// The areas that answer to this id, name or alias.
    pub fn areas_called(&self, text: &str) -> Vec<&Area> {
        let key = names::key(text);
        self.areas
            .iter()
            .filter(|area| area.id == text || area.keys.contains(&key))
            .collect()
    }

    /// The floors in the home's order.
    pub fn floors(&self) -> &[Floor] {
        &self.floors
    }

    /// A floor by its id.
    pub fn floor(&self, id: &str) -> Option<&Floor> {
        self.floors.iter().find(|floor| floor.id == id)
    }

    /// The floors that answer to this id, name or alias.
    pub fn floors_called(&self, text: &str) -> Vec<&Floor> {
        let key = names::key(text);
        self.floors
            .iter()
            .filter(|floor| floor.id == text || floor.keys.contains(&key))
            .collect()
    }

    /// The area that a device stands in, and the floor of that area.
    pub fn place_of_device(&self, device: &str) -> (Option<&Area>, Option<&Floor>) {
        let area = self
            .devices
            .get(device)
            .and_then(|device| device.area.as_deref())
            .and_then(|area| self.area(area));
        let floor = area
            .and_then(|area| area.floor.as_deref())
            .and_then(|floor| self.floor(floor));
        (area, floor)
    }

    /// Whether timers can be set on this device. Not on one that does not exist.
    pub fn device_has_timers(&self, device: &str) -> bool {
        self.devices.get(device).is_some_and(|device| device.timers)
    }
}
