//! Thermostats and air conditioners.

mod action;
mod build;

use serde_json::{Map, Value};

use super::range::in_range;
use super::schema::{self, Fault, Field, float, integer, string};
use super::{Domain, Reproduction, Service, number};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};
use build::{TARGET_TEMPERATURE, TARGET_TEMPERATURE_RANGE, TURN_OFF, TURN_ON};

/// Temperatures are shown with one decimal.
const DECIMALS: usize = 1;
/// What `set_temperature` can set, in the order that Home Assistant names it.
const TARGETS: [&str; 3] = ["temperature", "target_temp_high", "target_temp_low"];

const SERVICES: &[Service] = &[
    Service::any("turn_on").needing(&[TURN_ON]),
    Service::any("turn_off").needing(&[TURN_OFF]),
    Service::any("toggle").needing(&[TURN_OFF, TURN_ON]),
    Service::any("set_hvac_mode").taking(&[Field::required("hvac_mode", hvac_mode)]),
    Service::any("set_preset_mode")
        .needing(&[build::PRESET_MODE])
        .taking(&[Field::required("preset_mode", string)]),
    Service::any("set_temperature")
        .needing(&[TARGET_TEMPERATURE, TARGET_TEMPERATURE_RANGE])
        .taking(&[
            Field::optional("temperature", degrees),
            Field::optional("target_temp_high", degrees),
            Field::optional("target_temp_low", degrees),
            Field::optional("hvac_mode", hvac_mode),
        ]),
    Service::any("set_humidity")
        .needing(&[build::TARGET_HUMIDITY])
        .taking(&[Field::required("humidity", humidity)]),
    Service::any("set_fan_mode")
        .needing(&[build::FAN_MODE])
        .taking(&[Field::required("fan_mode", string)]),
    Service::any("set_swing_mode")
        .needing(&[build::SWING_MODE])
        .taking(&[Field::required("swing_mode", string)]),
    Service::any("set_swing_horizontal_mode")
        .needing(&[build::SWING_HORIZONTAL_MODE])
        .taking(&[Field::required("swing_horizontal_mode", string)]),
];

/// The domain `climate`.
#[derive(Debug)]
pub struct Climate;

impl Domain for Climate {
    fn name(&self) -> &'static str {
        "climate"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        build::OPTIONS
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        Some(build::features(config).unwrap_or(0))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        build::initial(config)
    }

    fn validate(&self, service: &str, data: &Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
        if service == "set_temperature" && !TARGETS.iter().any(|target| data.contains_key(*target)) {
            let names = TARGETS.map(|target| format!("'{target}'")).join(", ");
            return Err(schema::invalid(format!("at least one of [{names}] is required")));
        }
        let data = schema::read_for(SERVICES, service, data)?;
        if data.contains_key("target_temp_low") != data.contains_key("target_temp_high") {
            return Err(schema::invalid(
                "some but not all values in the same group of inclusion 'temperature' at '<temperature>'",
            ));
        }
        Ok(data)
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<(), ServiceError> {
        let text = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        match service {
            "turn_on" => turn_on(config, state),
            "turn_off" => "off".clone_into(&mut state.state),
            "toggle" if state.state == "off" => turn_on(config, state),
            "toggle" => "off".clone_into(&mut state.state),
            "set_hvac_mode" => state.state = chosen(state, "HVAC", "hvac_mode", &text("hvac_mode"))?,
            "set_preset_mode" => choose(state, "Preset", "preset_mode", &text("preset_mode"))?,
            "set_fan_mode" => choose(state, "Fan", "fan_mode", &text("fan_mode"))?,
            "set_swing_mode" => choose(state, "Swing", "swing_mode", &text("swing_mode"))?,
            "set_swing_horizontal_mode" => {
                let mode = text("swing_horizontal_mode");
                choose(state, "Horizontal swing", "swing_horizontal_mode", &mode)?;
            }
            "set_humidity" => {
                let humidity = data.get("humidity").cloned().unwrap_or_default();
                in_range(state, "humidity", &humidity, ["min_humidity", "max_humidity"])?;
                state.attributes.insert("humidity".to_owned(), humidity);
            }
            _ => set_temperature(state, self.features(config).unwrap_or(0), data)?,
        }
        action::show(state);
        Ok(())
    }

    fn reproduce(&self, config: &EntityConfig, state: &str, attributes: &Map<String, Value>) -> Reproduction {
        let modes = build::modes(config).map_err(|error| error.reason)?;
        if !modes.iter().any(|mode| mode == state) {
            return Err(format!("`{state}` is none of its modes: {}", modes.join(", ")));
        }
        let entry = |key: &str, value: &Value| Map::from_iter([(key.to_owned(), value.clone())]);
        let mut calls = vec![("set_hvac_mode", entry("hvac_mode", &state.into()))];
        let targets = TARGETS
            .iter()
            .filter_map(|key| Some((*key).to_owned()).zip(attributes.get(*key).cloned()));
        let targets = Map::from_iter(targets);
        if !targets.is_empty() {
            calls.push(("set_temperature", targets));
        }
        for (service, key) in [
            ("set_preset_mode", "preset_mode"),
            ("set_swing_mode", "swing_mode"),
            ("set_swing_horizontal_mode", "swing_horizontal_mode"),
            ("set_fan_mode", "fan_mode"),
            ("set_humidity", "humidity"),
        ] {
            if let Some(value) = attributes.get(key) {
                calls.push((service, entry(key, value)));
            }
        }
        let features = self.features(config).unwrap_or(0);
        let lacking = calls.iter().find(|(service, _)| {
            let known = SERVICES.iter().find(|known| known.name == *service);
            known.is_none_or(|known| !known.suits(Some(features)))
        });
        match lacking {
            Some((service, _)) => Err(format!("it does not have climate.{service}")),
            None => Ok(calls),
        }
    }
}

