//! What the demo cannot show: what comes after a track, what is found and played, and files that are wrong.

use serde_json::{Value, json};

use crate::home::embedded::domains::domain;
use crate::home::embedded::domains::tests::{Entity, NOW, wrong};

/// A speaker with a list of three tracks and a small library.
fn speaker() -> Entity {
    let track = |title: &str| json!({"title": title, "artist": "The Larks", "album": "Dawn", "duration": 200});
    let mut speaker = Entity::new(
        "media_player.kitchen",
        json!({
            "state": "playing",
            "attributes": {"media_position": 50, "volume_level": 0.3},
            "options": {
                "features": ["play", "pause", "stop", "turn_on", "turn_off", "next_track", "previous_track", "seek",
                    "volume_set", "repeat_set", "play_media", "search_media", "browse_media", "media_enqueue",
                    "clear_playlist"],
                "volume_step": 0.05,
                "tracks": [track("First"), track("Second"), track("Third")],
                "library": [
                    {"title": "Ludwig van Beethoven", "media_class": "artist", "media_content_id": "beethoven",
                        "children": [
                            {"title": "Moonlight Sonata", "media_class": "album", "media_content_id": "moonlight",
                                "children": [
                                    {"title": "Adagio sostenuto", "media_class": "track", "media_content_id": "adagio",
                                        "duration": 360},
                                    {"title": "Allegretto", "media_class": "track", "media_content_id": "allegretto"},
                                ]},
                            {"title": "Für Elise", "media_class": "track", "media_content_id": "elise"},
                        ]},
                    {"title": "Harbour News", "media_class": "podcast", "media_content_type": "podcast",
                        "media_content_id": "news"},
                ],
            },
        }),
    );
    speaker.at(NOW);
    speaker
}

fn shown<'a>(speaker: &'a Entity, key: &str) -> &'a Value {
    speaker.state.attributes.get(key).unwrap_or(&Value::Null)
}

fn found(speaker: &Entity, query: Value) -> Vec<String> {
    let answer = speaker.ask("search_media", query, NOW).expect("it searches");
    let results = answer["result"].as_array().expect("results are a list");
    let titles = results
        .iter()
        .map(|result| result["title"].as_str().unwrap_or_default().to_owned());
    titles.collect()
}

#[test]
fn a_track_that_ends_is_followed_by_the_next_and_the_last_by_silence() {
    let mut speaker = speaker();
    assert_eq!(
        shown(&speaker, "media_position_updated_at"),
        "2027-01-15T08:00:00.000000+00:00"
    );
    assert_eq!(speaker.due(), Some(NOW + 150_000));
    speaker.at(NOW + 149_999);
    assert_eq!(shown(&speaker, "media_title"), "First");
    speaker.at(NOW + 150_000);
    assert_eq!(shown(&speaker, "media_title"), "Second");
    assert_eq!(
        (shown(&speaker, "media_position"), shown(&speaker, "media_track")),
        (&json!(0), &json!(2))
    );
    let (state, _) = speaker.at(NOW + 1_000_000);
    assert_eq!(state, "idle");
    assert_eq!(shown(&speaker, "media_title"), "First");
    assert_eq!(speaker.due(), None);
}

#[test]
fn what_is_repeated_never_ends() {
    let mut speaker = speaker();
    speaker
        .call("repeat_set", json!({"repeat": "one"}), NOW)
        .expect("it can");
    speaker.at(NOW + 10_000_000_000);
    assert_eq!(shown(&speaker, "media_title"), "First");
    speaker
        .call("repeat_set", json!({"repeat": "all"}), NOW)
        .expect("it can");
    let now = NOW + 10_000_000_000;
    for title in ["Second", "Third", "First"] {
        speaker.call("media_next_track", json!({}), now).expect("it can");
        assert_eq!(shown(&speaker, "media_title"), title);
    }
    speaker.call("media_previous_track", json!({}), now).expect("it can");
    assert_eq!(shown(&speaker, "media_title"), "Third");
}

