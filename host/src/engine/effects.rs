//! Effects: what the component asked for, applied one by one after its call has returned.

use std::sync::Arc;

use bytes::Bytes;
use tracing::Span;

use super::core::{Cause, Core};
use super::outlet::{Closing, Destination, Full, Sent, Way};
use super::rights::{Judge, Verdict, is_of_event};
use super::shared::Shared;
use super::trail::Trail;
use super::work::{self, ACTIONS_LIMIT, Job, WORK_LIMIT};
use crate::audit::{Record, redact};
use crate::contract::hearth::mcp::types::{
    Detach, Effect, Ending, Level, Log, Outlet, Perform, Resumable, Send, Served,
};
use crate::request::{RequestContext, TraceContext};

/// Bytes of one log text.
const LOG_BYTES: usize = 4 << 10;

/// Characters of the name and version of a client that the audit keeps.
const CLIENT_CHARS: usize = 256;

/// Bytes of the arguments of one call that the audit keeps. A body may have megabytes, and every action has a record.
const RECORDED_BYTES: usize = 16 << 10;

impl Core {
    pub(super) fn apply(&mut self, shared: &Arc<Shared>, effect: Effect, cause: &Cause) {
        match effect {
            Effect::Send(send) => self.send(shared, send),
            Effect::End(outlet) => self.end(shared, outlet),
            Effect::Perform(perform) => self.perform(shared, perform, cause),
            Effect::Abandon(key) => self.work.abandon(&key),
            Effect::Keep(mut checkpoint) => {
                checkpoint.client = redact::owned(checkpoint.client);
                let session = self.lasting_session(cause);
                self.unwritten.kept(&checkpoint, session);
                self.visits.kept(&checkpoint, shared.clock.now());
                self.checkpoints.keep(checkpoint);
            }
            Effect::Forget(key) => self.forget(&key),
            Effect::Wake(moment) => shared.timer.set(Some(moment)),
            Effect::Log(log) => trace(self.generation.number, &log),
            Effect::Served(served) => self.served(shared, &served, cause),
            Effect::Resumable(resumable) => self.resumable(shared, &resumable),
            Effect::Detach(detach) => self.detach(shared, &detach),
        }
    }

    fn send(&mut self, shared: &Shared, send: Send) {
        let Send {
            outlet,
            body,
            last,
            status,
            replaces,
        } = send;
        let open = match self.outlets.find(outlet) {
            Destination::Open(open) => open,
            Destination::Ended => return,
            Destination::Finished => return too_late(shared, outlet),
            Destination::Unknown => return unknown(shared, "it sent to", outlet),
        };
        let (body, limits) = (Bytes::from(body), &shared.limits);
        let sent = match &open.way {
            Way::Stream(_) if last => {
                let text = format!("it sent a last message to the outlet {outlet}, which is the stream of a session");
                return fault(shared, &text);
            }
            Way::Stream(queue) => queue.send(body, replaces, limits).map(|()| Sent::Queued),
            Way::Exchange(lane) => {
                lane.said_by(self.generation.number);
                lane.send(body, replaces, last, status, limits)
            }
        };
        match sent {
            Ok(Sent::Queued) => {}
            Ok(Sent::TooLate) => return too_late(shared, outlet),
            Ok(Sent::Disconnected) => overflow(shared, &open.session, &open.principal),
            Err(Full) => {
                overflow(shared, &open.session, &open.principal);
                // `closed` is an event of its own, after this one.
                let _ = shared.closings.send(Closing::Over(outlet));
                return;
            }
        }
        if last {
            self.outlets.finish(outlet);
        }
    }

    fn end(&mut self, shared: &Shared, outlet: Outlet) {
        match self.outlets.find(outlet) {
            Destination::Open(open) => {
                open.end();
                // The stream of a session is closed when its reader has come to the end. Perhaps nobody reads this one.
                if matches!(open.way, Way::Exchange(_)) {
                    let _ = shared.closings.send(Closing::Over(outlet));
                }
            }
            Destination::Ended | Destination::Finished => {}
            Destination::Unknown => unknown(shared, "it ended", outlet),
        }
    }

    fn resumable(&mut self, shared: &Shared, resumable: &Resumable) {
        let outlet = resumable.outlet;
        let open = match self.outlets.find(outlet) {
            Destination::Open(open) => open,
            Destination::Ended => return,
            Destination::Finished => return too_late(shared, outlet),
            Destination::Unknown => return unknown(shared, "it made resumable", outlet),
        };
        match &open.way {
            Way::Stream(_) => {
                let text = format!("it made the outlet {outlet} resumable, which is a stream of HTTP+SSE");
                fault(shared, &text);
            }
            Way::Exchange(_) if open.session.is_empty() || open.session != resumable.session => {
                let text = format!(
                    "it made the outlet {outlet} resumable for the session {:?}, and it belongs to {:?}",
                    resumable.session, open.session
                );
                fault(shared, &text);
            }
            Way::Exchange(lane) => {
                lane.make_resumable(resumable.prime);
                self.outlets.note_resumable(outlet);
            }
        }
    }

