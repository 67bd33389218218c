//! Work: actions that run for the component, from `perform` to their outcomes.
//!
//! One task drives all actions of one `perform`. When they are done, or patience ran out, it delivers the outcomes; what
//! still runs then goes on in the same task until its deadline, and nobody hears of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::future::{BoxFuture, Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use futures_util::{FutureExt, pin_mut};
use serde_json::json;
use tokio::task::JoinHandle;
use tracing::{Instrument as _, Span};

use super::journal::Touched;
use super::progress::Tracker;
use super::rights::Verdict;
use super::shared::Shared;
use super::trail::{Trail, named};
use crate::contract::exports::hearth::mcp::server::OpenWork;
use crate::contract::hearth::mcp::types::{Action, News, Outcome, OutcomeKind, Perform};
use crate::durable::KeptWork;
use crate::request::RequestContext;

/// Pieces of work that are open at a time, of all sessions.
pub(super) const WORK_LIMIT: usize = 65_536;
/// Actions of one piece of work.
pub(super) const ACTIONS_LIMIT: usize = 1_024;
/// What is told of an action that the end of the host cuts off.
const STOPPED: &str = "Hearth was stopped before this was done";

/// Work whose outcomes the component has not got yet.
pub(super) struct Open {
    /// Tells work from later work of the same key.
    pub serial: u64,
    pub ticket: Vec<u8>,
    pub principal: String,
    /// Name and version of the client that asked.
    pub client: String,
    /// It was asked for on a route that names an LLM API.
    pub names_api: bool,
    /// The running generation cannot read its ticket.
    pub aside: bool,
    /// How many actions it has.
    pub actions: usize,
    /// The session of Streamable HTTP that it belongs to, if it does: who asked can come again after a restart.
    pub session: Option<String>,
    /// The session in which it was asked for, whatever its transport; empty where there was none.
    pub of: String,
    /// The request that asked for it.
    pub request: RequestContext,
    task: Option<JoinHandle<()>>,
}

impl Open {
    /// Work that begins. Its task is told later.
    pub fn new(
        perform: &Perform,
        client: String,
        names_api: bool,
        session: Option<String>,
        request: RequestContext,
    ) -> Self {
        Self {
            serial: 0,
            ticket: perform.ticket.clone(),
            principal: perform.principal.clone(),
            client,
            names_api,
            aside: false,
            actions: perform.actions.len(),
            session,
            of: String::new(),
            request,
            task: None,
        }
    }

    /// The same, asked for in this session.
    pub fn in_session(self, of: String) -> Self {
        Self { of, ..self }
    }

    /// Work that ended with the host that did it: only its outcomes are still to be told.
    pub fn cut_off(kept: KeptWork) -> Self {
        Self {
            serial: 0,
            ticket: kept.ticket,
            principal: kept.principal,
            client: kept.client,
            names_api: kept.names_api,
            aside: false,
            actions: kept.actions,
            of: kept.session.clone(),
            session: Some(kept.session),
            request: kept.request,
            task: None,
        }
    }
}

/// All open work, by its key.
#[derive(Default)]
pub(super) struct Table {
    open: BTreeMap<String, Open>,
    last: u64,
    /// What a candidate has to be told before it takes over.
    pub touched: Touched,
    /// Keys of what began or is over since somebody took them, of work that outlives the host.
    changed: Vec<String>,
}

impl Table {
    pub fn contains(&self, key: &str) -> bool {
        self.open.contains_key(key)
    }

    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Notes new work and answers its serial number.
    pub fn insert(&mut self, key: String, open: Open) -> u64 {
        self.last += 1;
        let serial = self.last;
        self.touched.note(&key);
        if open.session.is_some() {
            self.changed.push(key.clone());
        }
        self.open.insert(key, Open { serial, ..open });
        serial
    }

    /// This work is not what was written of it.
    pub fn note(&mut self, key: String) {
        self.changed.push(key);
    }

