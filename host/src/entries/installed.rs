//! The config entries of an installation: kept in the store, made and changed by their owner.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use serde::{Deserialize, Serialize};

use super::ConfigEntries;
use crate::contract::hearth::mcp::config_entries as contract;
use crate::store::{Store, StoreError};

/// Characters that a title may have.
const TITLE_CHARS: usize = 255;

/// The title of an entry that serves every LLM API, as Home Assistant gives it.
const TITLE_OF_ALL: &str = "All LLM APIs";

/// One configured instance of the integration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Names it in commands; never changes.
    pub id: String,
    /// What the owner calls it.
    pub title: String,
    /// Serve every LLM API there is; `llm_apis` counts only when this is false.
    pub all_llm_apis: bool,
    /// Ids of the LLM APIs that it serves.
    pub llm_apis: Vec<String>,
    /// Only administrators may use it.
    pub require_admin: bool,
    /// Offer only tools that change nothing.
    pub read_only: bool,
    /// The owner switched it off.
    pub disabled: bool,
}

/// How an entry stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EntryState {
    /// It serves.
    Loaded,
    /// No host runs that could serve it.
    NotLoaded,
    /// The owner switched it off.
    Disabled,
    /// It cannot serve.
    Failed {
        /// Why, and what to do.
        reason: String,
    },
}

/// An entry and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryView {
    /// The entry.
    #[serde(flatten)]
    pub entry: Entry,
    /// How it stands.
    #[serde(flatten)]
    pub state: EntryState,
}

/// What somebody wants of an entry, be it new or there already; what is not given stays, or becomes the default.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EntryChange {
    /// What the owner calls it; without one it is called after its LLM APIs.
    pub title: Option<String>,
    /// Serve every LLM API there is. At first true.
    pub all_llm_apis: Option<bool>,
    /// Serve these; at first none, and naming some means not all.
    pub llm_apis: Option<Vec<String>>,
    /// Only administrators may use it. At first true.
    pub require_admin: Option<bool>,
    /// Offer only tools that change nothing. At first false.
    pub read_only: Option<bool>,
    /// Switch it off. At first false.
    pub disabled: Option<bool>,
}

/// Why an entry was not made or changed.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// It would serve nothing.
    #[error("An entry serves all LLM APIs or at least one: name one with --llm-api, or say --all-llm-apis true.")]
    NoLlmApis,
    /// It has no name.
    #[error("A title cannot be empty. Leave --title out to have the entry called after its LLM APIs.")]
    NoTitle,
    /// Its name is no name.
    #[error("{0:?} cannot be a title: a title is one line of at most {TITLE_CHARS} characters.")]
    BadTitle(String),
    /// Nobody serves that. Nothing was changed.
    #[error("There is no LLM API `{id}`. Those there are: {known}. Nothing was changed.")]
    UnknownLlmApi {
        /// What was asked for.
        id: String,
        /// Those that the component serves.
        known: String,
    },
    /// That is no id.
    #[error("An LLM API is named by its id, as in --llm-api assist, and one of the ids that were given is empty.")]
    EmptyLlmApi,
    /// There is none of this id.
    #[error("There is no config entry `{0}`. `hearth entry list` shows those there are.")]
    Unknown(String),
    /// The database did not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The config entries of this installation.
pub struct Entries {
    store: Store,
    /// In the order in which they were made.
    entries: RwLock<Vec<Entry>>,
    /// Held while a change is written, so that changes come one after the other and no lookup waits for the disk.
    changing: Mutex<()>,
    /// The LLM APIs that there are, id and name, once a component serves. Until then no entry is loaded.
    known: RwLock<Option<BTreeMap<String, String>>>,
    revision: AtomicU64,
    on_change: OnceLock<Box<dyn Fn() + Send + Sync>>,
}

