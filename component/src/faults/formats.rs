//! State formats that our component does not have yet: format 2 is format 1 with another number.

use std::cell::Cell;

use super::Fault;
use crate::contract::exports::hearth::mcp::server::{Description, OpenWork};
use crate::contract::hearth::mcp::types::{Checkpoint, Effect};
use crate::session::checkpoint::FORMAT;

/// The format after the newest that our component has.
const NEXT: u32 = FORMAT + 1;

/// One that no description names.
const UNNAMED: u32 = 9;

thread_local! {
    /// The format that the host asks for.
    static ASKED: Cell<u32> = const { Cell::new(FORMAT) };
}

/// What it says that it reads and writes.
pub fn describe(fault: Option<Fault>, description: &mut Description) {
    let (reads, writes) = match fault {
        Some(Fault::KnowsFormatTwoOnly) => (vec![NEXT], vec![NEXT]),
        Some(Fault::KnowsFormatsOneAndTwo) => (vec![FORMAT, NEXT], vec![FORMAT, NEXT]),
        Some(Fault::WritesFormatTwoOnly) => (vec![FORMAT, NEXT], vec![NEXT]),
        _ => return,
    };
    (description.reads, description.writes) = (reads, writes);
}

/// Takes what is kept as if our component had written it, and remembers what it is to write.
pub fn restored(fault: Option<Fault>, checkpoints: &mut [Checkpoint], work: &mut [OpenWork], asked: u32) {
    if !knows_next(fault) {
        return;
    }
    ASKED.set(asked);
    for checkpoint in checkpoints {
        if checkpoint.format == NEXT {
            checkpoint.format = FORMAT;
            renumber(&mut checkpoint.body, NEXT, FORMAT);
        }
    }
    for open in work {
        renumber(&mut open.ticket, NEXT, FORMAT);
    }
}

/// A ticket that comes back, as our component wrote it.
pub fn returned(fault: Option<Fault>, ticket: &mut Vec<u8>) {
    if knows_next(fault) {
        renumber(ticket, NEXT, FORMAT);
    }
}

/// Writes what is kept in the format that it has to be in, or in one that it must not be in.
pub fn written(fault: Option<Fault>, effects: &mut [Effect]) {
    let format = match fault {
        Some(Fault::KeepsAnUnnamedFormat) => UNNAMED,
        _ if knows_next(fault) => ASKED.get(),
        _ => return,
    };
    for effect in effects {
        match effect {
            Effect::Keep(checkpoint) => {
                checkpoint.format = format;
                renumber(&mut checkpoint.body, FORMAT, format);
            }
            Effect::Perform(perform) => renumber(&mut perform.ticket, FORMAT, format),
            _ => {}
        }
    }
}

fn knows_next(fault: Option<Fault>) -> bool {
    let formats = [
        Fault::KnowsFormatTwoOnly,
        Fault::KnowsFormatsOneAndTwo,
        Fault::WritesFormatTwoOnly,
    ];
    fault.is_some_and(|fault| formats.contains(&fault))
}

/// Replaces the number of the format wherever it stands. A text that a client said cannot look like it: in it the
/// quotation marks are escaped.
fn renumber(bytes: &mut Vec<u8>, from: u32, to: u32) {
    let text = String::from_utf8_lossy(bytes);
    *bytes = text
        .replace(&format!("\"format\":{from}"), &format!("\"format\":{to}"))
        .into_bytes();
}
