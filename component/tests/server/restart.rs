//! The instance may be replaced between any two events: nobody can tell.

use std::collections::BTreeMap;

use hearth_component::contract::exports::hearth::mcp::server::{News, OpenWork};
use hearth_component::contract::hearth::mcp::config_entries::LookupError;
use hearth_component::contract::hearth::mcp::types::{self as work, Checkpoint, Effect, Nonce, Progress, Refusal};
use hearth_component::server::Server;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::home::{add_script, home};
use crate::support::{
    Asked, Client, Host, admin, call, cancel, change, initialize, light_on, nonce, ok, request, user,
};

/// One thing that happens. Numbers pick one of what there is, whatever their size.
#[derive(Debug, Clone)]
enum Step {
    Open(usize),
    Post {
        client: usize,
        body: String,
    },
    PostAsSomebodyElse {
        client: usize,
        body: String,
    },
    Faulty {
        client: usize,
        body: String,
    },
    Finish {
        work: usize,
        fault: bool,
    },
    Progress(usize),
    Close(usize),
    State(bool),
    Player(&'static str),
    Registry(bool),
    Entry {
        gone: bool,
        read_only: bool,
        require_admin: bool,
    },
    Rights {
        principal: usize,
        data: &'static str,
    },
}

/// What a step led to: the effects, or why it was refused. None when there was nothing to do it to.
type Outcome = Option<Result<Vec<Effect>, Refusal>>;

struct Run {
    host: Host,
    clients: Vec<Client>,
    /// Replace the instance before every step.
    restarts: bool,
}

const PRINCIPALS: [(&str, bool); 3] = [("ann", true), ("bob", false), ("cem", false)];

impl Run {
    fn new(restarts: bool) -> Self {
        let mut host = Host::new();
        host.installation
            .0
            .borrow_mut()
            .limits
            .extend([("sessions-per-principal", 3), ("requests-in-flight", 3)]);
        host.restart();
        Self {
            host,
            clients: Vec::new(),
            restarts,
        }
    }

    fn step(&mut self, step: &Step) -> Outcome {
        if self.restarts {
            assert_eq!(
                self.host.restart(),
                [],
                "a new instance has nothing to say that the old one did not say"
            );
        }
        self.host.moment += 1;
        match step {
            Step::Open(principal) => Some(self.open(*principal)),
            Step::Post { client, body } => self.client(*client).map(|client| self.host.post(&client, body)),
            Step::PostAsSomebodyElse { client, body } => self.client(*client).map(|mut client| {
                client.principal = admin("mallory");
                self.host.post(&client, body)
            }),
            Step::Faulty { client, body } => self.client(*client).map(|client| {
                let mut delivery = self.host.delivery(&client.session, client.principal, body.as_bytes());
                delivery.fault = true;
                self.host.deliver(delivery)
            }),
            Step::Finish { work, fault } => self.work(*work).map(|key| {
                let news = if *fault {
                    News::Fault
                } else {
                    News::Outcomes(vec![self.outcome(&key)])
                };
                Ok(self.host.resume(&key, news))
            }),
            Step::Progress(work) => self.work(*work).map(|key| {
                let news = Progress {
                    done: 0.5,
                    total: None,
                    text: Some("half".into()),
                };
                Ok(self.host.resume(&key, News::Progress(news)))
            }),
            Step::Close(client) => self.client(*client).map(|client| Ok(self.host.close(&client))),
            other => Some(Ok(self.change(other))),
        }
    }

    fn open(&mut self, principal: usize) -> Result<Vec<Effect>, Refusal> {
        let (id, is_admin) = PRINCIPALS[principal % PRINCIPALS.len()];
        let principal = if is_admin { admin(id) } else { user(id) };
        let (client, opened) = self.host.try_open(principal)?;
        self.clients.push(client);
        Ok(opened.effects)
    }

