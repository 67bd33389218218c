//! The domains of the embedded home, one a file: what their services take, what those do to a state, and how a state
//! moves on by itself. They are pure: no clock, no lock, no I/O.

mod begins;
mod binary_sensor;
mod calendar;
mod civil;
mod climate;
mod cover;
mod entries;
mod fan;
mod flags;
mod humidifier;
mod input_boolean;
mod input_datetime;
mod input_number;
mod input_select;
mod input_text;
mod lawn_mower;
mod light;
mod lock;
mod media_player;
mod number;
mod onoff;
mod options;
mod pattern;
mod person;
mod press;
mod range;
mod robot;
pub mod scene;
mod schema;
mod sensor;
mod switch;
#[cfg(test)]
mod tests;
mod todo;
mod travel;
mod uid;
mod vacuum;
mod valve;
mod weather;

use serde_json::{Map, Value};

use super::model::{EntityConfig, EntityState, OptionError, ServiceError};
use crate::clock::Moment;
pub use schema::Field;

/// The service calls, with their data, that bring an entity to a state, or why there are none.
pub type Reproduction = Result<Vec<(&'static str, Map<String, Value>)>, String>;

/// One service of a domain.
#[derive(Debug, Clone, Copy)]
pub struct Service {
    /// `turn_on`.
    pub name: &'static str,
    /// Alternatives of feature bits: an entity needs all bits of one of them. Empty: any entity can do it.
    /// The home checks this before it calls: an entity that was named itself is refused, one that was only in the area
    /// is passed over, as in Home Assistant.
    pub features: &'static [u64],
    /// What its data may be.
    pub fields: &'static [Field],
    /// It changes nothing and answers something: [`Domain::answer`] does it, not [`Domain::call`].
    pub answers: bool,
}

impl Service {
    /// A service that any entity of the domain has and that takes no data.
    pub const fn any(name: &'static str) -> Self {
        Self {
            name,
            features: &[],
            fields: &[],
            answers: false,
        }
    }

    /// The same for entities with these features only.
    pub const fn needing(self, features: &'static [u64]) -> Self {
        Self { features, ..self }
    }

    /// The same with data.
    pub const fn taking(self, fields: &'static [Field]) -> Self {
        Self { fields, ..self }
    }

    /// The same as one that only answers.
    pub const fn answering(self) -> Self {
        Self { answers: true, ..self }
    }

    /// Whether an entity with these features can do it.
    pub fn suits(&self, features: Option<u64>) -> bool {
        let features = features.unwrap_or(0);
        self.features.is_empty() || self.features.iter().any(|needed| features & needed == *needed)
    }
}

/// The rules of one domain.
pub trait Domain: Send + Sync {
    /// `light`.
    fn name(&self) -> &'static str;

    /// Its services; none where it only shows.
    fn services(&self) -> &'static [Service] {
        &[]
    }

    /// The keys of [`EntityConfig::options`] that it knows; the home refuses others with their line.
    fn options(&self) -> &'static [&'static str] {
        &[]
    }

    /// Those of its options that say only what an entity begins with, as the items of a list do: what came of them is
    /// kept when they are written anew.
    fn beginnings(&self) -> &'static [&'static str] {
        &[]
    }

    /// Those of its options that list ids of areas: the home refuses areas that it does not have.
    fn area_options(&self) -> &'static [&'static str] {
        &[]
    }

    /// The bits of `supported_features`; `None` where entities of the domain do not show the attribute.
    fn features(&self, config: &EntityConfig) -> Option<u64>;

    /// The state that the entity begins with.
    ///
    /// # Errors
    /// When an option, the state or the attributes of the file are not such that the domain can have them.
    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError>;

    /// Reads the data of a service call, without its target: checked, coerced, defaults filled in, exclusive keys
    /// refused. It happens once, before any entity is touched.
    ///
    /// # Errors
    /// [`ServiceError::Invalid`] with the path of what is wrong.
    fn validate(&self, service: &str, data: &Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
        schema::read_for(self.services(), service, data)
    }

    /// Does a service to one entity. `data` is what [`validate`](Self::validate) returned. On an error the state is
    /// as it was.
    ///
    /// # Errors
    /// When this entity cannot do it, or not with that data.
    fn call(
        &self,
        config: &EntityConfig,
        _state: &mut EntityState,
        service: &str,
        _data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<(), ServiceError> {
        Err(ServiceError::Refused(format!(
            "Entity {} does not support action {}.{service}",
            config.id, config.domain
        )))
    }

    /// What none of the entities that were served could do of a call, as in Home Assistant: it is said when each has
    /// done its part.
    fn left_over(&self, _service: &str, _data: &Map<String, Value>, _served: &[&EntityConfig]) -> Option<ServiceError> {
        None
    }

    /// What a service that only answers says of one entity. `data` is what [`validate`](Self::validate) returned.
    ///
    /// # Errors
    /// When this entity cannot answer it, or not with that data.
    fn answer(
        &self,
        config: &EntityConfig,
        _state: &EntityState,
        service: &str,
        _data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<Value, ServiceError> {
        Err(ServiceError::Refused(format!(
            "Entity {} has no answer to {}.{service}",
            config.id,
            self.name()
        )))
    }

    /// When the state changes by itself next: a moving cover, a lock that turns.
    fn due(&self, _config: &EntityConfig, _state: &EntityState) -> Option<Moment> {
        None
    }

    /// Moves the state on to what it is at this moment.
    fn advance(&self, _config: &EntityConfig, _state: &mut EntityState, _now: Moment) {}

    /// The service calls, with their data, that bring an entity to the state that a scene wants.
    ///
    /// # Errors
    /// When the domain cannot be in a scene, or not with that state; the text says why.
    fn reproduce(&self, config: &EntityConfig, state: &str, attributes: &Map<String, Value>) -> Reproduction;
}

/// Every domain, in the order of their names.
pub const DOMAINS: &[&dyn Domain] = &[
    &binary_sensor::BinarySensor,
    &press::BUTTON,
    &calendar::CalendarDomain,
    &climate::Climate,
    &cover::Cover,
    &fan::Fan,
    &humidifier::Humidifier,
    &input_boolean::InputBoolean,
    &press::INPUT_BUTTON,
    &input_datetime::InputDatetime,
    &input_number::InputNumber,
    &input_select::InputSelect,
    &input_text::InputText,
    &lawn_mower::LawnMower,
    &light::Light,
    &lock::Lock,
    &media_player::MediaPlayer,
    &person::Person,
    &sensor::Sensor,
    &switch::Switch,
    &todo::Todo,
    &vacuum::Vacuum,
    &valve::Valve,
    &weather::Weather,
];

/// The domain of this name.
pub fn domain(name: &str) -> Option<&'static dyn Domain> {
    DOMAINS.iter().copied().find(|domain| domain.name() == name)
}

/// Helpers that were described in a file cannot be edited in the user interface, and say so.
fn editable(attributes: &mut Map<String, Value>) {
    attributes.insert("editable".to_owned(), Value::Bool(false));
}
