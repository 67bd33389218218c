//! What ends an event before its end.

use hearth_host::contract::exports::hearth::mcp::server::Description;
use hearth_host::engine::Trap;

use super::Breach;
use crate::trace::{Entry, Outcome};

/// Words of the engine for an event that took too long.
const TOO_LONG: [&str; 2] = ["it computed for more than", "it waited for more than"];
/// Words of the engine for an event that took too much memory.
const TOO_MUCH: &str = "bytes of memory and may have";

/// See the table.
pub fn it_never_traps(_: &Description, trace: &[Entry]) -> Option<Breach> {
    breach(trace, |text| !is_too_long(text) && !text.contains(TOO_MUCH))
}

/// See the table.
pub fn it_answers_in_time(_: &Description, trace: &[Entry]) -> Option<Breach> {
    breach(trace, is_too_long)
}

/// See the table.
pub fn it_stays_within_its_memory(_: &Description, trace: &[Entry]) -> Option<Breach> {
    breach(trace, |text| text.contains(TOO_MUCH))
}

fn is_too_long(text: &str) -> bool {
    TOO_LONG.iter().any(|words| text.contains(words))
}

fn breach(trace: &[Entry], is_it: impl Fn(&str) -> bool) -> Option<Breach> {
    trace.iter().find_map(|entry| {
        let (at, Trap(text)) = match entry {
            Entry::Restore { unread: Err(trap), .. } => ("restore", trap),
            Entry::Event {
                event,
                outcome: Outcome::Trapped(trap),
            } => (event.name(), trap),
            _ => return None,
        };
        is_it(text).then(|| Breach {
            what: format!("it trapped at `{at}`: {text}"),
            entry: Some(entry.clone()),
        })
    })
}
