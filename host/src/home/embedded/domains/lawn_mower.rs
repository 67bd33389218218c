//! Lawn mowers.

use serde_json::{Map, Value};

use super::robot::Kind;
use super::{Domain, Reproduction, Service, begins, flags};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

const START_MOWING: u64 = 1;
const PAUSE: u64 = 2;
const DOCK: u64 = 4;
const STOP: u64 = 8;
const FEATURES: &[(&str, u64)] = &[
    ("start_mowing", START_MOWING),
    ("pause", PAUSE),
    ("dock", DOCK),
    ("stop", STOP),
];
const SERVICES: &[Service] = &[
    Service::any("start_mowing").needing(&[START_MOWING]),
    Service::any("pause").needing(&[PAUSE]),
    Service::any("dock").needing(&[DOCK]),
    Service::any("stop").needing(&[STOP]),
];
const KIND: Kind = Kind {
    working: "mowing",
    work_option: "mowing_seconds",
};

/// The domain `lawn_mower`.
#[derive(Debug)]
pub struct LawnMower;

impl Domain for LawnMower {
    fn name(&self) -> &'static str {
        "lawn_mower"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &["features", "mowing_seconds", "return_seconds"]
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        let all = START_MOWING | PAUSE | DOCK | STOP;
        Some(flags::read(config, FEATURES).ok().flatten().unwrap_or(all))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        begins::only(config, "a lawn mower", &[])?;
        flags::read(config, FEATURES)?;
        KIND.initial(config)
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        _data: &Map<String, Value>,
        now: Moment,
    ) -> Result<(), ServiceError> {
        let times = KIND
            .times(config)
            .map_err(|error| ServiceError::Refused(error.reason))?;
        match service {
            "start_mowing" => KIND.start(state, times, now),
            "pause" => KIND.pause(state, now),
            "dock" => KIND.go_home(state, times, now),
            _ => KIND.stop(state),
        }
        Ok(())
    }

    fn due(&self, _config: &EntityConfig, state: &EntityState) -> Option<Moment> {
        KIND.due(state)
    }

    fn advance(&self, config: &EntityConfig, state: &mut EntityState, now: Moment) {
        if let Ok(times) = KIND.times(config) {
            KIND.advance(state, times, now);
        }
    }

    fn reproduce(&self, _config: &EntityConfig, _state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        Err("a lawn mower cannot be in a scene".to_owned())
    }
}
