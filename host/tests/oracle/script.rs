//! The table of scripts, replayed against an embedded home like the Home Assistant it was taken from: the answer, and what
//! became of all that the scripts touch.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use hearth_host::clock::ManualClock;
use hearth_host::contract::hearth::mcp::types::Action;
use hearth_host::home::Home as _;
use hearth_host::home::embedded::EmbeddedHome;
use hearth_host::home::embedded::state::MemoryStates;
use serde_json::{Map, Value, json};

use super::compare::same;
use super::{START, table};

const HOME: &str = include_str!("../../../tests/oracle/scripts.toml");
/// Turns of the other tasks after which nothing goes on by itself any more.
const MANY_TURNS: usize = 500;
/// Longer than any script of the table waits before it answers.
const LONGEST_MS: u64 = 5_000;

/// Refusals that ours do not have, by a part of their text: such a call is not replayed.
const NOT_REFUSED_ON_PURPOSE: &[(&str, &str)] = &[(
    "return_response=True",
    "an action of the contract answers what there is to answer; nobody asks for it",
)];
/// What is answered otherwise here, with our answer.
const ON_PURPOSE: &[(&str, Result<&str, &str>)] = &[
    // Refused there too, for not being "all" or "none", which helps nobody who misspelt an id.
    (
        r#"{"entity_id":"Script slow"}"#,
        Err("Entity ID script slow is an invalid entity ID at 'entity_id'"),
    ),
];
/// Attributes that ours do not show, or that are another in each replay.
const NOT_COMPARED: &[(&str, &str)] = &[
    ("last_action", "the step a run is at is told as progress"),
    ("last_triggered", "a moment of the replay"),
];

struct Replay {
    home: Arc<EmbeddedHome>,
    clock: Arc<ManualClock>,
    /// The states as Home Assistant had them after the last call.
    wanted: BTreeMap<String, Value>,
    differences: String,
}

#[tokio::test]
async fn script() {
    let table = table("script");
    let clock = ManualClock::at(START);
    let store = Arc::new(MemoryStates::default());
    let home = EmbeddedHome::open(HOME, "home.toml", store, Arc::clone(&clock) as _);
    let mut replay = Replay {
        home: home.unwrap_or_else(|error| panic!("{error}")),
        clock,
        wanted: states(&table["initial"]),
        differences: String::new(),
    };
    for call in rows(&table, "prepare") {
        let (entity, service, data) = (text(&call[0]), text(&call[1]), &call[2]);
        let domain = entity.split('.').next().unwrap_or_default();
        let target = json!({"entity_id": entity});
        let done = replay.run(&format!("{domain}.{service}"), &target, data).await;
        done.unwrap_or_else(|error| panic!("preparing {entity}: {error}"));
    }
    replay.compare("at first");
    let calls = rows(&table, "calls");
    assert!(!calls.is_empty());
    for call in calls {
        replay.call(call).await;
    }
    assert!(replay.differences.is_empty(), "scripts differ:\n{}", replay.differences);
}

impl Replay {
    async fn call(&mut self, call: &Value) {
        let error = call["error"]["message"].as_str();
        if error.is_some_and(|error| NOT_REFUSED_ON_PURPOSE.iter().any(|(part, _)| error.contains(part))) {
            return;
        }
        let name = format!("script.{}", text(&call["service"]));
        let told = format!("{name} {} {}", call["data"], call["target"]);
        let none = json!({});
        let target = call.get("target").unwrap_or(&none);
        let answer = self.run(&name, target, &call["data"]).await;
        self.compare_answers(&told, call, &answer);
        if call.get("still_running").is_none() {
            self.clock.advance(LONGEST_MS);
        }
        self.turns().await;
        self.wanted.extend(states(&call["changed"]));
        self.compare(&told);
    }

