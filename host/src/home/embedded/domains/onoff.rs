//! What is on or off and nothing else: switches and input booleans.

use serde_json::{Map, Value};

use super::{Reproduction, Service};
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError};

/// The services of what is on or off.
pub const SERVICES: &[Service] = &[
    Service::any("turn_on"),
    Service::any("turn_off"),
    Service::any("toggle"),
];

/// The state of the file, else off.
pub fn initial(config: &EntityConfig) -> Result<&'static str, OptionError> {
    match config.state.as_deref() {
        None | Some("off") => Ok("off"),
        Some("on") => Ok("on"),
        Some(other) => Err(OptionError::at(
            "state",
            format!("`{other}` is not a state that it has; write `on` or `off`"),
        )),
    }
}

/// Turns it on or off.
pub fn call(state: &mut EntityState, service: &str) {
    let on = match service {
        "turn_on" => true,
        "turn_off" => false,
        _ => state.state != "on",
    };
    state.state = if on { "on" } else { "off" }.to_owned();
}

/// The service that brings it to the state of a scene.
pub fn reproduce(state: &str) -> Reproduction {
    match state {
        "on" => Ok(vec![("turn_on", Map::<String, Value>::new())]),
        "off" => Ok(vec![("turn_off", Map::new())]),
        other => Err(format!("`{other}` is neither `on` nor `off`")),
    }
}
