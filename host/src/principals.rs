//! Who may: principals, and what the engine and the transports need to know of them.

use crate::contract::hearth::mcp::types::Principal;

/// What a principal may do, as of now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    /// May use what is reserved to administrators.
    pub admin: bool,
}

/// Tells the rights of a principal whenever they are needed.
pub trait Principals: Send + Sync {
    /// The rights of this principal now; `None` when it has none left, or never had.
    fn rights(&self, principal: &str) -> Option<Rights>;
}

impl Principal {
    /// The principal of this id, who is no administrator.
    pub fn user(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            admin: false,
        }
    }
}