    fn compare_answers(&mut self, told: &str, call: &Value, ours: &Result<Option<Value>, String>) {
        let data = call["data"].to_string();
        let known = ON_PURPOSE.iter().find(|(of, _)| *of == data);
        if let Some((_, known)) = known {
            let ours = ours.as_ref().map(|answer| answer.as_ref().map(Value::to_string));
            let same = match (&ours, known) {
                (Ok(ours), Ok(known)) => ours.as_deref() == Some(*known),
                (Err(ours), Err(known)) => ours == known,
                _ => false,
            };
            if !same {
                self.note(told, &ours, &format!("what is answered on purpose: {known:?}"));
            }
            return;
        }
        match (ours, call.get("error")) {
            (Ok(ours), None) => {
                // Where nobody asked for it, Home Assistant keeps the response to itself.
                if let Some(theirs) = call.get("response")
                    && ours.as_ref() != Some(theirs)
                {
                    self.note(told, ours, theirs);
                }
            }
            (ours, Some(error)) => {
                let theirs = match text(&error["code"]) {
                    // The websocket interface has words of its own for it.
                    "not_found" => format!("Action script.{} not found", text(&call["service"])),
                    _ => text(&error["message"]).to_owned(),
                };
                if ours.as_ref().err() != Some(&theirs) {
                    self.note(told, ours, &theirs);
                }
            }
            (Err(ours), None) => self.note(told, ours, &"is accepted"),
        }
    }

    /// Does an action and lets time pass until it has an answer.
    async fn run(&self, name: &str, target: &Value, data: &Value) -> Result<Option<Value>, String> {
        let action = Action {
            name: name.to_owned(),
            target: target.to_string().into_bytes(),
            data: data.to_string().into_bytes(),
        };
        let home = Arc::clone(&self.home);
        let run = tokio::spawn(async move { home.run(action, Box::new(|_| {})).await });
        self.turns().await;
        if !run.is_finished() {
            self.clock.advance(LONGEST_MS);
        }
        let answer = run
            .await
            .expect("it does not panic")
            .map_err(|error| error.to_string())?;
        Ok(answer.map(|bytes| serde_json::from_slice(&bytes).expect("a response is JSON")))
    }

    async fn turns(&self) {
        for _ in 0..MANY_TURNS {
            tokio::task::yield_now().await;
        }
    }

    fn compare(&mut self, told: &str) {
        let snapshot = self.home.snapshot();
        for (id, wanted) in &self.wanted {
            let ours = snapshot.entities.iter().find(|entity| entity.id == *id);
            let ours = ours.unwrap_or_else(|| panic!("{id} is in the home"));
            let attributes: Map<String, Value> = serde_json::from_slice(&ours.attributes).expect("attributes are JSON");
            let (attributes, theirs) = (compared(&attributes), compared(object(&wanted["attributes"])));
            let in_order = attributes.keys().eq(theirs.keys());
            let equal = theirs
                .iter()
                .all(|(key, value)| attributes.get(key).is_some_and(|ours| same(ours, value)));
            if ours.state != text(&wanted["state"]) || !in_order || !equal {
                let ours = json!({"state": ours.state, "attributes": attributes});
                let _ = writeln!(
                    self.differences,
                    "{told}: {id}\n    ours:   {ours}\n    theirs: {wanted}"
                );
            }
        }
    }

    fn note(&mut self, told: &str, ours: &dyn std::fmt::Debug, theirs: &dyn std::fmt::Debug) {
        let _ = writeln!(self.differences, "{told}\n    ours:   {ours:?}\n    theirs: {theirs:?}");
    }
}

fn compared(attributes: &Map<String, Value>) -> Map<String, Value> {
    let compared = attributes
        .iter()
        .filter(|(key, _)| NOT_COMPARED.iter().all(|(not, _)| key != not));
    compared.map(|(key, value)| (key.clone(), value.clone())).collect()
}

fn rows<'a>(table: &'a Value, key: &str) -> &'a [Value] {
    table[key].as_array().expect("the table has such rows")
}

fn states(of: &Value) -> BTreeMap<String, Value> {
    object(of).clone().into_iter().collect()
}

fn object(value: &Value) -> &Map<String, Value> {
    value.as_object().expect("the table has an object there")
}

fn text(value: &Value) -> &str {
    value.as_str().expect("the table has a text there")
}
