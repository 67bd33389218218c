//! The nouns of the embedded home that its rooms share: how an entity is described, and the state it is in.

use jiff::tz::TimeZone;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The state of an entity that cannot be reached: services pass it over.
pub const UNAVAILABLE: &str = "unavailable";

/// One entity as the home file describes it: what does not change while the home runs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct EntityConfig {
    /// `light.bed_light`.
    pub id: String,
    /// The part before the dot.
    pub domain: String,
    /// The part behind the dot.
    pub object_id: String,
    /// The friendly name; without one the entity shows none, and is called by its object id.
    pub name: Option<String>,
    /// Area id: its own, or that of its device.
    pub area: Option<String>,
    /// Device id.
    pub device: Option<String>,
    /// Where the home is; for what has a date or a time of day. UTC without one.
    pub time_zone: Option<TimeZone>,
    /// The names that it answers to, in the owner's order. Empty: it cannot be named.
    pub aliases: Vec<String>,
    /// Whether assistants may see it, where the file says so. See [`super::exposure`].
    pub exposed: Option<bool>,
    /// Label ids.
    pub labels: Vec<String>,
    /// `garage`, `temperature`, …; shown as an attribute.
    pub device_class: Option<String>,
    /// Shown as the attribute `unit_of_measurement`.
    pub unit: Option<String>,
    /// Shown as an attribute.
    pub icon: Option<String>,
    /// Nobody knows whether what it was told has happened; shown as an attribute when true.
    pub assumed_state: bool,
    /// The entity that it is on and off together with.
    pub follows: Option<String>,
    /// Decimals that a numeric state is shown with.
    pub precision: Option<u32>,
    /// The state that the file begins with; the domain says which are allowed and what it is without one.
    pub state: Option<String>,
    /// Attributes that the file begins with: `brightness`, `current_position`, …
    pub attributes: Map<String, Value>,
    /// The domain's own keys: `supported_color_modes`, `travel_seconds`, `options`, `min`, …
    pub options: Map<String, Value>,
}

/// What an entity is doing now. It is kept across restarts as it stands here.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct EntityState {
    /// The state: `on`, `opening`, `21.5`, `unavailable`.
    pub state: String,
    /// What the domain shows beside it, in Home Assistant's order: capabilities first, then what goes with the state.
    /// What every entity has (unit, device class, friendly name, supported features) is added when it is shown.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub attributes: Map<String, Value>,
    /// What the domain must remember and nobody sees: where a cover moves to, the last brightness.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub hidden: Map<String, Value>,
}

impl EntityState {
    /// A state with nothing beside it.
    pub fn new(state: impl Into<String>) -> Self {
        Self {
            state: state.into(),
            ..Self::default()
        }
    }

    /// What the domain remembers, if it is of this form.
    pub fn remembered<T: DeserializeOwned>(&self) -> Option<T> {
        T::deserialize(&self.hidden).ok()
    }

    /// The same state with this to remember, a struct.
    pub fn remembering(self, memory: &impl Serialize) -> Self {
        let hidden = match serde_json::to_value(memory) {
            Ok(Value::Object(hidden)) => hidden,
            // A struct is always an object.
            _ => Map::new(),
        };
        Self { hidden, ..self }
    }
}

/// What is wrong with the description of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OptionError {
    /// The key of the entity that it is about, so that its line can be named: an option, `state`, `attributes`.
    pub key: Option<String>,
    /// What is wrong with which value, and what would be right.
    pub reason: String,
}

impl OptionError {
    /// Something is wrong with the value of this key.
    pub fn at(key: impl Into<String>, reason: impl Into<String>) -> Self {
        Self {
            key: Some(key.into()),
            reason: reason.into(),
        }
    }
}

/// Why a service was not done. The text is for the person who asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// The service data is not what the service takes: `expected float at 'brightness_pct'`.
    #[error("{0}")]
    Invalid(String),
    /// The entity's own rules forbid it, as it is now.
    #[error("{0}")]
    Refused(String),
}
