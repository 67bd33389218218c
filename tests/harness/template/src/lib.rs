//! An MCP server of a home, as a Hearth component: life cycle, sessions, and one tool.
//!
//! A reducer: an event of the contract (`wit/server.wit`) goes in, effects come out. It does no I/O, reads no clock and
//! never waits. What outlasts an event is in checkpoints and tickets; see the README.

pub mod lights;
pub mod methods;
pub mod protocol;
pub mod server;
pub mod session;

/// The contract in Rust, generated from `wit/`.
#[allow(clippy::all)]
pub mod contract {
    wit_bindgen::generate!({ path: "wit", world: "mcp-server", pub_export_macro: true });
}

#[cfg(target_arch = "wasm32")]
mod guest;
