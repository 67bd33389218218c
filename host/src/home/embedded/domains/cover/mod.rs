//! Covers: blinds, garage doors, windows. They take their time, and can be stopped on the way.

mod build;
mod motion;

use serde_json::{Map, Value};

use super::schema::{Field, percent, string};
use super::{Domain, Reproduction, Service};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};
use build::{Build, SET_POSITION, SET_TILT_POSITION, STOP};
use motion::{CLOSED, Moving, OPEN};

const SPEED: &[Field] = &[Field::optional("speed", string)];
const TO_POSITION: &[Field] = &[Field::required("position", percent), Field::optional("speed", string)];
const TO_TILT: &[Field] = &[Field::required("tilt_position", percent)];
const SERVICES: &[Service] = &[
    Service::any("open_cover").needing(&[build::OPEN]).taking(SPEED),
    Service::any("close_cover").needing(&[build::CLOSE]).taking(SPEED),
    Service::any("set_cover_position")
        .needing(&[SET_POSITION])
        .taking(TO_POSITION),
    Service::any("stop_cover").needing(&[STOP]),
    Service::any("toggle").needing(&[build::OPEN | build::CLOSE]),
    Service::any("open_cover_tilt").needing(&[build::OPEN_TILT]),
    Service::any("close_cover_tilt").needing(&[build::CLOSE_TILT]),
    Service::any("stop_cover_tilt").needing(&[build::STOP_TILT]),
    Service::any("set_cover_tilt_position")
        .needing(&[SET_TILT_POSITION])
        .taking(TO_TILT),
    Service::any("toggle_cover_tilt").needing(&[build::OPEN_TILT | build::CLOSE_TILT]),
];

/// The domain `cover`.
#[derive(Debug)]
pub struct Cover;

impl Domain for Cover {
    fn name(&self) -> &'static str {
        "cover"
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
        let moving = Moving::standing(build.position, build.tilt);
        Ok(moving.state(&build))
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        data: &Map<String, Value>,
        now: Moment,
    ) -> Result<(), ServiceError> {
        let build = Build::read(config).map_err(|error| ServiceError::Refused(error.reason))?;
        let mut moving = Moving::of(state, &build);
        moving.advance(&build, now);
        let wanted = |key: &str| data.get(key).and_then(Value::as_i64).unwrap_or(CLOSED);
        match service {
            "open_cover" => moving.travel(&build, OPEN, now),
            "close_cover" => moving.travel(&build, CLOSED, now),
            "set_cover_position" => moving.travel(&build, wanted("position"), now),
            "stop_cover" => moving.stop(),
            "toggle" => match toggle(&moving, &build) {
                Some(position) => moving.travel(&build, position, now),
                None => moving.stop(),
            },
            "open_cover_tilt" => moving.turn(&build, OPEN, now),
            "close_cover_tilt" => moving.turn(&build, CLOSED, now),
            "set_cover_tilt_position" => moving.turn(&build, wanted("tilt_position"), now),
            "toggle_cover_tilt" if moving.tilted_shut() => moving.turn(&build, OPEN, now),
            "toggle_cover_tilt" => moving.turn(&build, CLOSED, now),
            _ => moving.stop_turning(),
        }
        *state = moving.state(&build);
        Ok(())
    }

    fn due(&self, config: &EntityConfig, state: &EntityState) -> Option<Moment> {
        let build = Build::read(config).ok()?;
        Moving::of(state, &build).due(&build)
    }

    fn advance(&self, config: &EntityConfig, state: &mut EntityState, now: Moment) {
        if let Ok(build) = Build::read(config) {
            let mut moving = Moving::of(state, &build);
            moving.advance(&build, now);
            *state = moving.state(&build);
        }
    }

    fn reproduce(&self, config: &EntityConfig, state: &str, attributes: &Map<String, Value>) -> Reproduction {
        let features = self.features(config).unwrap_or(0);
        let mut calls = Vec::new();
        let to = |service, key: &str, position: &Value| {
            let data = Map::from_iter([(key.to_owned(), position.clone())]);
            self.validate(service, &data)
                .map(|data| (service, data))
                .map_err(|error| error.to_string())
        };
        let position = attributes.get("current_position");
        match (position, state) {
            (Some(position), "open" | "closed") if features & SET_POSITION != 0 => {
                calls.push(to("set_cover_position", "position", position)?);
            }
            (_, "open") if features & build::OPEN != 0 => calls.push(("open_cover", Map::new())),
            (_, "closed") if features & build::CLOSE != 0 => calls.push(("close_cover", Map::new())),
            (_, "open" | "closed") => {}
            (_, other) => return Err(format!("`{other}` is neither `open` nor `closed`")),
        }
        match attributes.get("current_tilt_position") {
            Some(tilt) if features & SET_TILT_POSITION != 0 => {
                calls.push(to("set_cover_tilt_position", "tilt_position", tilt)?);
            }
            Some(_) => return Err("its tilt cannot be set".to_owned()),
            None => {}
        }
        Ok(calls)
    }
}

/// Where `toggle` sends the cover; `None` stops it.
fn toggle(moving: &Moving, build: &Build) -> Option<i64> {
    let direction = moving.direction();
    if direction.is_some() && build.features & STOP != 0 {
        return None;
    }
    let shut = moving.is_closed() || direction == Some(CLOSED);
    let open = build.positions && moving.is_fully_open() || direction == Some(OPEN);
    // One that stands half open goes back where it came from.
    Some(if !shut && (open || moving.last_opened) {
        CLOSED
    } else {
        OPEN
    })
}
