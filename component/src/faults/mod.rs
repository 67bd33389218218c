//! Our component as its author would not want it, for the tests of the host. Only in builds with the feature `faults`.
//!
//! Two things can be wrong with it. A home change of kind `test-trap` arms an instance to trap once (`armed`). And one
//! build serves for candidates that must not stay live: which [`Fault`] a build has stands in [`MARK`], where the tests
//! write another name into the finished `.wasm`. With no name in it the build behaves as it should until it is armed.

mod armed;
mod boundary;
mod formats;
mod lists;

pub use self::boundary::Faulty;

/// What a candidate does that it should not, or differently than the generation before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `restore` traps.
    TrapsInRestore,
    /// `restore` comes to no end.
    LoopsInRestore,
    /// `restore` refuses every key that it is given.
    RefusesWhatIsKept,
    /// `restore` refuses a key that it was not given.
    NamesKeysNobodyHad,
    /// `start` traps.
    TrapsAtStart,
    /// `start` takes more memory than an instance may have.
    HoardsMemoryAtStart,
    /// `start` sends to an outlet that was never given out.
    SendsIntoTheBlue,
    /// `start` has hundreds of thousands of effects.
    FloodsAtStart,
    /// Every body has hundreds of thousands of effects.
    Floods,
    /// Every action is asked for on behalf of somebody else.
    ClaimsAnotherPrincipal,
    /// The tenth body traps and every one after it, at the second attempt as well.
    TrapsAtTheTenth,
    /// The third body comes to no end, at the second attempt neither.
    LoopsAtTheThird,
    /// The third body takes more memory than an instance may have, at the second attempt as well.
    HoardsMemoryAtTheThird,
    /// Every second body is refused.
    RefusesMore,
    /// What it keeps is in a format that it does not name.
    KeepsAnUnnamedFormat,
    /// It reads and writes format 2, and not format 1.
    KnowsFormatTwoOnly,
    /// It reads formats 1 and 2, and writes what it is told.
    KnowsFormatsOneAndTwo,
    /// It reads formats 1 and 2, and writes 2 alone.
    WritesFormatTwoOnly,
    /// It does not offer the tool that locks and switches off.
    TakesAToolAway,
    /// An argument that was optional has to be given.
    NarrowsAnInput,
    /// It offers a tool more.
    AddsATool,
    /// It is sound, and of another version: this one, with `.0.0`.
    Version(u8),
}

/// What stands before the name in [`MARK`].
pub const HEAD: &[u8; 13] = b"hearth-fault:";

/// Where a build says which fault it has: the head, then the name, filled up with spaces. The tests look for the head in
/// the finished file.
pub static MARK: [u8; 64] = *b"hearth-fault:                                                   ";

impl Fault {
    /// All of them; of the versions two.
    pub const ALL: &[Self] = &[
        Self::TrapsInRestore,
        Self::LoopsInRestore,
        Self::RefusesWhatIsKept,
        Self::NamesKeysNobodyHad,
        Self::TrapsAtStart,
        Self::HoardsMemoryAtStart,
        Self::SendsIntoTheBlue,
        Self::FloodsAtStart,
        Self::Floods,
        Self::ClaimsAnotherPrincipal,
        Self::TrapsAtTheTenth,
        Self::LoopsAtTheThird,
        Self::HoardsMemoryAtTheThird,
        Self::RefusesMore,
        Self::KeepsAnUnnamedFormat,
        Self::KnowsFormatTwoOnly,
        Self::KnowsFormatsOneAndTwo,
        Self::WritesFormatTwoOnly,
        Self::TakesAToolAway,
        Self::NarrowsAnInput,
        Self::AddsATool,
        Self::Version(2),
        Self::Version(3),
    ];

    /// How it is written into [`MARK`].
    pub fn name(self) -> String {
        format!("{self:?}")
    }

    /// The one that this build has.
    fn chosen() -> Option<Self> {
        // The optimizer must not know what stands there: it is changed afterwards.
        let mark = std::hint::black_box(&MARK);
        let name = std::str::from_utf8(&mark[HEAD.len()..]).unwrap_or_default().trim_end();
        Self::ALL.iter().copied().find(|fault| fault.name() == name)
    }
}
