//! Generations that take over, are held back and go back, while a script is played.

use std::sync::Arc;

use hearth_host::contract::hearth::mcp::types::{Principal, Route};
use hearth_host::engine::{Answered, Engine, Event, Program, Recording, Terms, Trap};

use super::disturbance::{NO_NONCE, Plan, Strike, planned};
use crate::meddle::{Meddled, Meddler, Restored};

/// Where a swap is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// The candidate traps when it is given what is kept.
    Restore,
    /// It traps at the start of the rehearsal.
    Rehearsal,
    /// It cannot be written down that it runs.
    Record,
    /// It traps at its start, in the moment of the commit.
    Start,
}

const REFUSALS: [Refusal; 4] = [Refusal::Restore, Refusal::Rehearsal, Refusal::Record, Refusal::Start];

/// What traps where a swap is to be refused.
struct Refuser(Option<Refusal>);

impl Meddler for Refuser {
    fn after_restore(&mut self, _: &Restored, unread: &mut Result<Vec<String>, Trap>) {
        if self.0 == Some(Refusal::Restore) {
            *unread = Err(planned());
        }
    }

    fn after_event(&mut self, event: &Event, answered: &mut Answered) {
        let refused = match event {
            Event::Start { nonce, .. } if *nonce == NO_NONCE => Refusal::Rehearsal,
            Event::Start { .. } => Refusal::Start,
            _ => return,
        };
        if self.0 == Some(refused) {
            *answered = Err(planned());
        }
    }
}

/// A generation that is not on probation.
const TO_STAY: Terms = Terms {
    allow_incompatible: false,
    without_rollback: true,
    probation_ms: 0,
    probation_faults: 0,
};

/// The number of all generations: the audit shows it, and has to be the same.
const GENERATION: u64 = 1;

impl Plan {
    /// Does what is to be done between events; generations are made of this program.
    pub async fn carry_out(&self, engine: &Engine, program: &Arc<dyn Program>) {
        self.renew(engine).await;
        let due = self.lock().due.take();
        match due {
            Some(Strike::TrapAtOffers) => self.trap_at_offers(engine).await,
            Some(Strike::Swap) => self.swap(engine, program, TO_STAY, None).await,
            Some(Strike::RefusedSwap) => {
                let at = {
                    let mut state = self.lock();
                    state.refused += 1;
                    REFUSALS[state.refused % REFUSALS.len()]
                };
                self.swap(engine, program, TO_STAY, Some(at)).await;
            }
            Some(Strike::Rollback) => {
                let terms = Terms {
                    probation_faults: 1,
                    ..Terms::default()
                };
                self.swap(engine, program, terms, None).await;
                self.trap_at_offers(engine).await;
                let on_probation = engine.status().probation_until.is_some();
                self.expect(!on_probation, "a generation that failed on probation stayed");
            }
            _ => {}
        }
    }

    async fn trap_at_offers(&self, engine: &Engine) {
        self.lock().at_offers = true;
        let nobody = Principal {
            id: "nobody".to_owned(),
            admin: false,
        };
        // It traps, and that is all that it is asked for.
        let _ = engine.offers(&nobody, &Route::Sse).await;
    }

    async fn swap(&self, engine: &Engine, program: &Arc<dyn Program>, terms: Terms, refused: Option<Refusal>) {
        let recording: Recording = match refused {
            Some(Refusal::Record) => Box::new(|| Err("the simulation refuses".to_owned())),
            _ => Box::new(|| Ok(())),
        };
        let candidate = Meddled::new(program.clone(), move || Refuser(refused));
        self.lock().swaps = true;
        let swapped = engine.swap(candidate, GENERATION, terms, recording).await;
        self.lock().swaps = false;
        if swapped.is_ok() != refused.is_none() {
            self.expect(
                false,
                &format!("a swap, to be refused at {refused:?}, came to {swapped:?}"),
            );
        }
    }

    fn expect(&self, is_so: bool, otherwise: &str) {
        if !is_so {
            self.lock().wrong.push(otherwise.to_owned());
        }
    }

    /// What did not go as it was to go, since the last time.
    pub fn take_wrong(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().wrong)
    }
}
