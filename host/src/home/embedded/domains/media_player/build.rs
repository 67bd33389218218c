//! What a file says of a media player.

use serde_json::{Map, Value};

use super::fields::REPEAT;
use super::library::Library;
use super::media::Media;
use super::player::Player;
use crate::home::embedded::domains::{flags, options};
use crate::home::embedded::model::{EntityConfig, OptionError};

pub const PAUSE: u64 = 1;
pub const SEEK: u64 = 2;
pub const VOLUME_SET: u64 = 4;
pub const VOLUME_MUTE: u64 = 8;
pub const PREVIOUS_TRACK: u64 = 16;
pub const NEXT_TRACK: u64 = 32;
pub const TURN_ON: u64 = 128;
pub const TURN_OFF: u64 = 256;
pub const PLAY_MEDIA: u64 = 512;
pub const VOLUME_STEP: u64 = 1024;
pub const SELECT_SOURCE: u64 = 2048;
pub const STOP: u64 = 4096;
pub const CLEAR_PLAYLIST: u64 = 8192;
pub const PLAY: u64 = 16384;
pub const SHUFFLE_SET: u64 = 32768;
pub const SELECT_SOUND_MODE: u64 = 65536;
pub const BROWSE_MEDIA: u64 = 131_072;
pub const REPEAT_SET: u64 = 262_144;
pub const GROUPING: u64 = 524_288;
pub const SEARCH_MEDIA: u64 = 4_194_304;
/// The features, by the words of a file.
const FEATURES: &[(&str, u64)] = &[
    ("pause", PAUSE),
    ("seek", SEEK),
    ("volume_set", VOLUME_SET),
    ("volume_mute", VOLUME_MUTE),
    ("previous_track", PREVIOUS_TRACK),
    ("next_track", NEXT_TRACK),
    ("turn_on", TURN_ON),
    ("turn_off", TURN_OFF),
    ("play_media", PLAY_MEDIA),
    ("volume_step", VOLUME_STEP),
    ("select_source", SELECT_SOURCE),
    ("stop", STOP),
    ("clear_playlist", CLEAR_PLAYLIST),
    ("play", PLAY),
    ("shuffle_set", SHUFFLE_SET),
    ("select_sound_mode", SELECT_SOUND_MODE),
    ("browse_media", BROWSE_MEDIA),
    ("repeat_set", REPEAT_SET),
    ("grouping", GROUPING),
    ("media_announce", 1_048_576),
    ("media_enqueue", 2_097_152),
    ("search_media", SEARCH_MEDIA),
];
/// What a player can do of which the file says nothing.
const USUAL: u64 = PAUSE | VOLUME_SET | VOLUME_MUTE | TURN_ON | TURN_OFF | PLAY | STOP;
/// The keys of a file.
pub const OPTIONS: &[&str] = &["features", "sources", "sound_modes", "volume_step", "tracks", "library"];

pub const OFF: &str = "off";
pub const IDLE: &str = "idle";
pub const PLAYING: &str = "playing";
pub const PAUSED: &str = "paused";
const STATES: [&str; 7] = [OFF, "on", IDLE, PLAYING, PAUSED, "standby", "buffering"];

const VOLUME_STEP_DEFAULT: f64 = 0.1;

/// A player as it is built.
#[derive(Debug, Default)]
pub struct Build {
    /// The bits of `supported_features`.
    pub features: u64,
    /// What can be heard or seen on it.
    pub sources: Vec<String>,
    /// How it can sound.
    pub sound_modes: Vec<String>,
    /// How much louder a step makes it, from 0 to 1.
    pub volume_step: f64,
    /// What it can find.
    pub library: Library,
}

