//! What happens in a simulation, as a script that can be saved and played again.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::disturbance::Strike;

/// All that determines a simulation, beside the component.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// Of the nonces.
    pub seed: u64,
    /// In their order.
    pub steps: Vec<Step>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What happens.
    #[serde(rename = "do")]
    pub act: Act,
    /// The next step comes before the engine had time for what this one set off.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hasty: bool,
    /// What strikes the first event of this step, the second and so on; the last also strikes all that follow. Only the
    /// disturbed instance is struck.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub strikes: Vec<Strike>,
}

impl From<Act> for Step {
    fn from(act: Act) -> Self {
        Self {
            act,
            hasty: false,
            strikes: Vec::new(),
        }
    }
}

/// Who may connect: more than the limits of the simulation have room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Caller {
    /// A client of `ada`, who is an administrator.
    Ada,
    /// A client of `ben`.
    Ben,
    /// The second one.
    Ben2,
    /// The third one, for whom there is no room while the others are connected.
    Ben3,
    /// A client of `eve`.
    Eve,
}

impl Caller {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ada, Self::Ben, Self::Ben2, Self::Ben3, Self::Eve];

    /// The id of its principal.
    pub fn principal(self) -> &'static str {
        match self {
            Caller::Ada => "ada",
            Caller::Ben | Caller::Ben2 | Caller::Ben3 => "ben",
            Caller::Eve => "eve",
        }
    }
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields say what the variants do")]
pub enum Act {
    /// A client connects; if it was connected, it hangs up first.
    Connect { client: Caller },
    /// A client hangs up.
    HangUp { client: Caller },
    /// A client posts to its session; if it has none, it connects first.
    Say { client: Caller, body: Value },
    /// The same with what is no JSON.
    Garble { client: Caller, text: String },
    /// A client posts to the session that another has or had, or to the one that it had itself.
    Intrude { client: Caller, whose: Caller, body: Value },
    /// A client posts by Streamable HTTP: to its session, which it begins first if it has none, or without any, in the way
    /// of 2026-07-28.
    Post {
        client: Caller,
        body: Value,
        stateless: bool,
    },
    /// A client opens a stream of its Streamable HTTP session.
    Attach { client: Caller },
    /// A client goes on reading where it was so many events before.
    Resume { client: Caller, back: usize },
    /// A client ends its Streamable HTTP session.
    Dismiss { client: Caller },
    /// All HTTP connections of a client but that of HTTP+SSE are cut.
    Cut { client: Caller },
    /// A client reads no more, or reads again.
    Read { client: Caller, reads: bool },
    /// Actions that wait go on.
    Release { actions: usize },
    /// Actions that wait say how far they are.
    Report { done: u32 },
    /// An entity fails whatever is asked of it.
    Break { entity: String, broken: bool },
    /// From now on all actions of this name wait.
    Hold { action: String },
    /// Time passes.
    Advance { ms: u64 },
    /// Somebody is at the switch.
    Switch { entity: String, state: String },
    /// The owner exposes an entity, or hides it.
    Expose { entity: String, exposed: bool },
    /// The owner renames an entity.
    Rename { entity: String, name: String },
    /// A service comes or goes.
    Service { name: String, offered: bool },
    /// Something of a kind that nobody knows, or that cannot be read, changes.
    Oddity { kind: String, id: String, data: Value },
    /// The config entry says so.
    ReadOnly { on: bool },
    /// The config entry says so.
    RequireAdmin { on: bool },
    /// The config entry serves these LLM APIs; none named: all.
    LlmApis { served: Vec<String> },
    /// So many config entries are loaded.
    Loaded { entries: u64 },
    /// A principal gets other rights, or loses them all.
    Rights { principal: String, admin: Option<bool> },
    /// The host asks what a principal is offered.
    Offers { principal: String },
}

impl Act {
    /// Whether the home or the configuration is other than the component was told, until the engine has told it. A new
    /// instance would know it before the old one.
    pub(super) fn is_change(&self) -> bool {
        !matches!(
            self,
            Act::Connect { .. }
                | Act::HangUp { .. }
                | Act::Say { .. }
                | Act::Garble { .. }
                | Act::Intrude { .. }
                | Act::Post { .. }
                | Act::Attach { .. }
                | Act::Resume { .. }
                | Act::Dismiss { .. }
                | Act::Cut { .. }
                | Act::Read { .. }
                | Act::Offers { .. }
        )
    }
}