    /// The keys of work that began or is over since this was last asked, of that which outlives the host.
    pub fn take_changes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.changed)
    }

    /// Work as it is written; none when it is over.
    pub fn kept(&self, key: &str) -> Option<KeptWork> {
        let open = self.open.get(key)?;
        Some(KeptWork {
            key: key.to_owned(),
            ticket: open.ticket.clone(),
            principal: open.principal.clone(),
            client: open.client.clone(),
            names_api: open.names_api,
            session: open.session.clone()?,
            actions: open.actions,
            request: open.request.clone(),
        })
    }

    pub fn set_task(&mut self, key: &str, task: JoinHandle<()>) {
        if let Some(open) = self.open.get_mut(key) {
            open.task = Some(task);
        }
    }

    /// Work that is still the same and that somebody waits for.
    pub fn get(&self, key: &str, serial: u64) -> Option<&Open> {
        self.open.get(key).filter(|open| open.serial == serial)
    }

    pub fn remove(&mut self, key: &str) -> Option<Open> {
        self.touched.note(key);
        let removed = self.open.remove(key)?;
        if removed.session.is_some() {
            self.changed.push(key.to_owned());
        }
        Some(removed)
    }

    /// The tasks of all work that is open: they end once they have told what became of it.
    pub fn tasks(&mut self) -> Vec<JoinHandle<()>> {
        self.open.values_mut().filter_map(|open| open.task.take()).collect()
    }

    /// Cancels it. Its task ends at its next step, and what it was about to tell is not told.
    pub fn abandon(&mut self, key: &str) {
        if let Some(task) = self.remove(key).and_then(|open| open.task) {
            task.abort();
        }
    }

    /// Cancels all of it. What was written of it stays: its requests were not answered.
    pub fn abandon_all(&mut self) {
        for open in std::mem::take(&mut self.open).into_values() {
            if let Some(task) = open.task {
                task.abort();
            }
        }
    }

    pub fn set_aside(&mut self, key: &str) {
        if let Some(open) = self.open.get_mut(key) {
            open.aside = true;
        }
    }

    /// Another generation may read what this one could not.
    pub fn take_back(&mut self) {
        for open in self.open.values_mut() {
            open.aside = false;
        }
    }

    /// All that is open, what the running generation cannot read as well.
    pub fn everything(&self) -> Vec<OpenWork> {
        self.open.iter().map(|(key, open)| told(key, &open.ticket)).collect()
    }

    /// What is open under these keys now; with an empty ticket what is not.
    pub fn under(&self, keys: &BTreeSet<String>) -> Vec<OpenWork> {
        let ticket = |key| self.open.get(key).map_or(&[][..], |open| &open.ticket);
        keys.iter().map(|key| told(key, ticket(key))).collect()
    }

    /// Keys of what the running generation cannot read.
    pub fn aside_keys(&self) -> impl Iterator<Item = &String> {
        self.open.iter().filter(|(_, open)| open.aside).map(|(key, _)| key)
    }

    /// How much is open in each session.
    pub fn by_session(&self) -> HashMap<&str, usize> {
        let mut counts = HashMap::new();
        for open in self.open.values() {
            *counts.entry(open.of.as_str()).or_default() += 1;
        }
        counts
    }

    /// The keys of what is open in this session.
    pub fn of_session(&self, session: &str) -> Vec<String> {
        let own = self.open.iter().filter(|(_, open)| open.of == session);
        own.map(|(key, _)| key.clone()).collect()
    }

    /// What a new instance gets, in the order of their keys.
    pub fn all(&self) -> Vec<OpenWork> {
        let known = self.open.iter().filter(|(_, open)| !open.aside);
        known.map(|(key, open)| told(key, &open.ticket)).collect()
    }
}

fn told(key: &str, ticket: &[u8]) -> OpenWork {
    OpenWork {
        key: key.to_owned(),
        ticket: ticket.to_vec(),
    }
}

/// One piece of work, ready to run.
pub(super) struct Job {
    pub key: String,
    pub serial: u64,
    pub actions: Vec<(Action, Verdict)>,
    pub trails: Vec<Trail>,
    pub patience_ms: u64,
    pub deadline_ms: u64,
    /// All that happens for it is logged in here.
    pub span: Span,
}

/// Starts it.
pub(super) fn start(shared: &Arc<Shared>, job: Job) -> JoinHandle<()> {
    let span = job.span.clone();
    tokio::spawn(drive(shared.clone(), job).instrument(span))
}

