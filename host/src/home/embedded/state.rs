//! Keeping states across restarts.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::domains;
use super::exposure::Said;
use super::model::{EntityConfig, EntityState};

/// What is to be kept cannot be, or what was kept cannot be read.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct KeepError(pub String);

/// Where states, and what the owner said, outlive the process.
pub trait StateStore: Send + Sync {
    /// All that is kept, by entity id.
    fn load(&self) -> BTreeMap<String, Value>;

    /// Keeps the state of an entity in place of an older one. It must not wait: it is called under the home's lock.
    fn save(&self, entity: &str, state: &Value);

    /// What the owner said of the exposure of entities, by entity id.
    ///
    /// # Errors
    /// When it cannot be read: a home that went on without would show what its owner hid.
    fn load_exposure(&self) -> Result<BTreeMap<String, Said>, KeepError>;

    /// Keeps what the owner says of these entities now, all or nothing; none: nothing any more. It is kept when this
    /// returns.
    ///
    /// # Errors
    /// When it cannot be written. Then nothing has changed.
    fn keep_exposure(&self, said: &BTreeMap<String, Option<Said>>) -> Result<(), KeepError>;
}

/// States that end with the process: for tests, and for a home that begins anew each time.
#[derive(Debug, Default)]
pub struct MemoryStates {
    kept: Mutex<BTreeMap<String, Value>>,
    said: Mutex<BTreeMap<String, Said>>,
}

impl StateStore for MemoryStates {
    fn load(&self) -> BTreeMap<String, Value> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn save(&self, entity: &str, state: &Value) {
        self.kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(entity.to_owned(), state.clone());
    }

    fn load_exposure(&self) -> Result<BTreeMap<String, Said>, KeepError> {
        Ok(self.said.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn keep_exposure(&self, said: &BTreeMap<String, Option<Said>>) -> Result<(), KeepError> {
        let mut kept = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        for (entity, said) in said {
            match said {
                Some(said) => kept.insert(entity.clone(), *said),
                None => kept.remove(entity),
            };
        }
        Ok(())
    }
}

/// A state as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    /// What the file said of the entity's behaviour then: if it says something else now, the state may not fit.
    described: String,
    #[serde(flatten)]
    state: EntityState,
}

/// The JSON that keeps a state.
pub(super) fn keep(config: &EntityConfig, state: &EntityState) -> Value {
    let kept = Kept {
        described: digest(config),
        state: state.clone(),
    };
    serde_json::to_value(kept).expect("a state is plain JSON")
}

/// The state that was kept, if it is one of the entity as the file describes it now.
pub(super) fn restore(config: &EntityConfig, kept: &Value) -> Option<EntityState> {
    let kept: Kept = serde_json::from_value(kept.clone()).ok()?;
    (kept.described == digest(config)).then_some(kept.state)
}

/// Names, areas and exposure may change without a loss, and so may what an entity begins with; what else the domain
/// reads may not.
fn digest(config: &EntityConfig) -> String {
    let mut options = config.options.clone();
    let beginnings = domains::domain(&config.domain).map_or(&[][..], |domain| domain.beginnings());
    options.retain(|key, _| !beginnings.contains(&key.as_str()));
    let described = serde_json::json!([options, config.state, config.attributes]);
    let digest = Sha256::digest(described.to_string());
    digest[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}
