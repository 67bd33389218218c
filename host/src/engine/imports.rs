//! What an instance may ask: the imported interfaces of the contract, answered from the host's own parts.

use std::sync::Arc;

use crate::contract::hearth::mcp::config_entries::{ConfigEntry, LookupError};
use crate::contract::hearth::mcp::home::Home as Snapshot;
use crate::contract::hearth::mcp::llm_apis::LlmApi;
use crate::contract::hearth::mcp::{config_entries, home, installation, llm_apis, types};
use crate::entries::ConfigEntries;
use crate::home::Home;
use crate::limits::Limits;

/// The host as an instance sees it.
pub struct Imports {
    pub(super) host: Option<Parts>,
}

/// The parts of the host that answer.
pub(super) struct Parts {
    pub entries: Arc<dyn ConfigEntries>,
    pub home: Arc<dyn Home>,
    pub limits: Arc<Limits>,
    pub secret: [u8; 32],
}

impl Imports {
    /// An installation with nothing in it, for a program that is only asked what it is.
    pub(super) fn nothing() -> Self {
        Self { host: None }
    }

    /// The one loaded config entry.
    ///
    /// # Errors
    /// When none is loaded, or more than one is.
    pub fn lookup(&self) -> Result<ConfigEntry, LookupError> {
        match &self.host {
            Some(host) => host.entries.lookup(),
            None => Err(LookupError::NotConfigured),
        }
    }

    /// All that is exposed.
    pub fn snapshot(&self) -> Snapshot {
        match &self.host {
            Some(host) => host.home.snapshot(),
            None => Snapshot::empty(),
        }
    }

    /// LLM APIs that others bring. Nobody can bring one yet.
    pub fn llm_apis(&self) -> Vec<LlmApi> {
        Vec::new()
    }

    /// What seals that which clients carry.
    pub fn secret(&self) -> Vec<u8> {
        self.host
            .as_ref()
            .map_or_else(|| vec![0; 32], |host| host.secret.to_vec())
    }

    /// A limit that the component keeps, by its name in the contract.
    pub fn limit(&self, name: &str) -> Option<u64> {
        self.host.as_ref()?.limits.of_the_component(name)
    }
}

/// The imports during one event: what was answered once is answered the same until the next event.
pub(super) struct Constant {
    imports: Arc<Imports>,
    lookup: Option<Result<ConfigEntry, LookupError>>,
    snapshot: Option<Snapshot>,
}

impl Constant {
    pub fn new(imports: Arc<Imports>) -> Self {
        Self {
            imports,
            lookup: None,
            snapshot: None,
        }
    }

    /// A new event begins.
    pub fn forget(&mut self) {
        self.lookup = None;
        self.snapshot = None;
    }
}

impl types::Host for Constant {}

impl config_entries::Host for Constant {
    fn lookup(&mut self) -> Result<ConfigEntry, LookupError> {
        let imports = &self.imports;
        self.lookup.get_or_insert_with(|| imports.lookup()).clone()
    }
}

impl home::Host for Constant {
    fn snapshot(&mut self) -> Snapshot {
        let imports = &self.imports;
        self.snapshot.get_or_insert_with(|| imports.snapshot()).clone()
    }
}

impl llm_apis::Host for Constant {
    fn list(&mut self) -> Vec<LlmApi> {
        self.imports.llm_apis()
    }
}

impl installation::Host for Constant {
    fn secret(&mut self) -> Vec<u8> {
        self.imports.secret()
    }

    fn limit(&mut self, name: String) -> Option<u64> {
        self.imports.limit(&name)
    }
}