type Running = FuturesUnordered<BoxFuture<'static, (usize, Outcome)>>;

async fn drive(shared: Arc<Shared>, job: Job) {
    let Job {
        key,
        serial,
        actions,
        mut trails,
        patience_ms,
        deadline_ms,
        span: _,
    } = job;
    let tracker = Tracker::new(actions.len());
    let mut outcomes: Vec<Option<Outcome>> = vec![None; actions.len()];
    let mut running: Running = actions
        .into_iter()
        .enumerate()
        .map(|(number, (action, verdict))| act(&shared, &tracker, number, action, verdict, deadline_ms))
        .collect();
    let patience = shared.clock.sleep_ms(patience_ms);
    pin_mut!(patience);
    let mut stopping = shared.stopping.subscribe();
    let stopping = async move {
        // An error means that nobody is there any more who could stop it.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    pin_mut!(stopping);
    let unfinished = loop {
        tokio::select! {
            biased;
            next = running.next() => match next {
                Some((number, outcome)) => {
                    trails[number].close(&outcome);
                    outcomes[number] = Some(outcome);
                }
                None => break OutcomeKind::Running,
            },
            () = &mut stopping => break OutcomeKind::Failed,
            progress = tracker.next(&shared.clock) => shared.resume(&key, serial, News::Progress(progress)).await,
            () = &mut patience => break OutcomeKind::Running,
        }
    };
    let outcomes = outcomes.into_iter().enumerate().map(|(number, outcome)| {
        outcome.unwrap_or_else(|| {
            let outcome = match unfinished {
                OutcomeKind::Failed => failed(STOPPED),
                kind => Outcome { kind, data: Vec::new() },
            };
            trails[number].close(&outcome);
            outcome
        })
    });
    let outcomes = outcomes.collect();
    shared.resume(&key, serial, News::Outcomes(outcomes)).await;
    if unfinished == OutcomeKind::Failed {
        return;
    }
    while running.next().await.is_some() {}
}

/// One action until its outcome.
fn act(
    shared: &Arc<Shared>,
    tracker: &Arc<Tracker>,
    number: usize,
    action: Action,
    verdict: Verdict,
    deadline_ms: u64,
) -> BoxFuture<'static, (usize, Outcome)> {
    if let Some(reason) = verdict.refused {
        shared
            .observe
            .acted(domain_of(&action.name), named(OutcomeKind::Refused), 0);
        return std::future::ready((number, error(OutcomeKind::Refused, &reason))).boxed();
    }
    let span = tracing::info_span!("action", name = action.name, entities = ?verdict.entities);
    let home = shared.home.clone();
    let (clock, begin) = (shared.clock.clone(), shared.clock.stopwatch_us());
    let (observe, domain) = (shared.observe.clone(), domain_of(&action.name).to_owned());
    let deadline = shared.clock.sleep_ms(deadline_ms);
    let progress = tracker.reporter(number);
    async move {
        let outcome = match select(home.run(action, progress), deadline).await {
            Either::Left((Ok(response), _)) => Outcome {
                kind: OutcomeKind::Ok,
                data: response.unwrap_or_default(),
            },
            Either::Left((Err(refusal), _)) => error(OutcomeKind::Failed, &refusal.to_string()),
            Either::Right(((), _)) => Outcome {
                kind: OutcomeKind::TimedOut,
                data: Vec::new(),
            },
        };
        let us = clock.stopwatch_us().saturating_sub(begin);
        tracing::debug!(outcome = named(outcome.kind), us, "the action is over");
        observe.acted(&domain, named(outcome.kind), us);
        (number, outcome)
    }
    .instrument(span)
    .boxed()
}

fn domain_of(action: &str) -> &str {
    action.split('.').next().unwrap_or_default()
}

/// The outcome of an action that did not come to its end.
pub(super) fn failed(text: &str) -> Outcome {
    error(OutcomeKind::Failed, text)
}

fn error(kind: OutcomeKind, text: &str) -> Outcome {
    Outcome {
        kind,
        data: json!({ "error": text }).to_string().into_bytes(),
    }
}
