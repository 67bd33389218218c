//! The exported interface of the contract, function by function, over one server.

use std::cell::RefCell;

use crate::contract::exports::hearth::mcp::server::*;
use crate::contract::hearth::mcp::types::RefusalReason;
use crate::server::{self, Server, refusal};

thread_local! {
    static SERVER: RefCell<Server> = RefCell::default();
}

/// The host calls one function at a time, so that the server is never borrowed twice.
fn server<T>(event: impl FnOnce(&mut Server) -> T) -> T {
    SERVER.with_borrow_mut(event)
}

struct Component;

impl Guest for Component {
    fn describe() -> Description {
        server::describe()
    }
    fn restore(checkpoints: Vec<Checkpoint>, work: Vec<OpenWork>, _write_format: u32) -> Vec<String> {
        server(|server| server.restore(checkpoints, work))
    }
    fn start(_: Moment, _: Nonce) -> Vec<Effect> {
        server(Server::start)
    }
    fn open(origin: Origin, _: Moment, nonce: Nonce) -> Result<Opened, Refusal> {
        server(|server| server.open(origin, nonce))
    }
    fn receive(delivery: Delivery) -> Result<Received, Refusal> {
        server(|server| server.receive(delivery))
    }
    fn attach(_: Attachment) -> Result<Vec<Effect>, Refusal> {
        Err(refusal(RefusalReason::Unsupported, "Only HTTP+SSE is served"))
    }
    fn dismiss(_: Dismissal) -> Result<Vec<Effect>, Refusal> {
        Err(refusal(RefusalReason::Unsupported, "Only HTTP+SSE is served"))
    }
    fn resume(ticket: Ticket, news: News, _: Moment, _: Nonce) -> Vec<Effect> {
        server(|server| server.resume(&ticket, news))
    }
    fn home_changed(changes: Vec<Change>, _: Moment) -> Vec<Effect> {
        server(|server| server.home_changed(&changes))
    }
    fn closed(outlet: Outlet, _: Moment) -> Vec<Effect> {
        server(|server| server.closed(outlet))
    }
    fn wake(_: Moment) -> Vec<Effect> {
        Vec::new()
    }
    fn offers(principal: Principal, route: Route) -> Vec<Tool> {
        server::offers(&principal, &route)
    }
}

crate::contract::export!(Component with_types_in crate::contract);
