//! What one behaviour is tried on: stages for the component, each with its trace.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hearth_host::contract::exports::hearth::mcp::server::Description;
use hearth_host::engine::{Component, Program};
use hearth_host::limits::Limits;

use crate::meddle::{Meddled, Meddler};
use crate::stage::Stage;
use crate::trace::{Entry, Trace};

/// See the module.
pub struct Case {
    component: Component,
    seed: u64,
    tried: Mutex<Tried>,
}

#[derive(Default)]
struct Tried {
    traces: Vec<Trace>,
    notes: Vec<String>,
}

impl Case {
    /// A case on this component; the seed makes its nonces.
    pub fn new(component: Component, seed: u64) -> Self {
        let tried = Mutex::default();
        Self { component, seed, tried }
    }

    /// What the component says of itself.
    pub fn description(&self) -> &Description {
        self.component.description()
    }

    /// A stage under the default limits.
    pub async fn stage(&self) -> Stage {
        self.stage_with(Limits::default()).await
    }

    /// A stage under other limits. What an instance may compute and use stays at its default.
    pub async fn stage_with(&self, limits: Limits) -> Stage {
        self.on(|program| program, limits, self.seed).await
    }

    /// A stage with other random bits.
    pub async fn stage_of_seed(&self, seed: u64) -> Stage {
        self.on(|program| program, Limits::default(), seed).await
    }

    /// A stage with someone between engine and component, the same for all instances.
    pub async fn meddled<M: Meddler + Clone + Sync + 'static>(&self, meddler: M) -> Stage {
        let between = |program| Meddled::new(program, move || meddler.clone()) as Arc<dyn Program>;
        self.on(between, Limits::default(), self.seed).await
    }

    async fn on(&self, between: impl FnOnce(Arc<dyn Program>) -> Arc<dyn Program>, limits: Limits, seed: u64) -> Stage {
        let trace = Trace::default();
        let traces = trace.clone();
        let traced = Meddled::new(Arc::new(self.component.clone()), move || traces.clone());
        let stage = Stage::seeded(between(traced), limits, seed).await;
        self.lock().traces.push(trace);
        // The rules judge the messages, so that a fault in them is told once.
        stage.unjudged()
    }

    /// Says something of how a behaviour held, as that there was nothing to try it on.
    pub fn note(&self, text: impl Into<String>) {
        self.lock().notes.push(text.into());
    }

    /// What was noted.
    pub fn notes(&self) -> Vec<String> {
        self.lock().notes.clone()
    }

    /// What happened on each stage there was.
    pub fn traces(&self) -> Vec<Vec<Entry>> {
        self.lock().traces.iter().map(|trace| trace.entries()).collect()
    }

    fn lock(&self) -> MutexGuard<'_, Tried> {
        self.tried.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
