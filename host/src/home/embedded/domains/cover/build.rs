//! What a cover is, as the file describes it.

use super::motion::CLOSED;
use crate::home::embedded::domains::{begins, flags, options};
use crate::home::embedded::model::{EntityConfig, OptionError};

pub const OPEN: u64 = 1;
pub const CLOSE: u64 = 2;
pub const SET_POSITION: u64 = 4;
pub const STOP: u64 = 8;
pub const OPEN_TILT: u64 = 16;
pub const CLOSE_TILT: u64 = 32;
pub const STOP_TILT: u64 = 64;
pub const SET_TILT_POSITION: u64 = 128;
const CHOOSE_SPEED: u64 = 256;
const ALL_OF_TILT: u64 = OPEN_TILT | CLOSE_TILT | STOP_TILT | SET_TILT_POSITION;

const FEATURES: &[(&str, u64)] = &[
    ("open", OPEN),
    ("close", CLOSE),
    ("set_position", SET_POSITION),
    ("stop", STOP),
    ("open_tilt", OPEN_TILT),
    ("close_tilt", CLOSE_TILT),
    ("stop_tilt", STOP_TILT),
    ("set_tilt_position", SET_TILT_POSITION),
];

/// The options that a file can give.
pub const OPTIONS: &[&str] = &[
    "features",
    "positions",
    "supported_speeds",
    "travel_seconds",
    "tilt_seconds",
];

/// From one end to the other, unless the file says.
const TRAVEL_SECONDS: f64 = 15.0;
/// The slats are faster.
const TILT_SECONDS: f64 = 2.0;

/// A cover as it was built.
#[derive(Debug, Clone, PartialEq)]
pub struct Build {
    /// What it can do.
    pub features: u64,
    /// Whether it knows where it stands, and shows it.
    pub positions: bool,
    /// The speeds that it can be told.
    pub speeds: Vec<String>,
    /// From one end to the other.
    pub travel_ms: u64,
    /// The same for its slats.
    pub tilt_ms: u64,
    /// Where it begins.
    pub position: i64,
    /// Where its slats begin, if it has slats.
    pub tilt: Option<i64>,
}

impl Build {
    /// Reads the description of a cover.
    ///
    /// # Errors
    /// When an option is not of its form, or they contradict each other.
    pub fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        let given = flags::read(config, FEATURES)?;
        let positions = options::boolean(config, "positions")?.unwrap_or(true);
        let speeds = options::texts(config, "supported_speeds")?.unwrap_or_default();
        begins::only(config, "a cover", &["current_position", "current_tilt_position"])?;
        let mut tilt = begins::percentage(config, "current_tilt_position")?;
        if given.is_some_and(|given| given & ALL_OF_TILT != 0) {
            tilt = tilt.or(Some(CLOSED));
        }
        let mut features = given.unwrap_or(
            OPEN | CLOSE | STOP | if positions { SET_POSITION } else { 0 } | tilt.map_or(0, |_| ALL_OF_TILT),
        );
        if !speeds.is_empty() {
            features |= CHOOSE_SPEED;
        }
        if features & SET_POSITION != 0 && !positions {
            let reason = "`set_position` needs a cover that knows its position: leave out `positions = false`";
            return Err(OptionError::at("features", reason));
        }
        Ok(Self {
            features,
            positions,
            speeds,
            travel_ms: options::milliseconds(config, "travel_seconds", TRAVEL_SECONDS)?,
            tilt_ms: options::milliseconds(config, "tilt_seconds", TILT_SECONDS)?,
            position: begins::position(config, "a cover", positions)?,
            tilt,
        })
    }
}
