//! What an engine holds: the running generation, its instance, and all state that goes with it.

use std::sync::Arc;

use super::checkpoints::Checkpoints;
use super::durable::Unwritten;
use super::failures::Failures;
use super::journal::Told;
use super::moments::{Moments, Nonces};
use super::outlet::{Lane, Outlets};
use super::reducer::{Program, Reducer};
use super::rights::Declared;
use super::sessions::Visits;
use super::swap::{Audience, Probation, Tally};
use super::work;
use crate::contract::exports::hearth::mcp::server::Description;
use crate::contract::hearth::mcp::types::{Principal, Refusal};
use crate::request::RequestContext;

/// One loaded version of the component. Cheap to clone.
#[derive(Clone)]
pub(super) struct Generation {
    pub number: u64,
    pub program: Arc<dyn Program>,
    pub declared: Arc<Declared>,
    /// The state format that it writes.
    pub format: u32,
    /// All state formats that it may keep something in.
    pub keeps: Vec<u32>,
}

impl Generation {
    /// A generation that writes this format. `back`: what takes over if it misbehaves, and has to read all of it.
    pub fn new(program: Arc<dyn Program>, number: u64, format: u32, back: Option<&Description>) -> Self {
        let description = program.description();
        let writes = description.writes.iter().copied();
        let keeps = writes.filter(|format| back.is_none_or(|back| back.reads.contains(format)));
        Self {
            number,
            declared: Arc::new(Declared::new(&description.actions)),
            format,
            keeps: keeps.collect(),
            program,
        }
    }
}

/// The instance and all state that goes with it.
pub(super) struct Core {
    pub generation: Generation,
    /// The one before, to go back to.
    pub previous: Option<Generation>,
    /// The running generation is on probation.
    pub probation: Option<Probation>,
    /// What clients asked of the running generation.
    pub tally: Tally,
    /// Who goes by a list of tools.
    pub audience: Audience,
    /// None while it is out for a call, and after a trap until it is built anew.
    pub reducer: Option<Box<dyn Reducer>>,
    pub failures: Failures,
    pub outlets: Outlets,
    pub checkpoints: Checkpoints,
    /// What is noted of each session.
    pub visits: Visits,
    pub unwritten: Unwritten,
    pub work: work::Table,
    /// What of the changes a candidate has to be told before it takes over.
    pub told: Told,
    pub nonces: Box<dyn Nonces>,
    pub moments: Moments,
    pub down: bool,
}

/// On whose behalf an event happens: what its effects may refer to.
#[derive(Default)]
pub(super) struct Cause {
    pub principal: Option<Principal>,
    pub session: Option<String>,
    /// Its route names an LLM API: the config entry has no say in what it may do.
    pub names_api: bool,
    /// The queue of its HTTP exchange.
    pub exchange: Option<Arc<Lane>>,
    /// The work that it is news of.
    pub work: Option<NewsOf>,
    /// The news are the last: the work is over when the event has come to its end.
    pub over: bool,
    /// The request that it is, or that began the work.
    pub request: RequestContext,
}

/// The work that an event tells of.
pub(super) struct NewsOf {
    pub key: String,
    /// Tells it from later work of the same key.
    pub serial: u64,
    /// Id of the principal that it is done for.
    pub principal: String,
    /// Name and version of the client that asked.
    pub client: String,
    /// The session in which it was asked for; empty where there was none.
    pub of: String,
}

/// An event that was not done, though it was given twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Dropped;

/// What an event came to: the session that it began, or the component's refusal.
pub(super) type Outcome = Result<Result<Option<String>, Refusal>, Dropped>;
