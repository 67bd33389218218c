//! Which entities a service call means: Home Assistant's `target`, as lists or as texts.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::file::HomeFile;
use super::model::ServiceError;

/// The keys of a target, in the order that Home Assistant names them.
pub const KEYS: [&str; 5] = ["entity_id", "device_id", "area_id", "floor_id", "label_id"];

/// What a call is aimed at.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Target {
    /// Every entity of the domain: `entity_id: all`.
    pub all: bool,
    /// Entities that were named themselves.
    pub entities: Vec<String>,
    devices: Vec<String>,
    areas: Vec<String>,
    floors: Vec<String>,
    labels: Vec<String>,
    /// Whether any key was there at all, even an empty one.
    pub given: bool,
}

impl Target {
    /// Takes the keys of a target out of the data of a call.
    ///
    /// # Errors
    /// When one of them is not an id or a list of ids.
    pub fn take(data: &mut Map<String, Value>) -> Result<Self, ServiceError> {
        let mut target = Self {
            given: KEYS.iter().any(|key| data.contains_key(*key)),
            ..Self::default()
        };
        let mut ids = |key: &str| data.shift_remove(key).map_or(Ok(Vec::new()), |value| ids(key, value));
        target.entities = ids("entity_id")?;
        target.devices = ids("device_id")?;
        target.areas = ids("area_id")?;
        target.floors = ids("floor_id")?;
        target.labels = ids("label_id")?;

        match target.entities.as_slice() {
            [word] if word == "all" => target.all = true,
            [word] if word == "none" => {}
            entities => entities.iter().try_for_each(|id| entity_id(id))?,
        }
        if target.all || target.entities == ["none"] {
            target.entities.clear();
        }
        Ok(target)
    }

    /// What is required of the services of a domain.
    ///
    /// # Errors
    /// When the call said nothing of whom it is aimed at.
    pub fn required(self) -> Result<Self, ServiceError> {
        if self.given {
            return Ok(self);
        }
        let keys = KEYS.map(|key| format!("'{key}'")).join(", ");
        Err(ServiceError::Invalid(format!("at least one of [{keys}] is required")))
    }

    /// The entities meant, by their place in the file, in that order. Ids that do not exist mean nobody.
    pub fn expand(&self, home: &HomeFile, domain: Option<&str>) -> Vec<usize> {
        let floors: BTreeSet<&str> = self.floors.iter().map(String::as_str).collect();
        let mut areas: BTreeSet<&str> = self.areas.iter().map(String::as_str).collect();
        for area in &home.areas {
            if area.floor.as_deref().is_some_and(|floor| floors.contains(floor)) {
                areas.insert(&area.id);
            }
        }
        let means = |id: &Option<String>, of: &dyn Fn(&str) -> bool| id.as_deref().is_some_and(of);
        let entities = home.entities.iter().map(|entity| &entity.config).enumerate();
        entities
            .filter(|(_, entity)| domain.is_none_or(|domain| entity.domain == domain))
            .filter(|(_, entity)| {
                self.all
                    || self.names(&entity.id)
                    || means(&entity.device, &|id| self.devices.iter().any(|device| device == id))
                    || means(&entity.area, &|id| areas.contains(id))
                    || entity.labels.iter().any(|label| self.labels.contains(label))
            })
            .map(|(place, _)| place)
            .collect()
    }

    /// Whether this entity was named itself.
    pub fn names(&self, entity: &str) -> bool {
        self.entities.iter().any(|id| id == entity)
    }
}

/// One id, ids with commas between, or a list of ids.
fn ids(key: &str, value: Value) -> Result<Vec<String>, ServiceError> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::String(text) => Ok(text
            .split(',')
            .map(|id| id.trim().to_lowercase())
            .filter(|id| !id.is_empty())
            .collect()),
        Value::Array(items) => items
            .into_iter()
            .enumerate()
            .map(|(place, item)| match item {
                Value::String(id) => Ok(id.trim().to_lowercase()),
                _ => Err(ServiceError::Invalid(format!("expected str at '{key}[{place}]'"))),
            })
            .collect(),
        _ => Err(ServiceError::Invalid(format!("expected str at '{key}'"))),
    }
}

fn entity_id(id: &str) -> Result<(), ServiceError> {
    let good = id.split_once('.').is_some_and(|(domain, object)| {
        let word = |text: &str| {
            !text.is_empty()
                && text
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        };
        word(domain) && word(object)
    });
    if good {
        return Ok(());
    }
    Err(ServiceError::Invalid(format!(
        "Entity ID {id} is an invalid entity ID at 'entity_id'"
    )))
}
