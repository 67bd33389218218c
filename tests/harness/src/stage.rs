//! An engine on a real component, with everything around it simulated, and clients on it.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::{Stream as _, StreamExt};
use hearth_host::clock::ManualClock;
use hearth_host::contract::hearth::mcp::types::{Header, Principal, Route};
use hearth_host::engine::{
    Component, Engine, EngineError, Incoming, Nonces, Program, Received, Refused, Runtime, SeededNonces, Stream,
    Surroundings,
};
use hearth_host::limits::Limits;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::hearing::Hearing;
use crate::simulated::{SimulatedAudit, SimulatedEntries, SimulatedGenerations, SimulatedPrincipals};
use crate::simulated_home::SimulatedHome;

/// When every stage begins: 2026-01-01T00:00:00Z.
pub const BEGIN: u64 = 1_767_225_600_000;

/// Of the nonces where a test does not care.
const SEED: u64 = 1;

/// How long a test waits for what must come. It never decides what passes, only how soon a failure is told.
const PATIENCE: Duration = Duration::from_secs(20);

/// Turns after which every chain of tasks that wake each other has come to its end.
const TURNS: usize = 64;

/// See the module.
pub struct Stage {
    /// The engine.
    pub engine: Engine,
    /// Stands still until a test moves it.
    pub clock: Arc<ManualClock>,
    /// The home.
    pub home: Arc<SimulatedHome>,
    /// The config entry.
    pub entries: Arc<SimulatedEntries>,
    /// The principals.
    pub principals: Arc<SimulatedPrincipals>,
    /// What was recorded.
    pub audit: Arc<SimulatedAudit>,
    /// What the engine told of its generations.
    pub generations: Arc<SimulatedGenerations>,
    pub(crate) hearing: Hearing,
}

/// A component, loaded under the default limits. The same bytes are compiled once: that takes seconds, and most tests load
/// the same.
///
/// # Panics
/// When it does not load.
pub async fn load(bytes: &[u8]) -> Component {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new(&Limits::default()).expect("the runtime starts"));
    static LOADED: Mutex<BTreeMap<Vec<u8>, Component>> = Mutex::const_new(BTreeMap::new());
    let mut loaded = LOADED.lock().await;
    if let Some(component) = loaded.get(bytes) {
        return component.clone();
    }
    let component = Component::load(&RUNTIME, bytes, None).await.expect("it loads");
    loaded.insert(bytes.to_vec(), component.clone());
    component
}

impl Stage {
    /// A stage under the default limits.
    pub async fn new(bytes: &[u8]) -> Self {
        Self::on(load(bytes).await, Limits::default()).await
    }

    /// A stage under other limits.
    ///
    /// # Panics
    /// When the component does not load.
    pub async fn with_limits(bytes: &[u8], limits: Limits) -> Self {
        let runtime = Runtime::new(&limits).expect("the runtime starts");
        let component = Component::load(&runtime, bytes, None).await.expect("it loads");
        Self::on(component, limits).await
    }

