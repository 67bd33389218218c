//! A whole host in this process, over a real socket and under a clock that the test moves: the component that is built
//! in or another one, its engine, the embedded home and HTTP. Only the store is left out.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hearth_host::COMPONENT;
use hearth_host::audit::Audit;
use hearth_host::clock::{Clock, ManualClock};
use hearth_host::durable::{Durable, Nothing};
use hearth_host::engine::{Component, Engine, Runtime, SeededNonces, Surroundings};
use hearth_host::home::embedded::EmbeddedHome;
use hearth_host::home::embedded::state::MemoryStates;
use hearth_host::http::forwarded::Before;
use hearth_host::http::{Authenticate, Grant, Health, Http, serve};
use hearth_host::limits::Limits;
use hearth_host::principals::{Principals, Rights};
use tokio::net::TcpListener;
use tokio::sync::{OnceCell, oneshot, watch};
use tokio::task::JoinHandle;

use crate::guests;
use crate::http_client::{Client, soon};
use hearth_harness::simulated::{SimulatedAudit, SimulatedEntries};

/// The token of Ada, who is an administrator.
pub const ADA: &str = "ada-token";
/// The token of Ben, who is not.
pub const BEN: &str = "ben-token";
/// 2026-11-22 12:00 UTC: when the clock of a host begins.
pub const NOON: u64 = 1_795_348_800_000;

/// What a host is started with.
pub struct Setup {
    /// The limits.
    pub limits: Limits,
    /// Names that it answers to.
    pub allowed_hosts: Vec<String>,
    /// Web pages that may ask it.
    pub allowed_origins: Vec<String>,
    /// How many config entries are loaded.
    pub entries: u64,
    /// Whether the config entry is for administrators only.
    pub require_admin: bool,
    /// What is wrong with it.
    pub degraded: Vec<String>,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Its tokens.
    pub tokens: Arc<TestTokens>,
    /// Its config entries.
    pub config: Arc<SimulatedEntries>,
    /// Where actions are recorded.
    pub audit: Arc<dyn Audit>,
    /// Where is kept what outlives it.
    pub durable: Arc<dyn Durable>,
    /// Of its nonces: no two hosts that follow one another have the same.
    pub seed: u64,
    /// The component, compiled anew under these limits; none: the one that is built in, under the default ones.
    pub component: Option<&'static [u8]>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            entries: 1,
            require_admin: false,
            degraded: Vec::new(),
            clock: ManualClock::at(NOON),
            tokens: Arc::new(TestTokens::new(&[(ADA, "ada", true), (BEN, "ben", false)])),
            config: Arc::default(),
            audit: Arc::new(SimulatedAudit::default()),
            durable: Arc::new(Nothing),
            seed: 1,
            component: None,
        }
    }
}

/// A host that serves.
pub struct Host {
    /// Where it listens.
    pub address: SocketAddr,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Its tokens.
    pub tokens: Arc<TestTokens>,
    /// Its config entries.
    pub entries: Arc<SimulatedEntries>,
    /// Its engine.
    pub engine: Engine,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
}

impl Host {
    /// Starts a host with what the official conformance suite calls, and nothing else.
    pub async fn with_fixtures() -> Self {
        let host = Self::start(Setup {
            component: Some(guests::conformance()),
            ..Setup::default()
        })
        .await;
        host.entries.change(|entry| {
            entry.all_llm_apis = false;
            entry.llm_apis = vec!["conformance".to_owned()];
        });
        host.engine.notify_entries();
        host
    }

    /// Starts a host.
    pub async fn start(setup: Setup) -> Self {
        let clock = setup.clock;
        let component = match setup.component {
            None => built_in().await,
            Some(bytes) => compiled(bytes, &setup.limits).await,
        };
        let limits = Arc::new(setup.limits);
        let (tokens, entries) = (setup.tokens, setup.config);
        entries.set_loaded(setup.entries);
        entries.change(|entry| entry.require_admin = setup.require_admin);
        let home = EmbeddedHome::open(
            &still_home(),
            "home.toml",
            Arc::new(MemoryStates::default()),
            clock.clone(),
        );
        let surroundings = Surroundings {
            clock: clock.clone(),
            limits: limits.clone(),
            principals: tokens.clone(),
            audit: setup.audit,
            durable: setup.durable,
            secret: [7; 32],
            nonces: Box::new(SeededNonces::new(setup.seed)),
            ..Surroundings::new(home.expect("the home that is built in is valid"), entries.clone())
        };
        let engine = Engine::start(component, 1, surroundings)
            .await
            .expect("the component starts");
        let listener = TcpListener::bind("127.0.0.1:0")
            .await
            .expect("loopback has a free port");
        let address = listener.local_addr().expect("it listens");
        let health = Health {
            degraded: setup.degraded,
            generation: 1,
        };
        let http = Http {
            observe: Arc::new(hearth_host::observe::Nobody),
            engine: engine.clone(),
            tokens: tokens.clone(),
            limits,
            clock: clock.clone(),
            before: Before::default(),
            tls: None,
            allowed_hosts: setup.allowed_hosts,
            allowed_origins: setup.allowed_origins,
            health: Arc::new(move || health.clone()),
            admin: Default::default(),
        };
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(serve(listener, Arc::new(http), async {
            // An error means that the test is over.
            let _ = stopped.await;
        }));
        Self {
            address,
            clock,
            tokens,
            entries,
            engine,
            stop: Some(stop),
            serving,
        }
    }

