//! A host in memory: it owns what the contract says a host owns, and applies effects. No clock, no sockets.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use hearth_component::contract::exports::hearth::mcp::server::{
    Delivery, News, OpenWork, Opened, Origin, Principal, Route,
};
use hearth_component::contract::hearth::mcp::config_entries::{ConfigEntry, LookupError};
use hearth_component::contract::hearth::mcp::home::Home;
use hearth_component::contract::hearth::mcp::llm_apis::LlmApi;
use hearth_component::contract::hearth::mcp::types::{
    Change, Checkpoint, Effect, Nonce, Outcome, OutcomeKind, Perform, Refusal, RefusalReason, Served,
};
use hearth_component::imports::Imports;
use hearth_component::server::Server;
use serde_json::{Value, json};

use crate::home;

/// What the installation answers the component.
#[derive(Clone)]
pub struct Installation {
    pub entry: Result<ConfigEntry, LookupError>,
    pub home: Home,
    pub limits: BTreeMap<&'static str, u64>,
    /// How often the entry was looked up.
    pub lookups: u32,
}

impl Default for Installation {
    fn default() -> Self {
        Self {
            entry: Ok(entry()),
            home: home::home(),
            limits: BTreeMap::new(),
            lookups: 0,
        }
    }
}

/// A loaded config entry that admits everybody.
pub fn entry() -> ConfigEntry {
    ConfigEntry {
        id: "entry".into(),
        title: "Home".into(),
        all_llm_apis: true,
        llm_apis: Vec::new(),
        require_admin: false,
        read_only: false,
    }
}

#[derive(Clone, Default)]
pub struct Asked(pub Rc<RefCell<Installation>>);

impl Imports for Asked {
    fn lookup(&self) -> Result<ConfigEntry, LookupError> {
        let mut installation = self.0.borrow_mut();
        installation.lookups += 1;
        installation.entry.clone()
    }
    fn snapshot(&self) -> Home {
        self.0.borrow().home.clone()
    }
    fn llm_apis(&self) -> Vec<LlmApi> {
        Vec::new()
    }
    fn secret(&self) -> Vec<u8> {
        vec![7; 32]
    }
    fn limit(&self, name: &str) -> Option<u64> {
        self.0.borrow().limits.get(name).copied()
    }
}

/// The host, with one instance behind it.
pub struct Host {
    pub installation: Asked,
    pub server: Server<Asked>,
    pub checkpoints: BTreeMap<String, Checkpoint>,
    pub work: BTreeMap<String, Perform>,
    /// Messages by outlet, in their order.
    pub sent: BTreeMap<u64, Vec<Vec<u8>>>,
    pub ended: BTreeSet<u64>,
    pub logged: Vec<String>,
    /// What it told of requests that are finished.
    pub served: Vec<Served>,
    pub moment: u64,
    pub revision: u64,
    nonces: u64,
    outlets: u64,
}

/// An open session as its client sees it.
#[derive(Clone, Debug)]
pub struct Client {
    pub session: String,
    pub outlet: u64,
    pub principal: Principal,
}

pub fn admin(id: &str) -> Principal {
    Principal {
        id: id.into(),
        admin: true,
    }
}

pub fn user(id: &str) -> Principal {
    Principal {
        id: id.into(),
        admin: false,
    }
}

impl Host {
    pub fn new() -> Self {
        Self::with(Installation::default())
    }

    pub fn with(installation: Installation) -> Self {
        let installation = Asked(Rc::new(RefCell::new(installation)));
        let mut host = Self {
            server: Server::new(installation.clone()),
            installation,
            checkpoints: BTreeMap::new(),
            work: BTreeMap::new(),
            sent: BTreeMap::new(),
            ended: BTreeSet::new(),
            logged: Vec::new(),
            served: Vec::new(),
            moment: 1_795_000_000_000,
            revision: 1,
            nonces: 0,
            outlets: 0,
        };
        host.restart();
        host
    }

