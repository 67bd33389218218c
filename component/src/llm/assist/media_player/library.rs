//! What players can find, and play.

use serde_json::{Map, Value, json};

use super::DOMAIN;
use crate::home::{Entity, Mirror};
use crate::llm::assist::service::{self, action};
use crate::llm::assist::targets::Constraints;
use crate::llm::finish::{Finish, Told};
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Reading, Refused, Tool};
use crate::llm::{Call, Plan, Request};

const PLAY_MEDIA: u64 = 1 << 9;
const SEARCH_MEDIA: u64 = 1 << 22;
/// What is found is valid on the player that found it, so both tools are for players that can do both.
const BOTH: u64 = SEARCH_MEDIA | PLAY_MEDIA;

/// Whether a player of this home can search and play.
pub(super) fn is_offered(mirror: &Mirror) -> bool {
    let mut entities = mirror.entities().iter();
    entities.any(|entity| entity.domain == DOMAIN && entity.features & BOTH == BOTH)
}

pub(super) fn search() -> Tool {
    let text = |description: &str| Schema::string().describe(description);
    let query = [
        ("search_query", text("Song, artist, album …")),
        (
            "within_media_content_id",
            text("media_content_id of an earlier result to search inside"),
        ),
        ("within_media_content_type", text("Its media_content_type")),
    ];
    let hints = Hints {
        open_world: true,
        ..Hints::ASKS
    };
    Tool::new(
        "media_player__search_media",
        "Search media",
        "Search a media player for media to play.",
        Parameters::of(query.into_iter().chain(player()), &["search_query"]),
        hints,
        |_, request, arguments| {
            let player = find(request, &arguments)?;
            let mut data = Map::new();
            for (argument, member) in [
                ("search_query", "search_query"),
                ("within_media_content_id", "media_content_id"),
                ("within_media_content_type", "media_content_type"),
            ] {
                data.extend(arguments.get(argument).map(|value| (member.to_owned(), value.clone())));
            }
            let actions = vec![action("media_player.search_media", &[&player.id], &Value::Object(data))];
            let finish = Finish::Told {
                entity: player.id.clone(),
                what: Told::Media,
            };
            Ok(Call::Perform(Plan::to_the_end(actions, finish)))
        },
    )
    .reading(Reading::Tidied)
}

pub(super) fn play() -> Tool {
    let text = |description: &str| Schema::string().describe(description);
    let media = [
        ("media_content_id", text("Of a search result, or a URL")),
        (
            "media_content_type",
            text("Of the search result; music for the URL of a sound"),
        ),
    ];
    Tool::new(
        "media_player__play_media",
        "Play media",
        "Play a search result, on the player that found it, or a URL.",
        Parameters::of(
            media.into_iter().chain(player()),
            &["media_content_id", "media_content_type"],
        ),
        Hints::OPEN,
        |_, request, arguments| {
            let player = find(request, &arguments)?;
            let of = |name: &str| arguments.get(name).cloned().unwrap_or_default();
            let data = json!({
                "media_content_id": of("media_content_id"),
                "media_content_type": of("media_content_type"),
            });
            let actions = vec![action("media_player.play_media", &[&player.id], &data)];
            let answer = json!({"success": true}).to_string();
            Ok(service::whole(actions, answer, "It could not be played"))
        },
    )
    .reading(Reading::Tidied)
}

fn player() -> [(&'static str, Schema); 3] {
    ["player_name", "player_area", "player_floor"].map(|name| (name, Schema::string()))
}

/// The one player that is meant.
fn find<'a>(request: &Request<'a>, arguments: &Arguments) -> Result<&'a Entity, Refused> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let wanted = Constraints {
        name: text("player_name"),
        area: text("player_area"),
        floor: text("player_floor"),
        domains: Some(vec![DOMAIN]),
        features: BOTH,
        single_target: true,
        ..Constraints::default()
    };
    service::one(request, &wanted)
}
