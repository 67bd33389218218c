//! One event from its delivery to its last effect.
//!
//! Whoever holds the core has the instance. The instance is taken out of its place for the time of a call: if the
//! caller's future is dropped while the guest waits in a WASI function, the place stays empty, the event has done
//! nothing, and the next one finds a fresh instance.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::core::{Cause, Core, Dropped, Generation, Outcome};
use super::effects::shown;
use super::outlet::{Open, Queue, Way};
use super::reducer::{Answer, Event, Reducer, Trap};
use super::shared::Shared;
use super::swap::EFFECTS_LIMIT;
use crate::clock::Moment;
use crate::contract::exports::hearth::mcp::server::Tool;
use crate::contract::hearth::mcp::types::{
    Change, CheckpointKind, Effect, Nonce, Outlet, Principal, Refusal, RefusalReason, Route, Transport,
};

/// What came of giving an event once.
enum Once {
    Told(Outcome),
    Trapped(Trap),
}

impl Core {
    /// Moment and nonce for the next event.
    pub fn stamp(&mut self, shared: &Shared) -> (Moment, Nonce) {
        (self.moments.next(shared.clock.now()), self.nonces.next())
    }

    /// Delivers an event and applies its effects. Answers the session that it began. Where there is no room for one more
    /// session, those of the same principal whose stream nobody reads any more give way: their client may come back and
    /// resume, but this one is there now.
    pub async fn deliver(&mut self, shared: &Arc<Shared>, mut event: Event, cause: Cause) -> Outcome {
        loop {
            let told = self.attempt(shared, &mut event, &cause).await;
            let full = matches!(&told, Ok(Err(refusal)) if refusal.reason == RefusalReason::TooManySessions);
            let principal = cause.principal.as_ref().filter(|_| full);
            match principal.and_then(|principal| self.outlets.left_first(&principal.id)) {
                Some(left) => self.close_left(shared, left).await,
                None => return told,
            }
        }
    }

    /// [`Core::close`], for within an event.
    fn close_left<'a>(&'a mut self, shared: &'a Arc<Shared>, outlet: Outlet) -> BoxFuture<'a, ()> {
        Box::pin(self.close(shared, outlet))
    }

    /// After a trap the instance is built anew and the event given once more. On probation a generation that fails too
    /// often, or at the same event twice, is replaced by the one before, which is given the event as it came.
    async fn attempt(&mut self, shared: &Arc<Shared>, event: &mut Event, cause: &Cause) -> Outcome {
        shared.board.lock().events += 1;
        let mut first = self.probation.as_ref().map(|_| event.clone());
        let generation = self.generation.number;
        let mut failed = None;
        for _attempt in 0..2 {
            match self.once(shared, event, cause).await {
                Once::Told(told) => return told,
                Once::Trapped(trap) => {
                    failed = self.faulted(1, &trap.0);
                    if failed.is_some() {
                        break;
                    }
                    event.once_more();
                    self.reducer = self.instance(shared).await;
                    // Of one on probation none could be made: the one before is told as it came.
                    if self.generation.number != generation
                        && let Some(first) = first.take()
                    {
                        *event = first;
                    }
                }
            }
        }
        if let Some(first) = first.filter(|_| self.probation.is_some()) {
            let twice = || format!("it trapped twice at `{}`", first.name());
            self.fall_back(shared, &failed.unwrap_or_else(twice)).await;
            *event = first;
            if let Once::Told(told) = self.once(shared, event, cause).await {
                return told;
            }
        }
        tracing::error!(event = event.name(), "the event trapped twice and is dropped");
        // What spans events, timers above all, goes on with a live instance.
        self.reducer = self.instance(shared).await;
        Err(Dropped)
    }

    async fn once(&mut self, shared: &Arc<Shared>, event: &Event, cause: &Cause) -> Once {
        let Some(mut reducer) = self.instance(shared).await else {
            return Once::Told(Err(Dropped));
        };
        if let Some(untold) = self.untold(cause) {
            self.reducer = Some(reducer);
            return Once::Told(untold);
        }
        let begin_us = shared.clock.stopwatch_us();
        let answered = reducer.handle(event).await;
        let us = shared.clock.stopwatch_us().saturating_sub(begin_us);
        shared.observe.handled(event.name(), us);
        match answered.and_then(|answered| self.within_limits(answered)) {
            Ok(answered) => {
                self.reducer = Some(reducer).filter(|reducer| !reducer.spent());
                self.failures.end();
                if event.is_asked() {
                    self.tally.count(&answered);
                }
                let faults = self.probation.is_some().then(|| shared.board.lock().faults);
                let told = answered.map(|answer| self.settle(shared, event, answer, cause));
                if let Some(before) = faults {
                    self.watch_conduct(shared, before).await;
                }
                Once::Told(Ok(told))
            }
            Err(trap) => {
                drop(reducer);
                self.trapped(shared, event.name(), &trap);
                Once::Trapped(trap)
            }
        }
    }

