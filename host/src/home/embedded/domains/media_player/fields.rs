//! What the services of media players take.

use serde_json::{Map, Value};

use super::library::CLASSES;
use crate::home::embedded::domains::number::{json, real};
use crate::home::embedded::domains::schema::{Fault, Field, Group, float, invalid, list, string, truth};
use crate::home::embedded::model::ServiceError;

/// How a list is repeated.
pub const REPEAT: [&str; 3] = ["all", "off", "one"];
const ENQUEUE: [&str; 4] = ["add", "next", "play", "replace"];
const HOW: Group = Group {
    name: "enqueue_announce",
    place: "<enqueue_announce>",
};

/// The data of `volume_set`.
pub const VOLUME: &[Field] = &[Field::required("volume_level", volume)];
/// The data of `volume_mute`.
pub const MUTE: &[Field] = &[Field::required("is_volume_muted", truth)];
/// The data of `media_seek`.
pub const SEEK: &[Field] = &[Field::required("seek_position", seconds)];
/// The data of `select_source`.
pub const SOURCE: &[Field] = &[Field::required("source", string)];
/// The data of `select_sound_mode`.
pub const SOUND_MODE: &[Field] = &[Field::required("sound_mode", string)];
/// The data of `shuffle_set`.
pub const SHUFFLE: &[Field] = &[Field::required("shuffle", truth)];
/// The data of `repeat_set`.
pub const REPEAT_SET: &[Field] = &[Field::required("repeat", repeat)];
/// The data of `join`.
pub const JOIN: &[Field] = &[Field::required("group_members", members)];
/// The data of `play_media`.
pub const PLAY_MEDIA: &[Field] = &[
    Field::required("media_content_type", string),
    Field::required("media_content_id", string),
    Field::one_of(HOW, "enqueue", enqueue),
    Field::one_of(HOW, "announce", truth),
    Field::optional("extra", extra),
];
/// The data of `browse_media`.
pub const BROWSE: &[Field] = &[
    Field::optional("media_content_type", string),
    Field::optional("media_content_id", string),
];
/// The data of `search_media`.
pub const SEARCH: &[Field] = &[
    Field::optional("media_content_type", string),
    Field::optional("media_content_id", string),
    Field::required("search_query", string),
    Field::optional("media_filter_classes", classes),
];

fn volume(value: &Value) -> Result<Value, Fault> {
    match float(value)? {
        level if level < 0.0 => Err(Fault::new("value must be at least 0")),
        level if level <= 1.0 => Ok(json(level)),
        _ => Err(Fault::new("value must be at most 1")),
    }
}

fn seconds(value: &Value) -> Result<Value, Fault> {
    match real(value) {
        None => Err(Fault::new("expected float")),
        Some(seconds) if seconds < 0.0 => Err(Fault::new("value must be at least 0")),
        Some(seconds) => Ok(json(seconds)),
    }
}

fn repeat(value: &Value) -> Result<Value, Fault> {
    match value.as_str().filter(|mode| REPEAT.contains(mode)) {
        Some(_) => Ok(value.clone()),
        None => Err(Fault::new("expected RepeatMode or one of 'all', 'off', 'one'")),
    }
}

fn members(value: &Value) -> Result<Value, Fault> {
    list(value, |member| {
        let member = string(member)?;
        let id = member.as_str().unwrap_or_default().to_lowercase();
        let plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match id.split_once('.') {
            Some((domain, object)) if plain(domain) && plain(object) => Ok(id.into()),
            _ => Err(Fault::new(format!("Entity ID {id} is an invalid entity ID"))),
        }
    })
}

fn enqueue(value: &Value) -> Result<Value, Fault> {
    match value.as_str().filter(|how| ENQUEUE.contains(how)) {
        Some(_) => Ok(value.clone()),
        // As it was once said.
        None => Ok(match truth(value)? {
            Value::Bool(true) => "add".into(),
            _ => "play".into(),
        }),
    }
}

fn extra(value: &Value) -> Result<Value, Fault> {
    match value {
        Value::Object(_) => Ok(value.clone()),
        _ => Err(Fault::new("expected dict")),
    }
}

fn classes(value: &Value) -> Result<Value, Fault> {
    list(value, |class| {
        match class.as_str().filter(|class| CLASSES.contains(class)) {
            Some(_) => Ok(class.clone()),
            None => {
                let known: Vec<String> = CLASSES.iter().map(|class| format!("'{class}'")).collect();
                Err(Fault::new(format!("value must be one of [{}]", known.join(", "))))
            }
        }
    })
}

/// The data of `play_media` with what stands under `media` in its place.
pub fn promoted(data: &Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
    let mut data = data.clone();
    let Some(Value::Object(media)) = data.get("media").cloned() else {
        return Ok(data);
    };
    if data.contains_key("media_content_type") || data.contains_key("media_content_id") {
        return Err(invalid(
            "Play media cannot contain 'media' and 'media_content_id' or 'media_content_type'",
        ));
    }
    data.shift_remove("media");
    let promoted = media
        .into_iter()
        .filter(|(key, _)| key == "media_content_type" || key == "media_content_id");
    data.extend(promoted);
    Ok(data)
}