#[test]
fn it_stands_where_it_was_paused_and_goes_where_it_is_told() {
    let mut speaker = speaker();
    speaker.call("media_pause", json!({}), NOW + 30_500).expect("it can");
    assert_eq!(shown(&speaker, "media_position"), 80);
    assert!(!speaker.state.attributes.contains_key("media_position_updated_at"));
    assert_eq!(speaker.due(), None);
    speaker
        .call("media_seek", json!({"seek_position": 190}), NOW + 60_000)
        .expect("it can");
    speaker.call("media_play", json!({}), NOW + 90_000).expect("it can");
    assert_eq!(
        (shown(&speaker, "media_position"), speaker.due()),
        (&json!(190), Some(NOW + 100_000))
    );
    let refused = speaker.call("media_seek", json!({"seek_position": 201}), NOW + 90_000);
    assert_eq!(
        refused.map_err(|error| error.to_string()),
        Err("value must be at most 200, the seconds that media_player.kitchen plays, at 'seek_position'".to_owned())
    );
}

#[test]
fn a_step_of_the_volume_is_what_the_file_says() {
    let mut speaker = speaker();
    speaker.call("volume_up", json!({}), NOW).expect("it can");
    assert_eq!(shown(&speaker, "volume_level"), 0.35);
}

#[test]
fn words_find_titles_artists_and_albums_also_within_a_work() {
    let speaker = speaker();
    assert_eq!(
        found(&speaker, json!({"search_query": "moonlight"})),
        ["Moonlight Sonata", "Adagio sostenuto", "Allegretto"]
    );
    assert_eq!(
        found(&speaker, json!({"search_query": "beethoven ELISE"})),
        ["Für Elise"]
    );
    assert_eq!(
        found(
            &speaker,
            json!({"search_query": "a", "media_content_id": "moonlight", "media_content_type": "music"})
        ),
        ["Adagio sostenuto", "Allegretto"]
    );
    assert_eq!(
        found(
            &speaker,
            json!({"search_query": "beethoven", "media_filter_classes": ["album"]})
        ),
        ["Moonlight Sonata"]
    );
    assert_eq!(
        found(&speaker, json!({"search_query": "", "media_content_type": "podcast"})),
        ["Harbour News"]
    );
    assert_eq!(found(&speaker, json!({"search_query": "rock"})), [""; 0]);
    let refused = speaker.ask(
        "search_media",
        json!({"search_query": "a", "media_content_id": "x"}),
        NOW,
    );
    assert!(refused.is_err_and(|error| error.to_string().contains("has no media `x`")));
}

#[test]
fn a_library_can_be_looked_through() {
    let speaker = speaker();
    let root = speaker.ask("browse_media", json!({}), NOW).expect("it shows it");
    assert_eq!(
        (&root["media_class"], &root["children_media_class"]),
        (&json!("directory"), &json!("directory"))
    );
    let titles: Vec<&Value> = root["children"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|child| &child["title"])
        .collect();
    assert_eq!(titles, ["Ludwig van Beethoven", "Harbour News"]);
    let album = json!({"media_content_id": "moonlight", "media_content_type": "music"});
    let album = speaker.ask("browse_media", album, NOW).expect("it shows it");
    assert_eq!(
        (&album["children_media_class"], &album["can_search"]),
        (&json!("track"), &json!(true))
    );
    assert_eq!(album["children"][0]["media_content_id"], "adagio");
    assert_eq!(album["children"][0].get("children"), None);
}

