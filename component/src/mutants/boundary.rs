//! The exported interface with a mutant at every place where something passes.

use std::cell::RefCell;
use std::marker::PhantomData;

use super::{At, Memory, Mutant, chosen};
use crate::contract::exports::hearth::mcp::server::*;

/// The guest that it is made of, and the fault in it.
pub struct Mutated<G>(PhantomData<G>);

/// The mutant of this build and what it remembers.
struct Acting {
    mutant: Option<&'static Mutant>,
    memory: Memory,
}

thread_local! {
    static ACTING: RefCell<Acting> = RefCell::new(Acting { mutant: chosen(), memory: Memory::default() });
}

fn at(place: At<'_>) {
    ACTING.with_borrow_mut(|acting| {
        if let Some(mutant) = acting.mutant {
            (mutant.act)(&mut acting.memory, place);
        }
    });
}

fn note(note: impl FnOnce(&mut Memory)) {
    ACTING.with_borrow_mut(|acting| note(&mut acting.memory));
}

/// A limit as the mutant sees it.
pub fn limit(name: &str, mut value: Option<u64>) -> Option<u64> {
    at(At::Limit(name, &mut value));
    value
}

impl<G: Guest> Guest for Mutated<G> {
    fn describe() -> Description {
        let mut description = G::describe();
        at(At::Describe(&mut description));
        description
    }

    fn restore(mut checkpoints: Vec<Checkpoint>, mut work: Vec<OpenWork>, write_format: u32) -> Vec<String> {
        at(At::Restore(&mut checkpoints, &mut work));
        let mut unread = G::restore(checkpoints, work, write_format);
        at(At::Restored(&mut unread));
        unread
    }

    fn start(moment: Moment, nonce: Nonce) -> Vec<Effect> {
        G::start(moment, nonce)
    }

    fn open(mut origin: Origin, moment: Moment, mut nonce: Nonce) -> Result<Opened, Refusal> {
        at(At::Open(&mut origin, &mut nonce));
        let (outlet, principal) = (origin.outlet, origin.principal.id.clone());
        let mut opened = G::open(origin, moment, nonce);
        at(At::Opened(&mut opened));
        if let Ok(opened) = &opened {
            note(|memory| memory.opened(&opened.session, outlet, &principal, &opened.effects));
        }
        opened
    }

    fn receive(mut delivery: Delivery) -> Result<Received, Refusal> {
        let mut instead = None;
        at(At::Receive(&mut delivery, &mut instead));
        if let Some(instead) = instead {
            return instead;
        }
        let mut received = G::receive(delivery.clone());
        at(At::Received(&delivery, &mut received));
        if let Ok(received) = &received {
            note(|memory| memory.received(&delivery, &received.effects));
        }
        received
    }

    fn attach(attachment: Attachment) -> Result<Vec<Effect>, Refusal> {
        G::attach(attachment)
    }

    fn dismiss(dismissal: Dismissal) -> Result<Vec<Effect>, Refusal> {
        G::dismiss(dismissal)
    }

    fn resume(ticket: Ticket, news: News, moment: Moment, nonce: Nonce) -> Vec<Effect> {
        let mut effects = G::resume(ticket, news.clone(), moment, nonce);
        at(At::Resumed(&news, &mut effects));
        note(|memory| memory.resumed(&effects));
        effects
    }

    fn home_changed(mut changes: Vec<Change>, moment: Moment) -> Vec<Effect> {
        at(At::Changing(&mut changes));
        let mut effects = G::home_changed(changes.clone(), moment);
        at(At::Changed(&changes, &mut effects));
        effects
    }

    fn closed(outlet: Outlet, moment: Moment) -> Vec<Effect> {
        let mut told = Some(outlet);
        at(At::Closing(&mut told));
        let mut effects = told.map(|outlet| G::closed(outlet, moment)).unwrap_or_default();
        at(At::Closed(&mut effects));
        note(|memory| memory.closed(outlet));
        effects
    }

    fn wake(moment: Moment) -> Vec<Effect> {
        G::wake(moment)
    }

    fn offers(principal: Principal, route: Route) -> Vec<Tool> {
        let mut tools = G::offers(principal, route);
        at(At::Offers(&mut tools));
        tools
    }
}
