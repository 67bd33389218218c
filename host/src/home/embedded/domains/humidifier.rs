//! Humidifiers and dehumidifiers.

use serde_json::{Map, Value};

use super::schema::{Field, percent, string};
use super::{Domain, Reproduction, Service, begins, flags, number, onoff, options, range};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

const MODES: u64 = 1;
const FEATURES: &[(&str, u64)] = &[("modes", MODES)];
const ATTRIBUTES: &[&str] = &["current_humidity", "humidity", "mode"];
const CLASSES: [&str; 2] = ["humidifier", "dehumidifier"];
const SERVICES: &[Service] = &[
    Service::any("turn_on"),
    Service::any("turn_off"),
    Service::any("toggle"),
    Service::any("set_mode")
        .needing(&[MODES])
        .taking(&[Field::required("mode", string)]),
    Service::any("set_humidity").taking(&[Field::required("humidity", percent)]),
];
/// What it can be set to, unless the file says.
const BOUNDS: [(&str, i64); 2] = [("min_humidity", 0), ("max_humidity", 100)];

/// The domain `humidifier`.
#[derive(Debug)]
pub struct Humidifier;

impl Domain for Humidifier {
    fn name(&self) -> &'static str {
        "humidifier"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &[
            "features",
            "min_humidity",
            "max_humidity",
            "target_humidity_step",
            "available_modes",
            "reports_action",
        ]
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        let derived = if config.options.contains_key("available_modes") {
            MODES
        } else {
            0
        };
        Some(flags::read(config, FEATURES).ok().flatten().unwrap_or(derived))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        begins::only(config, "a humidifier", ATTRIBUTES)?;
        flags::read(config, FEATURES)?;
        if let Some(class) = config.device_class.as_deref().filter(|class| !CLASSES.contains(class)) {
            let reason = format!("`{class}` is none of {}", CLASSES.join(", "));
            return Err(OptionError::at("device_class", reason));
        }
        let mut state = EntityState::new(onoff::initial(config)?);
        let mut add = |key: &str, value: Value| state.attributes.insert(key.to_owned(), value);
        for (key, default) in BOUNDS {
            options::number(config, key)?;
            add(key, config.options.get(key).cloned().unwrap_or_else(|| default.into()));
        }
        if options::number(config, "target_humidity_step")?.is_some() {
            add("target_humidity_step", config.options["target_humidity_step"].clone());
        }
        let modes = options::texts(config, "available_modes")?.unwrap_or_default();
        let has_modes = self.features(config) == Some(MODES);
        if has_modes {
            if modes.is_empty() {
                let reason = "it has no mode; write available_modes = [\"home\", …]";
                return Err(OptionError::at("available_modes", reason));
            }
            add("available_modes", modes.clone().into());
        }
        if options::boolean(config, "reports_action")?.unwrap_or(true) {
            add("action", Value::Null);
        }
        for key in ["current_humidity", "humidity"] {
            if let Some(humidity) = begins::number(config, key)? {
                add(key, humidity);
            }
        }
        if let Some(mode) = begins::one_of(config, "mode", &modes)?
            .or_else(|| modes.first().cloned())
            .filter(|_| has_modes)
        {
            add("mode", mode.into());
        }
        if let Some(humidity) = config.attributes.get("humidity") {
            in_range(&state, humidity).map_err(|error| begins::wrong(error.to_string()))?;
        }
        show_action(config, &mut state);
        Ok(state)
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<(), ServiceError> {
        match service {
            "set_humidity" => {
                let humidity = data.get("humidity").cloned().unwrap_or_default();
                in_range(state, &humidity)?;
                state.attributes.insert("humidity".to_owned(), humidity);
            }
            "set_mode" => {
                let mode = data.get("mode").and_then(Value::as_str).unwrap_or_default();
                let modes = options::texts(config, "available_modes")
                    .ok()
                    .flatten()
                    .unwrap_or_default();
                if !modes.iter().any(|known| known == mode) {
                    let modes = modes.join(", ");
                    let reason = format!("Mode {mode} is not valid. Valid modes are: {modes}");
                    return Err(ServiceError::Refused(reason));
                }
                state.attributes.insert("mode".to_owned(), mode.into());
            }
            _ => onoff::call(state, service),
        }
        show_action(config, state);
        Ok(())
    }

    fn reproduce(&self, config: &EntityConfig, state: &str, attributes: &Map<String, Value>) -> Reproduction {
        let mut calls = onoff::reproduce(state)?;
        if state == "off" {
            return Ok(calls);
        }
        for (service, key) in [("set_mode", "mode"), ("set_humidity", "humidity")] {
            if let Some(value) = attributes.get(key) {
                if key == "mode" && self.features(config) != Some(MODES) {
                    return Err("it has no modes".to_owned());
                }
                calls.push((service, Map::from_iter([(key.to_owned(), value.clone())])));
            }
        }
        Ok(calls)
    }
}

fn in_range(state: &EntityState, humidity: &Value) -> Result<(), ServiceError> {
    range::in_range(state, "humidity", humidity, BOUNDS.map(|(key, _)| key))
}

/// Brings `action` up to date, where it is shown.
fn show_action(config: &EntityConfig, state: &mut EntityState) {
    if !state.attributes.contains_key("action") {
        return;
    }
    let humidity = |key: &str| state.attributes.get(key).and_then(number::real);
    let (current, target) = (humidity("current_humidity"), humidity("humidity"));
    let dries = config.device_class.as_deref() == Some("dehumidifier");
    let action = match (current.zip(target), state.state.as_str(), dries) {
        (_, "off", _) => "off",
        (Some((current, target)), _, true) if current <= target => "idle",
        (Some((current, target)), _, false) if current >= target => "idle",
        (_, _, true) => "drying",
        (_, _, false) => "humidifying",
    };
    state.attributes.insert("action".to_owned(), action.into());
}
