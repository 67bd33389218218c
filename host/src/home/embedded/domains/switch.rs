//! Switches: on or off.

use serde_json::{Map, Value};

use super::{Domain, Reproduction, Service, onoff};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

/// The domain `switch`.
#[derive(Debug)]
pub struct Switch;

impl Domain for Switch {
    fn name(&self) -> &'static str {
        "switch"
    }

    fn services(&self) -> &'static [Service] {
        onoff::SERVICES
    }

    fn features(&self, _config: &EntityConfig) -> Option<u64> {
        None
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        onoff::initial(config).map(EntityState::new)
    }

    fn call(
        &self,
        _config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        _data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<(), ServiceError> {
        onoff::call(state, service);
        Ok(())
    }

    fn reproduce(&self, _config: &EntityConfig, state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        onoff::reproduce(state)
    }
}
