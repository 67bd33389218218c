//! The seam between a driver and what it drives: one event in, one answer out, as in the host. A driver that is given a
//! broken reducer here must find it out.

use hearth_component::contract::exports::hearth::mcp::server::{
    Delivery, News, OpenWork, Origin, Principal, Route, Tool,
};
use hearth_component::contract::hearth::mcp::types::{Change, Checkpoint, Effect, Nonce, Refusal};
use hearth_component::server::Server;
use hearth_component::session::checkpoint::FORMAT;

use crate::installation::Installation;

/// One event of the contract, as far as the transport that is served has them.
#[derive(Debug, Clone, PartialEq)]
#[allow(
    missing_docs,
    reason = "the fields are those of the contract, documented in wit/server.wit"
)]
pub enum Event {
    Start {
        moment: u64,
        nonce: Nonce,
    },
    Open {
        origin: Origin,
        moment: u64,
        nonce: Nonce,
    },
    Receive(Delivery),
    Resume {
        ticket: Vec<u8>,
        news: News,
        moment: u64,
        nonce: Nonce,
    },
    HomeChanged {
        changes: Vec<Change>,
        moment: u64,
    },
    Closed {
        outlet: u64,
        moment: u64,
    },
    Wake {
        moment: u64,
    },
}

/// What an event came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Answer {
    /// To be applied in this order.
    pub effects: Vec<Effect>,
    /// The session that it began.
    pub session: Option<String>,
}

/// An answer, or why there is none.
pub type Answered = Result<Answer, Refusal>;

/// One instance.
pub trait Reducer {
    /// `restore` of the contract.
    fn restore(&mut self, checkpoints: Vec<Checkpoint>, work: Vec<OpenWork>) -> Vec<String>;

    /// Takes one event.
    fn handle(&mut self, event: Event) -> Answered;

    /// `offers` of the contract.
    fn offers(&mut self, principal: Principal, route: Route) -> Vec<Tool>;
}

/// Makes an instance in an installation.
pub type Make<'a> = &'a dyn Fn(Installation) -> Box<dyn Reducer>;

/// Makes instances of the component as it is.
pub fn sound(installation: Installation) -> Box<dyn Reducer> {
    Box::new(Server::new(installation))
}

impl Reducer for Server<Installation> {
    fn restore(&mut self, checkpoints: Vec<Checkpoint>, work: Vec<OpenWork>) -> Vec<String> {
        Server::restore(self, checkpoints, work, FORMAT)
    }

    fn handle(&mut self, event: Event) -> Answered {
        let effects = match event {
            Event::Start { moment, nonce } => self.start(moment, nonce),
            Event::Open { origin, moment, nonce } => {
                let opened = self.open(origin, moment, nonce)?;
                return Ok(Answer {
                    effects: opened.effects,
                    session: Some(opened.session),
                });
            }
            Event::Receive(delivery) => {
                let received = self.receive(delivery)?;
                return Ok(Answer {
                    effects: received.effects,
                    session: received.session,
                });
            }
            Event::Resume {
                ticket,
                news,
                moment,
                nonce,
            } => self.resume(ticket, news, moment, nonce),
            Event::HomeChanged { changes, moment } => self.home_changed(changes, moment),
            Event::Closed { outlet, moment } => self.closed(outlet, moment),
            Event::Wake { moment } => self.wake(moment),
        };
        Ok(Answer { effects, session: None })
    }

    fn offers(&mut self, principal: Principal, route: Route) -> Vec<Tool> {
        Server::offers(self, principal, route)
    }
}
