//! The home behind the contract: what the engine asks of any home, be it the embedded one or a Home Assistant.

mod described;
#[cfg(feature = "embedded-home")]
pub mod embedded;
pub mod owned;

use futures_util::future::BoxFuture;

use crate::contract::hearth::mcp::home as contract;
use crate::contract::hearth::mcp::types::{Action, Change, Progress};

/// What an action does to the home; rights are checked by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nature {
    /// It only tells.
    Read,
    /// It changes what is exposed.
    Write,
    /// It is reserved to administrators.
    Admin,
}

/// Why the home did not do an action.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ActionError(pub String);

/// Hears how far an action has come.
pub type OnProgress = Box<dyn Fn(Progress) + Send + Sync>;

/// A home.
pub trait Home: Send + Sync {
    /// All that is exposed, as the component may see it.
    fn snapshot(&self) -> contract::Home;

    /// Resolves when there are changes to take. One listener. What an action changes is taken at its end in any case: a
    /// home that changes by actions alone need not say more.
    fn changed(&self) -> BoxFuture<'_, ()> {
        Box::pin(std::future::pending())
    }

    /// The changes since the last call, in order, many changes of one entity as its newest; empty when there are none.
    /// What an action changes is here before the action resolves. Bounded by the number of entities.
    fn take_changes(&self) -> Vec<Change>;

    /// Whether this entity is exposed to assistants: whether it is in the snapshot. Asked often.
    fn exposes(&self, entity: &str) -> bool {
        self.snapshot().entities.iter().any(|exposed| exposed.id == entity)
    }

    /// The nature of an action, `light.turn_on`; `None` when the home has no such action.
    fn nature(&self, action: &str) -> Option<Nature>;

    /// Does an action and answers its response, a JSON object, or nothing where it has none. Dropping the future stops
    /// what waits (a script) and lets go on what moves (a cover).
    ///
    /// # Errors
    /// When the home refuses it or it goes wrong; the text is for the person who asked.
    fn run(&self, action: Action, progress: OnProgress) -> BoxFuture<'_, Result<Option<Vec<u8>>, ActionError>>;
}
