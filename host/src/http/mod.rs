//! HTTP: the transports of MCP, and what lies beside them.

pub mod admin;
pub mod auth;
pub mod origin;

pub use auth::{Authenticate, Grant};