    /// After an event on probation: whether what it asked for is the last straw.
    async fn watch_conduct(&mut self, shared: &Arc<Shared>, faults_before: u64) {
        let faults = shared.board.lock().faults.saturating_sub(faults_before);
        let faults = u32::try_from(faults).unwrap_or(u32::MAX);
        let failed = match faults {
            0 => None,
            faults => self.faulted(faults, "an effect that broke the contract"),
        };
        if let Some(reason) = failed.or_else(|| self.refuses_too_much()) {
            self.fall_back(shared, &reason).await;
        }
    }

    /// What becomes of news that are not to be told, if they are not. An instance that was made after a trap may abandon
    /// the work when it starts, and then hears no more of it; or it cannot read its ticket.
    fn untold(&self, cause: &Cause) -> Option<Outcome> {
        let of = cause.work.as_ref()?;
        match self.work.get(&of.key, of.serial) {
            None => Some(Ok(Ok(None))),
            Some(open) if open.aside => Some(Err(Dropped)),
            Some(_) => None,
        }
    }

    /// What the component offers; it has no effects.
    pub async fn offers(
        &mut self,
        shared: &Arc<Shared>,
        principal: &Principal,
        route: &Route,
    ) -> Result<Vec<Tool>, Dropped> {
        let mut reducer = self.instance(shared).await.ok_or(Dropped)?;
        match reducer.offers(principal, route).await {
            Ok(tools) => {
                self.reducer = Some(reducer);
                Ok(tools)
            }
            Err(trap) => {
                self.trapped(shared, "offers", &trap);
                if let Some(reason) = self.faulted(1, &trap.0) {
                    self.fall_back(shared, &reason).await;
                }
                Err(Dropped)
            }
        }
    }

    async fn instance(&mut self, shared: &Arc<Shared>) -> Option<Box<dyn Reducer>> {
        if self.reducer.is_none() {
            self.rebuild(shared).await;
        }
        self.reducer.take()
    }

    pub fn trapped(&mut self, shared: &Shared, event: &str, trap: &Trap) {
        let generation = self.generation.number;
        tracing::error!(event, generation, "the component trapped: {trap}");
        let now = shared.clock.now();
        self.failures.one_more(now);
        let mut board = shared.board.lock();
        board.rests(self.failures.until());
        board.trapped(now, event, &trap.0);
    }

    /// An event whose state the host cannot keep counts as trapped: its instance knows what nobody would tell the next.
    fn within_limits(&self, answered: Result<Answer, Refusal>) -> Result<Result<Answer, Refusal>, Trap> {
        if let Ok(answer) = &answered {
            self.check_effects(&self.generation, &answer.effects)?;
        }
        Ok(answered)
    }

    pub fn check_effects(&self, generation: &Generation, effects: &[Effect]) -> Result<(), Trap> {
        if effects.len() > EFFECTS_LIMIT {
            let text = format!(
                "it asked for {} effects at once, and {EFFECTS_LIMIT} are allowed",
                effects.len()
            );
            return Err(Trap(text));
        }
        for effect in effects {
            if let Effect::Keep(checkpoint) = effect {
                self.checkpoints.check(checkpoint, &generation.keeps).map_err(Trap)?;
            }
        }
        Ok(())
    }

    fn settle(&mut self, shared: &Arc<Shared>, event: &Event, answer: Answer, cause: &Cause) -> Option<String> {
        self.opened(event, &answer, cause);
        match event {
            Event::Receive(delivery) => self.heard(delivery.session.as_deref(), &delivery.principal, delivery.moment),
            Event::Attach(attach) => self.heard(attach.session.as_deref(), &attach.principal, attach.moment),
            _ => {}
        }
        if let Event::Receive(delivery) = event {
            match (&answer.session, &delivery.session) {
                (Some(session), _) => self.audience.began(session, &delivery.route),
                (None, None) => self
                    .audience
                    .heard(&delivery.principal.id, &delivery.route, delivery.moment),
                (None, Some(_)) => {}
            }
        }
        if let (true, Some(of)) = (cause.over, &cause.work) {
            self.work.remove(&of.key);
        }
        let logs = answer.effects.iter().any(|effect| matches!(effect, Effect::Log(_)));
        if logs {
            self.tell_span(cause, answer.session.as_deref());
        }
        for effect in answer.effects {
            self.apply(shared, effect, cause);
        }
        if !logs && tracing::enabled!(tracing::Level::DEBUG) {
            self.tell_span(cause, answer.session.as_deref());
        }
        self.count(shared);
        answer.session
    }

    fn heard(&mut self, session: Option<&str>, principal: &Principal, moment: Moment) {
        if let Some(session) = session {
            self.visits.heard(session, &principal.id, moment);
        }
    }

