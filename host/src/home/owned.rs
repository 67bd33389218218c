//! The owner's view of a home: all that is in it, what of that assistants may see and why, and the say in it.
//!
//! [`Home`] is what the engine sees, and what is not exposed is not in that. This stands beside it: where the exposure of
//! a home is kept is the home's business.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::Home;
use crate::clock::Moment;
use crate::contract::hearth::mcp::home as contract;

/// What its owner wants of the exposure of entities, by their ids: exposed, hidden, or as it is when nobody says anything.
pub type Wishes = BTreeMap<String, Option<bool>>;

/// A home whose owner decides what is exposed.
pub trait Owned: Home {
    /// All that is in it.
    fn inventory(&self) -> Inventory;

    /// What would be exposed if this came true. Nothing changes.
    ///
    /// # Errors
    /// When it cannot come true.
    fn supposing(&self, wishes: &Wishes) -> Result<contract::Home, ExposeError>;

    /// Has this come true, all or nothing. It is kept when this returns, and waits for the disk: what is hidden is refused
    /// from now on, and a change of kind `registry` is there to be taken.
    ///
    /// # Errors
    /// When it cannot come true, or cannot be kept. Then nothing has changed.
    fn expose(&self, wishes: &Wishes) -> Result<(), ExposeError>;
}

/// Why the exposure of entities is not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExposeError {
    /// There is no such entity.
    #[error("There is no entity `{0}`. `hearth home entities` lists those there are.")]
    Unknown(String),
    /// Of too many entities something is said by hand.
    #[error(
        "Something is said by hand of {0} entities, and that is as many as there may be. `hearth home reset --gone` \
         forgets what is said of those that the home does not have any more."
    )]
    TooMany(usize),
    /// It could not be kept.
    #[error("It cannot be kept, so nothing has changed: {0}")]
    NotKept(String),
}

/// All that is in a home.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    /// What the home is called.
    pub name: String,
    /// In the home's order.
    pub floors: Vec<Place>,
    /// In the home's order.
    pub areas: Vec<Place>,
    /// In the home's order.
    pub devices: Vec<Place>,
    /// In the home's order.
    pub labels: Vec<Place>,
    /// In the home's order.
    pub entities: Vec<OwnedEntity>,
    /// What is said by hand of entities that are not there any more.
    pub gone: Vec<Gone>,
}

/// A floor, an area, a device, or a label: where an entity belongs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// What they call it besides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The id of what it is in: of an area its floor, of a device its area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<String>,
}

/// An entity as its owner sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OwnedEntity {
    /// `light.bed`.
    pub id: String,
    /// The friendly name.
    pub name: String,
    /// The names that it answers to, in the owner's order.
    pub aliases: Vec<String>,
    /// `light`.
    pub domain: String,
    /// Area id: its own, or that of its device.
    pub area: Option<String>,
    /// Device id.
    pub device: Option<String>,
    /// The device class that matching goes by.
    pub device_class: Option<String>,
    /// Label ids.
    pub labels: Vec<String>,
    /// How it is now.
    pub state: String,
    /// What goes with that, in the home's order.
    pub attributes: Map<String, Value>,
    /// Whether assistants may see it.
    pub exposed: bool,
    /// Why they may, or may not.
    pub why: Why,
}

/// Why an entity is exposed, or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum Why {
    /// Nothing is said of it.
    Default,
    /// The description of the home says so.
    Description,
    /// Its owner said so by hand.
    Hand {
        /// When.
        since: Moment,
    },
}

/// What is said by hand of an entity that is not there any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gone {
    /// The id that it had.
    pub id: String,
    /// What is said of it.
    pub exposed: bool,
    /// When it was said.
    pub since: Moment,
}

/// What clients see of a home.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// How many entities.
    pub entities: usize,
    /// The tools that an administrator is offered under the config entry, by name; unknown where no component runs that
    /// could be asked.
    pub tools: Option<Vec<String>>,
}

/// What a change of the exposure means to clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consequence {
    /// What they saw.
    pub before: Seen,
    /// What they see.
    pub after: Seen,
    /// Ids of the entities that they see and did not.
    pub exposed: Vec<String>,
    /// Ids of the entities that they saw and do not.
    pub hidden: Vec<String>,
}

impl Consequence {
    /// Of what was exposed becoming this, with the tools that go with each as far as they are known.
    pub fn between(before: &contract::Home, after: &contract::Home, tools: [Option<Vec<String>>; 2]) -> Self {
        let [tools_before, tools_after] = tools;
        Self {
            exposed: only_in(after, before),
            hidden: only_in(before, after),
            before: Seen {
                entities: before.entities.len(),
                tools: tools_before,
            },
            after: Seen {
                entities: after.entities.len(),
                tools: tools_after,
            },
        }
    }
}

/// Ids of the entities of one that the other does not have.
fn only_in(one: &contract::Home, other: &contract::Home) -> Vec<String> {
    let there: BTreeSet<&str> = other.entities.iter().map(|entity| entity.id.as_str()).collect();
    let only = one.entities.iter().filter(|entity| !there.contains(entity.id.as_str()));
    only.map(|entity| entity.id.clone()).collect()
}
