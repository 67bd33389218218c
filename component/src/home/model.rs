//! What the home consists of, prepared for matching.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::names;
use crate::contract::hearth::mcp::home as contract;

/// A floor of the home.
pub struct Floor {
    /// Names it in the home.
    pub id: String,
    /// As its owner wrote it.
    pub name: String,
    /// Its name and aliases as [`names::key`] makes them.
    pub(super) keys: Vec<String>,
}

impl Floor {
    pub(super) fn new(floor: contract::Floor) -> Self {
        Self {
            keys: keys(&floor.name, &floor.aliases),
            id: floor.id,
            name: floor.name,
        }
    }
}

/// An area of the home.
pub struct Area {
    /// Names it in the home.
    pub id: String,
    /// As its owner wrote it.
    pub name: String,
    /// Its name and its aliases, these in code-point order, in one text.
    pub names: String,
    /// Id of its floor.
    pub floor: Option<String>,
    /// Its name and aliases as [`names::key`] makes them.
    pub(super) keys: Vec<String>,
}

impl Area {
    pub(super) fn new(mut area: contract::Area) -> Self {
        area.aliases.sort();
        Self {
            keys: keys(&area.name, &area.aliases),
            names: std::iter::once(&area.name)
                .chain(&area.aliases)
                .map(String::as_str)
                .collect::<Vec<_>>()
                .join(", "),
            id: area.id,
            name: area.name,
            floor: area.floor,
        }
    }
}

fn keys(name: &str, aliases: &[String]) -> Vec<String> {
    std::iter::once(name)
        .chain(aliases.iter().map(String::as_str))
        .map(names::key)
        .collect()
}

/// What a script takes, beside its entity.
pub struct Script {
    /// The service that runs it, `script.good_night`.
    pub action: String,
    /// As its owner wrote it; may be empty.
    pub description: String,
    /// Its fields in their order, as in Home Assistant.
    pub fields: Map<String, Value>,
}

impl Script {
    pub(super) fn new(script: contract::Script) -> Self {
        Self {
            action: script.action,
            description: script.description,
            fields: serde_json::from_slice(&script.fields).unwrap_or_default(),
        }
    }
}

/// An exposed entity.
pub struct Entity {
    /// `light.bed_light`.
    pub id: String,
    /// The friendly name.
    pub name: String,
    /// The names and aliases that it answers to, trimmed, in the owner's order.
    pub names: Vec<String>,
    /// Id of its area: its own, or that of its device.
    pub area: Option<String>,
    /// `light`.
    pub domain: String,
    /// The device class that matching goes by.
    pub device_class: Option<String>,
    /// The bits of `supported_features`.
    pub features: u64,
    /// `on`.
    pub state: String,
    /// Decimals that a numeric state is shown with.
    pub precision: Option<u32>,
    /// `names` as [`names::key`] makes them.
    keys: Vec<String>,
    /// One JSON object in the home's order, parsed only where it is looked at.
    attributes: Vec<u8>,
    /// How the live context tells of this entity: derived once for each state.
    told: OnceCell<Told>,
}

/// How the live context tells of an entity.
pub struct Told {
    /// For models: a part of a YAML list.
    pub text: Box<str>,
    /// For programs: a JSON object.
    pub data: Box<str>,
}

impl Entity {
    pub(super) fn new(entity: contract::Entity) -> Self {
        let names: Vec<String> = entity.aliases.iter().map(|alias| alias.trim().to_owned()).collect();
        Self {
            keys: names.iter().map(|name| names::key(name)).collect(),
            id: entity.id,
            name: entity.name,
            names,
            area: entity.area,
            domain: entity.domain,
            device_class: entity.device_class,
            features: entity.features,
            state: entity.state,
            precision: entity.precision,
            attributes: entity.attributes,
            told: OnceCell::new(),
        }
    }

    pub(super) fn update(&mut self, state: String, attributes: Vec<u8>) {
        self.state = state;
        self.attributes = attributes;
        self.told = OnceCell::new();
    }

    /// Whether it answers to this text: its id as it is, or a name whose [`names::key`] is `key`.
    pub fn is_called(&self, text: &str, key: &str) -> bool {
        self.id == text || self.keys.iter().any(|own| own == key)
    }

    /// Those of its attributes that are among `wanted`, in the home's order.
    pub fn attributes(&self, wanted: &'static [&'static str]) -> Vec<(&'static str, Value)> {
        let mut json = serde_json::Deserializer::from_slice(&self.attributes);
        // A host that sends something else is wrong; the entity is then told of without attributes.
        Picked(wanted).deserialize(&mut json).unwrap_or_default()
    }

    /// How it is told of, made by `tell` when its state was not told of before.
    pub fn told(&self, tell: impl FnOnce(&Self) -> Told) -> &Told {
        self.told.get_or_init(|| tell(self))
    }
}

/// Reads the members of an object that have one of these names and passes over the others.
struct Picked(&'static [&'static str]);

impl<'de> DeserializeSeed<'de> for Picked {
    type Value = Vec<(&'static str, Value)>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Picked {
    type Value = Vec<(&'static str, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut picked = Vec::new();
        while let Some(name) = members.next_key::<Name>()? {
            match self.0.iter().find(|wanted| **wanted == name.0) {
                Some(wanted) => picked.push((*wanted, members.next_value()?)),
                None => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(picked)
    }
}

/// The name of a member, borrowed where it holds no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);