    /// A stage for this component.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn on(component: Component, limits: Limits) -> Self {
        Self::on_program(Arc::new(component), limits).await
    }

    /// A stage for any program.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn on_program(program: Arc<dyn Program>, limits: Limits) -> Self {
        Self::seeded(program, limits, SEED).await
    }

    /// A stage for any program, with the nonces of this seed.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn seeded(program: Arc<dyn Program>, limits: Limits, seed: u64) -> Self {
        let nonces = Box::new(SeededNonces::new(seed));
        Self::try_on(program, limits, nonces).await.expect("it starts")
    }

    /// A stage for any program, with nonces of any source.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn try_on(
        program: Arc<dyn Program>,
        limits: Limits,
        nonces: Box<dyn Nonces>,
    ) -> Result<Self, EngineError> {
        let clock = ManualClock::at(BEGIN);
        let home = Arc::new(SimulatedHome::default());
        let entries = Arc::new(SimulatedEntries::default());
        let principals = Arc::new(SimulatedPrincipals::default());
        let audit = Arc::new(SimulatedAudit::default());
        let generations = Arc::new(SimulatedGenerations::default());
        let surroundings = Surroundings {
            clock: clock.clone(),
            limits: Arc::new(limits),
            principals: principals.clone(),
            audit: audit.clone(),
            generations: generations.clone(),
            secret: [7; 32],
            nonces,
            ..Surroundings::new(home.clone(), entries.clone())
        };
        let engine = Engine::start_program(program, 1, None, surroundings).await?;
        // What declares no version of MCP does not speak it.
        let hearing = match engine.describe().protocol_versions.is_empty() {
            true => Hearing::default(),
            false => Hearing::judging(),
        };
        Ok(Self {
            hearing,
            engine,
            clock,
            home,
            entries,
            principals,
            audit,
            generations,
        })
    }

    /// The same stage, where messages are not held against the schema of the protocol: somebody else does, or they are
    /// wrong on purpose.
    pub fn unjudged(self) -> Self {
        Self {
            hearing: Hearing::default(),
            ..self
        }
    }

    /// A client of this principal.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn client(&self, principal: &str) -> Client {
        self.try_client(principal, Vec::new())
            .await
            .expect("a client is welcome")
    }

    /// A client that may be refused.
    ///
    /// # Errors
    /// When it is.
    pub async fn try_client(&self, principal: &str, headers: Vec<Header>) -> Result<Client, Refused> {
        let principal = self.principal(principal);
        let stream = self.engine.open(principal.clone(), headers).await?;
        Ok(Client {
            engine: self.engine.clone(),
            principal,
            stream,
            hearing: self.hearing.clone(),
        })
    }

    /// A principal with its rights of now.
    pub fn principal(&self, id: &str) -> Principal {
        let rights = hearth_host::principals::Principals::rights(self.principals.as_ref(), id);
        Principal {
            id: id.to_owned(),
            admin: rights.is_some_and(|rights| rights.admin),
        }
    }

    /// Lets all tasks of the engine run until they have nothing more to do. On a runtime of one thread only.
    pub async fn settle(&self) {
        for _ in 0..TURNS {
            tokio::task::yield_now().await;
        }
    }

    /// Waits until something is so that tasks of the engine bring about by themselves.
    ///
    /// # Panics
    /// When it does not come to be so.
    pub async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let waiting = async {
            while !is_so(self) {
                tokio::task::yield_now().await;
            }
        };
        in_time(what, waiting).await;
    }
}

/// A client of an SSE session.
pub struct Client {
    engine: Engine,
    /// Who it is.
    pub principal: Principal,
    /// What it reads.
    pub stream: Stream,
    hearing: Hearing,
}

impl Client {
    /// Posts a body to its own session.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn post(&self, body: &Value) -> Result<Received, Refused> {
        self.post_to(self.stream.session(), body).await
    }

    /// Posts a body to any session.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn post_to(&self, session: &str, body: &Value) -> Result<Received, Refused> {
        self.post_bytes(session, body.to_string().as_bytes()).await
    }

    /// Posts any bytes to any session.
    ///
    /// # Errors
    /// When they are refused.
    pub async fn post_bytes(&self, session: &str, body: &[u8]) -> Result<Received, Refused> {
        self.receive(Route::Sse, session, body).await
    }

    /// Delivers bytes, any bytes, on any route, as a body for its own session.
    ///
    /// # Errors
    /// When they are refused.
    pub async fn deliver(&self, route: Route, body: &[u8]) -> Result<Received, Refused> {
        self.receive(route, self.stream.session(), body).await
    }

    async fn receive(&self, route: Route, session: &str, body: &[u8]) -> Result<Received, Refused> {
        self.hearing.said(session, body);
        let incoming = Incoming {
            route,
            session: Some(session.to_owned()),
            principal: self.principal.clone(),
            headers: Vec::new(),
            body: body.to_vec().into(),
            request: Default::default(),
        };
        self.engine.receive(incoming).await
    }

    /// The next message; waits for it.
    ///
    /// # Panics
    /// When none comes, it is not JSON, or it does not follow the schema of the protocol.
    pub async fn next(&mut self) -> Value {
        let message = in_time("a message", self.stream.next()).await;
        let message = message.expect("the stream goes on");
        let message = serde_json::from_slice(&message).expect("messages are JSON");
        self.hearing.heard(self.stream.session(), &message);
        message
    }

    /// The end of the stream, after what may still be in it.
    pub async fn end(&mut self) {
        in_time("the end of the stream", async {
            while self.stream.next().await.is_some() {}
        })
        .await;
    }

    /// What has come and was not read yet.
    ///
    /// # Panics
    /// When a message does not follow the schema of the protocol.
    pub fn unread(&mut self) -> Vec<Value> {
        let mut messages = Vec::new();
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(message)) = std::pin::Pin::new(&mut self.stream).poll_next(&mut context) {
            let message = serde_json::from_slice(&message).unwrap_or_default();
            self.hearing.heard(self.stream.session(), &message);
            messages.push(message);
        }
        messages
    }
}

pub(crate) async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, future).await {
        Ok(value) => value,
        Err(_) => panic!("{what} did not come"),
    }
}