    /// Asks it to end, and does not wait for it.
    pub fn stop(&mut self) {
        self.stop.take().map(|stop| stop.send(()));
    }

    /// Whether it has ended.
    pub fn is_stopped(&self) -> bool {
        self.serving.is_finished()
    }

    /// Waits until it has ended.
    pub async fn stopped(self) {
        soon("the end of the host", self.serving)
            .await
            .expect("serving does not panic");
    }

    /// Waits until as many as this wait for the clock.
    pub async fn sleepers(&self, count: usize) {
        self.until("sleepers", || self.clock.sleepers() == count).await;
    }

    /// Waits until this holds.
    pub async fn until(&self, what: &str, holds: impl Fn() -> bool) {
        soon(what, async {
            while !holds() {
                tokio::task::yield_now().await;
            }
        })
        .await;
    }

    /// A second client, to show that others are not affected.
    pub async fn bystander(&self) -> Client {
        Client::initialized(self.address, ADA).await
    }

    /// The moment that its clock shows.
    pub fn now(&self) -> u64 {
        self.clock.now()
    }
}

/// The home that is built in, but nothing in it moves by itself: what happens in a test is what the test does.
fn still_home() -> String {
    let paused = EmbeddedHome::default_file().replace("state = \"playing\"", "state = \"paused\"");
    paused.replace("id = \"calendar.", "state = \"unavailable\"\nid = \"calendar.")
}

/// The component that is built in, compiled once for all tests of a binary.
async fn built_in() -> Component {
    static LOADED: OnceCell<Component> = OnceCell::const_new();
    let load = || async { compiled(COMPONENT, &Limits::default()).await };
    LOADED.get_or_init(load).await.clone()
}

/// A component, compiled under these limits.
///
/// # Panics
/// When it does not load.
pub async fn compiled(bytes: &[u8], limits: &Limits) -> Component {
    let runtime = Runtime::new(limits).expect("the runtime comes up");
    Component::load(&runtime, bytes, None)
        .await
        .expect("the component loads")
}

/// Tokens in memory.
pub struct TestTokens {
    known: Mutex<BTreeMap<String, Known>>,
}

struct Known {
    principal: String,
    admin: bool,
    number: u64,
    revoked: watch::Sender<bool>,
}

impl TestTokens {
    fn new(tokens: &[(&str, &str, bool)]) -> Self {
        let new = Self {
            known: Mutex::default(),
        };
        for (token, principal, admin) in tokens {
            new.add(token, principal, *admin);
        }
        new
    }

    /// Adds a token.
    pub fn add(&self, token: &str, principal: &str, admin: bool) {
        let mut known = self.lock();
        let number = known.len() as u64 + 1;
        let (revoked, _) = watch::channel(false);
        let new = Known {
            principal: principal.to_owned(),
            admin,
            number,
            revoked,
        };
        known.insert(token.to_owned(), new);
    }

    /// Revokes a token.
    pub fn revoke(&self, token: &str) {
        if let Some(known) = self.lock().remove(token) {
            known.revoked.send_replace(true);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Authenticate for TestTokens {
    fn authenticate(&self, bearer: &str) -> Option<Grant> {
        self.lock().get(bearer).map(|known| Grant {
            principal: known.principal.clone(),
            admin: known.admin,
            token: known.number,
            revoked: known.revoked.subscribe(),
        })
    }
}

impl Principals for TestTokens {
    fn rights(&self, principal: &str) -> Option<Rights> {
        let known = self.lock();
        let mut theirs = known.values().filter(|known| known.principal == principal).peekable();
        theirs.peek()?;
        Some(Rights {
            admin: theirs.any(|known| known.admin),
        })
    }
}
