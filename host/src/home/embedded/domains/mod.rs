//! The domains of the embedded home, one a file: what their services take, what those do to a state, and how a state
//! moves on by itself. They are pure: no clock, no lock, no I/O.

use serde_json::{Map, Value};

use super::model::{EntityConfig, EntityState, OptionError, ServiceError};
use crate::clock::Moment;

/// One service of a domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// `turn_on`.
    pub name: &'static str,
    /// Alternatives of feature bits: an entity needs all bits of one of them. Empty: any entity can do it.
    /// The home checks this before it calls: an entity that was named itself is refused, one that was only in the area
    /// is passed over, as in Home Assistant.
    pub features: &'static [u64],
}

impl Service {
    /// A service that any entity of the domain has.
    pub const fn any(name: &'static str) -> Self {
        Self { name, features: &[] }
    }
}

/// The rules of one domain.
pub trait Domain: Send + Sync {
    /// `light`.
    fn name(&self) -> &'static str;

    /// Its services.
    fn services(&self) -> &'static [Service];

    /// The keys of [`EntityConfig::options`] that it knows; the home refuses others with their line.
    fn options(&self) -> &'static [&'static str] {
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
    fn validate(&self, service: &str, data: &Map<String, Value>) -> Result<Map<String, Value>, ServiceError>;

    /// Does a service to one entity. `data` is what [`validate`](Self::validate) returned. On an error the state is
    /// as it was.
    ///
    /// # Errors
    /// When this entity cannot do it, or not with that data.
    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        data: &Map<String, Value>,
        now: Moment,
    ) -> Result<(), ServiceError>;

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
    fn reproduce(
        &self,
        config: &EntityConfig,
        state: &str,
        attributes: &Map<String, Value>,
    ) -> Result<Vec<(&'static str, Map<String, Value>)>, String>;
}

/// Every domain, in the order of their names.
pub const DOMAINS: &[&dyn Domain] = &[];

/// The domain of this name.
pub fn domain(name: &str) -> Option<&'static dyn Domain> {
    DOMAINS.iter().copied().find(|domain| domain.name() == name)
}
