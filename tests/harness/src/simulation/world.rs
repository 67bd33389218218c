//! Steps taken on a stage, and all that anybody sees of them.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use futures_util::Stream as _;
use hearth_host::contract::hearth::mcp::types::Route;
use hearth_host::engine::{EngineError, Incoming, Program, Received, Stream};
use hearth_host::limits::Limits;
use hearth_host::principals::Rights;

use super::disturbance::{self, Counts, EvenNonces, Plan, Role};
use super::http;
use super::step::{Act, Caller, Script, Step};
use crate::meddle::Meddled;
use crate::rules;
use crate::stage::Stage;
use crate::trace::Trace;

/// At the end of every script so much time passes: longer than any call may take.
const LONGEST_CALL_MS: u64 = 61_000;
/// More than wait in any script: all of them are let go.
const EVERY_ACTION: usize = 1 << 16;

/// Low enough that short scripts reach them.
fn limits() -> Limits {
    Limits {
        sessions: 4,
        sessions_per_principal: 2,
        requests_in_flight: 2,
        nesting: 8,
        unread_messages: 4,
        session_idle_ms: 90_000,
        resume_time_ms: 30_000,
        ..Limits::default()
    }
}

/// What everybody saw of a script.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// Lines for each step, and for what comes after the last one.
    pub seen: Vec<Vec<String>>,
    /// What it came to.
    pub counts: Counts,
    /// Traps that nobody planned.
    pub own_traps: u64,
    /// What of it does not follow the schema of the protocol; looked for where nothing is disturbed.
    pub wrong: Option<String>,
}

/// Takes all steps of a script. On a runtime whose time is paused.
pub(super) async fn play(program: &Arc<dyn Program>, role: Role, script: &Script) -> Result<Run, EngineError> {
    let plan = Plan::new(role);
    let trace = Trace::default();
    let traces = trace.clone();
    let program: Arc<dyn Program> = match role {
        Role::Reference => Meddled::new(program.clone(), move || traces.clone()),
        Role::Disturbed => program.clone(),
    };
    let struck: Arc<dyn Program> = disturbance::struck(program, &plan);
    let nonces = EvenNonces::new(script.seed);
    let stage = Stage::try_on(struck.clone(), limits(), Box::new(nonces)).await?;
    let mut world = World {
        stage,
        plan,
        program: struck,
        clients: BTreeMap::new(),
        http: http::Clients::default(),
        deeds: 0,
        records: 0,
    };
    world.strike_between_events();
    let mut run = Run::default();
    for step in &script.steps {
        run.seen.push(world.step(step).await);
    }
    run.seen.push(world.come_to_an_end().await);
    run.counts = world.plan.counts();
    run.wrong = rules::its_messages_follow_the_schema(&trace.entries());
    run.own_traps = world.stage.engine.status().traps.saturating_sub(run.counts.traps);
    Ok(run)
}

struct World {
    stage: Stage,
    plan: Arc<Plan>,
    /// What generations are made of.
    program: Arc<dyn Program>,
    clients: BTreeMap<Caller, Client>,
    http: http::Clients,
    /// How many deeds of the home were seen already.
    deeds: usize,
    /// How many records of the audit.
    records: usize,
}

struct Client {
    /// None once it has ended.
    stream: Option<Stream>,
    /// The id of its session, or of the one that it had.
    session: String,
    reads: bool,
}

impl World {
    /// Carries out what strikes between events while steps are waited for.
    fn strike_between_events(&self) {
        let (plan, engine, program) = (self.plan.clone(), self.stage.engine.clone(), self.program.clone());
        tokio::spawn(async move {
            loop {
                plan.between.notified().await;
                plan.carry_out(&engine, &program).await;
            }
        });
    }

    async fn step(&mut self, step: &Step) -> Vec<String> {
        self.plan.renew(&self.stage.engine).await;
        self.plan.begin(&step.strikes);
        let mut seen = Vec::new();
        if let Some(answer) = self.take(&step.act).await {
            seen.push(answer);
        }
        if !step.hasty || step.act.is_change() {
            settle().await;
        }
        self.look(&mut seen);
        seen
    }

