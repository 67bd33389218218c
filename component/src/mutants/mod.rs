//! Our component with one fault in it, for the harness: only in builds with the feature `mutants`.
//!
//! A mutant is the whole component with something wrong at its boundary: what goes in, or what comes out, is not what it
//! should be. Which mutant a build is stands in [`MARK`], where the harness writes another name into the finished
//! `.wasm`: one build serves for all of them. With no name in it the build behaves as it should.

mod assist;
mod boundary;
mod contract;
mod core;
mod furnished;
mod memory;
mod messages;
mod sessions;
mod tools;

pub use self::boundary::{Mutated, limit};
pub use self::memory::Memory;

use crate::contract::exports::hearth::mcp::server::{
    Delivery, Description, News, Nonce, OpenWork, Opened, Origin, Received, Tool,
};
use crate::contract::hearth::mcp::types::{Change, Checkpoint, Effect, Refusal};

/// A component that does one thing wrong.
pub struct Mutant {
    /// Its name: what it does wrong.
    pub name: &'static str,
    /// The behaviour or rule of the harness that it breaks, and no other that does not need that one.
    pub breaks: &'static str,
    /// Does it.
    pub act: fn(&mut Memory, At<'_>),
}

/// A place at the boundary, with what passes there and may be changed.
pub enum At<'a> {
    /// What it says of itself.
    Describe(&'a mut Description),
    /// What it is about to be restored with.
    Restore(&'a mut Vec<Checkpoint>, &'a mut Vec<OpenWork>),
    /// The keys that it could not read.
    Restored(&'a mut Vec<String>),
    /// A client is about to be let in.
    Open(&'a mut Origin, &'a mut Nonce),
    /// It was, or was refused.
    Opened(&'a mut Result<Opened, Refusal>),
    /// A body is about to be taken. What is put into the place beside it is the answer, and the body is not taken.
    Receive(&'a mut Delivery, &'a mut Option<Result<Received, Refusal>>),
    /// It was taken, or refused.
    Received(&'a Delivery, &'a mut Result<Received, Refusal>),
    /// News of work came to this.
    Resumed(&'a News, &'a mut Vec<Effect>),
    /// Changes are about to be told.
    Changing(&'a mut Vec<Change>),
    /// They came to this.
    Changed(&'a [Change], &'a mut Vec<Effect>),
    /// An outlet is over. None: the component does not hear of it.
    Closing(&'a mut Option<u64>),
    /// It came to this.
    Closed(&'a mut Vec<Effect>),
    /// What it offers.
    Offers(&'a mut Vec<Tool>),
    /// A limit that it asks for.
    Limit(&'a str, &'a mut Option<u64>),
}

/// All mutants.
pub fn all() -> impl Iterator<Item = &'static Mutant> {
    [
        core::MUTANTS,
        sessions::MUTANTS,
        contract::MUTANTS,
        tools::MUTANTS,
        assist::MUTANTS,
        furnished::MUTANTS,
    ]
    .into_iter()
    .flatten()
}

/// What stands before the name in [`MARK`].
pub const HEAD: &[u8; 14] = b"hearth-mutant:";

/// Where a build says which mutant it is: the head, then the name, filled up with spaces. The harness looks for the head
/// in the finished file.
pub static MARK: [u8; 64] = *b"hearth-mutant:                                                  ";

/// The mutant that this build is.
fn chosen() -> Option<&'static Mutant> {
    // The optimizer must not know what stands there: it is changed afterwards.
    let mark = std::hint::black_box(&MARK);
    let name = std::str::from_utf8(&mark[HEAD.len()..]).unwrap_or_default().trim_end();
    all().find(|mutant| mutant.name == name)
}