impl Build {
    /// Reads what the file says.
    ///
    /// # Errors
    /// When an option is none, with its key.
    pub fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        let volume_step = options::number(config, "volume_step")?.unwrap_or(VOLUME_STEP_DEFAULT);
        if !(0.0..=1.0).contains(&volume_step) {
            let reason = format!("{volume_step} is not a part of the volume from 0 to 1");
            return Err(OptionError::at("volume_step", reason));
        }
        Ok(Self {
            features: features(config)?,
            sources: options::texts(config, "sources")?.unwrap_or_default(),
            sound_modes: options::texts(config, "sound_modes")?.unwrap_or_default(),
            volume_step,
            library: Library::read(config)?,
        })
    }

    /// Whether it has this feature.
    pub fn has(&self, feature: u64) -> bool {
        self.features & feature != 0
    }

    /// The attributes that it shows in every state.
    pub fn capabilities(&self) -> Map<String, Value> {
        let lists = [
            ("source_list", SELECT_SOURCE, &self.sources),
            ("sound_mode_list", SELECT_SOUND_MODE, &self.sound_modes),
        ];
        let shown = lists
            .into_iter()
            .filter(|(_, feature, list)| self.has(*feature) && !list.is_empty());
        shown
            .map(|(key, _, list)| (key.to_owned(), list.clone().into()))
            .collect()
    }

    /// The player as it begins.
    pub fn begin(&self, config: &EntityConfig) -> Result<Player, OptionError> {
        let state = match config.state.as_deref() {
            Some(state) if STATES.contains(&state) => state,
            Some(other) => {
                let reason = format!(
                    "`{other}` is not a state of a media player; it is one of {}",
                    STATES.join(", ")
                );
                return Err(OptionError::at("state", reason));
            }
            None if self.has(TURN_ON) => OFF,
            None => IDLE,
        };
        let mut settings = self.defaults();
        let mut group = Vec::new();
        let mut position_ms = 0;
        for (key, value) in &config.attributes {
            match (key.as_str(), read_attribute(key, value)) {
                (_, None) => {
                    let reason = format!("`{key}` cannot be {value} for a media player");
                    return Err(OptionError::at("attributes", reason));
                }
                ("media_position", Some(seconds)) => {
                    position_ms = (seconds.as_f64().unwrap_or(0.0) * 1000.0).round() as u64;
                }
                ("group_members", Some(members)) => group = serde_json::from_value(members).unwrap_or_default(),
                (_, Some(value)) => {
                    settings.insert(key.clone(), value);
                }
            }
        }
        let queue = Media::tracks(config)?;
        Ok(Player::new(state.to_owned(), settings, group, queue, position_ms))
    }

    /// What is set where the file says nothing.
    fn defaults(&self) -> Map<String, Value> {
        let first = |list: &Vec<String>| list.first().map(|first| first.clone().into());
        let defaults: [(u64, &str, Option<Value>); 6] = [
            (VOLUME_SET | VOLUME_STEP, "volume_level", Some(0.5.into())),
            (VOLUME_MUTE, "is_volume_muted", Some(false.into())),
            (SELECT_SOURCE, "source", first(&self.sources)),
            (SELECT_SOUND_MODE, "sound_mode", first(&self.sound_modes)),
            (SHUFFLE_SET, "shuffle", Some(false.into())),
            (REPEAT_SET, "repeat", Some("off".into())),
        ];
        let known = defaults.into_iter().filter(|(feature, ..)| self.has(*feature));
        known
            .filter_map(|(_, key, value)| Some((key.to_owned(), value?)))
            .collect()
    }
}

/// The bits of `supported_features`.
///
/// # Errors
/// When the option is none.
pub fn features(config: &EntityConfig) -> Result<u64, OptionError> {
    Ok(flags::read(config, FEATURES)?.unwrap_or(USUAL))
}

/// An attribute of the file, if it may be that.
fn read_attribute(key: &str, value: &Value) -> Option<Value> {
    let fits = match key {
        "volume_level" => value.as_f64().is_some_and(|level| (0.0..=1.0).contains(&level)),
        "is_volume_muted" | "shuffle" => value.is_boolean(),
        "media_position" => value.as_f64().is_some_and(|seconds| seconds >= 0.0),
        "source" | "sound_mode" | "app_name" => value.is_string(),
        "repeat" => value.as_str().is_some_and(|mode| REPEAT.contains(&mode)),
        "group_members" => value
            .as_array()
            .is_some_and(|members| members.iter().all(Value::is_string)),
        _ => false,
    };
    fits.then(|| match (key, value.as_f64()) {
        // A volume is a fraction, however it is written.
        ("volume_level", Some(level)) => level.into(),
        _ => value.clone(),
    })
}
