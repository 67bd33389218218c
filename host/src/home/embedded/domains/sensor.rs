//! Sensors: they only show.

use serde_json::{Map, Value};

use super::{Domain, Reproduction, number, options};
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError};

/// How measured values go together over time.
const STATE_CLASSES: &[&str] = &["measurement", "measurement_angle", "total", "total_increasing"];

/// The domain `sensor`.
#[derive(Debug)]
pub struct Sensor;

impl Domain for Sensor {
    fn name(&self) -> &'static str {
        "sensor"
    }

    fn options(&self) -> &'static [&'static str] {
        &["state_class", "options"]
    }

    fn features(&self, _config: &EntityConfig) -> Option<u64> {
        None
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let mut state = EntityState::new(config.state.as_deref().unwrap_or("unknown"));
        let known = state.state != "unknown";
        let class = options::text(config, "state_class")?;
        if let Some(class) = &class {
            if !STATE_CLASSES.contains(&class.as_str()) {
                let reason = format!("`{class}` is none of {}", STATE_CLASSES.join(", "));
                return Err(OptionError::at("state_class", reason));
            }
            state.attributes.insert("state_class".to_owned(), class.as_str().into());
        }
        if let Some(choices) = options::texts(config, "options")? {
            if config.device_class.as_deref() != Some("enum") {
                return Err(OptionError::at("options", "options need `device_class = \"enum\"`"));
            }
            if known && !choices.contains(&state.state) {
                let reason = format!("`{}` is not one of its options: {}", state.state, choices.join(", "));
                return Err(OptionError::at("state", reason));
            }
            state.attributes.insert("options".to_owned(), choices.into());
        }
        let measures = class.is_some() || config.unit.is_some();
        if measures && known && !number::real(&state.state.as_str().into()).is_some_and(f64::is_finite) {
            let reason = format!(
                "`{}` is not a number, but the sensor has a unit or a state class",
                state.state
            );
            return Err(OptionError::at("state", reason));
        }
        Ok(state)
    }

    fn reproduce(&self, _config: &EntityConfig, _state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        Err("a sensor only shows, and cannot be in a scene".to_owned())
    }
}
