//! Our component with a flaw that shows only when an instance is replaced: what the simulation is there to find.

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hearth_host::contract::exports::hearth::mcp::server::{Description, OpenWork, Tool};
use hearth_host::contract::hearth::mcp::types::{Checkpoint, Effect, Principal, Route};
use hearth_host::engine::{Answered, Event, Imports, Program, Reducer, Trap};

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

/// A program with a flaw.
pub struct Flawed {
    /// The one without.
    pub program: Arc<dyn Program>,
    /// Which.
    pub flaw: Flaw,
}

impl Program for Flawed {
    fn digest(&self) -> &str {
        self.program.digest()
    }

    fn description(&self) -> &Description {
        self.program.description()
    }

    fn instantiate(&self, imports: Arc<Imports>) -> BoxFuture<'_, Result<Box<dyn Reducer>, Trap>> {
        async move {
            let instance = self.program.instantiate(imports).await?;
            let flawed = Instance {
                instance,
                flaw: self.flaw,
                goes_on: false,
                has_sent: false,
            };
            Ok(Box::new(flawed) as Box<dyn Reducer>)
        }
        .boxed()
    }
}

struct Instance {
    instance: Box<dyn Reducer>,
    flaw: Flaw,
    /// It was given something to go on from.
    goes_on: bool,
    has_sent: bool,
}

impl Instance {
    /// What it takes in of what it is given.
    fn take_in(&self, checkpoints: &mut Vec<Checkpoint>, work: &mut Vec<OpenWork>) {
        match self.flaw {
            Flaw::ForgetsASession => drop(checkpoints.pop()),
            Flaw::ForgetsItsWork => work.clear(),
            Flaw::ForgetsWhatWasListed => checkpoints.iter_mut().for_each(|kept| kept.tools_digest.clear()),
            _ => {}
        }
    }

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

impl Reducer for Instance {
    fn restore<'a>(
        &'a mut self,
        checkpoints: &'a [Checkpoint],
        work: &'a [OpenWork],
        write_format: u32,
    ) -> BoxFuture<'a, Result<Vec<String>, Trap>> {
        async move {
            let (mut checkpoints, mut work) = (checkpoints.to_vec(), work.to_vec());
            self.goes_on |= !checkpoints.is_empty();
            if self.flaw == Flaw::CannotReadWhatIsKept {
                return Ok(checkpoints.into_iter().map(|kept| kept.key).collect());
            }
            self.take_in(&mut checkpoints, &mut work);
            self.instance.restore(&checkpoints, &work, write_format).await
        }
        .boxed()
    }

    fn handle<'a>(&'a mut self, event: &'a Event) -> BoxFuture<'a, Answered> {
        async move {
            if self.goes_on && self.flaw == Flaw::TrapsWhenAClientHangsUp && matches!(event, Event::Closed { .. }) {
                return Err(Trap("a flaw".to_owned()));
            }
            let mut answered = self.instance.handle(event).await?;
            if let (true, Ok(answer)) = (self.goes_on, &mut answered) {
                self.spoil(&mut answer.effects);
            }
            Ok(answered)
        }
        .boxed()
    }

    fn offers<'a>(&'a mut self, principal: &'a Principal, route: &'a Route) -> BoxFuture<'a, Result<Vec<Tool>, Trap>> {
        self.instance.offers(principal, route)
    }

    fn spent(&self) -> bool {
        self.instance.spent()
    }
}
