//! Intents of the owner: who is offered them, what they do, and what they say.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::EmbeddedHome;
use super::super::state::MemoryStates;
use super::{HOME, NOON, Probe};
use crate::clock::ManualClock;
use crate::home::{Home, Nature};

fn probe(intents: &str) -> Probe {
    let file = format!("{HOME}\n{intents}");
    Probe::of(&file, Arc::default(), ManualClock::at(NOON))
}

fn says(text: &str) -> Value {
    json!({ "speech": { "plain": { "speech": text, "extra_data": null } } })
}

#[tokio::test]
async fn the_home_that_is_brought_along_says_good_morning() {
    let clock = ManualClock::at(NOON);
    let home = Probe::of(EmbeddedHome::default_file(), Arc::default(), clock);
    let told = home.home.snapshot().scripts;
    let told = told.iter().find(|script| script.action == "intent_script.GoodMorning");
    let told = told.expect("it is offered");
    assert_eq!(told.entity, told.action);
    assert!(told.description.starts_with("Opens the living room blinds"));
    assert_eq!(told.fields, b"{}");

    let answer = home.act("intent_script.GoodMorning", json!({}), json!({})).await;
    assert_eq!(answer, Ok(Some(says("Good morning! It is 15.6 degrees outside."))));
    assert_eq!(home.state("cover.living_room_blinds"), "opening");
}

#[tokio::test]
async fn the_sequence_and_the_speech_see_the_slots_and_the_response() {
    let home = probe(
        r#"
[[intents]]
name = "Light"
speech = "{{ name }} in {{ area }}: {{ action_response.done }}, {{ domain | join('+') }}, {{ targets.entities | join }}"
reprompt = "{{ 'And now?' if action_response is defined }}"

[[intents.sequence]]
action = "light.turn_on"
target = { entity_id = "{{ targets.entities }}" }

[[intents.sequence]]
variables = { answer = { done = "{{ name | upper }}" } }

[[intents.sequence]]
stop = "done"
response_variable = "answer"
"#,
    );
    let slots = json!({
        "name": "lamp",
        "area": "Kitchen",
        "domain": "light",
        "floor": " ",
        "device_class": null,
        "targets": {"entities": ["light.lamp"]},
    });
    let answer = home.act("intent_script.Light", json!({}), slots).await;
    let mut wanted = says("lamp in Kitchen: LAMP, light, light.lamp");
    wanted["reprompt"] = json!({ "plain": { "reprompt": "And now?", "extra_data": null } });
    assert_eq!(answer, Ok(Some(wanted)));
    assert_eq!(home.state("light.lamp"), "on");
}

#[tokio::test]
async fn what_is_not_said_is_not_answered() {
    let home = probe(
        r#"
[[intents]]
name = "Quiet"
reprompt = "{{ '' }}"
sequence = [{ action = "switch.turn_on", target = { entity_id = "switch.one" } }]

[[intents]]
name = "Number"
speech = "{{ 40 + 2 }}"

[[intents]]
name = "Gives_up"
speech = "{{ 'answered' if action_response is defined else 'nothing' }}"
sequence = [{ stop = "no", error = true }]
"#,
    );
    let answer = home.act("intent_script.Quiet", json!({}), json!({})).await;
    assert_eq!(answer, Ok(Some(json!({ "speech": {} }))));
    assert_eq!(home.state("switch.one"), "on");
    let answer = home.act("intent_script.Number", json!({}), json!({})).await;
    assert_eq!(answer, Ok(Some(says("42"))));
    let answer = home.act("intent_script.Gives_up", json!({}), json!({})).await;
    assert_eq!(answer, Ok(Some(says("nothing"))));
}

#[tokio::test]
async fn what_goes_wrong_is_told() {
    let home = probe(
        r#"
[[intents]]
name = "Fails"
speech = "done"
sequence = [{ action = "cover.set_cover_position", target = { entity_id = "cover.blinds" }, data = { position = "{{ 300 }}" } }]

[[intents]]
name = "Mumbles"
speech = "{{ nobody.nothing }}"
"#,
    );
    for (action, slots, reason) in [
        ("intent_script.Fails", json!({}), "expected a percentage"),
        ("intent_script.Mumbles", json!({}), "the template"),
        (
            "intent_script.Nobody",
            json!({}),
            "Action intent_script.Nobody not found",
        ),
        (
            "intent_script.Mumbles",
            json!({"domain": [1]}),
            "expected a list of texts at 'domain'",
        ),
        (
            "intent_script.Mumbles",
            json!({"area": {}}),
            "expected a text at 'area'",
        ),
    ] {
        let refused = home.act(action, json!({}), slots).await.expect_err("it is refused");
        assert!(refused.contains(reason), "{refused}");
    }
}

