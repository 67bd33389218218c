//! Config entries and the lookup that every request begins with.

#[cfg(feature = "store")]
mod installed;

use crate::contract::hearth::mcp::config_entries as contract;

#[cfg(feature = "store")]
pub use self::installed::{Entries, Entry, EntryChange, EntryError, EntryState, EntryView};

/// The lookup, as the engine needs it.
pub trait ConfigEntries: Send + Sync {
    /// The one loaded entry.
    ///
    /// # Errors
    /// When none is loaded, or more than one is.
    fn lookup(&self) -> Result<contract::ConfigEntry, contract::LookupError>;

    /// Rises with every change that `lookup` could show.
    fn revision(&self) -> u64;
}

impl contract::ConfigEntry {
    /// An entry of this id and title that serves every LLM API to everybody.
    pub fn of_everything(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            title: id.to_owned(),
            all_llm_apis: true,
            llm_apis: Vec::new(),
            require_admin: false,
            read_only: false,
        }
    }
}