    fn change(&mut self, step: &Step) -> Vec<Effect> {
        match step {
            Step::State(on) => {
                let state = if *on { "on" } else { "off" };
                let attributes = json!({"friendly_name": "Kitchen light"}).to_string();
                {
                    let mut installation = self.host.installation.0.borrow_mut();
                    installation.home.entities[0].state = state.into();
                    installation.home.entities[0].attributes = attributes.into_bytes();
                }
                let data = json!({"state": state, "attributes": {"friendly_name": "Kitchen light"}});
                self.host
                    .change(vec![change("state", "light.kitchen", data.to_string().as_bytes())])
            }
            Step::Player(state) => {
                let attributes = json!({"friendly_name": "Radio"});
                {
                    let mut installation = self.host.installation.0.borrow_mut();
                    let player = installation
                        .home
                        .entities
                        .iter_mut()
                        .find(|entity| entity.domain == "media_player");
                    player.expect("there is a player").state = (*state).into();
                }
                let data = json!({"state": state, "attributes": attributes});
                self.host
                    .change(vec![change("state", "media_player.radio", data.to_string().as_bytes())])
            }
            Step::Registry(with_script) => self.host.reconfigure("registry", |installation| {
                let revision = installation.home.revision + 1;
                installation.home = home();
                installation.home.revision = revision;
                if *with_script {
                    add_script(&mut installation.home);
                }
            }),
            Step::Entry {
                gone,
                read_only,
                require_admin,
            } => self.host.reconfigure("config-entry", |installation| {
                let mut entry = crate::support::entry();
                (entry.read_only, entry.require_admin) = (*read_only, *require_admin);
                installation.entry = if *gone {
                    Err(LookupError::NotConfigured)
                } else {
                    Ok(entry)
                };
            }),
            Step::Rights { principal, data } => {
                let (id, _) = PRINCIPALS[principal % PRINCIPALS.len()];
                self.host.change(vec![change("rights", id, data.as_bytes())])
            }
            other => unreachable!("{other:?} is no change"),
        }
    }

    /// How the work of this key ends: it is done, and a list tells its items.
    fn outcome(&self, key: &str) -> work::Outcome {
        let asks = self.host.work[key].actions[0].name == "todo.get_items";
        let item = json!({"summary": "Milk", "uid": "1", "status": "needs_action"});
        let data = json!({"todo.shopping": {"items": [item]}});
        work::Outcome {
            data: if asks {
                data.to_string().into_bytes()
            } else {
                Vec::new()
            },
            ..ok()
        }
    }

    fn client(&self, number: usize) -> Option<Client> {
        (!self.clients.is_empty()).then(|| self.clients[number % self.clients.len()].clone())
    }

