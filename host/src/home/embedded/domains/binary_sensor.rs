//! Binary sensors: they only show, on or off.

use serde_json::{Map, Value};

use super::{Domain, Reproduction, onoff};
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError};

/// The domain `binary_sensor`.
#[derive(Debug)]
pub struct BinarySensor;

impl Domain for BinarySensor {
    fn name(&self) -> &'static str {
        "binary_sensor"
    }

    fn features(&self, _config: &EntityConfig) -> Option<u64> {
        None
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        if config.state.as_deref() == Some("unknown") {
            return Ok(EntityState::new("unknown"));
        }
        onoff::initial(config).map(EntityState::new)
    }

    fn reproduce(&self, _config: &EntityConfig, _state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        Err("a binary sensor only shows, and cannot be in a scene".to_owned())
    }
}
