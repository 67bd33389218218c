//! Orders that may be refused: going to a place, selecting a source, playing something.

use serde_json::{Map, Value};

use super::build::{Build, PLAYING};
use super::library::Work;
use super::media::{MAX_ADDRESS_BYTES, MAX_TRACKS, Media};
use super::player::Player;
use crate::clock::Moment;
use crate::home::embedded::domains::schema::invalid;
use crate::home::embedded::model::{EntityConfig, ServiceError};

/// Goes to where the call says in what is played.
pub fn seek(
    config: &EntityConfig,
    player: &mut Player,
    data: &Map<String, Value>,
    now: Moment,
) -> Result<(), ServiceError> {
    let seconds = data.get("seek_position").and_then(Value::as_f64).unwrap_or(0.0);
    match player.media().and_then(|media| media.duration) {
        Some(duration) if seconds <= duration => {
            player.seek((seconds * 1000.0).round() as u64, now);
            Ok(())
        }
        Some(duration) => Err(invalid(format!(
            "value must be at most {duration}, the seconds that {} plays, at 'seek_position'",
            config.id
        ))),
        None => Err(ServiceError::Refused(format!(
            "{} plays nothing with a length",
            config.id
        ))),
    }
}

/// Selects one of what there is.
pub fn select(
    config: &EntityConfig,
    player: &mut Player,
    key: &str,
    known: &[String],
    data: &Map<String, Value>,
) -> Result<(), ServiceError> {
    let wanted = data.get(key).and_then(Value::as_str).unwrap_or_default();
    if known.iter().any(|known| known == wanted) {
        player.set(key, wanted.into());
        return Ok(());
    }
    Err(ServiceError::Refused(format!(
        "{} has no {} {wanted}; it has {}",
        config.id,
        key.replace('_', " "),
        known.join(", ")
    )))
}

/// Plays a work of the library, or an address.
pub fn play(
    config: &EntityConfig,
    build: &Build,
    player: &mut Player,
    data: &Map<String, Value>,
    now: Moment,
) -> Result<(), ServiceError> {
    let text = |key: &str| data.get(key).and_then(Value::as_str).unwrap_or_default();
    let id = text("media_content_id");
    let tracks = match build.library.find(id).map(Work::tracks) {
        Some(tracks) => tracks,
        None if is_address(id) => vec![Media::address(id, text("media_content_type"))],
        None => return Err(unknown(config, id)),
    };
    if data.get("announce") == Some(&Value::Bool(true)) {
        // It is heard over what is played, which then goes on.
        return Ok(());
    }
    let enqueue = data.get("enqueue").and_then(Value::as_str).unwrap_or("replace");
    let keeps = enqueue != "replace" && !player.queue.is_empty();
    if keeps && player.queue.len() + tracks.len() > MAX_TRACKS {
        return Err(ServiceError::Refused(format!(
            "{} can have {MAX_TRACKS} tracks before it and no more",
            config.id
        )));
    }
    let next = (player.place + 1).min(player.queue.len());
    match enqueue {
        "add" if keeps => player.queue.extend(tracks),
        "next" if keeps => drop(player.queue.splice(next..next, tracks)),
        "play" if keeps => {
            player.queue.splice(next..next, tracks);
            player.go_to(next, now);
            player.turn(PLAYING, now);
        }
        _ => {
            player.queue = tracks;
            player.go_to(0, now);
            player.turn(PLAYING, now);
        }
    }
    Ok(())
}

fn is_address(id: &str) -> bool {
    let host = id.strip_prefix("https://").or_else(|| id.strip_prefix("http://"));
    host.is_some_and(|host| !host.is_empty() && !host.starts_with('/') && !id.contains(char::is_whitespace))
        && id.len() <= MAX_ADDRESS_BYTES
}

/// There is no such work.
pub fn unknown(config: &EntityConfig, id: &str) -> ServiceError {
    ServiceError::Refused(format!(
        "{} has no media `{id}`: it is neither in its library nor an http or https address; search for it first",
        config.id
    ))
}
