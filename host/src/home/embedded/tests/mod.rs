//! The embedded home as its users see it: files, actions, movement, scripts, restarts.

mod actions;
mod exposure;
mod files;
mod intents;
mod limits;
mod lists;
mod movement;
mod restarts;
mod scripts;

use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::EmbeddedHome;
use super::state::{MemoryStates, StateStore};
use crate::clock::ManualClock;
use crate::contract::hearth::mcp::types::{Action, Progress};
use crate::home::Home;

/// 2026-11-22T12:00:00Z
const NOON: u64 = 1_795_348_800_000;

/// A small home with one of everything that the home itself has rules for.
const HOME: &str = include_str!("home.toml");

/// The home of the table of scripts.
const ORACLE: &str = include_str!("../../../../../tests/oracle/scripts.toml");

/// A home under test, with the clock that moves it.
struct Probe {
    home: Arc<EmbeddedHome>,
    clock: Arc<ManualClock>,
    store: Arc<MemoryStates>,
}

impl Probe {
    fn new() -> Self {
        Self::of(HOME, Arc::new(MemoryStates::default()), ManualClock::at(NOON))
    }

    fn of(file: &str, store: Arc<MemoryStates>, clock: Arc<ManualClock>) -> Self {
        let shared: Arc<dyn StateStore> = Arc::clone(&store) as _;
        let home = EmbeddedHome::open(file, "home.toml", shared, Arc::clone(&clock) as _);
        let home = home.unwrap_or_else(|error| panic!("{error}"));
        Self { home, clock, store }
    }

    /// Does an action, and answers its response or what it was refused with.
    async fn act(&self, name: &str, target: Value, data: Value) -> Result<Option<Value>, String> {
        self.act_with_progress(name, target, data, Box::new(|_| {})).await
    }

    async fn act_with_progress(
        &self,
        name: &str,
        target: Value,
        data: Value,
        progress: crate::home::OnProgress,
    ) -> Result<Option<Value>, String> {
        let action = Action {
            name: name.to_owned(),
            target: target.to_string().into_bytes(),
            data: data.to_string().into_bytes(),
        };
        let response = self
            .home
            .run(action, progress)
            .await
            .map_err(|error| error.to_string())?;
        Ok(response.map(|bytes| serde_json::from_slice(&bytes).expect("a response is JSON")))
    }

    /// The same in the background, as the engine does it.
    fn spawn(&self, name: &str, data: Value) -> tokio::task::JoinHandle<Result<Option<Value>, String>> {
        let probe = Self {
            home: Arc::clone(&self.home),
            clock: Arc::clone(&self.clock),
            store: Arc::clone(&self.store),
        };
        let name = name.to_owned();
        tokio::spawn(async move { probe.act(&name, Value::Object(Default::default()), data).await })
    }

    fn state(&self, entity: &str) -> String {
        self.home.state_of(entity).expect("the entity exists").0
    }

    fn attribute(&self, entity: &str, name: &str) -> Value {
        let (_, attributes) = self.home.state_of(entity).expect("the entity exists");
        attributes.get(name).cloned().unwrap_or(Value::Null)
    }

    /// Waits until so many wait for the clock.
    async fn sleepers(&self, number: usize) {
        while self.clock.sleepers() != number {
            tokio::task::yield_now().await;
        }
    }

    /// The ids of what has changed since the last look.
    fn changed(&self) -> Vec<String> {
        let changes = self.home.take_changes();
        changes.into_iter().map(|change| change.id).collect()
    }
}

/// Collects progress.
fn listener() -> (Arc<Mutex<Vec<Progress>>>, crate::home::OnProgress) {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let to = Arc::clone(&heard);
    let listener = Box::new(move |progress| to.lock().expect("nobody panics with it").push(progress));
    (heard, listener)
}
