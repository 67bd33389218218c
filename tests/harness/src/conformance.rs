//! A host for the official conformance suite: the real one, over HTTP, with our component that has the LLM API
//! `conformance`, for whoever can connect.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use anyhow::{Context as _, ensure};
use hearth_host::clock::SystemClock;
use hearth_host::contract::hearth::mcp::config_entries::{ConfigEntry, LookupError};
use hearth_host::engine::{Component, Engine, Runtime, Surroundings};
use hearth_host::entries::ConfigEntries;
use hearth_host::home::embedded::EmbeddedHome;
use hearth_host::home::embedded::state::MemoryStates;
use hearth_host::http::forwarded::Before;
use hearth_host::http::{Authenticate, Grant, Health, Http, serve};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::building;

/// The LLM API that the suite is served.
const API: &str = "conformance";

/// Everybody is this principal.
const PRINCIPAL: &str = "conformance";

/// A host that listens and does not serve yet.
pub struct Server {
    listener: TcpListener,
    http: Http,
    /// Where the suite finds it.
    pub url: String,
}

impl Server {
    /// Builds the component and listens. Port 0 takes a free one.
    ///
    /// # Errors
    /// When the address is not one of this machine's own, or cannot be listened on; when the component is not built.
    pub async fn start(listen: SocketAddr) -> anyhow::Result<Self> {
        ensure!(
            listen.ip().is_loopback(),
            "{listen} can be reached by others, and whoever connects is served without a token: listen on 127.0.0.1 or [::1]"
        );
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("{listen} cannot be listened on"))?;
        let url = url_of(listener.local_addr()?);
        let bytes = building::guest("hearth-component", &["conformance"])?;

        let clock = Arc::new(SystemClock);
        let states = Arc::new(MemoryStates::default());
        let home = EmbeddedHome::open(EmbeddedHome::default_file(), "the built-in home", states, clock.clone())?;
        let surroundings = Surroundings::new(home, Arc::new(OneEntry));
        let limits = surroundings.limits.clone();
        let component = Component::load(&Runtime::new(&limits)?, &bytes, None).await?;
        ensure!(
            component.describe().llm_apis.iter().any(|api| api.id == API),
            "the component was built without the LLM API {API}; is another build going on in its target directory?"
        );
        let engine = Engine::start(component, 1, surroundings).await?;
        let health = Health {
            degraded: Vec::new(),
            generation: 1,
        };
        let http = Http {
            observe: Arc::new(hearth_host::observe::Nobody),
            engine,
            tokens: Arc::new(Everybody::default()),
            limits,
            clock,
            before: Before::default(),
            tls: None,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            health: Arc::new(move || health.clone()),
            admin: Default::default(),
        };
        Ok(Self { listener, http, url })
    }

    /// Serves until this resolves.
    pub async fn serve(self, until: impl Future<Output = ()>) {
        serve(self.listener, Arc::new(self.http), until).await;
    }
}

/// The suite tries which names a server answers to by the one that it was given; a name says more there than an address.
fn url_of(address: SocketAddr) -> String {
    let local = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
    if local.contains(&address.ip()) {
        format!("http://localhost:{}/api/mcp", address.port())
    } else {
        format!("http://{address}/api/mcp")
    }
}

/// The one config entry.
struct OneEntry;

impl ConfigEntries for OneEntry {
    fn lookup(&self) -> Result<ConfigEntry, LookupError> {
        Ok(ConfigEntry {
            all_llm_apis: false,
            llm_apis: vec![API.to_owned()],
            ..ConfigEntry::of_everything(API)
        })
    }

    fn revision(&self) -> u64 {
        1
    }
}

/// Lets everybody in, with any token and with none.
struct Everybody(watch::Sender<bool>);

impl Default for Everybody {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Authenticate for Everybody {
    fn authenticate(&self, _bearer: &str) -> Option<Grant> {
        self.without_token()
    }

    fn without_token(&self) -> Option<Grant> {
        Some(Grant {
            principal: PRINCIPAL.to_owned(),
            admin: false,
            token: 0,
            revoked: self.0.subscribe(),
        })
    }
}