impl Entries {
    /// Reads the entries of the store. None is loaded yet.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub fn open(store: Store) -> Result<Self, StoreError> {
        let entries = store.entries()?;
        Ok(Self {
            store,
            entries: RwLock::new(entries),
            changing: Mutex::new(()),
            known: RwLock::default(),
            revision: AtomicU64::new(1),
            on_change: OnceLock::new(),
        })
    }

    /// Loads the entries: these LLM APIs, by id and name, are there to be served. Again when another component serves;
    /// entries that cannot be served by it fail, and come back with the next one that can.
    pub fn load(&self, known: impl IntoIterator<Item = (String, String)>) {
        let known = known.into_iter().collect();
        {
            let mut place = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if place.as_ref() == Some(&known) {
                return;
            }
            *place = Some(known);
        }
        self.changed();
        for view in self.list() {
            if let EntryState::Failed { reason } = view.state {
                let (entry, title) = (view.entry.id, view.entry.title);
                tracing::error!(entry, title, reason, "a config entry failed");
            }
        }
    }

    /// Calls this after every change from now on. Only the first listener counts.
    pub fn listen(&self, on_change: impl Fn() + Send + Sync + 'static) {
        let _ = self.on_change.set(Box::new(on_change));
    }

    /// All entries, in the order in which they were made.
    pub fn list(&self) -> Vec<EntryView> {
        self.read().iter().map(|entry| self.view(entry)).collect()
    }

    /// One entry.
    ///
    /// # Errors
    /// When there is none of this id.
    pub fn show(&self, id: &str) -> Result<EntryView, EntryError> {
        let entries = self.read();
        let entry = entries.iter().find(|entry| entry.id == id);
        Ok(self.view(entry.ok_or_else(|| EntryError::Unknown(id.to_owned()))?))
    }

    /// Makes an entry. Waits for the disk.
    ///
    /// # Errors
    /// When it would serve nothing, or the database does not take it.
    pub fn add(&self, change: EntryChange) -> Result<EntryView, EntryError> {
        let blank = Entry {
            id: new_id(),
            title: TITLE_OF_ALL.to_owned(),
            all_llm_apis: true,
            llm_apis: Vec::new(),
            require_admin: true,
            read_only: false,
            disabled: false,
        };
        let _changing = self.changing();
        let entry = self.changed_entry(blank, change)?;
        self.store.keep_entry(entry.clone())?;
        let view = self.view(&entry);
        self.write().push(entry);
        self.changed();
        Ok(view)
    }

    /// Changes an entry. Waits for the disk.
    ///
    /// # Errors
    /// When there is none of this id, it would serve nothing, or the database does not take it.
    pub fn set(&self, id: &str, change: EntryChange) -> Result<EntryView, EntryError> {
        let _changing = self.changing();
        let before = self.show(id)?.entry;
        let wanted = self.changed_entry(before.clone(), change)?;
        let view = self.view(&wanted);
        if before != wanted {
            self.store.keep_entry(wanted.clone())?;
            let mut entries = self.write();
            if let Some(entry) = entries.iter_mut().find(|entry| entry.id == id) {
                *entry = wanted;
            }
            drop(entries);
            self.changed();
        }
        Ok(view)
    }

    /// Removes an entry. Waits for the disk.
    ///
    /// # Errors
    /// When there is none of this id, or the database does not take it.
    pub fn remove(&self, id: &str) -> Result<(), EntryError> {
        let _changing = self.changing();
        self.show(id)?;
        self.store.forget_entry(id)?;
        self.write().retain(|entry| entry.id != id);
        self.changed();
        Ok(())
    }

    fn changed_entry(&self, mut entry: Entry, change: EntryChange) -> Result<Entry, EntryError> {
        let generated = self.is_generated_title(&entry);
        if let Some(llm_apis) = change.llm_apis {
            entry.llm_apis = self.checked(without_repetition(llm_apis))?;
            entry.all_llm_apis = false;
        }
        entry.all_llm_apis = change.all_llm_apis.unwrap_or(entry.all_llm_apis);
        entry.require_admin = change.require_admin.unwrap_or(entry.require_admin);
        entry.read_only = change.read_only.unwrap_or(entry.read_only);
        entry.disabled = change.disabled.unwrap_or(entry.disabled);
        if !entry.all_llm_apis && entry.llm_apis.is_empty() {
            return Err(EntryError::NoLlmApis);
        }
        match change.title {
            Some(title) if title.trim().is_empty() => return Err(EntryError::NoTitle),
            Some(title) if title.chars().any(char::is_control) || title.chars().count() > TITLE_CHARS => {
                return Err(EntryError::BadTitle(title));
            }
            Some(title) => entry.title = title.trim().to_owned(),
            // A title that somebody chose is left alone.
            None if generated => entry.title = self.generated_title(&entry),
            None => {}
        }
        Ok(entry)
    }

    /// Ids of LLM APIs that there are. Without a component that serves nobody knows which these are; then an entry that
    /// names another fails when it is to be loaded.
    fn checked(&self, ids: Vec<String>) -> Result<Vec<String>, EntryError> {
        if ids.iter().any(String::is_empty) {
            return Err(EntryError::EmptyLlmApi);
        }
        let known = self.known();
        let unknown = known
            .as_ref()
            .and_then(|known| ids.iter().find(|id| !known.contains_key(*id)).map(|id| (id, known)));
        match unknown {
            None => Ok(ids),
            Some((id, known)) => Err(EntryError::UnknownLlmApi {
                id: id.clone(),
                known: known.keys().map(String::as_str).collect::<Vec<_>>().join(", "),
            }),
        }
    }

    /// What an entry is called unless its owner calls it something else.
    fn generated_title(&self, entry: &Entry) -> String {
        if entry.all_llm_apis {
            return TITLE_OF_ALL.to_owned();
        }
        let known = self.known();
        let name = |id: &String| known.as_ref().and_then(|known| known.get(id)).unwrap_or(id).clone();
        entry.llm_apis.iter().map(name).collect::<Vec<_>>().join(", ")
    }

    /// Without a host the names of the LLM APIs are not known, so their ids are a generated title, too.
    fn is_generated_title(&self, entry: &Entry) -> bool {
        [TITLE_OF_ALL, &entry.llm_apis.join(", "), &self.generated_title(entry)].contains(&entry.title.as_str())
    }

    fn view(&self, entry: &Entry) -> EntryView {
        EntryView {
            entry: entry.clone(),
            state: self.state(entry),
        }
    }

    fn state(&self, entry: &Entry) -> EntryState {
        if entry.disabled {
            return EntryState::Disabled;
        }
        let known = self.known();
        let Some(known) = known.as_ref() else {
            return EntryState::NotLoaded;
        };
        let unknown = entry.llm_apis.iter().find(|id| !known.contains_key(*id));
        match unknown {
            Some(id) if !entry.all_llm_apis => EntryState::Failed {
                reason: format!(
                    "There is no LLM API `{id}`. Those there are: {}.",
                    known.keys().map(String::as_str).collect::<Vec<_>>().join(", ")
                ),
            },
            _ => EntryState::Loaded,
        }
    }

    fn changed(&self) {
        self.revision.fetch_add(1, Ordering::AcqRel);
        if let Some(on_change) = self.on_change.get() {
            on_change();
        }
    }

    fn changing(&self) -> MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn known(&self) -> RwLockReadGuard<'_, Option<BTreeMap<String, String>>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> RwLockReadGuard<'_, Vec<Entry>> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Vec<Entry>> {
        self.entries.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ConfigEntries for Entries {
    fn lookup(&self) -> Result<contract::ConfigEntry, contract::LookupError> {
        let entries = self.read();
        let mut loaded = entries.iter().filter(|entry| self.state(entry) == EntryState::Loaded);
        let entry = loaded.next().ok_or(contract::LookupError::NotConfigured)?;
        if loaded.next().is_some() {
            return Err(contract::LookupError::SeveralConfigured);
        }
        Ok(contract::ConfigEntry {
            id: entry.id.clone(),
            title: entry.title.clone(),
            all_llm_apis: entry.all_llm_apis,
            llm_apis: entry.llm_apis.clone(),
            require_admin: entry.require_admin,
            read_only: entry.read_only,
        })
    }

    fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }
}

/// Each LLM API once, where it is named first.
fn without_repetition(ids: Vec<String>) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for id in ids {
        let id = id.trim();
        if !kept.iter().any(|known| known == id) {
            kept.push(id.to_owned());
        }
    }
    kept
}

/// Short enough to type; 40 random bits are enough to tell a handful of entries apart.
fn new_id() -> String {
    let mut bits = [0_u8; 5];
    getrandom::fill(&mut bits).expect("the system has randomness: nothing can be secret without");
    bits.iter().map(|byte| format!("{byte:02x}")).collect()
}
