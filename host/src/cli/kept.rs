//! What the database keeps of this installation, and how the host is doing.

use std::sync::Arc;

use hearth_host::clock::SharedClock;
use hearth_host::data_dir::DataDir;
use hearth_host::engine::Engine;
use hearth_host::entries::{Entries, EntryState};
use hearth_host::http::{Health, TellHealth};
use hearth_host::install::Installer;
use hearth_host::limits::Limits;
use hearth_host::store::{Sessions, Store, Tokens};
use serde_json::{Value, json};

/// The database, and those who are asked about what is in it.
#[derive(Clone)]
pub struct Kept {
    pub store: Store,
    pub entries: Arc<Entries>,
    pub tokens: Arc<Tokens>,
    pub sessions: Arc<Sessions>,
}

impl Kept {
    pub fn open(data_dir: &DataDir, clock: &SharedClock, limits: &Limits) -> anyhow::Result<Self> {
        let store = Store::open(&data_dir.database(), clock.clone(), limits)?;
        Ok(Self {
            entries: Arc::new(Entries::open(store.clone())?),
            tokens: Arc::new(Tokens::open(store.clone())?),
            sessions: Arc::new(Sessions::new(store.clone())),
            store,
        })
    }

    /// Tells the engine of every change from now on.
    pub fn tell(&self, engine: &Engine) {
        let told = engine.clone();
        self.entries.listen(move || told.notify_entries());
        let told = engine.clone();
        self.tokens.listen(move |principal| told.notify_rights(principal));
    }

    /// For `/healthz`, which anybody may read.
    pub fn health(&self, engine: &Engine, installer: &Arc<Installer>) -> TellHealth {
        let (kept, engine, installer) = (self.clone(), engine.clone(), installer.clone());
        Arc::new(move || Health {
            degraded: kept.degraded(&engine, &installer),
            generation: engine.status().generation,
        })
    }

    /// For the owner.
    pub fn status(&self, engine: &Engine, installer: &Arc<Installer>) -> Box<dyn Fn() -> Value + Send + Sync> {
        let (kept, engine, installer) = (self.clone(), engine.clone(), installer.clone());
        Box::new(move || {
            let status = engine.status();
            json!({
                "version": env!("CARGO_PKG_VERSION"),
                "pid": std::process::id(),
                "generation": status.generation,
                "component": {"name": status.name, "version": status.version, "digest": status.digest},
                "previous": status.previous,
                "probation_until": status.probation_until,
                "pause_us": status.pause_us,
                "sessions": status.sessions,
                "exchanges": status.exchanges,
                "work": status.work,
                "checkpoints": status.checkpoints,
                "set_aside": status.set_aside,
                "events": status.events,
                "traps": status.traps,
                "faults": status.faults,
                "overflows": status.overflows,
                "degraded": kept.degraded(&engine, &installer),
            })
        })
    }

    fn degraded(&self, engine: &Engine, installer: &Installer) -> Vec<String> {
        let mut degraded = self.store.degraded();
        degraded.extend(installer.degraded());
        degraded.extend(engine.status().degraded);
        let entries = self.entries.list();
        let failed = entries
            .iter()
            .filter(|view| matches!(view.state, EntryState::Failed { .. }))
            .count();
        if failed > 0 {
            degraded.push(format!(
                "{failed} of the config entries failed: `hearth entry list` says why"
            ));
        }
        degraded
    }
}
