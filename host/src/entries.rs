//! Config entries and the lookup that every request begins with.

use crate::contract::hearth::mcp::config_entries as contract;

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
