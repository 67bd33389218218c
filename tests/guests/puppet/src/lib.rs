//! A guest that does what the tests tell it, above all what no guest should.
//!
//! A body is a JSON object: `{"do": [effect, …]}` with effects as in `effects.rs`, and beside it
//! - `"trap"`: `panic`, `loop`, `memory` or `wait`, at the first attempt only, or with `"always": true` at both;
//! - `"refuse"`: text of a refusal, with `"reason"`: its name in the contract, `malformed` without;
//! - `"arm"`: `{"event": "closed", "how": "panic", "for_good": bool}`: what happens at a later event of that name. For
//!   good: it is kept, so a new instance is armed as well;
//! - `"ask"`: `lookup`, `snapshot` or `limits`: answers twice what the import says, and once what `random` is.
//!
//! On Streamable HTTP `"begin": true` begins a session; without a session all is done as well. GET and DELETE are told what
//! to do, and whether to refuse, by the header `mcp-puppet`: an object like a body. What they were is told to all SSE
//! sessions: `{"attached": outlet, "resumes": outlet?}`, `{"dismissed": session}`.
//!
//! News and changes are sent on as they come: `{"news": …}` to the outlet of the session that performed, `{"changed": …}`
//! to all sessions.
// Natively there is nothing: the exports have names that only a component can bear.
#![cfg(target_arch = "wasm32")]
#![allow(missing_docs)]

#[allow(unsafe_code, missing_docs, clippy::all)]
mod contract {
    wit_bindgen::generate!({
        path: "../../../wit",
        world: "mcp-server",
    });
}
mod effects;
mod puppet;

use std::cell::RefCell;

use contract::exports::hearth::mcp::server as exports;
use contract::hearth::mcp::types::{
    Change, Checkpoint, Effect, Moment, News, Nonce, Outlet, Principal, Refusal, Route,
};
use puppet::Puppet;

struct Guest;

thread_local! {
    static PUPPET: RefCell<Puppet> = RefCell::default();
}

fn with<T>(act: impl FnOnce(&mut Puppet) -> T) -> T {
    PUPPET.with_borrow_mut(act)
}

impl exports::Guest for Guest {
    fn describe() -> exports::Description {
        exports::Description {
            name: "puppet".to_owned(),
            version: "1".to_owned(),
            protocol_versions: Vec::new(),
            level: exports::ConformanceLevel::Core,
            actions: [
                "light.turn_on",
                "light.look",
                "home.restart",
                "home.nothing",
                "script.*",
            ]
            .map(str::to_owned)
            .to_vec(),
            llm_apis: Vec::new(),
            writes: vec![1],
            reads: vec![1],
        }
    }

    fn restore(checkpoints: Vec<Checkpoint>, work: Vec<exports::OpenWork>, _: u32) -> Vec<String> {
        with(|puppet| puppet.restore(checkpoints, work))
    }

    fn start(_: Moment, _: Nonce) -> Vec<Effect> {
        with(|puppet| puppet.at("start", Vec::new()))
    }

    fn open(origin: exports::Origin, _: Moment, _: Nonce) -> Result<exports::Opened, Refusal> {
        with(|puppet| puppet.open(origin))
    }

    fn receive(delivery: exports::Delivery) -> Result<exports::Received, Refusal> {
        with(|puppet| puppet.receive(delivery))
    }

    fn attach(attachment: exports::Attachment) -> Result<Vec<Effect>, Refusal> {
        with(|puppet| puppet.attach(attachment))
    }

    fn dismiss(dismissal: exports::Dismissal) -> Result<Vec<Effect>, Refusal> {
        with(|puppet| puppet.dismiss(dismissal))
    }

    fn resume(ticket: Vec<u8>, news: News, _: Moment, _: Nonce) -> Vec<Effect> {
        with(|puppet| puppet.resume(&ticket, news))
    }

    fn home_changed(changes: Vec<Change>, _: Moment) -> Vec<Effect> {
        with(|puppet| puppet.home_changed(&changes))
    }

    fn closed(outlet: Outlet, _: Moment) -> Vec<Effect> {
        with(|puppet| puppet.closed(outlet))
    }

    fn wake(moment: Moment) -> Vec<Effect> {
        with(|puppet| puppet.wake(moment))
    }

    fn offers(_: Principal, _: Route) -> Vec<exports::Tool> {
        with(|puppet| puppet.at("offers", Vec::new()))
    }
}

#[allow(unsafe_code, reason = "what `wit-bindgen` generates")]
mod glue {
    use super::{Guest, contract};
    contract::export!(Guest with_types_in contract);
}