    /// Adds to the span of a request what only the engine knows of it. That costs more than the span itself, so it is done
    /// where something is logged in it.
    fn tell_span(&self, cause: &Cause, begun: Option<&str>) {
        let span = tracing::Span::current();
        if cause.principal.is_none() || span.is_disabled() {
            return;
        }
        span.record("generation", self.generation.number);
        if let Some(begun) = begun {
            span.record("session", shown(begun));
        }
        let session = begun.or(cause.session.as_deref());
        let client = session.and_then(|session| self.checkpoints.get(session));
        if let Some(client) = client.filter(|kept| !kept.client.is_empty()) {
            span.record("client", client.client.as_str());
        }
    }

    /// An outlet is live before the effects of its event are applied. The SSE session or the exchange that was kept in the
    /// same event goes with it.
    fn opened(&mut self, event: &Event, answer: &Answer, cause: &Cause) {
        let (outlet, principal, session, kind) = match event {
            Event::Open { origin, .. } => {
                let session = answer.session.as_ref();
                (origin.outlet, &origin.principal, session, CheckpointKind::Session)
            }
            Event::Receive(delivery) => {
                let Some(outlet) = delivery.exchange else { return };
                let session = answer.session.as_ref().or(delivery.session.as_ref());
                (outlet, &delivery.principal, session, CheckpointKind::Exchange)
            }
            Event::Attach(attachment) if attachment.resumes.is_none() => {
                let session = attachment.session.as_ref();
                (
                    attachment.outlet,
                    &attachment.principal,
                    session,
                    CheckpointKind::Exchange,
                )
            }
            _ => return,
        };
        let checkpoints = answer.effects.iter().filter_map(|effect| match effect {
            // A session of Streamable HTTP outlives what is said in it.
            Effect::Keep(kept) if kept.kind == kind => {
                (kind == CheckpointKind::Exchange || kept.transport == Transport::Sse).then(|| kept.key.clone())
            }
            _ => None,
        });
        let way = match &cause.exchange {
            Some(lane) => Way::Exchange(lane.clone()),
            None => Way::Stream(Arc::new(Queue::default())),
        };
        let open = Open {
            way,
            session: session.cloned().unwrap_or_default(),
            principal: principal.id.clone(),
            checkpoints: checkpoints.collect(),
            attached: matches!(event, Event::Attach(_)),
            written: false,
        };
        self.outlets.insert(outlet, open);
    }

    /// The outlet is over: the component hears of it, and the SSE session that was kept with it goes. What it kept of an
    /// exchange it forgets itself. Only the first call counts.
    pub async fn close(&mut self, shared: &Arc<Shared>, outlet: Outlet) {
        let Some(open) = self.outlets.remove(outlet) else {
            return;
        };
        open.end();
        if open.is_finished() {
            // The component was done with it long ago.
            return self.count(shared);
        }
        let moment = self.moments.next(shared.clock.now());
        let event = Event::Closed { outlet, moment };
        let told = self.deliver(shared, event, Cause::default()).await;
        if told.is_err() || matches!(open.way, Way::Stream(_)) {
            for key in &open.checkpoints {
                self.forget(key);
            }
        }
        if told.is_err() {
            // The instance that came after it was still given that session.
            self.rebuild(shared).await;
        }
        self.count(shared);
    }

    /// Delivers what changed in the home, the configuration and the rights.
    pub async fn deliver_changes(&mut self, shared: &Arc<Shared>) {
        let mut changes = shared.notices.take();
        changes.extend(shared.home.take_changes());
        // The home tells only of what is exposed. Exposure may have ended since, and then nothing more is told of it.
        changes.retain(|change| change.kind != STATE || shared.home.exposes(&change.id));
        if changes.is_empty() || self.down {
            return;
        }
        self.told.note(&changes);
        let moment = self.moments.next(shared.clock.now());
        let event = Event::HomeChanged { changes, moment };
        let _ = self.deliver(shared, event, Cause::default()).await;
    }

    /// The checkpoint of this key is gone.
    pub fn forget(&mut self, key: &str) {
        self.unwritten.forgot(key);
        self.checkpoints.forget(key);
        self.visits.ended(key);
        self.audience.ended(key);
    }

    /// An event is over: brings the board up to date, and has written what it changed.
    pub fn count(&mut self, shared: &Shared) {
        self.write_behind(shared);
        let mut board = shared.board.lock();
        board.sessions = self.outlets.streams() + self.checkpoints.sessions();
        board.exchanges = self.outlets.exchanges();
        board.work = self.work.len();
        board.checkpoints = self.checkpoints.len();
        board.set_aside = self.checkpoints.aside();
    }
}

/// The kind of change that tells of an entity.
pub(super) const STATE: &str = "state";

/// A change that says only that something is to be asked again.
pub(super) fn notice(kind: &str, id: &str, data: Vec<u8>) -> Change {
    Change {
        kind: kind.to_owned(),
        id: id.to_owned(),
        data,
    }
}

/// The change that tells of the rights of a principal, as they are now.
pub(super) fn rights(shared: &Shared, principal: &str) -> Change {
    let data = match shared.principals.rights(principal) {
        Some(rights) => serde_json::json!({ "admin": rights.admin }),
        None => serde_json::Value::Null,
    };
    notice("rights", principal, data.to_string().into_bytes())
}
