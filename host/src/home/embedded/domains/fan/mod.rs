//! Fans: a speed in percent, or a preset; some turn to and fro, some can blow the other way.

mod build;
mod speed;

use serde_json::{Map, Value};

use super::schema::{Fault, Field, percent, string, truth};
use super::{Domain, Reproduction, Service};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};
use build::{Build, DIRECTION, OSCILLATE, PRESET_MODE, SET_SPEED, TURN_OFF, TURN_ON};
use speed::Blowing;

const STEP: &[Field] = &[Field::optional("percentage_step", percent)];
const SERVICES: &[Service] = &[
    Service::any("turn_on").needing(&[TURN_ON]).taking(&[
        Field::optional("percentage", percent),
        Field::optional("preset_mode", string),
    ]),
    Service::any("turn_off").needing(&[TURN_OFF]),
    Service::any("toggle").needing(&[TURN_OFF, TURN_ON]),
    Service::any("increase_speed").needing(&[SET_SPEED]).taking(STEP),
    Service::any("decrease_speed").needing(&[SET_SPEED]).taking(STEP),
    Service::any("oscillate")
        .needing(&[OSCILLATE])
        .taking(&[Field::required("oscillating", truth)]),
    Service::any("set_direction")
        .needing(&[DIRECTION])
        .taking(&[Field::required("direction", direction)]),
    Service::any("set_percentage")
        .needing(&[SET_SPEED])
        .taking(&[Field::required("percentage", percent)]),
    Service::any("set_preset_mode")
        .needing(&[SET_SPEED, PRESET_MODE])
        .taking(&[Field::required("preset_mode", string)]),
];

/// The domain `fan`.
#[derive(Debug)]
pub struct Fan;

impl Domain for Fan {
    fn name(&self) -> &'static str {
        "fan"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        build::OPTIONS
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        Some(Build::read(config).map_or(0, |build| build.features))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let build = Build::read(config)?;
        Ok(Blowing::initial(config, &build)?.state(&build))
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<(), ServiceError> {
        let build = Build::read(config).map_err(|error| ServiceError::Refused(error.reason))?;
        let mut blowing = Blowing::of(state, &build);
        let percentage = data.get("percentage").and_then(Value::as_i64);
        let step = data.get("percentage_step").and_then(Value::as_i64);
        let preset = data.get("preset_mode").and_then(Value::as_str);
        match service {
            "turn_on" | "set_preset_mode" => match (preset, percentage) {
                (Some(preset), _) => blowing.follow(&build, preset)?,
                (None, Some(percentage)) => blowing.blow(percentage),
                (None, None) => blowing.turn_on(&build),
            },
            "turn_off" => blowing.blow(0),
            "toggle" if blowing.is_on() => blowing.blow(0),
            "toggle" => blowing.turn_on(&build),
            "increase_speed" => blowing.change(&build, 1, step),
            "decrease_speed" => blowing.change(&build, -1, step),
            "oscillate" => blowing.oscillating = data.get("oscillating").and_then(Value::as_bool),
            "set_direction" => blowing.direction = data.get("direction").and_then(Value::as_str).map(str::to_owned),
            _ => blowing.blow(percentage.unwrap_or(0)),
        }
        *state = blowing.state(&build);
        Ok(())
    }

    fn reproduce(&self, config: &EntityConfig, state: &str, attributes: &Map<String, Value>) -> Reproduction {
        let features = self.features(config).unwrap_or(0);
        let given = |keys: &[&str]| {
            let all = attributes.iter().filter(|(key, _)| keys.contains(&key.as_str()));
            Map::from_iter(all.map(|(key, value)| (key.clone(), value.clone())))
        };
        let mut calls = match state {
            "off" => return Ok(vec![("turn_off", Map::new())]),
            "on" => vec![("turn_on", given(&["percentage", "preset_mode"]))],
            other => return Err(format!("`{other}` is neither `on` nor `off`")),
        };
        for (bit, service, key) in [
            (DIRECTION, "set_direction", "direction"),
            (OSCILLATE, "oscillate", "oscillating"),
        ] {
            if attributes.contains_key(key) {
                if features & bit == 0 {
                    return Err(format!("it does not have fan.{service}"));
                }
                calls.push((service, given(&[key])));
            }
        }
        Ok(calls)
    }
}

/// `forward` or `reverse`. Home Assistant lets any text through to the device.
fn direction(value: &Value) -> Result<Value, Fault> {
    match string(value)?.as_str() {
        Some(word @ ("forward" | "reverse")) => Ok(word.into()),
        _ => Err(Fault::new("value must be one of ['forward', 'reverse']")),
    }
}
