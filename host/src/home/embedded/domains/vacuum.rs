//! Vacuum cleaners.

use serde_json::{Map, Value};

use super::robot::Kind;
use super::schema::{self, Fault, Field, string};
use super::{Domain, Reproduction, Service, begins, flags, options};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

const PAUSE: u64 = 4;
const STOP: u64 = 8;
const RETURN_HOME: u64 = 16;
const FAN_SPEED: u64 = 32;
const SEND_COMMAND: u64 = 256;
const LOCATE: u64 = 512;
const CLEAN_SPOT: u64 = 1024;
const STATE: u64 = 4096;
const START: u64 = 8192;
const CLEAN_AREA: u64 = 16384;
const FEATURES: &[(&str, u64)] = &[
    ("pause", PAUSE),
    ("stop", STOP),
    ("return_home", RETURN_HOME),
    ("fan_speed", FAN_SPEED),
    ("status", 128),
    ("send_command", SEND_COMMAND),
    ("locate", LOCATE),
    ("clean_spot", CLEAN_SPOT),
    ("map", 2048),
    ("state", STATE),
    ("start", START),
    ("clean_area", CLEAN_AREA),
];
const SERVICES: &[Service] = &[
    Service::any("start").needing(&[START]),
    Service::any("pause").needing(&[PAUSE]),
    Service::any("return_to_base").needing(&[RETURN_HOME]),
    Service::any("clean_spot").needing(&[CLEAN_SPOT]),
    Service::any("clean_area")
        .needing(&[CLEAN_AREA])
        .taking(&[Field::required(AREAS, area_ids)]),
    Service::any("locate").needing(&[LOCATE]),
    Service::any("stop").needing(&[STOP]),
    Service::any("set_fan_speed")
        .needing(&[FAN_SPEED])
        .taking(&[Field::required("fan_speed", string)]),
    Service::any("send_command")
        .needing(&[SEND_COMMAND])
        .taking(&[Field::required("command", string), Field::optional("params", params)]),
];
const KIND: Kind = Kind {
    working: "cleaning",
    work_option: "cleaning_seconds",
};
/// The areas that a call is about.
const AREAS: &str = "cleaning_area_id";
/// A spot is a small part of the whole.
const SPOTS: u64 = 20;

/// The domain `vacuum`.
#[derive(Debug)]
pub struct Vacuum;

