//! Holds what clients on a stage hear against the schema of the protocol.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::schemas::Conversation;

/// The conversations of a stage, by session, or by exchange where there is none. Clones are the same ones.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hearing {
    /// None: nothing is held against anything.
    all: Option<Arc<Mutex<BTreeMap<String, Conversation>>>>,
}

impl Hearing {
    /// One that judges.
    pub fn judging() -> Self {
        let all = Some(Arc::default());
        Self { all }
    }

    /// Whether anything is held against anything.
    pub fn judges(&self) -> bool {
        self.all.is_some()
    }

    /// A client posts a body in this conversation.
    pub fn said(&self, name: &str, body: &[u8]) {
        if let Some(mut all) = self.lock() {
            all.entry(name.to_owned()).or_default().said(body);
        }
    }

    /// A client hears a message in it.
    ///
    /// # Panics
    /// When the message is wrong.
    pub fn heard(&self, name: &str, message: &Value) {
        self.judge(name, |conversation| conversation.heard(message));
    }

    /// A client goes on reading, and may hear a message that it heard before.
    ///
    /// # Panics
    /// When the message is wrong.
    pub fn heard_again(&self, name: &str, message: &Value) {
        self.judge(name, |conversation| conversation.heard_again(message));
    }

    fn judge(&self, name: &str, judge: impl FnOnce(&mut Conversation) -> Result<(), String>) {
        if let Some(mut all) = self.lock()
            && let Err(wrong) = judge(all.entry(name.to_owned()).or_default())
        {
            drop(all);
            panic!("a wrong message in {name}: {wrong}");
        }
    }

    fn lock(&self) -> Option<MutexGuard<'_, BTreeMap<String, Conversation>>> {
        let all = self.all.as_ref()?;
        Some(all.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
