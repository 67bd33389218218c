//! Valves: they open and close as covers do.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::schema::{Field, percent};
use super::travel::{CLOSED, OPEN as FULLY_OPEN, Part};
use super::{Domain, Reproduction, Service, begins, flags, options};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

const OPEN: u64 = 1;
const CLOSE: u64 = 2;
const SET_POSITION: u64 = 4;
const STOP: u64 = 8;
const FEATURES: &[(&str, u64)] = &[
    ("open", OPEN),
    ("close", CLOSE),
    ("set_position", SET_POSITION),
    ("stop", STOP),
];
const SERVICES: &[Service] = &[
    Service::any("open_valve").needing(&[OPEN]),
    Service::any("close_valve").needing(&[CLOSE]),
    Service::any("set_valve_position")
        .needing(&[SET_POSITION])
        .taking(&[Field::required("position", percent)]),
    Service::any("stop_valve").needing(&[STOP]),
    Service::any("toggle").needing(&[OPEN | CLOSE]),
];
/// From one end to the other, unless the file says.
const TRAVEL_SECONDS: f64 = 5.0;

/// A valve as it was built.
struct Build {
    features: u64,
    positions: bool,
    travel_ms: u64,
    position: i64,
}

impl Build {
    fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        begins::only(config, "a valve", &["current_position"])?;
        let positions = options::boolean(config, "positions")?.unwrap_or(true);
        let derived = OPEN | CLOSE | STOP | if positions { SET_POSITION } else { 0 };
        let features = flags::read(config, FEATURES)?.unwrap_or(derived);
        if features & SET_POSITION != 0 && !positions {
            let reason = "`set_position` needs a valve that knows its position: leave out `positions = false`";
            return Err(OptionError::at("features", reason));
        }
        Ok(Self {
            features,
            positions,
            travel_ms: options::milliseconds(config, "travel_seconds", TRAVEL_SECONDS)?,
            position: begins::position(config, "a valve", positions)?,
        })
    }
}

/// What a valve is doing; it is kept in [`EntityState::hidden`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Turning {
    part: Part,
    /// Whether it was opening when it moved last: `toggle` then closes one that stands half open.
    last_opened: bool,
}

impl Turning {
    fn standing(build: &Build) -> Self {
        Self {
            part: Part::at(build.position),
            last_opened: true,
        }
    }

    fn of(state: &EntityState, build: &Build) -> Self {
        state.remembered().unwrap_or_else(|| Self::standing(build))
    }

    fn state(&self, build: &Build) -> EntityState {
        let closed = self.is_closed(build);
        let state = match self.part.direction() {
            Some(FULLY_OPEN) => "opening",
            Some(_) => "closing",
            None if closed => "closed",
            None => "open",
        };
        let mut attributes = Map::from_iter([("is_closed".to_owned(), closed.into())]);
        if build.positions {
            attributes.insert("current_position".to_owned(), self.part.position.into());
        }
        let shown = EntityState {
            attributes,
            ..EntityState::new(state)
        };
        shown.remembering(self)
    }

    /// Whether it is shut. One that does not know where it stands is not, once it moves.
    fn is_closed(&self, build: &Build) -> bool {
        self.part.position == CLOSED && (build.positions || self.part.direction().is_none())
    }

    fn go(&mut self, build: &Build, to: i64, now: Moment) {
        self.part.go(to, build.travel_ms, now);
        if let Some(direction) = self.part.direction() {
            self.last_opened = direction == FULLY_OPEN;
        }
    }
}

/// The domain `valve`.
#[derive(Debug)]
pub struct Valve;

impl Domain for Valve {
    fn name(&self) -> &'static str {
        "valve"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &["features", "positions", "travel_seconds"]
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        Some(Build::read(config).map_or(0, |build| build.features))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let build = Build::read(config)?;
        if let Some(class) = config
            .device_class
            .as_deref()
            .filter(|class| !["water", "gas"].contains(class))
        {
            let reason = format!("`{class}` is neither `water` nor `gas`");
            return Err(OptionError::at("device_class", reason));
        }
        Ok(Turning::standing(&build).state(&build))
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
        let mut turning = Turning::of(state, &build);
        turning.part.advance(build.travel_ms, now);
        let moving = turning.part.direction().is_some();
        match service {
            "open_valve" => turning.go(&build, FULLY_OPEN, now),
            "close_valve" => turning.go(&build, CLOSED, now),
            "stop_valve" => turning.part.stop(),
            "toggle" if moving && build.features & STOP != 0 => turning.part.stop(),
            "toggle" if !turning.is_closed(&build) && turning.last_opened => turning.go(&build, CLOSED, now),
            "toggle" => turning.go(&build, FULLY_OPEN, now),
            _ => {
                let position = data.get("position").and_then(Value::as_i64);
                turning.go(&build, position.unwrap_or(CLOSED), now);
            }
        }
        *state = turning.state(&build);
        Ok(())
    }

    fn due(&self, config: &EntityConfig, state: &EntityState) -> Option<Moment> {
        let build = Build::read(config).ok()?;
        Turning::of(state, &build).part.due(build.travel_ms)
    }

    fn advance(&self, config: &EntityConfig, state: &mut EntityState, now: Moment) {
        if let Ok(build) = Build::read(config) {
            let mut turning = Turning::of(state, &build);
            turning.part.advance(build.travel_ms, now);
            *state = turning.state(&build);
        }
    }

    fn reproduce(&self, config: &EntityConfig, state: &str, attributes: &Map<String, Value>) -> Reproduction {
        let features = self.features(config).unwrap_or(0);
        match (attributes.get("current_position"), state) {
            (Some(position), "open" | "closed") if features & SET_POSITION != 0 => {
                let data = Map::from_iter([("position".to_owned(), position.clone())]);
                Ok(vec![("set_valve_position", data)])
            }
            (_, "open") if features & OPEN != 0 => Ok(vec![("open_valve", Map::new())]),
            (_, "closed") if features & CLOSE != 0 => Ok(vec![("close_valve", Map::new())]),
            (_, "open" | "closed") => Err("it cannot be opened and closed".to_owned()),
            (_, other) => Err(format!("`{other}` is neither `open` nor `closed`")),
        }
    }
}
