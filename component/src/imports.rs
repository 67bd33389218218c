//! What the component may ask while it handles an event, as a trait: the imports of the world in the guest, and
//! whatever a native caller of the reducer brings.

use crate::contract::hearth::mcp::config_entries::{ConfigEntry, LookupError};
use crate::contract::hearth::mcp::home::Home;
use crate::contract::hearth::mcp::llm_apis::LlmApi;

/// The imports of the world. Answers are constant during one event.
pub trait Imports {
    /// The one loaded config entry.
    ///
    /// # Errors
    /// When none is loaded, or more than one is.
    fn lookup(&self) -> Result<ConfigEntry, LookupError>;

    /// The whole home as of this event.
    fn snapshot(&self) -> Home;

    /// Third-party LLM APIs.
    fn llm_apis(&self) -> Vec<LlmApi>;

    /// 32 bytes that seal what clients carry.
    fn secret(&self) -> Vec<u8>;

    /// A limit that the owner set, by its name in `installation`.
    fn limit(&self, name: &str) -> Option<u64>;
}