    /// All that waits goes on, all that has a deadline is over, and everybody reads.
    async fn come_to_an_end(&mut self) -> Vec<String> {
        self.plan.begin(&[]);
        let mut seen = Vec::new();
        for client in self.clients.values_mut() {
            client.reads = true;
        }
        settle().await;
        self.stage.home.release(EVERY_ACTION);
        settle().await;
        self.look(&mut seen);
        self.stage.clock.advance(LONGEST_CALL_MS);
        settle().await;
        self.look(&mut seen);
        seen
    }

    /// What there is to see after a step.
    fn look(&mut self, seen: &mut Vec<String>) {
        for (name, client) in &mut self.clients {
            client.read(*name, seen);
        }
        self.http.look(seen);
        let (deeds, records) = (self.stage.home.done(), self.stage.audit.records());
        seen.extend(deeds[self.deeds..].iter().map(|deed| format!("the home did {deed}")));
        seen.extend(
            records[self.records..]
                .iter()
                .map(|record| format!("the audit has {record:?}")),
        );
        (self.deeds, self.records) = (deeds.len(), records.len());
        seen.extend(self.plan.take_wrong());
        let status = self.stage.engine.status();
        seen.push(format!(
            "the host has {} sessions, {} calls, {} faults, {} set aside, {} overflows",
            status.sessions, status.work, status.faults, status.set_aside, status.overflows
        ));
    }

    /// Answers what whoever did it was told.
    async fn take(&mut self, act: &Act) -> Option<String> {
        match act {
            Act::Connect { client } => return Some(self.connect(*client).await),
            Act::HangUp { client } => self.hang_up(*client),
            Act::Say { client, body } => return self.say(*client, body.to_string()).await,
            Act::Garble { client, text } => return self.say(*client, text.clone()).await,
            Act::Intrude { client, whose, body } => return self.post(*client, *whose, body.to_string()).await,
            Act::Post {
                client,
                body,
                stateless,
            } => return Some(self.http.post(&self.stage, *client, body, *stateless).await),
            Act::Attach { client } => return Some(self.http.attach(&self.stage, *client, None).await),
            Act::Resume { client, back } => return Some(self.http.attach(&self.stage, *client, Some(*back)).await),
            Act::Dismiss { client } => return Some(self.http.dismiss(&self.stage, *client).await),
            Act::Cut { client } => self.http.cut(*client),
            Act::Read { client, reads } => {
                if let Some(client) = self.clients.get_mut(client) {
                    client.reads = *reads;
                }
            }
            Act::Offers { principal } => return Some(self.offers(principal).await),
            Act::ReadOnly { .. } | Act::RequireAdmin { .. } | Act::LlmApis { .. } | Act::Loaded { .. } => {
                self.configure(act);
            }
            Act::Rights { principal, admin } => {
                let rights = admin.map(|admin| Rights { admin });
                self.stage.principals.set(principal, rights);
                self.stage.engine.notify_rights(principal);
            }
            of_the_home => self.change_home(of_the_home),
        }
        None
    }

    /// Posts to its own session. A client without a stream connects first, as clients do.
    async fn say(&mut self, name: Caller, body: String) -> Option<String> {
        if self.is_connected(name) {
            return self.post(name, name, body).await;
        }
        let told = self.open(name).await;
        if !self.is_connected(name) {
            return Some(told);
        }
        settle().await;
        let heard = self.post(name, name, body).await?;
        Some(format!("{told}; {heard}"))
    }

    fn is_connected(&self, name: Caller) -> bool {
        self.clients.get(&name).is_some_and(|client| client.stream.is_some())
    }

    async fn connect(&mut self, name: Caller) -> String {
        if self.is_connected(name) {
            self.hang_up(name);
            settle().await;
        }
        self.open(name).await
    }