impl Domain for Vacuum {
    fn name(&self) -> &'static str {
        "vacuum"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &[
            "features",
            "fan_speed_list",
            "areas",
            "cleaning_seconds",
            "return_seconds",
        ]
    }

    fn area_options(&self) -> &'static [&'static str] {
        &["areas"]
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        let mut derived = STATE | START | PAUSE | STOP | RETURN_HOME | LOCATE | CLEAN_SPOT;
        for (bit, option) in [(FAN_SPEED, "fan_speed_list"), (CLEAN_AREA, "areas")] {
            derived |= if config.options.contains_key(option) { bit } else { 0 };
        }
        Some(flags::read(config, FEATURES).ok().flatten().unwrap_or(derived))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        begins::only(config, "a vacuum cleaner", &["fan_speed"])?;
        flags::read(config, FEATURES)?;
        options::texts(config, "areas")?;
        let mut state = KIND.initial(config)?;
        let speeds = options::texts(config, "fan_speed_list")?.unwrap_or_default();
        let speed = begins::one_of(config, "fan_speed", &speeds)?;
        if self.features(config).unwrap_or(0) & FAN_SPEED != 0 {
            let Some(speed) = speed.or_else(|| speeds.first().cloned()) else {
                let reason = "it has no speed; write fan_speed_list = [\"low\", …]";
                return Err(OptionError::at("fan_speed_list", reason));
            };
            state.attributes.insert("fan_speed_list".to_owned(), speeds.into());
            state.attributes.insert("fan_speed".to_owned(), speed.into());
        }
        Ok(state)
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        data: &Map<String, Value>,
        now: Moment,
    ) -> Result<(), ServiceError> {
        let times = KIND
            .times(config)
            .map_err(|error| ServiceError::Refused(error.reason))?;
        let part = |of: u64, parts: u64| (times.work_ms > 0).then(|| times.work_ms * of / parts.max(1));
        match service {
            "start" => KIND.start(state, times, now),
            "pause" => KIND.pause(state, now),
            "return_to_base" => KIND.go_home(state, times, now),
            "stop" => KIND.stop(state),
            "clean_spot" => KIND.work(state, part(1, SPOTS), now),
            "clean_area" => {
                let known = areas(config);
                let meant = ids(data).filter(|id| known.iter().any(|known| known == id)).count();
                if meant > 0 {
                    KIND.work(state, part(meant as u64, known.len() as u64), now);
                }
            }
            "set_fan_speed" => {
                let speed = data.get("fan_speed").and_then(Value::as_str).unwrap_or_default();
                let speeds = options::texts(config, "fan_speed_list")
                    .ok()
                    .flatten()
                    .unwrap_or_default();
                if !speeds.iter().any(|known| known == speed) {
                    let speeds = speeds.join(", ");
                    let reason = format!("Fan speed {speed} is not valid. Valid fan speeds are: {speeds}");
                    return Err(ServiceError::Refused(reason));
                }
                state.attributes.insert("fan_speed".to_owned(), speed.into());
            }
            // It beeps, or does what nobody here understands: nothing to be seen.
            _ => {}
        }
        Ok(())
    }

    fn left_over(&self, service: &str, data: &Map<String, Value>, served: &[&EntityConfig]) -> Option<ServiceError> {
        if service != "clean_area" || served.is_empty() {
            return None;
        }
        let known: Vec<String> = served.iter().flat_map(|config| areas(config)).collect();
        let mut unknown: Vec<&str> = ids(data).filter(|id| !known.iter().any(|known| known == id)).collect();
        unknown.sort_unstable();
        unknown.dedup();
        let reason = "The following areas are not mapped to any segments of targeted vacuums";
        (!unknown.is_empty()).then(|| ServiceError::Refused(format!("{reason}: {}", unknown.join(", "))))
    }

    fn due(&self, _config: &EntityConfig, state: &EntityState) -> Option<Moment> {
        KIND.due(state)
    }

    fn advance(&self, config: &EntityConfig, state: &mut EntityState, now: Moment) {
        if let Ok(times) = KIND.times(config) {
            KIND.advance(state, times, now);
        }
    }

    fn reproduce(&self, config: &EntityConfig, state: &str, attributes: &Map<String, Value>) -> Reproduction {
        let (service, needed) = match state {
            "cleaning" => ("start", START),
            "docked" | "returning" => ("return_to_base", RETURN_HOME),
            "idle" => ("stop", STOP),
            "paused" => ("pause", PAUSE),
            other => {
                return Err(format!(
                    "`{other}` is none of cleaning, docked, returning, idle, paused"
                ));
            }
        };
        let features = self.features(config).unwrap_or(0);
        let mut calls = vec![(service, Map::new())];
        let mut all_needed = needed;
        if let Some(speed) = attributes.get("fan_speed") {
            calls.push((
                "set_fan_speed",
                Map::from_iter([("fan_speed".to_owned(), speed.clone())]),
            ));
            all_needed |= FAN_SPEED;
        }
        if features & all_needed == all_needed {
            Ok(calls)
        } else {
            Err(format!("its features do not allow it to be `{state}` in this way"))
        }
    }
}

/// The areas that it can clean.
fn areas(config: &EntityConfig) -> Vec<String> {
    options::texts(config, "areas").ok().flatten().unwrap_or_default()
}

fn ids(data: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let ids = data.get(AREAS).and_then(Value::as_array);
    ids.into_iter().flatten().filter_map(Value::as_str)
}

/// One id or a list of them.
fn area_ids(value: &Value) -> Result<Value, Fault> {
    schema::list(value, |id| match id {
        Value::String(_) => Ok(id.clone()),
        _ => Err(Fault::new("expected str")),
    })
}

fn params(value: &Value) -> Result<Value, Fault> {
    match value {
        Value::Object(_) => Ok(value.clone()),
        other => schema::list(other, |param| Ok(param.clone())),
    }
}
