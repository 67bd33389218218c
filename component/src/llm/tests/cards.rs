//! What is told of the home: the live context, its filters, and the prompt.

use serde_json::{Value, json};

use super::{Bench, house, list, parsed};
use crate::llm::SNAPSHOT;
use crate::llm::content::Body;

const LIVE: &str = "homeassistant__GetLiveContext";

/// The live context as data.
fn context(bench: &mut Bench, arguments: Value) -> Value {
    let answer = bench.answer(LIVE, arguments);
    assert!(!answer.is_error, "{answer:?}");
    let text = parsed(&answer)["result"].as_str().expect("a text").to_owned();
    let (_, yaml) = text.split_once('\n').expect("a header and a list");
    serde_yaml_ng::from_str(yaml).expect("it is YAML")
}

fn one(entity: Value) -> Value {
    json!({"time_zone": "Europe/Amsterdam", "entities": [entity]})
}

#[test]
fn an_entity_is_told_in_the_homes_order() {
    let home = one(json!({
        "id": "light.x", "name": "X", "aliases": ["X", "on"], "state": "on",
        "attributes": {"humidity": 12.0, "effect": "rainbow", "brightness": 128, "temperature": null, "device_class": true},
    }));
    let told = context(&mut Bench::of(&home), json!({}));
    let expected = json!([{
        "names": "X, on",
        "domain": "light",
        "state": "on",
        "attributes": {
            "humidity": 12.0, "brightness": "128", "temperature": null, "device_class": "True", "brightness_pct": "50",
        },
    }]);
    assert_eq!(told.to_string(), expected.to_string());
}

#[test]
fn states_are_rounded_and_moments_are_local() {
    let table = [
        ("sensor.a", json!(1), json!({}), "54.25", "54.2"),
        ("sensor.a", json!(0), json!({}), "-0.4", "0"),
        ("sensor.a", json!(2), json!({}), "unavailable", "unavailable"),
        ("sensor.a", json!(2), json!({}), "1e3", "1000.00"),
        ("number.a", json!(0), json!({}), "1.5", "1.5"),
        (
            "sensor.a",
            json!(null),
            json!({"device_class": "timestamp"}),
            "2026-11-22T10:00:00+00:00",
            "2026-11-22T11:00:00+01:00",
        ),
        (
            "sensor.a",
            json!(null),
            json!({"device_class": "timestamp"}),
            "2026-07-01 10:00:00.5Z",
            "2026-07-01T12:00:00.500000+02:00",
        ),
        (
            "sensor.a",
            json!(null),
            json!({"device_class": "timestamp"}),
            "2026-07-01T10:00:00",
            "2026-07-01T10:00:00+02:00",
        ),
        (
            "sensor.a",
            json!(null),
            json!({"device_class": "timestamp"}),
            "unknown",
            "unknown",
        ),
    ];
    for (id, precision, attributes, state, told) in table {
        let home = one(json!({
            "id": id, "name": "A", "precision": precision, "attributes": attributes, "state": state,
        }));
        assert_eq!(context(&mut Bench::of(&home), json!({}))[0]["state"], told, "{state}");
    }
}

#[test]
fn brightness_is_told_in_percent_too() {
    for (brightness, percent) in [(0, "0"), (1, "1"), (2, "1"), (128, "50"), (180, "71"), (255, "100")] {
        let home = one(json!({"id": "light.x", "name": "X", "state": "on", "attributes": {"brightness": brightness}}));
        let told = context(&mut Bench::of(&home), json!({}));
        assert_eq!(told[0]["attributes"]["brightness_pct"], percent);
    }
}

