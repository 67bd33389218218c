//! Media players: televisions, speakers. They play what is before them one after another, or what their library has.

mod build;
mod fields;
mod library;
mod media;
mod orders;
mod player;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value};

use super::schema;
use super::{Domain, Reproduction, Service};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};
use build::Build;
use library::Query;
use orders::{play, seek, select, unknown};
use player::Player;

const SERVICES: &[Service] = &[
    Service::any("turn_on").needing(&[build::TURN_ON]),
    Service::any("turn_off").needing(&[build::TURN_OFF]),
    Service::any("toggle").needing(&[build::TURN_ON | build::TURN_OFF]),
    Service::any("volume_up").needing(&[build::VOLUME_SET, build::VOLUME_STEP]),
    Service::any("volume_down").needing(&[build::VOLUME_SET, build::VOLUME_STEP]),
    Service::any("volume_set")
        .needing(&[build::VOLUME_SET])
        .taking(fields::VOLUME),
    Service::any("volume_mute")
        .needing(&[build::VOLUME_MUTE])
        .taking(fields::MUTE),
    Service::any("media_play_pause").needing(&[build::PLAY | build::PAUSE]),
    Service::any("media_play").needing(&[build::PLAY]),
    Service::any("media_pause").needing(&[build::PAUSE]),
    Service::any("media_stop").needing(&[build::STOP]),
    Service::any("media_next_track").needing(&[build::NEXT_TRACK]),
    Service::any("media_previous_track").needing(&[build::PREVIOUS_TRACK]),
    Service::any("media_seek").needing(&[build::SEEK]).taking(fields::SEEK),
    Service::any("clear_playlist").needing(&[build::CLEAR_PLAYLIST]),
    Service::any("select_source")
        .needing(&[build::SELECT_SOURCE])
        .taking(fields::SOURCE),
    Service::any("select_sound_mode")
        .needing(&[build::SELECT_SOUND_MODE])
        .taking(fields::SOUND_MODE),
    Service::any("shuffle_set")
        .needing(&[build::SHUFFLE_SET])
        .taking(fields::SHUFFLE),
    Service::any("repeat_set")
        .needing(&[build::REPEAT_SET])
        .taking(fields::REPEAT_SET),
    Service::any("join").needing(&[build::GROUPING]).taking(fields::JOIN),
    Service::any("unjoin").needing(&[build::GROUPING]),
    Service::any("play_media")
        .needing(&[build::PLAY_MEDIA])
        .taking(fields::PLAY_MEDIA),
    Service::any("browse_media").taking(fields::BROWSE).answering(),
    Service::any("search_media")
        .needing(&[build::SEARCH_MEDIA])
        .taking(fields::SEARCH)
        .answering(),
];

/// The domain `media_player`.
#[derive(Debug)]
pub struct MediaPlayer;

