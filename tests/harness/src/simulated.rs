//! The other parts of a host, simulated: config entries, principals, the audit.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use hearth_host::audit::{Audit, Record};
use hearth_host::contract::exports::hearth::mcp::server::Description;
use hearth_host::contract::hearth::mcp::config_entries::{ConfigEntry, LookupError};
use hearth_host::entries::ConfigEntries;
use hearth_host::generations::Generations;
use hearth_host::principals::{Principals, Rights};

/// One config entry that serves everything to everybody, until the test changes it.
pub struct SimulatedEntries {
    entry: Mutex<ConfigEntry>,
    /// How many entries are loaded; all of them are like this one.
    loaded: AtomicU64,
    revision: AtomicU64,
}

impl Default for SimulatedEntries {
    fn default() -> Self {
        let entry = ConfigEntry {
            id: "1".to_owned(),
            title: "Simulated".to_owned(),
            all_llm_apis: true,
            llm_apis: Vec::new(),
            require_admin: false,
            read_only: false,
        };
        Self {
            entry: Mutex::new(entry),
            loaded: AtomicU64::new(1),
            revision: AtomicU64::new(1),
        }
    }
}

impl SimulatedEntries {
    /// Changes the entry.
    pub fn change(&self, change: impl FnOnce(&mut ConfigEntry)) {
        self.change_silently(change);
        self.revision.fetch_add(1, Ordering::SeqCst);
    }

    /// Changes the entry, as in the moment before its revision rises.
    pub fn change_silently(&self, change: impl FnOnce(&mut ConfigEntry)) {
        change(&mut self.entry.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Says how many are loaded from now on.
    pub fn set_loaded(&self, count: u64) {
        self.loaded.store(count, Ordering::SeqCst);
        self.revision.fetch_add(1, Ordering::SeqCst);
    }
}

impl ConfigEntries for SimulatedEntries {
    fn lookup(&self) -> Result<ConfigEntry, LookupError> {
        match self.loaded.load(Ordering::SeqCst) {
            0 => Err(LookupError::NotConfigured),
            1 => Ok(self.entry.lock().unwrap_or_else(PoisonError::into_inner).clone()),
            _ => Err(LookupError::SeveralConfigured),
        }
    }

    fn revision(&self) -> u64 {
        self.revision.load(Ordering::SeqCst)
    }
}

/// `ada` is an administrator, `ben` and `eve` are not.
pub struct SimulatedPrincipals(Mutex<BTreeMap<String, Rights>>);

impl Default for SimulatedPrincipals {
    fn default() -> Self {
        let rights = [("ada", true), ("ben", false), ("eve", false)];
        Self(Mutex::new(
            rights.map(|(id, admin)| (id.to_owned(), Rights { admin })).into(),
        ))
    }
}

impl SimulatedPrincipals {
    /// Gives other rights, or takes them all.
    pub fn set(&self, principal: &str, rights: Option<Rights>) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match rights {
            Some(rights) => all.insert(principal.to_owned(), rights),
            None => all.remove(principal),
        };
    }
}

impl Principals for SimulatedPrincipals {
    fn rights(&self, principal: &str) -> Option<Rights> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(principal)
            .copied()
    }
}

/// Keeps all records.
#[derive(Default)]
pub struct SimulatedAudit(Mutex<Vec<Record>>);

impl SimulatedAudit {
    /// What was recorded, as `principal action: outcome`.
    pub fn lines(&self) -> Vec<String> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        records
            .iter()
            .map(|record| format!("{} {}: {}", record.principal, record.action, record.outcome))
            .collect()
    }

    /// All of it.
    pub fn records(&self) -> Vec<Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Audit for SimulatedAudit {
    fn record(&self, record: Record) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(record);
    }
}

/// Notes what it hears.
#[derive(Default)]
pub struct SimulatedGenerations(Mutex<Vec<String>>);

impl SimulatedGenerations {
    /// What it heard, as `2 is live`, `2 rolled back to 1: reason`, `2 passed`.
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, line: String) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

impl Generations for SimulatedGenerations {
    fn live(&self, number: u64, _description: &Description) {
        self.note(format!("{number} is live"));
    }

    fn rolled_back(&self, from: u64, to: u64, reason: &str) {
        self.note(format!("{from} rolled back to {to}: {reason}"));
    }

    fn passed(&self, number: u64) {
        self.note(format!("{number} passed"));
    }
}
