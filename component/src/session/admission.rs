//! Who may: the checks that come before any message is read, in their order.

use std::sync::Arc;

use crate::contract::exports::hearth::mcp::server::Principal;
use crate::contract::hearth::mcp::config_entries::LookupError;
use crate::contract::hearth::mcp::types::{Refusal, RefusalReason};
use crate::imports::Imports;
use crate::llm::Selection;

/// What the config entry says, as far as requests are concerned.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Only administrators may use it.
    pub require_admin: bool,
    /// The LLM APIs that it serves.
    pub selection: Arc<Selection>,
}

impl Entry {
    /// The entry as it is now.
    ///
    /// # Errors
    /// When none is loaded, or more than one is.
    pub fn look_up(imports: &impl Imports) -> Result<Self, Refusal> {
        let entry = imports.lookup().map_err(|error| match error {
            LookupError::NotConfigured => refusal(RefusalReason::NotConfigured),
            LookupError::SeveralConfigured => refusal(RefusalReason::SeveralConfigured),
        })?;
        Ok(Self {
            require_admin: entry.require_admin,
            selection: Arc::new(Selection::of_entry(&entry)),
        })
    }

    /// What a principal is offered on a route that names this LLM API, or none; None when nothing is. `entry` is the one
    /// that is loaded.
    pub fn offered(entry: Option<&Self>, api: Option<&str>, admin: bool) -> Option<Arc<Selection>> {
        let selection = match api {
            None => Arc::clone(&entry.filter(|entry| entry.admits(admin))?.selection),
            Some(api) => Arc::new(Selection::of_api(api)?),
        };
        selection.check(admin).is_ok().then_some(selection)
    }

    /// Whether a principal may use it.
    pub fn admits(&self, admin: bool) -> bool {
        admin || !self.require_admin
    }
}

/// The lookup of the config entry, done again only when it could answer something else.
#[derive(Debug, Default)]
pub struct Admission {
    /// The answer, and the revision that it was given at.
    known: Option<(u64, Result<Entry, Refusal>)>,
}

impl Admission {
    /// The config entry may be another one.
    pub fn forget(&mut self) {
        self.known = None;
    }

    /// The config entry at this revision, if this principal may use it.
    ///
    /// # Errors
    /// When none or more than one is loaded; then when it is reserved to administrators and the principal is none.
    pub fn admit(&mut self, imports: &impl Imports, revision: u64, principal: &Principal) -> Result<&Entry, Refusal> {
        let known = self.known.take().filter(|(at, _)| *at == revision);
        let (_, entry) = self
            .known
            .insert(known.unwrap_or_else(|| (revision, Entry::look_up(imports))));
        let entry = entry.as_ref().map_err(Clone::clone)?;
        if entry.admits(principal.admin) {
            Ok(entry)
        } else {
            Err(refusal(RefusalReason::AdminRequired))
        }
    }
}

/// A refusal that has nothing to add to its reason.
pub fn refusal(reason: RefusalReason) -> Refusal {
    Refusal {
        reason,
        detail: String::new(),
    }
}