#[test]
fn filters_combine() {
    let mut bench = Bench::house();
    let names = |told: Value| -> Vec<String> {
        list(&told)
            .iter()
            .filter_map(|entity| entity["names"].as_str())
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(names(context(&mut bench, json!({"name": "LAMP"}))), ["Lamp", "Lamp"]);
    assert_eq!(
        names(context(&mut bench, json!({"name": "lamp", "area": "Küche"}))),
        ["Lamp"]
    );
    assert_eq!(names(context(&mut bench, json!({"domain": " Valve "}))), ["Tap"]);
    assert_eq!(
        names(context(&mut bench, json!({"domain": ["lock", "valve", ""]}))),
        ["Front door", "Tap"]
    );
    assert_eq!(
        names(context(&mut bench, json!({"name": "", "domain": [], "area": ""}))).len(),
        11
    );
    // One without a name is told of, and so is the area of each with its aliases.
    let told = context(&mut bench, json!({"name": "light.nameless"}));
    assert_eq!(told, json!([{"names": "", "domain": "light", "state": "off"}]));
    let told = context(&mut bench, json!({"name": "plug"}));
    assert_eq!(told[0]["areas"], "Bedroom, Den, Sleep");
}

#[test]
fn a_filter_that_nothing_meets_says_which() {
    let mut bench = Bench::house();
    for (arguments, text) in [
        (json!({"area": "Moon"}), "Area 'Moon' does not exist"),
        (json!({"name": "zz"}), "No exposed entities matched name 'zz'"),
        (json!({"area": "garage"}), "No exposed entities found in area 'garage'"),
        (
            json!({"domain": ["A", "b"]}),
            "No exposed entities found in domain(s): a, b",
        ),
        (
            json!({"domain": "script"}),
            "No exposed entities found in domain(s): script",
        ),
    ] {
        let answer = bench.answer(LIVE, arguments);
        assert!(answer.is_error);
        assert_eq!(parsed(&answer), json!({"error": text}));
    }
    let text = bench.refusal(LIVE, json!({"foo": 1}));
    assert!(text.starts_with("not a valid option at 'foo'"), "{text}");
    assert!(
        bench
            .refusal(LIVE, json!({"name": null}))
            .contains("name must be a text")
    );
}

#[test]
fn the_snapshot_is_the_live_context() {
    let mut bench = Bench::house();
    let whole = parsed(&bench.answer(LIVE, json!({})))["result"].clone();
    let snapshot = bench.snapshot().expect("it is there").expect("it can be read");
    assert_eq!(
        (snapshot.uri.as_str(), snapshot.mime_type.as_str()),
        (SNAPSHOT, "text/plain")
    );
    assert_eq!(snapshot.body, Body::Text(whole.as_str().unwrap_or_default().to_owned()));
}

#[test]
fn an_empty_home_says_so() {
    let mut bench = Bench::of(&json!({"time_zone": "nowhere"}));
    let answer = bench.answer(LIVE, json!({"area": "Moon"}));
    assert!(answer.is_error && parsed(&answer)["error"].is_string());
    assert!(bench.snapshot().expect("it is there").is_err());
    let prompt = bench.prompt();
    assert!(prompt.contains("expose") && !prompt.contains("intent__"), "{prompt}");
}

#[test]
fn the_prompt_tells_what_there_is_and_where_the_user_is() {
    let prompt = |mut bench: Bench| bench.prompt();
    let anywhere = prompt(Bench::house());
    assert!(
        anywhere.contains("- names: Blind\n  domain: cover\n  areas: Bedroom, Den, Sleep\n"),
        "{anywhere}"
    );
    assert!(!anywhere.contains("state:") && !anywhere.contains("Make tea"));
    assert!(anywhere.contains("homeassistant__GetLiveContext") && anywhere.contains("intent__HassTurnOn"));
    assert!(anywhere.contains("ask for the area"));
    let kitchen = prompt(Bench::house().on("kitchen_speaker"));
    assert!(kitchen.contains("in area Kitchen (floor Ground floor)") && !kitchen.contains("ask for the area"));
    let garage = prompt(Bench::house().on("garage_speaker"));
    assert!(garage.contains("in area Garage."));
    assert_eq!(prompt(Bench::house().on("no_such_device")), anywhere);
    assert_eq!(prompt(Bench::of(&house())), anywhere);
}

/// Texts that YAML 1.1 or 1.2 reads as something else when they stand bare.
const NASTY: &[&str] = &[
    "",
    " ",
    "on",
    "off",
    "On",
    "OFF",
    "yes",
    "No",
    "y",
    "N",
    "true",
    "False",
    "null",
    "Null",
    "~",
    "none",
    "12:30",
    "1:2:3",
    "190:20:30.15",
    "54",
    "-5",
    "+5",
    "1_0",
    "1__0",
    "0_",
    "0x1F",
    "0o17",
    "0b101",
    "017",
    "08",
    "1.",
    ".5",
    "-.5",
    "1e5",
    "1.0e5",
    "6.8523015e+5",
    "685_230.15",
    ".inf",
    "-.INF",
    ".nan",
    "nan",
    "inf",
    "2026-01-01",
    "2026-01-01T10:00:00+00:00",
    "2026-1-1 10:00:00",
    "=",
    "<<",
    "-",
    "- a",
    "-x",
    "?",
    "? a",
    "?x",
    ":",
    ": a",
    ":x",
    "a: b",
    "a:",
    "a:b",
    "a #b",
    "a#b",
    "#a",
    ", a",
    "[a]",
    "{a}",
    "]",
    "}",
    "&a",
    "*a",
    "!a",
    "!!str a",
    "|",
    "|a",
    ">",
    ">a",
    "'a'",
    "it's",
    "'",
    "''",
    "\"a\"",
    "a\"b",
    "%a",
    "@a",
    "`a",
    "---",
    "--- a",
    "---a",
    "...",
    "... a",
    " lead",
    "trail ",
    "a\nb",
    "\na",
    "a\n",
    "a\n\n b\n",
    "a\tb",
    "\ta",
    "a\r\nb",
    "a\\b",
    "a\\nb",
    "\u{7f}",
    "\u{7}",
    "\u{85}",
    "a\u{85}b",
    "\u{2028}",
    "a\u{2028}b",
    "a\u{2029}b",
    "\u{feff}a",
    "a\u{feff}",
    "\u{a0}a",
    "\u{a0}",
    "\u{200b}a",
    "☀️ Küche ☕",
    "😀 lamp",
    "♥♥",
    "°C",
    "%",
    "中文",
    "http://x:80/a",
    "a, b",
    "a | b",
    "a > b",
    "C#",
    "5 o'clock: \"now\"",
    "A very long alias number 0, A very long alias number 1, A very long alias number 2, A very long alias number 3",
    "word   with   many   spaces   and   more   than   eighty   columns   of   text   in   it   so   that   it   folds",
];

#[test]
fn every_text_survives_yaml() {
    for text in NASTY {
        let home = one(
            json!({"id": "media_player.x", "name": "X", "aliases": [text], "state": text, "attributes": {
                "media_title": text, "media_artist": [text, 1, {"a": text}], "volume_level": 1e16,
            }}),
        );
        let told = context(&mut Bench::of(&home), json!({}));
        let expected = json!([{"names": text.trim(), "domain": "media_player", "state": text, "attributes": {
            "media_title": text, "media_artist": [text, 1, {"a": text}], "volume_level": 1e16,
        }}]);
        assert_eq!(told, expected, "{text:?}");
    }
}
