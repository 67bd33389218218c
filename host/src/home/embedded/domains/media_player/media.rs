//! What is played: a track, a film, an episode.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::home::embedded::domains::entries::{Entry, entries};
use crate::home::embedded::domains::number;
use crate::home::embedded::model::{EntityConfig, OptionError};

/// Tracks that a player may have before it.
pub const MAX_TRACKS: usize = 1_000;
/// Bytes of a text that is said of what is played.
pub const MAX_TEXT_BYTES: usize = 500;
/// Bytes of an address that can be played.
pub const MAX_ADDRESS_BYTES: usize = 4_000;
const MUSIC: &str = "music";
const KEYS: [&str; 9] = [
    "title",
    "artist",
    "album",
    "series",
    "season",
    "episode",
    "content_id",
    "content_type",
    "duration",
];

/// One thing to play.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Media {
    /// What identifies it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub content_id: String,
    /// `music`, `movie`, `tvshow`, …
    pub content_type: String,
    /// What it is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Who plays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub artist: Option<String>,
    /// What it is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// The series that an episode is a part of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Its season.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub season: Option<String>,
    /// Which episode of the season.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub episode: Option<String>,
    /// How long it is, in seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
}

impl Media {
    /// The tracks that a file puts before a player.
    pub fn tracks(config: &EntityConfig) -> Result<Vec<Self>, OptionError> {
        let tracks = entries(config, "tracks", &KEYS, MAX_TRACKS)?;
        tracks.iter().map(Self::track).collect()
    }

    fn track(entry: &Entry<'_>) -> Result<Self, OptionError> {
        let text = |key: &str| entry.text(key, MAX_TEXT_BYTES);
        Ok(Self {
            title: Some(entry.required("title", MAX_TEXT_BYTES)?),
            artist: text("artist")?,
            album: text("album")?,
            series: text("series")?,
            season: text("season")?,
            episode: text("episode")?,
            content_id: text("content_id")?.unwrap_or_default(),
            content_type: text("content_type")?.unwrap_or_else(|| MUSIC.to_owned()),
            duration: duration(entry)?,
        })
    }

    /// What there is behind an address.
    pub fn address(address: &str, content_type: &str) -> Self {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        let file = path.rsplit('/').find(|part| !part.is_empty()).unwrap_or(address);
        Self {
            title: Some(file.to_owned()),
            content_id: address.to_owned(),
            content_type: content_type.to_owned(),
            ..Self::default()
        }
    }

    /// How long it is, in milliseconds.
    pub fn duration_ms(&self) -> Option<u64> {
        self.duration.map(|seconds| (seconds * 1000.0).round() as u64)
    }

    /// The attributes that come before the position, as far as they are known.
    pub fn identity(&self) -> [(&'static str, Option<Value>); 3] {
        let content_id = (!self.content_id.is_empty()).then(|| self.content_id.clone().into());
        let duration = self.duration.map(|seconds| match seconds.fract() == 0.0 {
            true => (seconds as u64).into(),
            false => number::json(seconds),
        });
        [
            ("media_content_id", content_id),
            ("media_content_type", Some(self.content_type.clone().into())),
            ("media_duration", duration),
        ]
    }

    /// The attributes that come after it; `place` is its place in the list, from 0.
    pub fn description(&self, place: usize) -> [(&'static str, Option<Value>); 7] {
        let text = |text: &Option<String>| text.clone().map(Value::from);
        let number = (self.content_type == MUSIC && self.artist.is_some()).then(|| Value::from(place + 1));
        [
            ("media_title", text(&self.title)),
            ("media_artist", text(&self.artist)),
            ("media_album_name", text(&self.album)),
            ("media_track", number),
            ("media_series_title", text(&self.series)),
            ("media_season", text(&self.season)),
            ("media_episode", text(&self.episode)),
        ]
    }
}

/// How long it is, in seconds.
pub fn duration(entry: &Entry<'_>) -> Result<Option<f64>, OptionError> {
    match entry.number("duration")? {
        Some(seconds) if seconds < 1.0 => Err(entry.wrong(format!("`duration` is {seconds}; it is at least a second"))),
        duration => Ok(duration),
    }
}
