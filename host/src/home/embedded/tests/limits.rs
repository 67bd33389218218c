//! What is bounded, and what happens at the bound.

use std::fmt::Write;
use std::sync::Arc;

use serde_json::json;

use super::super::EmbeddedHome;
use super::super::state::MemoryStates;
use super::{HOME, NOON, Probe};
use crate::clock::ManualClock;

const HEAD: &str = "name = \"X\"\ntime_zone = \"UTC\"\n";

fn refusal(file: &str) -> String {
    let store = Arc::new(MemoryStates::default());
    match EmbeddedHome::open(file, "my.toml", store, ManualClock::at(0)) {
        Ok(_) => panic!("accepted"),
        Err(error) => error.to_string(),
    }
}

fn probe(rest: &str) -> Probe {
    let file = format!("{HOME}\n{rest}");
    Probe::of(&file, Arc::new(MemoryStates::default()), ManualClock::at(NOON))
}

/// A script with so many steps of one kind.
fn script(id: &str, steps: usize, step: &str) -> String {
    let mut script = format!("[[scripts]]\nid = \"{id}\"\n");
    for _ in 0..steps {
        write!(script, "[[scripts.sequence]]\n{step}\n").expect("a string takes everything");
    }
    script
}

#[test]
fn a_file_has_a_size() {
    let file = format!("{HEAD}#{}", "x".repeat(4 << 20));
    assert_eq!(refusal(&file), "my.toml:1:1: the file has more than 4194304 bytes");
}

#[test]
fn a_home_has_so_many_entities() {
    let entities: String = (0..10_001)
        .map(|number| format!("[[entities]]\nid = \"switch.n{number}\"\n"))
        .collect();
    let refused = refusal(&format!("{HEAD}{entities}"));
    assert_eq!(refused, "my.toml:1:1: a home may have 10000 entities, not 10001");
}

#[test]
fn a_script_has_so_many_steps_and_runs() {
    let file = format!("{HEAD}{}", script("long", 101, "delay = 1"));
    assert!(refusal(&file).ends_with(": a script may have 100 steps"));
    let file = format!("{HEAD}[[scripts]]\nid = \"s\"\nmode = \"parallel\"\nmax = 101\nsequence = [{{ delay = 1 }}]");
    assert_eq!(
        refusal(&file),
        "my.toml:6:7: `max` is the number 101; it must be a whole number from 1 to 100"
    );
}

#[tokio::test]
async fn a_call_leads_to_so_many_steps() {
    let leaf = script("leaf", 100, "variables = { a = 1 }");
    let branch = script("branch", 100, "action = \"script.leaf\"");
    let probe = probe(&format!("{leaf}{branch}"));
    let refused = probe.act("script.branch", json!({}), json!({})).await;
    assert_eq!(refused, Err("a call may lead to 10000 steps of scripts".to_owned()));
    assert_eq!(probe.state("script.leaf"), "off");
}

#[tokio::test]
async fn the_variables_of_a_run_have_a_size() {
    let probe = probe("");
    let data = json!({"seconds": 0, "room": "x".repeat(300 << 10)});
    let refused = probe.act("script.wait", json!({}), data).await;
    assert_eq!(
        refused,
        Err("the variables of script.wait have more than 262144 bytes".to_owned())
    );
    assert_eq!(probe.state("switch.one"), "off");
}
