//! Lists and calendars as the home has them: what people put into them stays, and what happens comes by itself.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::state::MemoryStates;
use super::{NOON, Probe};
use crate::clock::ManualClock;
use crate::home::Home;

const HOME: &str = r#"
name = "A home with lists"
time_zone = "Europe/Berlin"

[[entities]]
id = "todo.chores"
items = [{ summary = "Sweep the stairs", due = 2026-12-01 }, { summary = "Pay", due = 2026-12-01T09:30:00 }]

[[entities]]
id = "calendar.family"
events = [{ summary = "Choir", start = 2026-01-01T19:30:00, end = 2026-01-01T21:00:00, rrule = "FREQ=DAILY" }]

[[entities]]
id = "calendar.holidays"
features = []
"#;

/// 2026-11-22 at noon, UTC; it is one o'clock in the home.
fn probe() -> Probe {
    Probe::of(HOME, Arc::new(MemoryStates::default()), ManualClock::at(NOON))
}

fn restarted(probe: Probe, file: &str) -> Probe {
    let (store, clock) = (Arc::clone(&probe.store), Arc::clone(&probe.clock));
    drop(probe);
    Probe::of(file, store, clock)
}

async fn items(probe: &Probe) -> Vec<String> {
    let list = json!({"entity_id": "todo.chores"});
    let answer = probe.act("todo.get_items", list, json!({})).await.expect("it answers");
    let items = answer.expect("there is an answer")["todo.chores"]["items"].clone();
    let items = items.as_array().cloned().unwrap_or_default();
    items
        .iter()
        .map(|item| format!("{} {}", item["summary"].as_str().unwrap_or_default(), item["due"]))
        .collect()
}

async fn today(probe: &Probe) -> Value {
    let all = json!({"entity_id": ["calendar.family", "calendar.holidays"]});
    let asked = json!({"start_date_time": "2026-11-22T13:00:00+01:00", "end_date_time": "2026-11-23T00:00:00+01:00"});
    let answer = probe.act("calendar.get_events", all, asked).await.expect("it answers");
    answer.expect("there is an answer")
}

#[tokio::test]
async fn what_people_add_outlives_a_restart_and_a_new_description() {
    let probe = probe();
    let chores = json!({"entity_id": "todo.chores"});
    for (service, data) in [
        ("todo.add_item", json!({"item": "Wash the car"})),
        ("todo.update_item", json!({"item": "Pay", "status": "completed"})),
        ("todo.remove_item", json!({"item": "Sweep the stairs"})),
    ] {
        probe.act(service, chores.clone(), data).await.expect("it can");
    }
    let party = json!({"summary": "Party", "start_date": "2026-11-22", "end_date": "2026-11-23"});
    let family = json!({"entity_id": "calendar.family"});
    probe.act("calendar.create_event", family, party).await.expect("it can");
    let edited = HOME
        .replace("Sweep the stairs", "Sweep the yard")
        .replace("Choir", "Band");
    let probe = restarted(probe, &edited);
    assert_eq!(
        items(&probe).await,
        [r#"Pay "2026-12-01T09:30:00+01:00""#, "Wash the car null"]
    );
    assert_eq!(probe.state("todo.chores"), "1");
    assert_eq!(
        today(&probe).await,
        json!({
            "calendar.family": {"events": [
                {"start": "2026-11-22", "end": "2026-11-23", "summary": "Party", "description": ""},
                {"start": "2026-11-22T19:30:00+01:00", "end": "2026-11-22T21:00:00+01:00", "summary": "Choir"},
            ]},
            "calendar.holidays": {"events": []},
        })
    );
}

#[tokio::test]
async fn other_options_begin_a_list_anew() {
    let probe = probe();
    let chores = json!({"entity_id": "todo.chores"});
    probe
        .act("todo.add_item", chores, json!({"item": "Wash the car"}))
        .await
        .expect("it can");
    let edited = HOME.replace("id = \"todo.chores\"", "id = \"todo.chores\"\nfeatures = [\"create\"]");
    let probe = restarted(probe, &edited);
    assert_eq!(items(&probe).await.len(), 2);
}

#[tokio::test]
async fn a_calendar_turns_on_by_itself_and_tells_it() {
    let probe = probe();
    assert_eq!(probe.state("calendar.family"), "off");
    assert_eq!(probe.attribute("calendar.family", "start_time"), "2026-11-22 19:30:00");
    probe.changed();
    probe.sleepers(1).await;
    // To half past seven.
    probe.clock.advance(6 * 3_600_000 + 1_800_000);
    probe.home.changed().await;
    assert_eq!(probe.changed(), ["calendar.family"]);
    assert_eq!(probe.state("calendar.family"), "on");
    probe.sleepers(1).await;
    probe.clock.advance(5_400_000);
    assert_eq!(probe.state("calendar.family"), "off");
    assert_eq!(probe.attribute("calendar.family", "start_time"), "2026-11-23 19:30:00");
    // One that nothing happens in has nothing to show.
    assert_eq!(probe.state("calendar.holidays"), "off");
    assert_eq!(probe.attribute("calendar.holidays", "message"), Value::Null);
}

#[tokio::test]
async fn asking_is_no_change_and_a_calendar_that_only_shows_takes_nothing() {
    let probe = probe();
    probe.changed();
    items(&probe).await;
    today(&probe).await;
    assert!(probe.changed().is_empty());
    let holidays = json!({"entity_id": "calendar.holidays"});
    let event = json!({"summary": "x", "in": {"days": 1}});
    assert_eq!(
        probe.act("calendar.create_event", holidays, event).await,
        Err("Entity calendar.holidays does not support action calendar.create_event".to_owned())
    );
}
