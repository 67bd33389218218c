//! How a fan blows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::build::{Build, DIRECTION, OSCILLATE, PRESET_MODE, SET_SPEED};
use crate::home::embedded::domains::{begins, number};
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

/// How fast a fan is that was never told.
const FIRST_PERCENTAGE: i64 = 67;

/// What a fan is doing; it is kept in [`EntityState::hidden`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blowing {
    /// Its speed; none while it follows a preset.
    percentage: Option<i64>,
    /// What it does by itself.
    preset_mode: Option<String>,
    /// How fast it was last.
    last: i64,
    /// `forward` or `reverse`, where it can do both.
    pub direction: Option<String>,
    /// Whether it turns to and fro, where it can.
    pub oscillating: Option<bool>,
}

impl Blowing {
    /// As the file says.
    ///
    /// # Errors
    /// When the state and the attributes of the file contradict each other, or the features.
    pub fn initial(config: &EntityConfig, build: &Build) -> Result<Self, OptionError> {
        let has = |bit: u64| build.features & bit != 0;
        let directions = ["forward", "reverse"].map(str::to_owned);
        let direction = begins::one_of(config, "direction", &directions)?;
        let presets = build.preset_modes.clone().unwrap_or_default();
        let preset_mode = begins::one_of(config, "preset_mode", &presets)?;
        let percentage = begins::percentage(config, "percentage")?;
        let oscillating = match config.attributes.get("oscillating") {
            None => None,
            Some(Value::Bool(on)) => Some(*on),
            Some(other) => return Err(begins::wrong(format!("`oscillating` is {other}; write true or false"))),
        };
        let mut blowing = Self {
            percentage: Some(0),
            preset_mode: None,
            last: build.turn_on_percentage.unwrap_or(FIRST_PERCENTAGE),
            direction: has(DIRECTION).then(|| direction.unwrap_or_else(|| directions[0].clone())),
            oscillating: has(OSCILLATE).then(|| oscillating.unwrap_or(false)),
        };
        match (config.state.as_deref(), percentage, preset_mode) {
            (Some("on") | None, None | Some(0), Some(preset)) => {
                blowing.percentage = None;
                blowing.preset_mode = Some(preset);
            }
            (Some("on") | None, Some(percentage), None) if percentage > 0 => blowing.blow(percentage),
            (Some("on"), None, None) => blowing.turn_on(build),
            (Some("off") | None, None | Some(0), None) => {}
            (Some(state @ ("on" | "off")), ..) => {
                let reason = format!("it cannot be `{state}` with this percentage and preset; leave one of them out");
                return Err(OptionError::at("state", reason));
            }
            (None, ..) => return Err(begins::wrong("it has a percentage or a preset, not both".to_owned())),
            (Some(other), ..) => {
                let reason = format!("`{other}` is not a state that it has; write `on` or `off`");
                return Err(OptionError::at("state", reason));
            }
        }
        Ok(blowing)
    }

    /// What the state says that it is doing.
    pub fn of(state: &EntityState, build: &Build) -> Self {
        state.remembered().unwrap_or(Self {
            percentage: Some(0),
            preset_mode: None,
            last: build.turn_on_percentage.unwrap_or(FIRST_PERCENTAGE),
            direction: None,
            oscillating: None,
        })
    }

    /// The state that shows it.
    pub fn state(&self, build: &Build) -> EntityState {
        let has = |bit: u64| build.features & bit != 0;
        let mut attributes = Map::new();
        let mut add = |key: &str, when: bool, value: Value| {
            if when {
                attributes.insert(key.to_owned(), value);
            }
        };
        let preset = has(SET_SPEED | PRESET_MODE);
        add("preset_modes", preset, serde_json::json!(build.preset_modes));
        add("direction", has(DIRECTION), serde_json::json!(self.direction));
        add("oscillating", has(OSCILLATE), serde_json::json!(self.oscillating));
        add("percentage", has(SET_SPEED), serde_json::json!(self.percentage));
        let step = 100.0 / build.speed_count as f64;
        add("percentage_step", has(SET_SPEED), number::json(step));
        add("preset_mode", preset, serde_json::json!(self.preset_mode));
        let shown = EntityState {
            attributes,
            ..EntityState::new(if self.is_on() { "on" } else { "off" })
        };
        shown.remembering(self)
    }

    /// Whether it blows.
    pub fn is_on(&self) -> bool {
        self.preset_mode.is_some() || self.percentage.is_some_and(|percentage| percentage > 0)
    }

    /// Turns it on, as fast as it was.
    pub fn turn_on(&mut self, build: &Build) {
        self.blow(build.turn_on_percentage.unwrap_or(self.last));
    }

    /// Sets its speed; 0 turns it off.
    pub fn blow(&mut self, percentage: i64) {
        self.percentage = Some(percentage);
        self.preset_mode = None;
        if percentage > 0 {
            self.last = percentage;
        }
    }

    /// Lets it follow a preset.
    ///
    /// # Errors
    /// When it does not have it.
    pub fn follow(&mut self, build: &Build, preset: &str) -> Result<(), ServiceError> {
        let presets = build.preset_modes.as_deref().unwrap_or_default();
        if !presets.iter().any(|known| known == preset) {
            return Err(ServiceError::Refused(format!(
                "Preset mode {preset} is not valid, valid preset modes are: {}",
                presets.join(", ")
            )));
        }
        self.percentage = None;
        self.preset_mode = Some(preset.to_owned());
        Ok(())
    }

    /// Makes it faster (1) or slower (-1), by a speed or by so many percent.
    pub fn change(&mut self, build: &Build, direction: i64, step: Option<i64>) {
        let now = self.percentage.unwrap_or(0);
        let next = match step {
            Some(step) => now + direction * step,
            None => {
                let speed = (now * build.speed_count + 99) / 100 + direction;
                speed * 100 / build.speed_count
            }
        };
        self.blow(next.clamp(0, 100));
    }
}
