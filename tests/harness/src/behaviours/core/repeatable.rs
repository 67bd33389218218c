//! The same events make the same effects: nothing comes from a clock, from chance, or from the order of a hash table.

use std::collections::BTreeSet;
use std::sync::Arc;

use hearth_host::contract::hearth::mcp::types::Effect;
use serde_json::{Value, json};

use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{initialized, request};
use crate::trace::{Entry, Outcome};

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Core,
        all_randomness_comes_from_the_nonce,
        "The same events with the same nonces make the same session ids and the same effects, whatever the order in them.",
        [ping_is_answered]
    ),
    behaviour!(
        Core,
        the_order_is_always_the_same,
        "The same events make effects in the same order, and messages with their members in the same order.",
        [all_randomness_comes_from_the_nonce]
    ),
    behaviour!(
        Core,
        session_ids_cannot_be_guessed,
        "Session ids come from the nonce: none is given twice, and other nonces make other ids.",
        [all_randomness_comes_from_the_nonce]
    ),
];

/// Each stage has instances of its own, and so hash tables of other seeds.
const RUNS: usize = 4;

async fn all_randomness_comes_from_the_nonce(case: Arc<Case>) {
    compare(&case, sorted).await;
}

async fn the_order_is_always_the_same(case: Arc<Case>) {
    compare(&case, str::to_owned).await;
}

async fn compare(case: &Case, of: fn(&str) -> String) {
    for _ in 0..RUNS {
        tour(case).await;
    }
    let seen: Vec<Vec<String>> = case.traces().iter().map(|trace| events(trace)).collect();
    for other in &seen[1..] {
        for (first, other) in seen[0].iter().zip(other) {
            assert_eq!(of(first), of(other), "the same event led to these two");
        }
    }
}

/// A bit of everything that any component takes.
async fn tour(case: &Case) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    let mut ada = initialized(&stage, "ada").await;
    for (id, method) in ["tools/list", "prompts/list", "resources/list", "ping", "no/such"]
        .iter()
        .enumerate()
    {
        ben.ask(&request(id, method, json!({}))).await;
        ada.ask(&request(id, method, json!({}))).await;
    }
    stage.home.expose("light.safe", true);
    stage.home.expose("script.slow", false);
    stage.engine.deliver_changes().await;
    stage.entries.set_loaded(0);
    stage.engine.notify_entries();
    stage.engine.deliver_changes().await;
}

/// What each event led to, in words.
fn events(trace: &[Entry]) -> Vec<String> {
    let done = |entry: &Entry| match entry {
        Entry::Event {
            outcome: Outcome::Done(effects, session),
            ..
        } => Some(format!("{session:?}\n{}", told(effects))),
        Entry::Event { outcome, .. } => Some(format!("{outcome:?}")),
        Entry::Restore { .. } => None,
    };
    trace.iter().filter_map(done).collect()
}

fn told(effects: &[Effect]) -> String {
    let line = |effect: &Effect| match effect {
        Effect::Send(send) => format!("send to {}: {}", send.outlet, String::from_utf8_lossy(&send.body)),
        other => format!("{other:?}"),
    };
    effects.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The same without any order: lines, and members and elements in them, sorted.
fn sorted(effects: &str) -> String {
    let mut lines: Vec<String> = effects.lines().map(sorted_line).collect();
    lines.sort();
    lines.join("\n")
}

fn sorted_line(line: &str) -> String {
    let Some((head, body)) = line.split_once(": ") else {
        return line.to_owned();
    };
    match serde_json::from_str::<Value>(body) {
        Ok(value) => format!("{head}: {}", sorted_value(&value)),
        Err(_) => line.to_owned(),
    }
}

fn sorted_value(value: &Value) -> String {
    match value {
        Value::Array(elements) => {
            let mut elements: Vec<String> = elements.iter().map(sorted_value).collect();
            elements.sort();
            format!("[{}]", elements.join(","))
        }
        Value::Object(members) => {
            let mut members: Vec<String> = members
                .iter()
                .map(|(name, value)| format!("{name:?}:{}", sorted_value(value)))
                .collect();
            members.sort();
            format!("{{{}}}", members.join(","))
        }
        single => single.to_string(),
    }
}

/// Characters that 122 random bits, as many as a version 4 UUID has, take at six bits a character.
const SHORTEST: usize = 21;
const MANY: usize = 50;

async fn session_ids_cannot_be_guessed(case: Arc<Case>) {
    let mut ids = BTreeSet::new();
    for seed in [11, 12] {
        let stage = case.stage_of_seed(seed).await;
        let mut clients = Vec::new();
        for _ in 0..MANY {
            let client = stage.client("ben").await;
            let id = client.stream.session().to_owned();
            assert!(id.len() >= SHORTEST, "the id {id:?} is too short to be unguessable");
            assert!(ids.insert(id.clone()), "the id {id:?} was given twice");
            clients.push(client);
        }
    }
}
