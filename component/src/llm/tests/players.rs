//! Media players.

use serde_json::{Value, json};

use super::{Bench, list, outcome, parsed};
use crate::contract::hearth::mcp::types::OutcomeKind;
use crate::llm::LastPaused;

const ALL: u64 = 1 | 4 | 8 | 16 | 32;
const LIBRARY: u64 = (1 << 22) | (1 << 9);

fn den() -> Value {
    let player = |id: &str, name: &str, area: &str, state: &str, features: u64, volume: Value| {
        json!({
            "id": format!("media_player.{id}"), "name": name, "area": area, "state": state, "features": features,
            "device_class": "speaker", "attributes": {"volume_level": volume},
        })
    };
    json!({
        "time_zone": "Europe/Amsterdam",
        "floors": [],
        "areas": [{"id": "den", "name": "Den"}, {"id": "attic", "name": "Attic"}],
        "entities": [
            player("tv", "Fernseher", "den", "playing", ALL, json!(0.5)),
            player("radio", "Radio", "den", "playing", ALL | LIBRARY, json!(0.95)),
            player("attic", "Boom box", "attic", "idle", ALL, Value::Null),
            player("old", "Gramophone", "attic", "playing", 0, Value::Null),
        ],
    })
}

const TRANSPORT: [(&str, &str, u64); 3] = [
    ("Pause", "media_pause", 1),
    ("Next", "media_next_track", 32),
    ("Previous", "media_previous_track", 16),
];

#[test]
fn what_plays_is_paused_and_skipped() {
    let mut bench = Bench::of(&den());
    for (tool, service, features) in TRANSPORT {
        let tool = format!("media_player__HassMedia{tool}");
        assert_eq!(
            bench.deeds(&tool, json!({})),
            [
                format!("media_player.{service} media_player.tv {{}}"),
                format!("media_player.{service} media_player.radio {{}}"),
            ]
        );
        assert_eq!(
            bench.deeds(
                &tool,
                json!({"name": "radio", "device_class": ["speaker"], "domain": "media_player"})
            ),
            [format!("media_player.{service} media_player.radio {{}}")]
        );
        for (name, reason) in [
            (
                "Boom box",
                format!(
                    "No entities matched the name (given name 'Boom box', domains media_player, states playing, features {features})"
                ),
            ),
            (
                "Gramophone",
                format!(
                    "No entities supported the required features (given name 'Gramophone', domains media_player, states playing, features {features})"
                ),
            ),
        ] {
            assert_eq!(bench.refusal(&tool, json!({"name": name})), reason);
        }
    }
}

/// Pauses, as the server does it, and what is then heard of players.
fn pause(bench: &mut Bench, arguments: Value, heard: &[(&str, &str)]) {
    let plan = bench.plan("media_player__HassMediaPause", arguments);
    bench.paused = plan.remembers.expect("it is remembered");
    for (id, state) in heard {
        bench.paused.heard(&format!("media_player.{id}"), state);
    }
}

fn resumed(bench: &mut Bench, arguments: Value) -> Vec<String> {
    let deeds = bench.deeds("media_player__HassMediaUnpause", arguments);
    let id = |deed: String| {
        let id = deed
            .strip_prefix("media_player.media_play media_player.")
            .expect("it goes on");
        id.trim_end_matches(" {}").to_owned()
    };
    deeds.into_iter().map(id).collect()
}

