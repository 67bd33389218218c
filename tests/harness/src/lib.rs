//! The harness: a component of the world `mcp-server`, tested alone.
//!
//! It loads a `.wasm` file through the engine of the host and simulates everything around it: a home that does what the
//! test says, config entries, principals, an audit in memory, a clock that is moved by hand, nonces of a seed.
//!
//! A test of one behaviour is a conversation. With tokio's paused time, waiting for what never comes fails at once:
//!
//! ```no_run
//! # use hearth_harness::conversation::{call, cancelled, initialized};
//! # use hearth_harness::stage::Stage;
//! # use serde_json::json;
//! // #[tokio::test(start_paused = true)]
//! async fn a_cancelled_call_is_not_answered() {
//!     let stage = Stage::new(&std::fs::read("my_server.wasm").unwrap()).await;
//!     stage.home.hold_all(true);
//!     let mut ben = initialized(&stage, "ben").await;
//!     ben.say(&call("a", "my_tool", json!({}))).await;
//!     ben.say(&cancelled("a")).await;
//!     stage.home.hold_all(false);
//!     ben.hears_nothing(&stage).await;
//! }
//! ```
//!
//! [`check::check`] tries all named behaviours and rules, [`simulation::Simulation`] plays conversations of a seed while
//! the instance is replaced and trapped.

pub mod behaviour;
mod behaviours;
pub mod building;
pub mod case;
pub mod check;
pub mod clauses;
mod client;
pub mod conformance;
pub mod conversation;
mod hearing;
pub mod level;
pub mod meddle;
mod panics;
pub mod report;
pub mod rules;
pub mod schemas;
pub mod simulated;
pub mod simulated_home;
pub mod simulation;
pub mod stage;
pub mod streamable;
pub mod template;
pub mod trace;