#[test]
fn what_is_found_can_be_played_now_or_later() {
    let mut speaker = speaker();
    let mut play = |id: &str, more: Value| {
        let mut data = json!({"media_content_id": id, "media_content_type": "music"});
        data.as_object_mut()
            .expect("it is one")
            .extend(more.as_object().cloned().unwrap_or_default());
        speaker
            .call("play_media", data, NOW)
            .map_err(|error| error.to_string())?;
        let shown = |key: &str| {
            speaker
                .state
                .attributes
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        Ok::<_, String>(format!(
            "{}: {}, {}",
            speaker.state.state,
            shown("media_title"),
            shown("media_artist")
        ))
    };
    assert_eq!(
        play("moonlight", json!({})).as_deref(),
        Ok("playing: Adagio sostenuto, Ludwig van Beethoven")
    );
    assert_eq!(
        play("news", json!({"enqueue": "next"})).as_deref(),
        Ok("playing: Adagio sostenuto, Ludwig van Beethoven")
    );
    assert_eq!(
        play("elise", json!({"announce": true})).as_deref(),
        Ok("playing: Adagio sostenuto, Ludwig van Beethoven")
    );
    assert_eq!(
        play("elise", json!({"enqueue": "play"})).as_deref(),
        Ok("playing: Für Elise, Ludwig van Beethoven")
    );
    assert_eq!(
        play("https://radio.example/live.mp3?x=1", json!({"enqueue": "add"})).as_deref(),
        Ok("playing: Für Elise, Ludwig van Beethoven")
    );
    assert_eq!(
        play("abc", json!({})).unwrap_err(),
        "media_player.kitchen has no media `abc`: it is neither in its library nor an http or https address; \
         search for it first"
    );
    let mut titles = Vec::new();
    for _ in 0..4 {
        speaker.call("media_next_track", json!({}), NOW).expect("it can");
        titles.push(shown(&speaker, "media_title").clone());
    }
    assert_eq!(titles, ["Harbour News", "Allegretto", "live.mp3", "live.mp3"]);
    speaker.call("clear_playlist", json!({}), NOW).expect("it can");
    speaker.call("turn_on", json!({}), NOW).expect("it can");
    assert_eq!(shown(&speaker, "media_title"), &Value::Null);
}

#[test]
fn a_scene_brings_a_player_into_a_state() {
    let speaker = speaker();
    let rules = domain("media_player").expect("the domain exists");
    let wanted = json!({"volume_level": 0.2, "media_content_id": "elise", "media_content_type": "music"});
    let calls = rules.reproduce(&speaker.config, "playing", wanted.as_object().expect("it is one"));
    let services: Vec<&str> = calls.expect("it can").into_iter().map(|(service, _)| service).collect();
    assert_eq!(services, ["turn_on", "volume_set", "play_media"]);
    let off = rules
        .reproduce(&speaker.config, "off", &Default::default())
        .expect("it can");
    assert_eq!(off.first().map(|(service, _)| *service), Some("turn_off"));
    assert!(rules.reproduce(&speaker.config, "loud", &Default::default()).is_err());
}

#[test]
fn what_is_wrong_with_a_player_is_said() {
    for (described, key, reason) in [
        (
            json!({"state": "loud"}),
            "state",
            "`loud` is not a state of a media player; it is one of off, on, idle, playing, paused, standby, buffering",
        ),
        (
            json!({"attributes": {"volume_level": 5}}),
            "attributes",
            "`volume_level` cannot be 5 for a media player",
        ),
        (
            json!({"attributes": {"brightness": 5}}),
            "attributes",
            "`brightness` cannot be 5 for a media player",
        ),
        (
            json!({"options": {"volume_step": 2}}),
            "volume_step",
            "2 is not a part of the volume from 0 to 1",
        ),
        (
            json!({"options": {"tracks": [{"artist": "x"}]}}),
            "tracks",
            "number 1 of `tracks`: `title` is missing; write title = \"…\"",
        ),
        (
            json!({"options": {"tracks": [{"title": "x", "duration": 0}]}}),
            "tracks",
            "number 1 of `tracks`: `duration` is 0; it is at least a second",
        ),
        (
            json!({"options": {"library": [
            {"title": "x", "media_class": "track", "media_content_id": "1"},
            {"title": "y", "media_class": "album", "media_content_id": "2", "children": [
                {"title": "z", "media_class": "track", "media_content_id": "1"}]}]}}),
            "library",
            "two works have the media_content_id `1`",
        ),
        (
            json!({"options": {"library": [{"title": "y", "media_class": "album", "media_content_id": "2", "children": [
            {"title": "z", "media_class": "song", "media_content_id": "1"}]}]}}),
            "library",
            "number 1 of `children` of number 1 of `library`: `media_class` is `song`; it must be one of album, app, \
             artist, channel, composer, contributing_artist, directory, episode, game, genre, image, movie, music, \
             playlist, podcast, season, track, tv_show, url, video",
        ),
    ] {
        assert_eq!(
            wrong("media_player.kitchen", described),
            (Some(key.to_owned()), reason.to_owned())
        );
    }
}
