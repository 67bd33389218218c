//! The states of the embedded home: they outlive a restart.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};
use serde_json::Value;

use super::writer::lock;
use super::{Store, StoreError};
use crate::home::embedded::exposure::Said;
use crate::home::embedded::state::{KeepError, StateStore};

/// The states of the embedded home in the database, written behind.
#[derive(Clone)]
pub struct HomeStates {
    store: Store,
}

impl HomeStates {
    /// The states in this store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    fn rows(&self) -> Result<Vec<(String, String)>, StoreError> {
        self.store.call(|connection| {
            let mut select = connection.prepare("SELECT entity, state FROM home_states")?;
            let rows = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
            rows.collect()
        })
    }
}

impl StateStore for HomeStates {
    /// What is not readable is left out, and its entity begins anew.
    fn load(&self) -> BTreeMap<String, Value> {
        let rows = self.rows().unwrap_or_else(|error| {
            tracing::error!(%error, "the kept states of the home cannot be read");
            Vec::new()
        });
        let mut states = BTreeMap::new();
        for (entity, text) in rows {
            match serde_json::from_str(&text) {
                Ok(state) => {
                    states.insert(entity, state);
                }
                Err(error) => tracing::warn!(entity, %error, "the kept state of an entity is not readable"),
            }
        }
        states
    }

    fn save(&self, entity: &str, state: &Value) {
        let first = {
            let mut waiting = lock(&self.store.shared.behind.states);
            waiting.insert(entity.to_owned(), state.to_string());
            waiting.len() == 1
        };
        if first {
            self.store.write_soon();
        }
    }

    fn load_exposure(&self) -> Result<BTreeMap<String, Said>, KeepError> {
        self.store.exposure().map_err(|error| KeepError(error.to_string()))
    }

    fn keep_exposure(&self, said: &BTreeMap<String, Option<Said>>) -> Result<(), KeepError> {
        let kept = self.store.keep_exposure(said.clone());
        kept.map_err(|error| KeepError(error.to_string()))
    }
}

pub(super) fn write(transaction: &Transaction<'_>, states: &BTreeMap<String, String>) -> rusqlite::Result<()> {
    let mut replace =
        transaction.prepare_cached("INSERT OR REPLACE INTO home_states (entity, state) VALUES (?1, ?2)")?;
    for (entity, state) in states {
        replace.execute(params![entity, state])?;
    }
    Ok(())
}
