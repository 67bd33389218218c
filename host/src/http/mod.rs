//! HTTP: the transports of MCP, and what lies beside them.
//!
//! | file | concept |
//! |---|---|
//! | `serve`, `connection` | the accept loop; one connection, its time limits and its end |
//! | `socket`, `tls` | a socket, plain or encrypted; the certificate, read again when it changes |
//! | `transport`, `timer` | the socket and the clock as hyper wants them |
//! | `requests` | the order of the checks, and where a request goes |
//! | `forwarded` | the reverse proxy that is believed, and the path that all lies under |
//! | `origin`, `cors` | which names and web pages are welcome; what browsers are told |
//! | `auth` | the token of a request |
//! | `sse` | HTTP+SSE: the stream of a session |
//! | `streamable`, `accept` | Streamable HTTP: its methods and the form of an answer; what a client takes |
//! | `events` | streams of events, of both transports |
//! | `visit` | a request as the log tells it: its id, its trace, its span |
//! | `request_body`, `response` | bodies in, bodies out |
//! | `status` | the one table from a refusal to an HTTP answer |
//! | `general` | health, the administration, everything unknown |
//!
//! No JSON of the protocol is read or written here: bodies are bytes, and what they mean is the component's.

mod accept;
#[cfg(feature = "store")]
pub mod admin;
pub mod auth;
mod connection;
mod cors;
pub mod events;
pub mod forwarded;
mod general;
pub mod origin;
mod request_body;
mod requests;
mod response;
mod serve;
mod socket;
pub mod sse;
pub mod status;
mod streamable;
mod timer;
pub mod tls;
mod transport;
mod visit;

use std::sync::Arc;

use axum::Router;

pub use auth::{Authenticate, Grant};
pub use general::{Health, TellHealth};
pub use serve::serve;

use crate::clock::SharedClock;
use crate::engine::Engine;
use crate::limits::Limits;
use crate::observe::Observe;

/// What is served, and to whom.
pub struct Http {
    /// Runs the component.
    pub engine: Engine,
    /// Knows the tokens.
    pub tokens: Arc<dyn Authenticate>,
    /// The limits of the host.
    pub limits: Arc<Limits>,
    /// The clock of the host.
    pub clock: SharedClock,
    /// Names under which clients may reach the server beside those of this machine (`--allow-host`): `hearth.example`,
    /// `hearth.example:8443`, or `*` for all.
    pub allowed_hosts: Vec<String>,
    /// Origins of web pages that may ask beside those of this machine (`--allow-origin`): `https://chat.example`, or
    /// `*` for all.
    pub allowed_origins: Vec<String>,
    /// The reverse proxies that are believed, and the path that all lies under.
    pub before: forwarded::Before,
    /// What connections are encrypted with; plain HTTP without.
    pub tls: Option<Arc<tls::Tls>>,
    /// Who counts the responses.
    pub observe: Arc<dyn Observe>,
    /// Tells how the host is.
    pub health: TellHealth,
    /// The routes below `/api/hearth`. They see to it themselves that only administrators come to them.
    pub admin: Router,
}
