//! Which LLM APIs a request is served.

use std::fmt;

use crate::contract::hearth::mcp::config_entries::ConfigEntry;

/// An LLM API of the component's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnApi {
    /// Names it in config entries and routes.
    pub id: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// Reserved to administrators.
    pub requires_admin: bool,
}

/// The LLM APIs of the component's own, in the order in which they are merged.
pub const APIS: &[OwnApi] = &[
    OwnApi {
        id: "assist",
        name: "Device control",
        requires_admin: false,
    },
    #[cfg(feature = "conformance")]
    super::conformance::API,
];

/// The LLM APIs that a config entry or a route selects, merged if several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Selection {
    ids: Vec<String>,
    read_only: bool,
}

/// Why nothing of a selection is served. The text is the message of a JSON-RPC error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SelectionError {
    /// The config entry names no LLM API.
    None,
    /// There is no LLM API of this id.
    Unknown(String),
    /// It is reserved to administrators.
    Unauthorized,
}

impl fmt::Display for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::None => f.write_str("No APIs provided"),
            Self::Unknown(id) => write!(f, "API {id} not found"),
            Self::Unauthorized => f.write_str("Unauthorized"),
        }
    }
}

impl std::error::Error for SelectionError {}

impl Selection {
    /// What a config entry serves.
    pub fn of_entry(entry: &ConfigEntry) -> Self {
        let mut ids: Vec<String> = Vec::new();
        if entry.all_llm_apis {
            ids.extend(APIS.iter().map(|api| api.id.to_owned()));
        } else {
            for id in &entry.llm_apis {
                if !ids.contains(id) {
                    ids.push(id.clone());
                }
            }
        }
        Self {
            ids,
            read_only: entry.read_only,
        }
    }

    /// One LLM API, whatever the config entry says of it. None when there is no such API.
    pub fn of_api(id: &str) -> Option<Self> {
        own(id).map(|api| Self {
            ids: vec![api.id.to_owned()],
            read_only: false,
        })
    }

    /// Whether a principal may be served all of it.
    ///
    /// # Errors
    /// When it selects nothing, or something that does not exist, or something that this principal may not use.
    pub fn check(&self, admin: bool) -> Result<(), SelectionError> {
        if self.ids.is_empty() {
            return Err(SelectionError::None);
        }
        if let Some(id) = self.ids.iter().find(|id| own(id).is_none()) {
            return Err(SelectionError::Unknown(id.clone()));
        }
        if !admin && self.ids.iter().filter_map(|id| own(id)).any(|api| api.requires_admin) {
            return Err(SelectionError::Unauthorized);
        }
        Ok(())
    }

    /// What it is called: the name of its prompt.
    pub fn name(&self) -> &str {
        match self.ids.as_slice() {
            [id] => own(id).map_or(id.as_str(), |api| api.name),
            _ => "Merged LLM API",
        }
    }

    /// Only tools that change nothing are offered.
    pub fn read_only(&self) -> bool {
        self.read_only
    }

    /// Whether this LLM API is among those selected.
    pub fn contains(&self, id: &str) -> bool {
        self.ids.iter().any(|selected| selected == id)
    }
}

fn own(id: &str) -> Option<&'static OwnApi> {
    APIS.iter().find(|api| api.id == id)
}
