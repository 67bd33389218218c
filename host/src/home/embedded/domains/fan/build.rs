//! What a fan is, as the file describes it.

use crate::home::embedded::domains::{begins, flags, options};
use crate::home::embedded::model::{EntityConfig, OptionError};

pub const SET_SPEED: u64 = 1;
pub const OSCILLATE: u64 = 2;
pub const DIRECTION: u64 = 4;
pub const PRESET_MODE: u64 = 8;
pub const TURN_OFF: u64 = 16;
pub const TURN_ON: u64 = 32;

const FEATURES: &[(&str, u64)] = &[
    ("set_speed", SET_SPEED),
    ("oscillate", OSCILLATE),
    ("direction", DIRECTION),
    ("preset_mode", PRESET_MODE),
    ("turn_off", TURN_OFF),
    ("turn_on", TURN_ON),
];

/// The options that a file can give.
pub const OPTIONS: &[&str] = &["features", "speed_count", "preset_modes", "turn_on_percentage"];

/// The attributes that it may begin with.
const ATTRIBUTES: &[&str] = &["percentage", "preset_mode", "direction", "oscillating"];

/// Speeds of a fan that can be set to any percentage.
const MOST_SPEEDS: i64 = 100;

/// A fan as it was built.
#[derive(Debug, Clone, PartialEq)]
pub struct Build {
    /// What it can do.
    pub features: u64,
    /// How many speeds it has: the steps of `increase_speed`.
    pub speed_count: i64,
    /// What it can do by itself, where it can.
    pub preset_modes: Option<Vec<String>>,
    /// How fast it is when it is turned on; without it, as fast as it was.
    pub turn_on_percentage: Option<i64>,
}

impl Build {
    /// Reads the description of a fan.
    ///
    /// # Errors
    /// When an option is not of its form.
    pub fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        begins::only(config, "a fan", ATTRIBUTES)?;
        let preset_modes = options::texts(config, "preset_modes")?;
        let begins = |key: &str| config.attributes.contains_key(key);
        let mut derived = TURN_ON | TURN_OFF | SET_SPEED;
        for (bit, when) in [
            (PRESET_MODE, preset_modes.is_some()),
            (OSCILLATE, begins("oscillating")),
            (DIRECTION, begins("direction")),
        ] {
            derived |= if when { bit } else { 0 };
        }
        let features = flags::read(config, FEATURES)?.unwrap_or(derived);
        if features & PRESET_MODE != 0 && preset_modes.as_ref().is_none_or(Vec::is_empty) {
            let reason = "`preset_mode` needs presets: write preset_modes = [\"auto\", …]";
            return Err(OptionError::at("features", reason));
        }
        Ok(Self {
            features,
            speed_count: whole(config, "speed_count", 1)?.unwrap_or(MOST_SPEEDS),
            preset_modes,
            turn_on_percentage: whole(config, "turn_on_percentage", 1)?,
        })
    }
}

fn whole(config: &EntityConfig, key: &str, least: i64) -> Result<Option<i64>, OptionError> {
    let Some(value) = config.options.get(key) else {
        return Ok(None);
    };
    match value.as_i64() {
        Some(number) if (least..=100).contains(&number) => Ok(Some(number)),
        _ => Err(OptionError::at(
            key,
            format!("{value} is not a whole number from {least} to 100"),
        )),
    }
}