    fn detach(&mut self, shared: &Shared, detach: &Detach) {
        let outlet = detach.outlet;
        match self.outlets.find(outlet) {
            Destination::Open(open) => match &open.way {
                Way::Exchange(lane) if lane.is_resumable() => lane.detach(detach.retry),
                _ => {
                    let text = format!("it detached the outlet {outlet}, which nobody could resume");
                    fault(shared, &text);
                }
            },
            Destination::Ended | Destination::Finished => {}
            Destination::Unknown => unknown(shared, "it detached", outlet),
        }
    }

    fn perform(&mut self, shared: &Arc<Shared>, perform: Perform, cause: &Cause) {
        if self.work.contains(&perform.key) {
            let text = format!("it performed the key {:?}, which is still open", perform.key);
            return fault(shared, &text);
        }
        if self.down {
            return;
        }
        let verdicts = self.verdicts(shared, &perform, cause);
        let client = match perform.client.as_str() {
            "" => self.client(cause),
            said => redact::owned(said.chars().take(CLIENT_CHARS).collect()),
        };
        let moment = self.moments.next(shared.clock.now());
        let request = belongs_to(&perform, cause);
        let trails = self.trails(shared, &perform, &verdicts, &client, moment, &request);
        let span = tracing::info_span!(
            parent: None,
            "work",
            request = &*request.id,
            trace_id = request.trace_id(),
            principal = perform.principal,
            client,
            tool = %redact::shown(&perform.tool),
        );
        let session = self.lasting_session(cause).map(str::to_owned);
        let of = match &cause.work {
            Some(work) => work.of.clone(),
            None => cause.session.clone().unwrap_or_default(),
        };
        let open = work::Open::new(&perform, client, cause.names_api, session, request).in_session(of);
        let serial = self.work.insert(perform.key.clone(), open);
        let job = Job {
            key: perform.key.clone(),
            serial,
            actions: perform.actions.into_iter().zip(verdicts).collect(),
            trails,
            patience_ms: perform.patience.into(),
            deadline_ms: u64::from(perform.deadline).min(shared.limits.action_ms),
            span,
        };
        let task = work::start(shared, job);
        self.work.set_task(&perform.key, task);
    }

    /// A request is finished.
    fn served(&self, shared: &Shared, served: &Served, cause: &Cause) {
        let trace = served.trace.as_ref().and_then(TraceContext::of_component);
        join(trace.as_ref(), cause);
        // Who is answered at once is timed from the arrival of its HTTP request, in microseconds; who had to wait, by the
        // moments that the component goes by: its work may have begun in another host.
        let us = match cause.request.arrived_us.filter(|_| cause.work.is_none()) {
            Some(arrived_us) if served.since >= self.moments.now() => {
                shared.clock.stopwatch_us().saturating_sub(arrived_us)
            }
            _ => shared.clock.now().saturating_sub(served.since).saturating_mul(1_000),
        };
        shared.observe.served(&served.method, ending(served.ending), us);
    }

    fn verdicts(&self, shared: &Shared, perform: &Perform, cause: &Cause) -> Vec<Verdict> {
        let refuse_all = |reason: String| {
            let verdict = Verdict {
                entities: Vec::new(),
                refused: Some(reason),
            };
            vec![verdict; perform.actions.len()]
        };
        let principal = perform.principal.as_str();
        let of_work = cause.work.as_ref().map(|of| of.principal.as_str());
        let may = is_of_event(principal, cause.principal.as_ref(), of_work)
            || self.outlets.has_session_of(principal)
            || self.checkpoints.has_session_of(principal);
        if !may {
            fault(
                shared,
                &format!("it acted for the principal {principal:?}, who did not ask and has no session"),
            );
            return refuse_all("nobody with such rights asked for it".to_owned());
        }
        if self.work.len() >= WORK_LIMIT {
            return refuse_all(format!("{WORK_LIMIT} calls are running already"));
        }
        if perform.actions.len() > ACTIONS_LIMIT {
            return refuse_all(format!("a call may have {ACTIONS_LIMIT} actions"));
        }
        let judge = Judge {
            declared: &self.generation.declared,
            entries: shared.entries.as_ref(),
            home: shared.home.as_ref(),
            principals: shared.principals.as_ref(),
        };
        judge.decide(principal, cause.names_api, &perform.actions)
    }

