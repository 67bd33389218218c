//! Which generation runs, as the engine tells the rest of the host.

use crate::contract::exports::hearth::mcp::server::Description;

/// Hears of generations; never waits and never fails.
pub trait Generations: Send + Sync {
    /// From now on this one answers.
    fn live(&self, number: u64, description: &Description);

    /// One that misbehaved on probation was replaced by the one before.
    fn rolled_back(&self, from: u64, to: u64, reason: &str);

    /// One has passed its probation, and stays.
    fn passed(&self, number: u64);
}