#[test]
fn what_was_paused_goes_on() {
    let mut bench = Bench::of(&den());
    let everything = ["tv", "radio", "attic", "old"];
    assert_eq!(resumed(&mut bench, json!({})), everything);
    pause(&mut bench, json!({"name": "Radio"}), &[("radio", "paused")]);
    assert_eq!(resumed(&mut bench, json!({})), ["radio"]);
    assert_eq!(resumed(&mut bench, json!({"name": "Fernseher"})), ["tv"]);
    assert_eq!(resumed(&mut bench, json!({"name": "all", "area": "den"})), ["radio"]);
    assert_eq!(resumed(&mut bench, json!({"area": "attic"})), ["attic", "old"]);
    // Going on is forgotten, naming somebody is not.
    let plan = bench.plan("media_player__HassMediaUnpause", json!({}));
    assert_eq!(plan.remembers, Some(LastPaused::default()));
    let plan = bench.plan("media_player__HassMediaUnpause", json!({"name": "Radio"}));
    assert_eq!(plan.remembers, None);

    // Who was changed by other hands since goes first, the last of them.
    pause(
        &mut bench,
        json!({}),
        &[("tv", "paused"), ("radio", "paused"), ("attic", "paused")],
    );
    assert_eq!(resumed(&mut bench, json!({})), ["attic"]);
    assert_eq!(resumed(&mut bench, json!({"area": "den"})), ["tv", "radio"]);
    bench.paused.heard("media_player.tv", "playing");
    assert_eq!(resumed(&mut bench, json!({})), ["tv"]);
    assert_eq!(resumed(&mut bench, json!({"area": "attic"})), ["attic"]);
    assert!(
        !bench.paused.heard("media_player.tv", "paused"),
        "it is the newest already"
    );
    assert!(!bench.paused.heard("light.tv", "on"));
}

#[test]
fn what_is_remembered_stays_small() {
    let long = |number: usize| format!("{}{number}", "x".repeat(200));
    let player = |number: usize| json!({"id": format!("media_player.{}", long(number)), "name": "X", "state": "playing", "features": 1});
    let entities: Vec<Value> = (0..100).map(player).collect();
    let mut bench = Bench::of(&json!({"entities": entities}));
    pause(&mut bench, json!({}), &[]);
    for number in 0..100 {
        bench.paused.heard(&format!("media_player.{}", long(number)), "playing");
    }
    let kept = serde_json::to_string(&bench.paused).expect("it is plain data");
    assert!(kept.len() <= 4 << 10, "{}", kept.len());
}

