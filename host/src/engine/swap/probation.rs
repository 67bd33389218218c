//! The time after a swap in which a generation that misbehaves is replaced, by itself, by the one before.

use std::sync::Arc;

use super::held_back::{newest_common, newest_format};
use super::{Previous, Trial};
use crate::clock::Moment;
use crate::contract::hearth::mcp::types::{Effect, Refusal, Status};
use crate::engine::core::{Core, Generation};
use crate::engine::reducer::Answer;
use crate::engine::shared::Shared;

/// Requests from which on their share of refusals says something.
const TELLING: u64 = 20;
/// Refusals in a hundred requests at which a generation misbehaves …
const REFUSED_PERCENT: u64 = 50;
/// … if they are that many more than with the generation before.
const MORE_PERCENT: u64 = 25;

/// What clients asked of one generation, and how much of that it refused.
#[derive(Debug, Default, Clone, Copy)]
pub(in crate::engine) struct Tally {
    asked: u64,
    refused: u64,
}

impl Tally {
    /// One more was asked.
    pub fn count(&mut self, answered: &Result<Answer, Refusal>) {
        self.asked += 1;
        let is_refused = match answered {
            Err(_) => true,
            Ok(answer) => answer.effects.iter().any(
                |effect| matches!(effect, Effect::Send(send) if !matches!(send.status, Status::Ok | Status::Accepted)),
            ),
        };
        self.refused += u64::from(is_refused);
    }

    fn percent(self) -> u64 {
        self.refused * 100 / self.asked.max(1)
    }
}

/// See the module.
#[derive(Debug)]
pub(in crate::engine) struct Probation {
    /// When it is passed.
    pub until: Moment,
    /// Faults until now.
    pub faults: u32,
    /// Faults at which it has failed.
    pub allowed: u32,
    /// How the generation before fared.
    before: Tally,
}

impl Probation {
    pub(super) fn new(trial: Trial, now: Moment, before: Tally) -> Self {
        Self {
            until: now.saturating_add(trial.ms),
            faults: 0,
            allowed: trial.faults.max(1),
            before,
        }
    }
}

impl Core {
    /// Before the first start: what ran before, and if the generation that starts has not passed its probation yet, that
    /// it begins again.
    pub(in crate::engine) fn comes_after(&mut self, shared: &Shared, previous: Previous) {
        let Previous {
            program,
            number,
            probation,
        } = previous;
        let common = newest_common(self.generation.program.description(), program.description());
        if let (Some(terms), Some(format)) = (probation, common) {
            let (this, back) = (&self.generation, program.description());
            self.generation = Generation::new(this.program.clone(), this.number, format, Some(back));
            let now = shared.clock.now();
            self.probation = Some(Probation::new(Trial::of(&terms), now, Tally::default()));
        }
        let format = newest_format(program.as_ref());
        self.previous = Some(Generation::new(program, number, format, None));
    }

    /// So many faults more. Answers why the generation is to be replaced, if it is.
    pub(in crate::engine) fn faulted(&mut self, faults: u32, what: &str) -> Option<String> {
        let probation = self.probation.as_mut()?;
        probation.faults = probation.faults.saturating_add(faults);
        let Probation { faults, allowed, .. } = probation;
        (faults >= allowed).then(|| format!("{faults} faults on probation, the last: {what}"))
    }

    /// Whether it refuses what the generation before did not.
    pub(in crate::engine) fn refuses_too_much(&self) -> Option<String> {
        let probation = self.probation.as_ref()?;
        let (before, now) = (probation.before.percent(), self.tally.percent());
        let misbehaves =
            self.tally.asked >= TELLING && now >= REFUSED_PERCENT && now >= before.saturating_add(MORE_PERCENT);
        misbehaves.then(|| {
            format!(
                "it refused {} of {} requests on probation ({now} %, before it {before} %)",
                self.tally.refused, self.tally.asked
            )
        })
    }

    /// The generation before is to take over again, from what is kept. The caller makes an instance of it. False when
    /// there is no probation to fail.
    pub(in crate::engine) fn step_back(&mut self, shared: &Arc<Shared>, reason: &str) -> bool {
        if self.probation.take().is_none() {
            return false;
        }
        let Some(before) = self.previous.take() else {
            return false;
        };
        let failed = std::mem::replace(&mut self.generation, before);
        tracing::error!(
            generation = failed.number,
            back_to = self.generation.number,
            "the generation before takes over again: {reason}"
        );
        self.reducer = None;
        self.checkpoints.take_back();
        self.work.take_back();
        self.is_live(shared);
        shared.observe.swapped("fallback", None);
        shared
            .generations
            .rolled_back(failed.number, self.generation.number, reason);
        true
    }

    /// [`Core::step_back`], and an instance of it.
    pub(in crate::engine) async fn fall_back(&mut self, shared: &Arc<Shared>, reason: &str) {
        if self.step_back(shared, reason) {
            self.rebuild(shared).await;
        }
    }

    /// The probation is over, and the generation stays. Answers whether it may write a newer format now.
    pub(in crate::engine) fn pass(&mut self, shared: &Shared) -> bool {
        if self.probation.take().is_none() {
            return false;
        }
        let number = self.generation.number;
        self.generation
            .keeps
            .clone_from(&self.generation.program.description().writes);
        tracing::info!(generation = number, "the generation has passed its probation");
        shared.board.lock().probation_until = None;
        shared.generations.passed(number);
        newest_format(self.generation.program.as_ref()) > self.generation.format
    }
}