    /// Drops the instance and goes on with a new one. Answers what it did at its start.
    pub fn restart(&mut self) -> Vec<Effect> {
        self.server = Server::new(self.installation.clone());
        let open = |(key, work): (&String, &Perform)| OpenWork {
            key: key.clone(),
            ticket: work.ticket.clone(),
        };
        let work = self.work.iter().map(open).collect();
        let unreadable = self
            .server
            .restore(self.checkpoints.values().cloned().collect(), work, 1);
        assert_eq!(unreadable, Vec::<String>::new());
        let effects = self.server.start(self.moment, Nonce { high: 0, low: 0 });
        self.apply(&effects);
        done(effects)
    }

    fn nonce(&mut self) -> Nonce {
        self.nonces += 1;
        nonce(self.nonces)
    }

    pub fn try_open(&mut self, principal: Principal) -> Result<(Client, Opened), Refusal> {
        self.outlets += 1;
        let outlet = self.outlets;
        let origin = Origin {
            outlet,
            principal: principal.clone(),
            headers: Vec::new(),
            entry_revision: self.revision,
        };
        let nonce = self.nonce();
        let opened = self.server.open(origin, self.moment, nonce)?;
        self.apply(&opened.effects);
        let client = Client {
            session: opened.session.clone(),
            outlet,
            principal,
        };
        Ok((client, opened))
    }

    pub fn open(&mut self, principal: Principal) -> Client {
        self.try_open(principal).expect("it is admitted").0
    }

    /// Opens a session and shakes hands at this version.
    pub fn connect(&mut self, principal: Principal, version: &str) -> Client {
        let client = self.open(principal);
        let answer = self.ask(&client, initialize(version));
        assert_eq!(answer["result"]["protocolVersion"], version);
        client
    }

    pub fn delivery(&mut self, session: &str, principal: Principal, body: &[u8]) -> Delivery {
        Delivery {
            route: Route::Sse,
            session: Some(session.to_owned()),
            exchange: None,
            principal,
            headers: Vec::new(),
            body: body.to_vec(),
            entry_revision: self.revision,
            moment: self.moment,
            nonce: self.nonce(),
            fault: false,
        }
    }

    /// Delivers a body and answers the effects.
    pub fn deliver(&mut self, delivery: Delivery) -> Result<Vec<Effect>, Refusal> {
        let received = self.server.receive(delivery)?;
        assert_eq!(received.session, None);
        self.apply(&received.effects);
        Ok(done(received.effects))
    }

    pub fn post(&mut self, client: &Client, body: impl AsRef<[u8]>) -> Result<Vec<Effect>, Refusal> {
        let delivery = self.delivery(&client.session, client.principal.clone(), body.as_ref());
        self.deliver(delivery)
    }

    /// The reason for which a body is refused.
    pub fn refused(&mut self, client: &Client, body: impl AsRef<[u8]>) -> RefusalReason {
        self.post(client, body).expect_err("it is refused").reason
    }

    /// Posts messages and answers what came on the stream for them, as it was written.
    pub fn said(&mut self, client: &Client, body: impl AsRef<[u8]>) -> Vec<String> {
        let before = self.sent.get(&client.outlet).map_or(0, Vec::len);
        self.post(client, body).expect("it is received");
        self.read_from(client, before)
    }

    /// Posts one request and answers its answer.
    pub fn ask(&mut self, client: &Client, request: Value) -> Value {
        let said = self.said(client, request.to_string());
        assert_eq!(said.len(), 1, "{said:?}");
        let answer: Value = serde_json::from_str(&said[0]).expect("JSON");
        assert_eq!(answer["id"], request["id"]);
        answer
    }

    /// Everything that came on the stream after the first `from` messages.
    pub fn read_from(&self, client: &Client, from: usize) -> Vec<String> {
        let sent = self.sent.get(&client.outlet).map_or(&[][..], |sent| &sent[from..]);
        sent.iter()
            .map(|body| String::from_utf8(body.clone()).expect("UTF-8"))
            .collect()
    }

    pub fn unread(&self, client: &Client) -> usize {
        self.sent.get(&client.outlet).map_or(0, Vec::len)
    }