#[test]
fn volume_is_set_stepped_and_muted() {
    let mut bench = Bench::of(&den());
    let deed = |service: &str, id: &str, data: &str| format!("media_player.{service} media_player.{id} {data}");
    for (tool, arguments, deeds) in [
        (
            "SetVolume",
            json!({"volume_level": "33", "name": "Radio"}),
            vec![deed("volume_set", "radio", r#"{"volume_level":0.33}"#)],
        ),
        (
            "MediaPlayerMute",
            json!({"area": "den", "is_volume_muted": false}),
            vec![
                deed("volume_mute", "tv", r#"{"is_volume_muted":true}"#),
                deed("volume_mute", "radio", r#"{"is_volume_muted":true}"#),
            ],
        ),
        (
            "MediaPlayerUnmute",
            json!({"name": "Radio"}),
            vec![deed("volume_mute", "radio", r#"{"is_volume_muted":false}"#)],
        ),
        (
            "SetVolumeRelative",
            json!({"volume_step": "up"}),
            vec![deed("volume_up", "tv", "{}"), deed("volume_up", "radio", "{}")],
        ),
        (
            "SetVolumeRelative",
            json!({"volume_step": "down", "name": "Boom box"}),
            vec![deed("volume_down", "attic", "{}")],
        ),
        (
            "SetVolumeRelative",
            json!({"volume_step": 10, "area": "den"}),
            vec![
                deed("volume_set", "tv", r#"{"volume_level":0.6}"#),
                deed("volume_set", "radio", r#"{"volume_level":1.0}"#),
            ],
        ),
    ] {
        assert_eq!(
            bench.deeds(&format!("media_player__Hass{tool}"), arguments),
            deeds,
            "{tool}"
        );
    }
    let relative = "media_player__HassSetVolumeRelative";
    let ok = [outcome(OutcomeKind::Ok, Value::Null)];
    let answer = bench.finished(relative, json!({"volume_step": "up", "name": "Radio"}), &ok);
    assert_eq!(parsed(&answer)["data"], json!({"success": [], "failed": []}));
    let failed = [outcome(OutcomeKind::Failed, json!({"error": "Stuck"}))];
    let answer = bench.finished(relative, json!({"volume_step": "up", "name": "Radio"}), &failed);
    assert_eq!(
        answer.text(),
        "Error calling tool: Error setting relative volume: Stuck"
    );
    for (arguments, text) in [
        (
            json!({"volume_step": 5, "name": "Boom box"}),
            "Boom box does not tell its volume; set it instead",
        ),
        (json!({"volume_step": "loud"}), "volume_step"),
        (json!({"volume_step": 101}), "volume_step"),
    ] {
        let refusal = bench.refusal(relative, arguments);
        assert!(refusal.contains(text), "{refusal}");
    }
    // Nothing plays: nobody is meant.
    let mut quiet = den();
    for entity in quiet["entities"].as_array_mut().expect("a list") {
        entity["state"] = "idle".into();
    }
    assert_eq!(
        Bench::of(&quiet).refusal(relative, json!({"volume_step": "up"})),
        "No entities were in the required state (given domains media_player, states playing, features 4)"
    );
}

#[test]
fn media_is_found_and_played_on_a_player_that_can_do_both() {
    let mut bench = Bench::of(&den());
    let (search, play) = ("media_player__search_media", "media_player__play_media");
    let arguments =
        json!({"search_query": "Bach", "within_media_content_id": "a1", "player_name": "", "player_area": "Den"});
    assert_eq!(
        bench.deeds(search, arguments.clone()),
        [r#"media_player.search_media media_player.radio {"search_query":"Bach","media_content_id":"a1"}"#]
    );
    let medium = json!({
        "title": "Fugue", "media_class": "track", "media_content_type": "music", "media_content_id": "f1",
        "children_media_class": null, "can_play": true, "can_expand": false, "can_search": false, "thumbnail": "x",
    });
    let found = |count: usize| {
        let result = vec![medium.clone(); count];
        [outcome(
            OutcomeKind::Ok,
            json!({"media_player.radio": {"version": "1", "result": result}}),
        )]
    };
    let answer = parsed(&bench.finished(search, arguments.clone(), &found(40)));
    assert_eq!(list(&answer["results"]).len(), 35);
    assert_eq!(
        answer["results"][0],
        json!({
            "title": "Fugue", "media_class": "track", "media_content_type": "music", "media_content_id": "f1",
            "can_play": true, "can_search": false,
        })
    );
    assert!(answer["instruction"].as_str().is_some_and(|text| text.contains(play)));
    assert_eq!(bench.finished(search, arguments, &found(0)).text(), r#"{"results":[]}"#);

    let arguments = json!({"media_content_id": "f1", "media_content_type": "music"});
    assert_eq!(
        bench.deeds(play, arguments.clone()),
        [r#"media_player.play_media media_player.radio {"media_content_id":"f1","media_content_type":"music"}"#]
    );
    let ok = [outcome(OutcomeKind::Ok, Value::Null)];
    assert_eq!(bench.finished(play, arguments, &ok).text(), r#"{"success":true}"#);
    assert_eq!(
        bench.refusal(search, json!({"search_query": "x", "player_name": "Fernseher"})),
        "No entities supported the required features (given name 'Fernseher', domains media_player, features 4194816)"
    );
    let refusal = bench.refusal(search, json!({"search_query": "x", "name": "Radio"}));
    assert!(refusal.starts_with("not a valid option at 'name'"), "{refusal}");

    // Where no player can, neither is offered.
    let mut deaf = den();
    deaf["entities"][1]["features"] = ALL.into();
    let refusal = Bench::of(&deaf).refusal(search, json!({"search_query": "x"}));
    assert!(
        refusal.starts_with("Tool \"media_player__search_media\" not found"),
        "{refusal}"
    );
}
