//! Persons: where they are.

use serde_json::{Map, Value};

use super::{Domain, Reproduction, begins, editable, options};
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError};

/// The attributes that a person may begin with, in their order.
const ATTRIBUTES: &[&str] = &["latitude", "longitude", "gps_accuracy", "source", "user_id"];
/// The zone that the home is.
const HOME_ZONE: &str = "zone.home";

/// The domain `person`.
#[derive(Debug)]
pub struct Person;

impl Domain for Person {
    fn name(&self) -> &'static str {
        "person"
    }

    fn options(&self) -> &'static [&'static str] {
        &["device_trackers", "in_zones"]
    }

    fn features(&self, _config: &EntityConfig) -> Option<u64> {
        None
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        begins::only(config, "a person", ATTRIBUTES)?;
        let mut state = EntityState::new(config.state.as_deref().unwrap_or("unknown"));
        if state.state.is_empty() {
            let reason = "nobody is nowhere; write `home`, `not_home` or the name of a zone";
            return Err(OptionError::at("state", reason));
        }
        let zones = options::texts(config, "in_zones")?;
        let home = || {
            if state.state == "home" {
                vec![HOME_ZONE.to_owned()]
            } else {
                Vec::new()
            }
        };
        let zones = zones.unwrap_or_else(home);
        editable(&mut state.attributes);
        let mut add = |key: &str, value: Value| state.attributes.insert(key.to_owned(), value);
        add("id", config.object_id.as_str().into());
        add(
            "device_trackers",
            options::texts(config, "device_trackers")?.unwrap_or_default().into(),
        );
        add("in_zones", zones.into());
        for key in ATTRIBUTES {
            if let Some(value) = config.attributes.get(*key) {
                add(key, value.clone());
            }
        }
        Ok(state)
    }

    fn reproduce(&self, _config: &EntityConfig, _state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        Err("a person cannot be in a scene".to_owned())
    }
}