    /// Ends the only open work with these outcomes and answers the effects.
    pub fn finish(&mut self, outcomes: Vec<Outcome>) -> Vec<Effect> {
        let key = self.work.keys().next().expect("work is open").clone();
        self.resume(&key, News::Outcomes(outcomes))
    }

    pub fn resume(&mut self, key: &str, news: News) -> Vec<Effect> {
        let ticket = self.work[key].ticket.clone();
        if !matches!(news, News::Progress(_)) {
            self.work.remove(key);
        }
        let nonce = self.nonce();
        let effects = self.server.resume(ticket, news, self.moment, nonce);
        self.apply(&effects);
        done(effects)
    }

    pub fn change(&mut self, changes: Vec<Change>) -> Vec<Effect> {
        let effects = self.server.home_changed(changes, self.moment);
        self.apply(&effects);
        done(effects)
    }

    /// Changes what the component is answered, and tells it so.
    pub fn reconfigure(&mut self, kind: &str, edit: impl FnOnce(&mut Installation)) -> Vec<Effect> {
        edit(&mut self.installation.0.borrow_mut());
        if kind == "config-entry" {
            self.revision += 1;
        }
        self.change(vec![change(kind, "", b"")])
    }

    pub fn close(&mut self, client: &Client) -> Vec<Effect> {
        let effects = self.server.closed(client.outlet, self.moment);
        self.apply(&effects);
        done(effects)
    }

    /// Does what effects say, and checks what a host checks.
    pub fn apply(&mut self, effects: &[Effect]) {
        for effect in effects {
            match effect {
                Effect::Send(send) => {
                    assert!(send.outlet <= self.outlets, "the outlet was given out");
                    assert!(!send.last, "a session's stream goes on");
                    self.sent.entry(send.outlet).or_default().push(send.body.clone());
                }
                Effect::Keep(checkpoint) => {
                    assert!(!checkpoint.body.is_empty() && checkpoint.body.len() <= 4096);
                    self.checkpoints.insert(checkpoint.key.clone(), checkpoint.clone());
                }
                Effect::Forget(key) => assert!(self.checkpoints.remove(key).is_some()),
                Effect::Perform(perform) => {
                    assert!(self.work.insert(perform.key.clone(), perform.clone()).is_none());
                }
                Effect::Abandon(key) => assert!(self.work.remove(key).is_some()),
                Effect::End(outlet) => assert!(self.ended.insert(*outlet)),
                Effect::Log(log) => self.logged.push(log.text.clone()),
                Effect::Served(served) => self.served.push(served.clone()),
                Effect::Resumable(_) | Effect::Detach(_) | Effect::Wake(_) => panic!("not over HTTP+SSE: {effect:?}"),
            }
        }
    }
}

/// What is done. What is told of requests stands in [`Host::served`].
fn done(mut effects: Vec<Effect>) -> Vec<Effect> {
    effects.retain(|effect| !matches!(effect, Effect::Served(_)));
    effects
}

/// The nonce of the n-th event.
pub fn nonce(number: u64) -> Nonce {
    Nonce {
        high: number.wrapping_mul(0x9e37_79b9_7f4a_7c15),
        low: number,
    }
}

pub fn change(kind: &str, id: &str, data: &[u8]) -> Change {
    Change {
        kind: kind.into(),
        id: id.into(),
        data: data.to_vec(),
    }
}

pub fn request(id: impl Into<Value>, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id.into(), "method": method, "params": params})
}

pub fn initialize(version: &str) -> Value {
    let client = json!({"name": "test", "version": "1"});
    request(
        0,
        "initialize",
        json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client}),
    )
}

pub fn call(id: impl Into<Value>, tool: &str, arguments: Value) -> Value {
    request(id, "tools/call", json!({"name": tool, "arguments": arguments}))
}

/// A call that the home has to work on.
pub fn light_on(id: impl Into<Value>) -> Value {
    call(id, "intent__HassTurnOn", json!({"name": "Kitchen light"}))
}

pub fn cancel(id: impl Into<Value>) -> Value {
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": id.into()}})
}

pub fn ok() -> Outcome {
    Outcome {
        kind: OutcomeKind::Ok,
        data: Vec::new(),
    }
}
