//! Our component with a flaw that shows only when an instance is replaced: what the simulation is there to find.

use std::sync::Arc;

use hearth_harness::meddle::{Meddled, Meddler, Restored};
use hearth_host::contract::hearth::mcp::types::Effect;
use hearth_host::engine::{Answered, Event, Program, Trap};

/// What is wrong with an instance that goes on from an earlier one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    /// It does not take in the last session.
    ForgetsASession,
    /// It does not take in the work that is open.
    ForgetsItsWork,
    /// It does not know what the client listed.
    ForgetsWhatWasListed,
    /// The first message that it sends it sends twice.
    RepeatsItself,
    /// It sends the messages of an event in another order.
    SendsInAnotherOrder,
    /// It cannot hear that a client hung up.
    TrapsWhenAClientHangsUp,
    /// It cannot read what the one before it kept.
    CannotReadWhatIsKept,
}

/// The program with a flaw.
pub fn flawed(program: Arc<dyn Program>, flaw: Flaw) -> Arc<Meddled> {
    Meddled::new(program, move || Flawed {
        flaw,
        goes_on: false,
        has_sent: false,
        unread: Vec::new(),
    })
}

struct Flawed {
    flaw: Flaw,
    /// It was given something to go on from.
    goes_on: bool,
    has_sent: bool,
    /// What it was given and did not look at.
    unread: Vec<String>,
}

impl Flawed {
    /// What it makes of its effects.
    fn spoil(&mut self, effects: &mut Vec<Effect>) {
        let sends: Vec<usize> = (0..effects.len())
            .filter(|at| matches!(effects[*at], Effect::Send(_)))
            .collect();
        match (self.flaw, sends.as_slice()) {
            (Flaw::RepeatsItself, [first, ..]) if !self.has_sent => {
                self.has_sent = true;
                effects.insert(*first, effects[*first].clone());
            }
            (Flaw::SendsInAnotherOrder, [first, .., last]) => effects.swap(*first, *last),
            _ => {}
        }
    }
}

impl Meddler for Flawed {
    fn before_restore(&mut self, given: &mut Restored) {
        let Restored { checkpoints, work } = given;
        self.goes_on |= !checkpoints.is_empty();
        match self.flaw {
            Flaw::ForgetsASession => drop(checkpoints.pop()),
            Flaw::ForgetsItsWork => work.clear(),
            Flaw::ForgetsWhatWasListed => checkpoints.iter_mut().for_each(|kept| kept.tools_digest.clear()),
            Flaw::CannotReadWhatIsKept => {
                work.clear();
                self.unread = checkpoints.drain(..).map(|kept| kept.key).collect();
            }
            _ => {}
        }
    }

    fn after_restore(&mut self, _: &Restored, unread: &mut Result<Vec<String>, Trap>) {
        if let Ok(unread) = unread {
            unread.append(&mut self.unread);
        }
    }

    fn after_event(&mut self, event: &Event, answered: &mut Answered) {
        if !self.goes_on {
            return;
        }
        if self.flaw == Flaw::TrapsWhenAClientHangsUp && matches!(event, Event::Closed { .. }) {
            *answered = Err(Trap("a flaw".to_owned()));
        }
        if let Ok(Ok(answer)) = answered {
            self.spoil(&mut answer.effects);
        }
    }
}