    async fn open(&mut self, name: Caller) -> String {
        let principal = self.stage.principal(name.principal());
        match self.stage.engine.open(principal, Vec::new()).await {
            Ok(stream) => {
                let session = stream.session().to_owned();
                let told = format!("{name:?} has session {session}");
                let client = Client {
                    stream: Some(stream),
                    session,
                    reads: true,
                };
                self.clients.insert(name, client);
                told
            }
            Err(refused) => format!("{name:?} is refused: {refused:?}"),
        }
    }

    fn hang_up(&mut self, name: Caller) {
        if let Some(client) = self.clients.get_mut(&name) {
            client.stream = None;
        }
    }

    /// Posts to a session that there was. Nobody can name another one.
    async fn post(&self, name: Caller, whose: Caller, body: String) -> Option<String> {
        let session = self.clients.get(&whose)?.session.clone();
        let incoming = Incoming {
            route: Route::Sse,
            session: Some(session),
            principal: self.stage.principal(name.principal()),
            headers: Vec::new(),
            body: body.into(),
            request: Default::default(),
        };
        Some(match self.stage.engine.receive(incoming).await {
            Ok(Received { session: None, .. }) => format!("{name:?} is heard"),
            Ok(Received {
                session: Some(session), ..
            }) => format!("{name:?} is heard and has session {session}"),
            Err(refused) => format!("{name:?} is refused: {refused:?}"),
        })
    }

    async fn offers(&self, principal: &str) -> String {
        let principal = self.stage.principal(principal);
        match self.stage.engine.offers(&principal, &Route::Sse).await {
            Ok(tools) => {
                let definition = |definition: &[u8]| String::from_utf8_lossy(definition).into_owned();
                let tools: Vec<String> = tools
                    .iter()
                    .map(|tool| format!("{}: {}", tool.name, definition(&tool.definition)))
                    .collect();
                format!("{} is offered {}", principal.id, tools.join(", "))
            }
            Err(refused) => format!("{} is offered nothing: {refused:?}", principal.id),
        }
    }

    fn configure(&self, act: &Act) {
        let entries = &self.stage.entries;
        match act {
            Act::ReadOnly { on } => entries.change(|entry| entry.read_only = *on),
            Act::RequireAdmin { on } => entries.change(|entry| entry.require_admin = *on),
            Act::LlmApis { served } => entries.change(|entry| {
                entry.all_llm_apis = served.is_empty();
                entry.llm_apis.clone_from(served);
            }),
            Act::Loaded { entries: count } => entries.set_loaded(*count),
            _ => return,
        }
        self.stage.engine.notify_entries();
    }

    fn change_home(&self, act: &Act) {
        let (home, clock) = (&self.stage.home, &self.stage.clock);
        match act {
            Act::Release { actions } => home.release((*actions).min(home.waiting())),
            Act::Report { done } => home.report(f64::from(*done)),
            Act::Break { entity, broken } => home.break_down(entity, *broken),
            Act::Hold { action } => home.hold(action),
            Act::Advance { ms } => clock.advance(*ms),
            Act::Switch { entity, state } => home.set(entity, state),
            Act::Expose { entity, exposed } => home.expose(entity, *exposed),
            Act::Rename { entity, name } => home.rename(entity, name),
            Act::Service { name, offered } => home.offer_service(name, *offered),
            Act::Oddity { kind, id, data } => home.change(kind, id, data),
            _ => {}
        }
    }
}

impl Client {
    /// Reads what there is, if it reads at all.
    fn read(&mut self, name: Caller, seen: &mut Vec<String>) {
        while let Some(stream) = self.stream.as_mut().filter(|_| self.reads) {
            match Pin::new(stream).poll_next(&mut Context::from_waker(Waker::noop())) {
                Poll::Ready(Some(message)) => {
                    seen.push(format!("{name:?} reads {}", String::from_utf8_lossy(&message)));
                }
                Poll::Ready(None) => {
                    seen.push(format!("{name:?} reads the end"));
                    self.stream = None;
                }
                Poll::Pending => return,
            }
        }
    }
}

/// Lets the engine do all that it can do by itself: paused time moves on only when no task has anything to do.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}
