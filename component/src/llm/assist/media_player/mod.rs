//! Media players: transport, volume, and what they can find and play.

mod library;
mod transport;
mod volume;

use super::service::{device_classes, only_domain, place};
use crate::home::Mirror;
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::Tool;

/// The domain that the tools are for.
pub(super) const DOMAIN: &str = "media_player";

/// What ids of its entities begin with.
pub(super) const PREFIX: &str = "media_player.";

/// The state of a player that plays.
const PLAYING: &str = "playing";

/// The state of a player that was paused.
pub(super) const PAUSED: &str = "paused";

/// The device classes that can be asked for.
const DEVICE_CLASSES: &[&str] = &["tv", "speaker", "receiver", "projector"];

/// What these tools may do.
pub(super) const ACTIONS: &[&str] = &[
    "media_player.media_next_track",
    "media_player.media_pause",
    "media_player.media_play",
    "media_player.media_previous_track",
    "media_player.play_media",
    "media_player.search_media",
    "media_player.volume_down",
    "media_player.volume_mute",
    "media_player.volume_set",
    "media_player.volume_up",
];

/// The tools that the players of this home give cause for.
pub(super) fn tools(mirror: &Mirror) -> Vec<Tool> {
    let mut tools = vec![
        transport::unpause(),
        transport::pause(),
        transport::next(),
        transport::previous(),
        volume::set(),
        volume::change(),
        volume::mute(),
        volume::unmute(),
    ];
    if library::is_offered(mirror) {
        tools.extend([library::search(), library::play()]);
    }
    tools
}

/// What the tools take that are for any number of players; `more` comes last.
fn parameters<'a>(more: impl IntoIterator<Item = (&'a str, Schema)>, required: &[&str]) -> Parameters {
    let players = place()
        .into_iter()
        .chain([only_domain(DOMAIN), device_classes(DEVICE_CLASSES)]);
    Parameters::of(players.chain(more), required)
}
