//! A host for measuring: the built-in home, one config entry, one token, nothing written down.

use std::net::SocketAddr;
use std::sync::Arc;

use hearth_host::audit::{Audit, Record};
use hearth_host::clock::SystemClock;
use hearth_host::contract::hearth::mcp::config_entries::{ConfigEntry, LookupError};
use hearth_host::contract::hearth::mcp::types::Principal;
use hearth_host::engine::{Component, Engine, Program, Runtime, Surroundings};
use hearth_host::entries::ConfigEntries;
use hearth_host::home::embedded::EmbeddedHome;
use hearth_host::home::embedded::state::MemoryStates;
use hearth_host::http::forwarded::Before;
use hearth_host::http::{Authenticate, Grant, Health, Http, serve};
use hearth_host::limits::Limits;
use hearth_host::principals::{Principals, Rights};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use hearth_tests::native::Native;

/// The one token.
pub const TOKEN: &str = "bench";
const PRINCIPAL: &str = "bench";

/// Which build of the reducer runs behind the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// The component, as it is shipped.
    Component,
    /// The same reducer, native.
    Native,
}

/// An engine on the built-in home.
pub async fn engine(build: Build) -> anyhow::Result<Engine> {
    let limits = limits();
    let program: Arc<dyn Program> = match build {
        Build::Component => {
            let runtime = Runtime::new(&limits)?;
            Arc::new(Component::load(&runtime, hearth_host::COMPONENT, None).await?)
        }
        Build::Native => Arc::new(Native::default()),
    };
    let home = EmbeddedHome::open(
        EmbeddedHome::default_file(),
        "home.toml",
        Arc::new(MemoryStates::default()),
        Arc::new(SystemClock),
    )?;
    let surroundings = Surroundings {
        limits: Arc::new(limits),
        principals: Arc::new(OneToken::default()),
        audit: Arc::new(Unheard),
        ..Surroundings::new(home, Arc::new(OneEntry))
    };
    Ok(Engine::start_program(program, 1, None, surroundings).await?)
}

/// Serves an engine on a free port of loopback until the task is dropped.
pub async fn served(engine: Engine) -> anyhow::Result<(SocketAddr, JoinHandle<()>)> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let http = Http {
        observe: Arc::new(hearth_host::observe::Nobody),
        engine,
        tokens: Arc::new(OneToken::default()),
        limits: Arc::new(limits()),
        clock: Arc::new(SystemClock),
        before: Before::default(),
        tls: None,
        allowed_hosts: Vec::new(),
        allowed_origins: Vec::new(),
        health: Arc::new(|| Health {
            degraded: Vec::new(),
            generation: 1,
        }),
        admin: Default::default(),
    };
    let serving = tokio::spawn(serve(listener, Arc::new(http), std::future::pending()));
    Ok((address, serving))
}

/// Who asks.
pub fn principal() -> Principal {
    Principal {
        id: PRINCIPAL.to_owned(),
        admin: true,
    }
}

/// Room for as many sessions as are measured.
pub fn limits() -> Limits {
    Limits {
        sessions: 16_384,
        sessions_per_principal: 16_384,
        connections: 32_768,
        ..Limits::default()
    }
}

struct OneEntry;

impl ConfigEntries for OneEntry {
    fn lookup(&self) -> Result<ConfigEntry, LookupError> {
        Ok(ConfigEntry {
            id: "bench".to_owned(),
            title: "Bench".to_owned(),
            all_llm_apis: true,
            llm_apis: Vec::new(),
            require_admin: true,
            read_only: false,
        })
    }

    fn revision(&self) -> u64 {
        1
    }
}

struct OneToken {
    revoked: watch::Sender<bool>,
}

impl Default for OneToken {
    fn default() -> Self {
        Self {
            revoked: watch::Sender::new(false),
        }
    }
}

impl Authenticate for OneToken {
    fn authenticate(&self, bearer: &str) -> Option<Grant> {
        (bearer == TOKEN).then(|| Grant {
            principal: PRINCIPAL.to_owned(),
            admin: true,
            token: 1,
            revoked: self.revoked.subscribe(),
        })
    }
}

impl Principals for OneToken {
    fn rights(&self, principal: &str) -> Option<Rights> {
        (principal == PRINCIPAL).then_some(Rights { admin: true })
    }
}

struct Unheard;

impl Audit for Unheard {
    fn record(&self, _: Record) {}
}