/// The mode that `turn_on` means: that which regulates best.
fn turn_on(config: &EntityConfig, state: &mut EntityState) {
    let modes = build::modes(config).unwrap_or_default();
    let mut on = modes.iter().filter(|mode| *mode != "off");
    let best = ["heat_cool", "heat", "cool"]
        .iter()
        .find_map(|best| modes.iter().find(|mode| mode == best));
    if let Some(mode) = best.or_else(|| on.next()) {
        state.state.clone_from(mode);
    }
}

fn set_temperature(state: &mut EntityState, features: u64, data: &Map<String, Value>) -> Result<(), ServiceError> {
    let lacks = |key: &str, feature: u64| data.contains_key(key) && features & feature == 0;
    let parameter = if lacks("temperature", TARGET_TEMPERATURE) {
        Some("Target temperature")
    } else if lacks("target_temp_low", TARGET_TEMPERATURE_RANGE) {
        Some("Lower/Upper target temperature")
    } else {
        None
    };
    if let Some(parameter) = parameter {
        return Err(ServiceError::Refused(format!(
            "Set temperature action was used with the '{parameter}' parameter but the entity does not support it"
        )));
    }
    let target = |key: &str| data.get(key).and_then(Value::as_f64);
    if target("target_temp_low") > target("target_temp_high") {
        return Err(ServiceError::Refused(
            "'Lower target temperature' cannot be higher than 'Upper target temperature'".to_owned(),
        ));
    }
    for (_, value) in data.iter().filter(|(key, _)| TARGETS.contains(&key.as_str())) {
        in_range(state, "temperature", value, ["min_temp", "max_temp"])?;
    }
    if let Some(mode) = data.get("hvac_mode").and_then(Value::as_str) {
        state.state = chosen(state, "HVAC", "hvac_mode", mode)?;
    }
    for key in TARGETS {
        if let Some(degrees) = target(key) {
            let shown = number::json(number::rounded(degrees, DECIMALS));
            state.attributes.insert(key.to_owned(), shown);
        }
    }
    Ok(())
}

fn choose(state: &mut EntityState, kind: &str, key: &str, mode: &str) -> Result<(), ServiceError> {
    let mode = chosen(state, kind, key, mode)?;
    state.attributes.insert(key.to_owned(), mode.into());
    Ok(())
}

/// The mode, if it is one that the attribute of all of them lists.
fn chosen(state: &EntityState, kind: &str, key: &str, mode: &str) -> Result<String, ServiceError> {
    let known = state.attributes.get(&format!("{key}s")).and_then(Value::as_array);
    let known: Vec<&str> = known.into_iter().flatten().filter_map(Value::as_str).collect();
    if known.contains(&mode) {
        return Ok(mode.to_owned());
    }
    // All of the name but HVAC is in small letters where it is not the first word.
    let plural = if kind == "HVAC" {
        kind.to_owned()
    } else {
        kind.to_lowercase()
    };
    Err(ServiceError::Refused(format!(
        "{kind} mode {mode} is not valid. Valid {plural} modes are: {}",
        known.join(", ")
    )))
}

fn hvac_mode(value: &Value) -> Result<Value, Fault> {
    match value.as_str() {
        Some(mode) if build::HVAC_MODES.contains(&mode) => Ok(value.clone()),
        _ => {
            let modes = build::HVAC_MODES.map(|mode| format!("'{mode}'")).join(", ");
            Err(Fault::new(format!("expected HVACMode or one of {modes}")))
        }
    }
}

fn degrees(value: &Value) -> Result<Value, Fault> {
    match float(value)? {
        degrees if degrees.is_finite() => Ok(number::json(degrees)),
        _ => Err(Fault::new("expected float")),
    }
}

fn humidity(value: &Value) -> Result<Value, Fault> {
    integer(value).map(Value::from)
}