    /// Name and version of the client, as the checkpoint of its session says.
    fn client(&self, cause: &Cause) -> String {
        if let Some(of) = &cause.work {
            return of.client.clone();
        }
        let kept = cause.session.as_ref().and_then(|session| self.checkpoints.get(session));
        kept.map(|checkpoint| checkpoint.client.clone()).unwrap_or_default()
    }

    fn trails(
        &self,
        shared: &Shared,
        perform: &Perform,
        verdicts: &[Verdict],
        client: &str,
        moment: u64,
        request: &RequestContext,
    ) -> Vec<Trail> {
        let arguments = recorded(&perform.arguments);
        let records = perform.actions.iter().zip(verdicts).map(|(action, verdict)| Record {
            moment,
            principal: perform.principal.clone(),
            client: client.to_owned(),
            tool: redact::owned(perform.tool.clone()),
            arguments: arguments.clone(),
            action: redact::owned(action.name.clone()),
            entities: verdict.entities.iter().cloned().map(redact::owned).collect(),
            outcome: String::new(),
            generation: self.generation.number,
            request: request.id.to_string(),
            trace: request.trace_id().to_owned(),
        });
        let trails = records.zip(verdicts).map(|(record, verdict)| {
            let mut trail = Trail::new(record, shared.audit.clone());
            if let Some(reason) = &verdict.refused {
                trail.refuse(reason);
            }
            trail
        });
        trails.collect()
    }
}

/// The request of this event is part of this trace: its span says so from here on.
fn join(trace: Option<&TraceContext>, cause: &Cause) {
    if let (Some(trace), None) = (trace, &cause.work) {
        Span::current().record("trace_id", trace.trace_id());
    }
}

/// What those who count call it.
fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Ok => "ok",
        Ending::Error => "error",
        Ending::ToolError => "tool-error",
        Ending::Cancelled => "cancelled",
    }
}

/// The request that work belongs to: that of the event, in the trace that the component says.
fn belongs_to(perform: &Perform, cause: &Cause) -> RequestContext {
    let said = perform
        .trace
        .as_ref()
        .and_then(TraceContext::of_component)
        .map(Arc::new);
    join(said.as_deref(), cause);
    RequestContext {
        trace: said.or_else(|| cause.request.trace.clone()),
        ..cause.request.clone()
    }
}

/// Arguments as the audit keeps them: without secrets; whole, or how long they were and how they began, which is JSON as
/// well.
fn recorded(arguments: &[u8]) -> String {
    let text = redact::json(&String::from_utf8_lossy(arguments));
    if text.len() <= RECORDED_BYTES {
        return text;
    }
    let beginning = &text[..text.floor_char_boundary(RECORDED_BYTES)];
    serde_json::json!({"bytes": arguments.len(), "beginning": beginning}).to_string()
}

fn unknown(shared: &Shared, did: &str, outlet: Outlet) {
    fault(shared, &format!("{did} the outlet {outlet}, which was never given out"));
}

fn too_late(shared: &Shared, outlet: Outlet) {
    let text = format!("it went on with the outlet {outlet} after the last message of it");
    fault(shared, &text);
}

/// Characters of a session's id that are shown: who knows all of it is half way into the session.
const SHOWN: usize = 8;

/// What the log may say of a session's id.
pub(crate) fn shown(session: &str) -> &str {
    &session[..session.floor_char_boundary(SHOWN)]
}

/// A client that does not read has lost its stream.
fn overflow(shared: &Shared, session: &str, principal: &str) {
    tracing::warn!(
        session = shown(session),
        principal,
        messages = shared.limits.unread_messages,
        bytes = shared.limits.unread_bytes,
        "the stream ends: its client does not read (`--limit-unread-messages`, `--limit-unread-bytes`)"
    );
    shared.board.lock().overflows += 1;
}

/// The component broke the contract. The effect is not applied, and everything else goes on.
fn fault(shared: &Shared, text: &str) {
    tracing::error!("the component broke the contract: {text}");
    shared.board.lock().faults += 1;
}

fn trace(generation: u64, log: &Log) {
    let text = redact::shown(&log.text[..log.text.floor_char_boundary(LOG_BYTES)]);
    match log.level {
        Level::Debug => tracing::debug!(target: "hearth::component", generation, "{text}"),
        Level::Info => tracing::info!(target: "hearth::component", generation, "{text}"),
        Level::Warning => tracing::warn!(target: "hearth::component", generation, "{text}"),
        Level::Error => tracing::error!(target: "hearth::component", generation, "{text}"),
    }
}
