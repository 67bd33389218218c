//! What the engine needs of the rest of a host, and what a program may leave to it.

use std::sync::Arc;

use super::moments::{Nonces, RandomNonces};
use crate::audit::{Audit, Record};
use crate::clock::{SharedClock, SystemClock};
use crate::contract::exports::hearth::mcp::server::Description;
use crate::durable::{Durable, Nothing};
use crate::entries::ConfigEntries;
use crate::generations::Generations;
use crate::home::Home;
use crate::limits::Limits;
use crate::observe::{Nobody, Observe};
use crate::principals::{Principals, Rights};

/// All that the engine needs of the rest of the host.
pub struct Surroundings {
    /// Tells the time.
    pub clock: SharedClock,
    /// What anybody may use.
    pub limits: Arc<Limits>,
    /// The home to act on.
    pub home: Arc<dyn Home>,
    /// The lookup of the config entry.
    pub entries: Arc<dyn ConfigEntries>,
    /// The rights of principals.
    pub principals: Arc<dyn Principals>,
    /// Where actions are recorded.
    pub audit: Arc<dyn Audit>,
    /// Who is told which generation runs.
    pub generations: Arc<dyn Generations>,
    /// Who counts what happens.
    pub observe: Arc<dyn Observe>,
    /// Where is kept what outlives the host.
    pub durable: Arc<dyn Durable>,
    /// Seals what clients carry; constant for the data directory.
    pub secret: [u8; 32],
    /// Where random bits come from.
    pub nonces: Box<dyn Nonces>,
}

impl Surroundings {
    /// This home behind these config entries. All else is plain: the machine's clock and randomness, the limits by
    /// default, principals of whom none is an administrator, a secret and sessions that end with the process, and actions
    /// recorded in the trace alone.
    ///
    /// # Panics
    /// When the operating system has no random source.
    pub fn new(home: Arc<dyn Home>, entries: Arc<dyn ConfigEntries>) -> Self {
        let mut secret = [0; 32];
        getrandom::fill(&mut secret).expect("the operating system has a random source");
        Self {
            clock: Arc::new(SystemClock),
            limits: Arc::new(Limits::default()),
            home,
            entries,
            principals: Arc::new(Plain),
            audit: Arc::new(Plain),
            generations: Arc::new(Plain),
            observe: Arc::new(Nobody),
            durable: Arc::new(Nothing),
            secret,
            nonces: Box::new(RandomNonces::default()),
        }
    }
}

/// What a program gets that brings nothing of its own.
struct Plain;

impl Principals for Plain {
    fn rights(&self, _principal: &str) -> Option<Rights> {
        Some(Rights { admin: false })
    }
}

impl Generations for Plain {
    fn live(&self, _number: u64, _description: &Description) {}

    fn rolled_back(&self, _from: u64, _to: u64, _reason: &str) {}

    fn passed(&self, _number: u64) {}
}

impl Audit for Plain {
    fn record(&self, record: Record) {
        let Record {
            principal,
            action,
            entities,
            outcome,
            ..
        } = record;
        tracing::info!(principal, action, ?entities, outcome, "an action was asked for");
    }
}
