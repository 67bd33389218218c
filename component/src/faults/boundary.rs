//! The exported interface with the faults of a build at every place where something passes.

use std::cell::Cell;
use std::marker::PhantomData;

use serde_json::{Value, json};

use super::{Fault, armed, formats, lists};
use crate::contract::exports::hearth::mcp::server::*;
use crate::contract::hearth::mcp::types::{Level, Log, RefusalReason, Send, Status};

/// Effects of a flood.
const FLOOD: usize = 300_000;

/// More bytes than an instance may have.
const HOARD: usize = 1 << 28;

/// An outlet that no host gives out.
const NEVER_GIVEN_OUT: Outlet = u64::MAX;

thread_local! {
    static FAULT: Option<Fault> = Fault::chosen();
    /// Bodies that this instance was given.
    static BODIES: Cell<u32> = const { Cell::new(0) };
}

fn fault() -> Option<Fault> {
    FAULT.with(|fault| *fault)
}

fn has(which: Fault) -> bool {
    fault() == Some(which)
}

/// A guest that does what its build says, and is otherwise the one it is made of.
pub struct Faulty<G>(PhantomData<G>);

impl<G: Guest> Guest for Faulty<G> {
    fn describe() -> Description {
        let mut description = G::describe();
        formats::describe(fault(), &mut description);
        if let Some(Fault::Version(number)) = fault() {
            description.version = version(number);
        }
        description
    }

    fn restore(mut checkpoints: Vec<Checkpoint>, mut work: Vec<OpenWork>, write_format: u32) -> Vec<String> {
        assert!(!has(Fault::TrapsInRestore), "this candidate traps in restore");
        while has(Fault::LoopsInRestore) {
            std::hint::black_box(());
        }
        let keys = checkpoints.iter().map(|checkpoint| checkpoint.key.clone());
        let given: Vec<String> = keys.chain(work.iter().map(|open| open.key.clone())).collect();
        formats::restored(fault(), &mut checkpoints, &mut work, write_format);
        lists::restored(fault(), &mut checkpoints);
        let mut unread = G::restore(checkpoints, work, write_format);
        match fault() {
            Some(Fault::RefusesWhatIsKept) => unread = given,
            Some(Fault::NamesKeysNobodyHad) => unread.push("a key that nobody had".to_owned()),
            _ => {}
        }
        unread
    }

    fn start(moment: Moment, nonce: Nonce) -> Vec<Effect> {
        assert!(!has(Fault::TrapsAtStart), "this candidate traps at its start");
        let mut effects = passed(G::start(moment, nonce));
        match fault() {
            Some(Fault::HoardsMemoryAtStart) => hoard(),
            Some(Fault::SendsIntoTheBlue) => effects.push(send(NEVER_GIVEN_OUT)),
            Some(Fault::FloodsAtStart) => effects.extend(flood()),
            _ => {}
        }
        effects
    }

    fn open(origin: Origin, moment: Moment, nonce: Nonce) -> Result<Opened, Refusal> {
        let mut opened = G::open(origin, moment, nonce);
        if let Ok(opened) = &mut opened {
            opened.effects = passed(std::mem::take(&mut opened.effects));
        }
        armed::at("open", opened)
    }

    fn receive(delivery: Delivery) -> Result<Received, Refusal> {
        let number = BODIES.get() + 1;
        BODIES.set(number);
        misbehave(number, delivery.fault);
        if has(Fault::RefusesMore) && number.is_multiple_of(2) {
            return Err(Refusal {
                reason: RefusalReason::Malformed,
                detail: "this candidate takes every second body only".to_owned(),
            });
        }
        let mut received = G::receive(delivery);
        if let Ok(received) = &mut received {
            received.effects = passed(std::mem::take(&mut received.effects));
            if has(Fault::Floods) {
                received.effects.extend(flood());
            }
        }
        armed::at("receive", received)
    }

    fn attach(attachment: Attachment) -> Result<Vec<Effect>, Refusal> {
        armed::at("attach", G::attach(attachment).map(passed))
    }

    fn dismiss(dismissal: Dismissal) -> Result<Vec<Effect>, Refusal> {
        armed::at("dismiss", G::dismiss(dismissal).map(passed))
    }

    fn resume(mut ticket: Ticket, news: News, moment: Moment, nonce: Nonce) -> Vec<Effect> {
        formats::returned(fault(), &mut ticket);
        armed::at("resume", passed(G::resume(ticket, news, moment, nonce)))
    }

    fn home_changed(changes: Vec<Change>, moment: Moment) -> Vec<Effect> {
        let effects = armed::at("home-changed", passed(G::home_changed(changes.clone(), moment)));
        armed::arm(changes);
        effects
    }

    fn closed(outlet: Outlet, moment: Moment) -> Vec<Effect> {
        armed::at("closed", passed(G::closed(outlet, moment)))
    }

    fn wake(moment: Moment) -> Vec<Effect> {
        armed::at("wake", passed(G::wake(moment)))
    }

    fn offers(principal: Principal, route: Route) -> Vec<Tool> {
        armed::at("offers", lists::offered(fault(), G::offers(principal, route)))
    }
}

/// Does not come to the end of a body, if this is the one.
fn misbehave(number: u32, second_attempt: bool) {
    let from = |first: u32| number >= first || second_attempt;
    match fault() {
        Some(Fault::TrapsAtTheTenth) => assert!(!from(10), "this candidate traps from the tenth body on"),
        Some(Fault::HoardsMemoryAtTheThird) if from(3) => hoard(),
        Some(Fault::LoopsAtTheThird) if from(3) => loop {
            std::hint::black_box(());
        },
        _ => {}
    }
}

/// Effects as this build has them.
fn passed(mut effects: Vec<Effect>) -> Vec<Effect> {
    let fault = fault();
    formats::written(fault, &mut effects);
    lists::sent(fault, &mut effects);
    for effect in &mut effects {
        match (fault, effect) {
            (Some(Fault::ClaimsAnotherPrincipal), Effect::Perform(perform)) => perform.principal = "mallory".to_owned(),
            (Some(Fault::Version(number)), Effect::Send(send)) => name_version(&mut send.body, number),
            _ => {}
        }
    }
    effects
}

fn version(number: u8) -> String {
    format!("{number}.0.0")
}

/// Says another version wherever the server says who it is.
fn name_version(body: &mut Vec<u8>, number: u8) {
    const SAID: &[u8] = b"serverInfo\"";
    if !body.windows(SAID.len()).any(|said| said == SAID) {
        return;
    }
    let mut message: Value = serde_json::from_slice(body).unwrap_or_default();
    for place in [
        "/result/serverInfo",
        "/result/_meta/io.modelcontextprotocol~1serverInfo",
    ] {
        if let Some(server) = message.pointer_mut(place) {
            server["version"] = json!(version(number));
        }
    }
    *body = message.to_string().into_bytes();
}

fn hoard() {
    std::hint::black_box(Vec::<u8>::with_capacity(HOARD));
}

fn flood() -> impl Iterator<Item = Effect> {
    let drop = Effect::Log(Log {
        level: Level::Debug,
        text: String::new(),
    });
    std::iter::repeat_n(drop, FLOOD)
}

fn send(outlet: Outlet) -> Effect {
    Effect::Send(Send {
        outlet,
        body: br#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#.to_vec(),
        last: false,
        status: Status::Ok,
        replaces: None,
    })
}
