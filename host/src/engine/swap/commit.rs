//! The moment of the swap: one lock, in which no event is taken.

use std::sync::Arc;

use super::candidate::Candidate;
use super::probation::Probation;
use super::terms::Steps;
use super::{HeldBack, Successor};
use crate::clock::Moment;
use crate::contract::hearth::mcp::types::Effect;
use crate::engine::core::{Cause, Core, Generation};
use crate::engine::reducer::{Event, Reducer};
use crate::engine::shared::Shared;

/// How often a candidate is told what happened meanwhile while others go on. If that is still much then, the others wait.
const ROUNDS: usize = 8;
/// Steps in which no event is taken.
const PAUSE_STEPS: usize = 3;

/// What came of it.
pub(super) struct Committed {
    pub pause_us: u64,
    pub format: u32,
    pub probation_until: Option<Moment>,
}

/// Lets the candidate take over from the running generation.
pub(super) async fn commit(
    shared: &Arc<Shared>,
    mut candidate: Candidate,
    running: &Generation,
    successor: &Successor,
    steps: &mut Steps,
) -> Result<Committed, HeldBack> {
    let mut round = 0;
    let mut core = loop {
        let mut core = shared.core.lock().await;
        if core.is_light() || round == ROUNDS {
            break core;
        }
        round += 1;
        let delta = core.delta(shared);
        drop(core);
        candidate.catch_up(&delta).await?;
    };
    steps.done("catch up");
    if core.down {
        return Err(HeldBack::Ended);
    }
    if core.generation.number != running.number {
        return Err(HeldBack::Overtaken(core.generation.number));
    }
    let delta = core.delta(shared);
    candidate.catch_up(&delta).await?;
    steps.done("pause: what happened last");
    let effects = core.prepare(&mut candidate, delta.moment).await?;
    steps.done("pause: start");
    let format = candidate.generation.format;
    let replaced = core.replace(shared, candidate, effects, successor);
    steps.done("pause: take over");
    let pause_us = steps.last(PAUSE_STEPS);
    let probation_until = core.probation.as_ref().map(|probation| probation.until);
    shared.board.lock().pause_us = pause_us;
    drop(core);
    // Giving back its memory takes longer than the swap.
    drop(replaced);
    Ok(Committed {
        pause_us,
        format,
        probation_until,
    })
}

impl Core {
    /// Starts it. Nothing has changed if that fails.
    async fn prepare(&mut self, candidate: &mut Candidate, moment: Moment) -> Result<Vec<Effect>, HeldBack> {
        let event = Event::Start {
            moment,
            nonce: self.nonces.start(),
        };
        let started = candidate.reducer.handle(&event).await.map_err(HeldBack::Start)?;
        let effects = started.map(|answer| answer.effects).unwrap_or_default();
        match self.misconduct(&candidate.generation, &effects, None) {
            Some(text) => Err(HeldBack::Misconduct {
                event: event.name(),
                text,
            }),
            None => Ok(effects),
        }
    }

    /// It takes over. Answers the instance that did until now.
    fn replace(
        &mut self,
        shared: &Arc<Shared>,
        candidate: Candidate,
        effects: Vec<Effect>,
        successor: &Successor,
    ) -> Option<Box<dyn Reducer>> {
        let Candidate {
            generation,
            reducer,
            unread,
            ..
        } = candidate;
        let before = std::mem::replace(&mut self.generation, generation);
        let replaced = self.reducer.replace(reducer);
        self.checkpoints.take_back();
        self.work.take_back();
        for key in unread {
            self.checkpoints.set_aside(&key);
            self.work.set_aside(&key);
        }
        let now = shared.clock.now();
        self.probation = successor.probation.map(|trial| Probation::new(trial, now, self.tally));
        if successor.keeps_previous {
            self.previous = Some(before);
        }
        self.is_live(shared);
        self.begin_with(shared, effects);
        self.count(shared);
        replaced
    }

    /// Another generation runs from now on.
    pub(in crate::engine) fn is_live(&mut self, shared: &Shared) {
        self.tally = Default::default();
        self.failures.end();
        let until = self.probation.as_ref().map(|probation| probation.until);
        shared.trial.set(until);
        shared
            .board
            .lock()
            .live(&self.generation, self.previous.as_ref(), until);
        let description = self.generation.program.description();
        shared.generations.live(self.generation.number, description);
    }

    /// Applies the effects of a start.
    pub(in crate::engine) fn begin_with(&mut self, shared: &Arc<Shared>, effects: Vec<Effect>) {
        if !effects.iter().any(|effect| matches!(effect, Effect::Wake(_))) {
            // The timer of the instance before is none of this one's business.
            shared.timer.set(None);
        }
        for effect in effects {
            self.apply(shared, effect, &Cause::default());
        }
    }
}
