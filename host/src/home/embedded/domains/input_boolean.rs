//! Input booleans: helpers that are on or off.

use serde_json::{Map, Value};

use super::{Domain, Reproduction, Service, editable, onoff};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

/// The domain `input_boolean`.
#[derive(Debug)]
pub struct InputBoolean;

impl Domain for InputBoolean {
    fn name(&self) -> &'static str {
        "input_boolean"
    }

    fn services(&self) -> &'static [Service] {
        onoff::SERVICES
    }

    fn features(&self, _config: &EntityConfig) -> Option<u64> {
        None
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let mut state = EntityState::new(onoff::initial(config)?);
        editable(&mut state.attributes);
        Ok(state)
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
