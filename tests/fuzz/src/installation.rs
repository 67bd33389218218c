//! What the installation answers the component, as a driver sets it.

use std::cell::{Ref, RefCell, RefMut};
use std::rc::Rc;

use hearth_component::contract::hearth::mcp::config_entries::{ConfigEntry, LookupError};
use hearth_component::contract::hearth::mcp::home::Home;
use hearth_component::contract::hearth::mcp::llm_apis::LlmApi;
use hearth_component::imports::Imports;

use crate::home;

/// Requests of one session that may be in flight.
pub const IN_FLIGHT: u64 = 3;
/// Sessions that one principal may have.
pub const OF_ONE_PRINCIPAL: u64 = 3;
/// Sessions that there may be.
pub const SESSIONS: u64 = 6;

/// Shared by the driver and every instance that it makes.
#[derive(Clone)]
pub struct Installation(Rc<RefCell<Told>>);

/// What is told.
pub struct Told {
    /// The one loaded config entry.
    pub entry: Result<ConfigEntry, LookupError>,
    /// The home.
    pub home: Home,
    /// The limits are low, so that short inputs reach them.
    pub low_limits: bool,
}

impl Installation {
    /// An entry that admits everybody, the home, and the limits that hold when none is set.
    pub fn new() -> Self {
        let entry = ConfigEntry {
            id: "entry".to_owned(),
            title: "Home".to_owned(),
            all_llm_apis: true,
            llm_apis: Vec::new(),
            require_admin: false,
            read_only: false,
        };
        Self(Rc::new(RefCell::new(Told {
            entry: Ok(entry),
            home: home::home(),
            low_limits: false,
        })))
    }

    /// What is told now.
    pub fn told(&self) -> Ref<'_, Told> {
        self.0.borrow()
    }

    /// To change it.
    pub fn tell(&self) -> RefMut<'_, Told> {
        self.0.borrow_mut()
    }
}

impl Default for Installation {
    fn default() -> Self {
        Self::new()
    }
}

impl Imports for Installation {
    fn lookup(&self) -> Result<ConfigEntry, LookupError> {
        self.told().entry.clone()
    }

    fn snapshot(&self) -> Home {
        self.told().home.clone()
    }

    fn llm_apis(&self) -> Vec<LlmApi> {
        Vec::new()
    }

    fn secret(&self) -> Vec<u8> {
        vec![7; 32]
    }

    fn limit(&self, name: &str) -> Option<u64> {
        if !self.told().low_limits {
            return None;
        }
        match name {
            "sessions" => Some(SESSIONS),
            "sessions-per-principal" => Some(OF_ONE_PRINCIPAL),
            "requests-in-flight" => Some(IN_FLIGHT),
            _ => None,
        }
    }
}
