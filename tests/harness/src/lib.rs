//! The harness: a component of the world `mcp-server`, tested alone.
//!
//! It loads a `.wasm` file through the engine of the host and simulates everything around it: a home that does what the
//! test says, config entries, principals, an audit in memory, a clock that is moved by hand, nonces of a seed.

pub mod behaviour;
mod behaviours;
pub mod case;
pub mod check;
mod client;
pub mod conversation;
pub mod level;
pub mod meddle;
mod panics;
pub mod report;
pub mod rules;
pub mod simulated;
pub mod simulated_home;
pub mod simulation;
pub mod stage;
pub mod template;
pub mod trace;