impl Domain for MediaPlayer {
    fn name(&self) -> &'static str {
        "media_player"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        build::OPTIONS
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        Some(build::features(config).unwrap_or(0))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let build = Build::read(config)?;
        Ok(build.begin(config)?.state(&build))
    }

    fn validate(&self, service: &str, data: &Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
        match service {
            "play_media" => schema::read_for(SERVICES, service, &fields::promoted(data)?),
            _ => schema::read_for(SERVICES, service, data),
        }
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
        let mut player = Player::of(state);
        player.advance(now);
        let given = |key: &str| data.get(key).cloned().unwrap_or(Value::Null);
        match service {
            "turn_on" | "media_play" => player.turn(build::PLAYING, now),
            "turn_off" | "media_stop" => player.turn(build::OFF, now),
            "toggle" if matches!(player.state.as_str(), build::OFF | "standby") => player.turn(build::PLAYING, now),
            "toggle" => player.turn(build::OFF, now),
            "media_pause" => player.turn(build::PAUSED, now),
            "media_play_pause" if player.plays() => player.turn(build::PAUSED, now),
            "media_play_pause" => player.turn(build::PLAYING, now),
            "media_next_track" => player.step(true, now),
            "media_previous_track" => player.step(false, now),
            "media_seek" => seek(config, &mut player, data, now)?,
            "volume_up" => player.step_volume(build.volume_step),
            "volume_down" => player.step_volume(-build.volume_step),
            "volume_set" => player.set("volume_level", given("volume_level")),
            "volume_mute" => player.set("is_volume_muted", given("is_volume_muted")),
            "shuffle_set" => player.set("shuffle", given("shuffle")),
            "repeat_set" => player.set("repeat", given("repeat")),
            "select_source" => select(config, &mut player, "source", &build.sources, data)?,
            "select_sound_mode" => select(config, &mut player, "sound_mode", &build.sound_modes, data)?,
            "join" => {
                let members: Vec<String> = serde_json::from_value(given("group_members")).unwrap_or_default();
                player.group = std::iter::once(config.id.clone()).chain(members).collect();
            }
            "unjoin" => player.group.clear(),
            "clear_playlist" => {
                player.turn(build::OFF, now);
                player.queue.clear();
                player.go_to(0, now);
            }
            _ => play(config, &build, &mut player, data, now)?,
        }
        *state = player.state(&build);
        Ok(())
    }

    fn answer(
        &self,
        config: &EntityConfig,
        _state: &EntityState,
        service: &str,
        data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<Value, ServiceError> {
        let build = Build::read(config).map_err(|error| ServiceError::Refused(error.reason))?;
        let text = |key: &str| data.get(key).and_then(Value::as_str);
        let content_id = text("media_content_id").filter(|id| !id.is_empty());
        let within = match content_id {
            Some(id) => Some(build.library.find(id).ok_or_else(|| unknown(config, id))?),
            None => None,
        };
        if service == "search_media" {
            let classes = data.get("media_filter_classes").and_then(Value::as_array);
            let query = Query {
                words: text("search_query").unwrap_or_default(),
                // Together with an id it says of which type that is.
                content_type: text("media_content_type").filter(|_| within.is_none()),
                classes: classes.into_iter().flatten().filter_map(Value::as_str).collect(),
            };
            return Ok(build.library.search(within, &query));
        }
        if !build.has(build::BROWSE_MEDIA) {
            return Err(ServiceError::Refused(format!(
                "Entity {} does not support action media_player.browse_media",
                config.id
            )));
        }
        let name = config.name.as_deref().unwrap_or(&config.object_id);
        Ok(within.map_or_else(|| build.library.shown(name), |work| work.shown(true)))
    }

    fn due(&self, _config: &EntityConfig, state: &EntityState) -> Option<Moment> {
        Player::of(state).ends_at()
    }

    fn advance(&self, config: &EntityConfig, state: &mut EntityState, now: Moment) {
        if let Ok(build) = Build::read(config) {
            let mut player = Player::of(state);
            player.advance(now);
            *state = player.state(&build);
        }
    }

    fn reproduce(&self, config: &EntityConfig, state: &str, attributes: &Map<String, Value>) -> Reproduction {
        let features = self.features(config).unwrap_or(0);
        let can = |feature: u64| features & feature != 0;
        let mut calls = Vec::new();
        let end = match state {
            build::OFF if can(build::TURN_OFF) => return Ok(vec![("turn_off", Map::new())]),
            "playing" | "buffering" => ("media_play", build::PLAY),
            build::IDLE => ("media_stop", build::STOP),
            build::PAUSED => ("media_pause", build::PAUSE),
            "on" => ("turn_on", build::TURN_ON),
            other => return Err(format!("`{other}` is not a state that it can be brought into")),
        };
        if can(build::TURN_ON) {
            calls.push(("turn_on", Map::new()));
        }
        for (key, service, feature) in [
            ("source", "select_source", build::SELECT_SOURCE),
            ("sound_mode", "select_sound_mode", build::SELECT_SOUND_MODE),
            ("volume_level", "volume_set", build::VOLUME_SET),
            ("is_volume_muted", "volume_mute", build::VOLUME_MUTE),
        ] {
            if let Some(value) = attributes.get(key).filter(|_| can(feature)) {
                calls.push((service, Map::from_iter([(key.to_owned(), value.clone())])));
            }
        }
        let media: Map<String, Value> = ["media_content_type", "media_content_id"]
            .iter()
            .filter_map(|key| Some(((*key).to_owned(), attributes.get(*key)?.clone())))
            .collect();
        if media.len() == 2 && can(build::PLAY_MEDIA) {
            calls.push(("play_media", media));
        } else if can(end.1) {
            calls.push((end.0, Map::new()));
        }
        Ok(calls)
    }
}
