//! Traps on demand, for the tests of the host. Only in builds with the feature `faults`.
//!
//! A home change of kind `test-trap` arms the instance: the next event of the name in its id panics, after the server
//! has done all of it, so that whatever it had changed is lost. It is gone with the instance: a second attempt succeeds.

use std::cell::RefCell;
use std::marker::PhantomData;

use crate::contract::exports::hearth::mcp::server::*;

thread_local! {
    static ARMED: RefCell<Option<String>> = const { RefCell::new(None) };
}

fn at<T>(event: &str, answer: T) -> T {
    let armed = ARMED.with_borrow(|armed| armed.as_deref() == Some(event));
    assert!(!armed, "armed to trap at {event}");
    answer
}

/// A guest that traps where it is armed to, and is otherwise the one it is made of.
pub struct Faulty<G>(PhantomData<G>);

impl<G: Guest> Guest for Faulty<G> {
    fn describe() -> Description {
        G::describe()
    }

    fn restore(checkpoints: Vec<Checkpoint>, work: Vec<OpenWork>, write_format: u32) -> Vec<String> {
        G::restore(checkpoints, work, write_format)
    }

    fn start(moment: Moment, nonce: Nonce) -> Vec<Effect> {
        G::start(moment, nonce)
    }

    fn open(origin: Origin, moment: Moment, nonce: Nonce) -> Result<Opened, Refusal> {
        at("open", G::open(origin, moment, nonce))
    }

    fn receive(delivery: Delivery) -> Result<Received, Refusal> {
        at("receive", G::receive(delivery))
    }

    fn attach(attachment: Attachment) -> Result<Vec<Effect>, Refusal> {
        at("attach", G::attach(attachment))
    }

    fn dismiss(dismissal: Dismissal) -> Result<Vec<Effect>, Refusal> {
        at("dismiss", G::dismiss(dismissal))
    }

    fn resume(ticket: Ticket, news: News, moment: Moment, nonce: Nonce) -> Vec<Effect> {
        at("resume", G::resume(ticket, news, moment, nonce))
    }

    fn home_changed(changes: Vec<Change>, moment: Moment) -> Vec<Effect> {
        let effects = at("home-changed", G::home_changed(changes.clone(), moment));
        for change in changes {
            if change.kind == "test-trap" {
                ARMED.set(Some(change.id));
            }
        }
        effects
    }

    fn closed(outlet: Outlet, moment: Moment) -> Vec<Effect> {
        at("closed", G::closed(outlet, moment))
    }

    fn wake(moment: Moment) -> Vec<Effect> {
        at("wake", G::wake(moment))
    }

    fn offers(principal: Principal, route: Route) -> Vec<Tool> {
        at("offers", G::offers(principal, route))
    }
}
