//! Invariants 2 and 3: a new instance, given what is kept, the open work and a fresh snapshot, answers as the old one
//! would have. Conversations run twice, once with one instance and once with a new instance for every single event, with
//! calls in flight; the clients see the same.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hearth_harness::conversation::{call, initialize};
use hearth_harness::stage::{Client, Stage, load};
use hearth_host::contract::exports::hearth::mcp::server::{Description, OpenWork, Tool};
use hearth_host::contract::hearth::mcp::types::{Checkpoint, Principal, Route};
use hearth_host::engine::{Answered, Component, Event, Imports, Program, Reducer, Trap};
use hearth_host::limits::Limits;
use hearth_host::principals::Rights;
use hearth_tests::guests;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A program whose instances are good for one event.
struct Fleeting(Component);

struct FleetingInstance(Box<dyn Reducer>);

impl Program for Fleeting {
    fn digest(&self) -> &str {
        self.0.digest()
    }

    fn description(&self) -> &Description {
        self.0.description()
    }

    fn instantiate(&self, imports: Arc<Imports>) -> BoxFuture<'_, Result<Box<dyn Reducer>, Trap>> {
        let made = self.0.instantiate(imports);
        async move { Ok(Box::new(FleetingInstance(made.await?)) as Box<dyn Reducer>) }.boxed()
    }
}

impl Reducer for FleetingInstance {
    fn restore<'a>(
        &'a mut self,
        checkpoints: &'a [Checkpoint],
        work: &'a [OpenWork],
        write_format: u32,
    ) -> BoxFuture<'a, Result<Vec<String>, Trap>> {
        self.0.restore(checkpoints, work, write_format)
    }

    fn handle<'a>(&'a mut self, event: &'a Event) -> BoxFuture<'a, Answered> {
        self.0.handle(event)
    }

    fn offers<'a>(&'a mut self, principal: &'a Principal, route: &'a Route) -> BoxFuture<'a, Result<Vec<Tool>, Trap>> {
        self.0.offers(principal, route)
    }

    fn spent(&self) -> bool {
        true
    }
}