#[tokio::test]
async fn an_intent_is_offered_where_its_platforms_are() {
    let home = probe(
        r#"
[[intents]]
name = "Always"
speech = "yes"

[[intents]]
name = "Covers"
platforms = ["vacuum", "cover"]
speech = "yes"

[[intents]]
name = "Never"
platforms = ["vacuum"]
speech = "yes"
"#,
    );
    let scripts = home.home.snapshot().scripts;
    let offered: Vec<_> = scripts
        .iter()
        .filter(|script| script.action.starts_with("intent_script."))
        .collect();
    let actions: Vec<_> = offered.iter().map(|script| script.action.as_str()).collect();
    assert_eq!(actions, ["intent_script.Always", "intent_script.Covers"]);
    assert_eq!(offered[0].description, "Execute Home Assistant Always intent");
    assert_eq!(home.home.nature("intent_script.Covers"), Some(Nature::Write));
    assert_eq!(home.home.nature("intent_script.Never"), None);
    assert!(home.act("intent_script.Never", json!({}), json!({})).await.is_err());
    assert!(!home.home.exposes("intent_script.Always"));
    let snapshot = home.home.snapshot();
    assert!(snapshot.entities.iter().all(|entity| entity.domain != "intent_script"));
}

/// As a script that runs already.
#[tokio::test]
async fn an_intent_in_the_mode_single_is_not_begun_twice() {
    let home = probe(
        r#"
[[intents]]
name = "Slow"
speech = "{{ action_response.at if action_response is defined else 'not begun' }}"

[[intents.sequence]]
delay = 5

[[intents.sequence]]
variables = { answer = { at = "the end" } }

[[intents.sequence]]
stop = "done"
response_variable = "answer"
"#,
    );
    let first = home.spawn("intent_script.Slow", json!({}));
    home.sleepers(1).await;
    let second = home.act("intent_script.Slow", json!({}), json!({})).await;
    assert_eq!(second, Ok(Some(says("not begun"))));
    home.clock.advance(5_000);
    assert_eq!(first.await.expect("it does not panic"), Ok(Some(says("the end"))));
}

#[test]
fn says_where_and_what_of_mistakes_in_intents() {
    for (intent, place, reason) in [
        ("speech = \"x\"", "4:1", "`name` is missing"),
        (
            "name = \"Good morning\"\nspeech = \"x\"",
            "5:8",
            "it looks like GoodMorning",
        ),
        ("name = \"A\"", "4:1", "this intent does nothing"),
        ("name = \"A\"\nspeech = \"{{ x\"", "6:10", "cannot be read"),
        (
            "name = \"A\"\nspeech = \"x\"\ncolour = 1",
            "7:1",
            "unknown key `colour`",
        ),
        (
            "name = \"A\"\nspeech = \"x\"\nplatforms = [\"rocket\"]",
            "7:14",
            "there is no domain `rocket`",
        ),
        ("name = \"A\"\nspeech = \"x\"\nmax = 3", "7:7", "`max` means nothing"),
        (
            "name = \"A\"\nspeech = \"x\"\n[[intents]]\nname = \"a\"\nspeech = \"y\"",
            "8:8",
            "an intent `a` already",
        ),
        (
            "name = \"A\"\nsequence = [{ action = \"intent_script.A\" }]",
            "6:24",
            "there is no action `intent_script.A`",
        ),
    ] {
        let file = format!("name = \"X\"\ntime_zone = \"UTC\"\n\n[[intents]]\n{intent}\n");
        let store = Arc::new(MemoryStates::default());
        let refused = EmbeddedHome::open(&file, "my.toml", store, ManualClock::at(0))
            .err()
            .expect("it is refused");
        let refused = refused.to_string();
        assert!(
            refused.starts_with(&format!("my.toml:{place}: ")),
            "{refused}\nis not at {place} of\n{file}"
        );
        assert!(refused.contains(reason), "{refused}\ndoes not say: {reason}");
    }
}