    fn work(&self, number: usize) -> Option<String> {
        let keys: Vec<&String> = self.host.work.keys().collect();
        (!keys.is_empty()).then(|| keys[number % keys.len()].clone())
    }
}

fn body() -> impl Strategy<Value = String> {
    let id = prop_oneof![(0..4i32).prop_map(Value::from), Just(json!("a")), Just(json!("b"))];
    let version = prop_oneof![Just("2025-03-26"), Just("2025-11-25"), Just("1999-01-01")];
    let message = (id, version, 0..16usize).prop_map(|(id, version, kind)| match kind {
        0 => initialize(version),
        1 | 2 => request(id, "tools/list", json!({})),
        3..=5 => {
            let mut call = light_on(id);
            call["params"]["_meta"] = json!({"progressToken": 7});
            call
        }
        6 => cancel(id),
        7 => call(id, "homeassistant__GetLiveContext", json!({})),
        8 => call(id, "llm__GetDateTime", json!({})),
        9 => request(id, "prompts/get", json!({"name": "Device control"})),
        10 => request(id, "nope", json!({})),
        11 => call(id, "media_player__HassMediaPause", json!({})),
        12 => call(id, "media_player__HassMediaUnpause", json!({})),
        13 | 14 => call(
            id,
            "todo__HassListCompleteItem",
            json!({"name": "Shopping", "item": "milk"}),
        ),
        _ => request(id, "ping", json!({})),
    });
    prop_oneof![
        8 => message.clone().prop_map(|message| message.to_string()),
        1 => prop::collection::vec(message, 0..4).prop_map(|messages| json!(messages).to_string()),
        1 => Just("{".to_owned()),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let number = 0..8usize;
    prop_oneof![
        3 => number.clone().prop_map(Step::Open),
        16 => (number.clone(), body()).prop_map(|(client, body)| Step::Post { client, body }),
        1 => (number.clone(), body()).prop_map(|(client, body)| Step::PostAsSomebodyElse { client, body }),
        1 => (number.clone(), body()).prop_map(|(client, body)| Step::Faulty { client, body }),
        4 => (number.clone(), prop::bool::weighted(0.2)).prop_map(|(work, fault)| Step::Finish { work, fault }),
        2 => number.clone().prop_map(Step::Progress),
        1 => number.clone().prop_map(Step::Close),
        1 => any::<bool>().prop_map(Step::State),
        2 => prop_oneof![Just("playing"), Just("paused"), Just("idle")].prop_map(Step::Player),
        2 => any::<bool>().prop_map(Step::Registry),
        1 => (prop::bool::weighted(0.1), any::<bool>(), prop::bool::weighted(0.2))
            .prop_map(|(gone, read_only, require_admin)| Step::Entry { gone, read_only, require_admin }),
        1 => (number, prop_oneof![Just("null"), Just(r#"{"admin":true}"#), Just(r#"{"admin":false}"#)])
            .prop_map(|(principal, data)| Step::Rights { principal, data }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Invariant 2: given every kept checkpoint, the work still open and a fresh snapshot, a new instance answers every
    /// later event as the old one would have.
    #[test]
    fn a_new_instance_at_every_step_makes_no_difference(steps in prop::collection::vec(step(), 1..60)) {
        let (mut steady, mut replaced) = (Run::new(false), Run::new(true));
        for step in &steps {
            prop_assert_eq!(steady.step(step), replaced.step(step), "{:?}", step);
        }
        prop_assert_eq!(&steady.host.sent, &replaced.host.sent);
        prop_assert_eq!(&steady.host.checkpoints, &replaced.host.checkpoints);
    }
}

#[test]
fn state_is_taken_in_piece_by_piece() {
    let mut host = Host::new();
    let (stays, goes) = (
        host.connect(admin("a"), "2025-06-18"),
        host.connect(admin("b"), "2025-06-18"),
    );
    for (client, id) in [(&stays, 1), (&stays, 2), (&goes, 1)] {
        host.post(client, light_on(id).to_string()).expect("received");
    }
    let work = |key: &String, ticket: &[u8]| OpenWork {
        key: key.clone(),
        ticket: ticket.to_vec(),
    };
    let keys: Vec<String> = host.work.keys().cloned().collect();
    let all: Vec<OpenWork> = host.work.iter().map(|(key, open)| work(key, &open.ticket)).collect();

    let mut next = Server::new(host.installation.clone());
    // Work may come before its session.
    assert!(next.restore(Vec::new(), all, 1).is_empty());
    let first = host.checkpoints.values().cloned().map(|mut kept| {
        kept.protocol_version = String::new();
        kept
    });
    assert!(next.restore(first.collect(), Vec::new(), 1).is_empty());
    assert!(
        next.restore(host.checkpoints.values().cloned().collect(), Vec::new(), 1)
            .is_empty()
    );
    // Meanwhile one session ended, and one call of the other was answered.
    let removed = Checkpoint {
        body: Vec::new(),
        ..host.checkpoints[&goes.session].clone()
    };
    let answered = keys
        .iter()
        .find(|key| **key == format!("{}/2", stays.session))
        .expect("it was begun");
    let of_goes = keys
        .iter()
        .find(|key| key.starts_with(&goes.session))
        .expect("it was begun");
    assert!(
        next.restore(vec![removed], vec![work(answered, b""), work(of_goes, b"")], 1)
            .is_empty()
    );
    assert_eq!(next.start(host.moment, nonce(1)), []);

    host.server = next;
    assert_eq!(
        host.ask(&stays, light_on(1))["error"]["code"],
        -32600,
        "it is still in flight"
    );
    host.ask(&stays, request(2, "ping", json!({})));
    assert!(host.post(&goes, "{}").is_err());
}

#[test]
fn what_cannot_be_read_is_named_and_the_rest_is_taken() {
    let mut host = Host::new();
    let client = host.connect(admin("a"), "2025-06-18");
    host.post(&client, light_on(1).to_string()).expect("received");
    let good = host.checkpoints[&client.session].clone();
    let odd = |key: &str, edit: &dyn Fn(&mut Checkpoint)| {
        let mut checkpoint = Checkpoint {
            key: key.into(),
            ..good.clone()
        };
        edit(&mut checkpoint);
        checkpoint
    };
    let other = "ffffffff-ffff-4fff-8000-000000000000";
    let unreadable: BTreeMap<&str, Checkpoint> = BTreeMap::from([
        ("format", odd(other, &|checkpoint| checkpoint.format = 2)),
        ("key", odd("x", &|_| {})),
        ("body", odd(other, &|checkpoint| checkpoint.body = b"?".to_vec())),
        (
            "version",
            odd(other, &|checkpoint| checkpoint.protocol_version = "1.0".into()),
        ),
        ("principal", odd(other, &|checkpoint| checkpoint.principal = None)),
    ]);
    let mut work: Vec<OpenWork> = host
        .work
        .iter()
        .map(|(key, open)| OpenWork {
            key: key.clone(),
            ticket: open.ticket.clone(),
        })
        .collect();
    work.push(OpenWork {
        key: "odd".into(),
        ticket: b"?".to_vec(),
    });
    let mut next: Server<Asked> = Server::new(host.installation.clone());
    let checkpoints = unreadable.values().cloned().chain([good.clone()]).collect();
    assert_eq!(
        next.restore(checkpoints, work, 1),
        [other, other, "x", other, other, "odd"]
    );
    assert_eq!(next.start(host.moment, Nonce { high: 0, low: 0 }), []);
    host.server = next;
    host.finish(vec![ok()]);
    host.ask(&client, request(1, "ping", json!({})));
}

#[test]
fn a_restart_needs_no_imports_before_it_is_restored() {
    let host = Host::new();
    let lookups = host.installation.0.borrow().lookups;
    let server = Server::new(host.installation.clone());
    assert_eq!(server.describe().reads, [1]);
    assert_eq!(host.installation.0.borrow().lookups, lookups);
}