/// One thing that happens.
#[derive(Debug, Clone)]
enum Step {
    /// A client connects, and takes the place of another one if there is one.
    Connect(usize),
    HangUp(usize),
    /// A client says something.
    Say(usize, Value),
    /// Waiting actions go on.
    Release(usize),
    /// Waiting actions say how far they are.
    Report(u32),
    /// Time passes.
    Advance(u64),
    /// Someone is at the switch.
    Switch(&'static str, bool),
    Expose(&'static str, bool),
    ReadOnly(bool),
    RequireAdmin(bool),
    /// `ben` becomes an administrator, or is one no more.
    Promote(bool),
}

const CLIENTS: [&str; 3] = ["ada", "ben", "ben"];

fn request(id: u32, method: &str, params: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
}

fn saying() -> impl Strategy<Value = Value> {
    let id = 0..4_u32;
    prop_oneof![
        Just(initialize("init")),
        Just(json!({"jsonrpc": "2.0", "method": "notifications/initialized"})),
        id.clone().prop_map(|id| request(id, "ping", json!({}))),
        id.clone().prop_map(|id| request(id, "tools/list", json!({}))),
        id.clone().prop_map(|id| request(id, "prompts/list", json!({}))),
        id.clone().prop_map(|id| request(id, "resources/list", json!({}))),
        id.clone().prop_map(|id| request(id, "nothing/like/it", json!({}))),
        id.clone()
            .prop_map(|id| call(&id.to_string(), "script__slow", json!({}))),
        (id.clone(), any::<bool>()).prop_map(|(id, on)| {
            let tool = if on {
                "intent__HassTurnOn"
            } else {
                "intent__HassTurnOff"
            };
            call(&id.to_string(), tool, json!({"name": "Bed Light"}))
        }),
        id.clone()
            .prop_map(|id| call(&id.to_string(), "intent__HassTurnOn", json!({"area": "Bedroom"}))),
        id.clone()
            .prop_map(|id| call(&id.to_string(), "homeassistant__GetLiveContext", json!({}))),
        id.clone()
            .prop_map(|id| call(&id.to_string(), "no_such_tool", json!({}))),
        id.prop_map(|id| {
            let params = json!({"requestId": id.to_string()});
            json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})
        }),
        Just(json!("not a message")),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let client = 0..CLIENTS.len();
    let light = prop_oneof![Just("light.bed"), Just("light.ceiling"), Just("light.safe")];
    prop_oneof![
        2 => client.clone().prop_map(Step::Connect),
        1 => client.clone().prop_map(Step::HangUp),
        12 => (client, saying()).prop_map(|(client, body)| Step::Say(client, body)),
        2 => (1..3_usize).prop_map(Step::Release),
        1 => (1..10_u32).prop_map(Step::Report),
        2 => prop_oneof![Just(150_u64), Just(3_000), Just(70_000)].prop_map(Step::Advance),
        2 => (light.clone(), any::<bool>()).prop_map(|(light, on)| Step::Switch(light, on)),
        1 => (light, any::<bool>()).prop_map(|(light, exposed)| Step::Expose(light, exposed)),
        1 => any::<bool>().prop_map(Step::ReadOnly),
        1 => any::<bool>().prop_map(Step::RequireAdmin),
        1 => any::<bool>().prop_map(Step::Promote),
    ]
}

/// All that the clients see and the home does, step by step.
async fn run(stage: &Stage, steps: &[Step]) -> Vec<String> {
    let mut clients: [Option<Client>; CLIENTS.len()] = Default::default();
    let mut seen = Vec::new();
    for (number, step) in steps.iter().enumerate() {
        let answer = take(stage, &mut clients, step).await;
        stage.settle().await;
        seen.push(format!("{number} {step:?}: {answer}"));
        for (place, client) in clients.iter_mut().enumerate() {
            let Some(client) = client else { continue };
            seen.extend(client.unread().iter().map(|message| format!("    {place} < {message}")));
        }
    }
    seen.push(format!("{:?}", stage.home.done()));
    seen.push(format!("{:?}", stage.audit.records()));
    seen
}

async fn take(stage: &Stage, clients: &mut [Option<Client>], step: &Step) -> String {
    match step {
        Step::Connect(place) => {
            clients[*place] = None;
            stage.settle().await;
            match stage.try_client(CLIENTS[*place], Vec::new()).await {
                Ok(client) => clients[*place] = Some(client),
                Err(refused) => return format!("{refused:?}"),
            }
        }
        Step::HangUp(place) => clients[*place] = None,
        Step::Say(place, body) => {
            if let Some(client) = &mut clients[*place] {
                client.principal = stage.principal(CLIENTS[*place]);
                let received = client.post(body).await;
                // The only thing in an answer that may differ: the id of the session, which is random.
                return format!("{received:?}").replace(client.stream.session(), "…");
            }
        }
        Step::Release(actions) => stage.home.release((*actions).min(stage.home.waiting())),
        Step::Report(done) => stage.home.report(f64::from(*done)),
        Step::Advance(milliseconds) => stage.clock.advance(*milliseconds),
        Step::Switch(light, on) => stage.home.set(light, if *on { "on" } else { "off" }),
        Step::Expose(light, exposed) => stage.home.expose(light, *exposed),
        Step::ReadOnly(read_only) => {
            stage.entries.change(|entry| entry.read_only = *read_only);
            stage.engine.notify_entries();
        }
        Step::RequireAdmin(require_admin) => {
            stage.entries.change(|entry| entry.require_admin = *require_admin);
            stage.engine.notify_entries();
        }
        Step::Promote(admin) => {
            stage.principals.set("ben", Some(Rights { admin: *admin }));
            stage.engine.notify_rights("ben");
        }
    }
    String::new()
}

/// Runs it both ways.
fn compare(steps: &[Step]) -> (Vec<String>, Vec<String>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    runtime.block_on(async {
        let component = load(guests::built_in()).await;
        let steady = Stage::on(component.clone(), Limits::default()).await;
        let expected = run(&steady, steps).await;
        let fleeting = Stage::on_program(Arc::new(Fleeting(component)), Limits::default()).await;
        let seen = run(&fleeting, steps).await;
        assert_eq!(fleeting.engine.status().traps, 0);
        (expected, seen)
    })
}

#[test]
fn a_conversation_with_calls_in_flight_goes_on_in_new_instances() {
    let slow = |id: &str| Step::Say(1, call(id, "script__slow", json!({})));
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "b"}});
    let steps = [
        Step::Connect(0),
        Step::Connect(1),
        Step::Say(0, initialize("init")),
        Step::Say(1, initialize("init")),
        Step::Say(0, request(1, "tools/list", json!({}))),
        slow("a"),
        slow("b"),
        slow("c"),
        Step::Switch("light.ceiling", true),
        Step::Report(3),
        Step::Say(1, cancel),
        Step::Say(0, call("on", "intent__HassTurnOn", json!({"name": "Bed Light"}))),
        Step::Release(1),
        Step::Expose("script.slow", false),
        Step::HangUp(0),
        Step::Release(1),
        Step::Say(1, request(9, "ping", json!({}))),
    ];
    let (expected, seen) = compare(&steps);
    assert_eq!(expected, seen);
    let answered = |id: &str| expected.iter().any(|line| line.contains(&format!(r#""id":"{id}""#)));
    assert!(answered("a") && answered("c") && answered("on"), "{expected:#?}");
    assert!(!answered("b"), "it was cancelled");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_conversation_goes_on_in_new_instances(steps in prop::collection::vec(step(), 1..40)) {
        let (expected, seen) = compare(&steps);
        prop_assert_eq!(expected, seen);
    }
}
