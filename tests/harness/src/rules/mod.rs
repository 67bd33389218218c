//! The rules of the contract that hold in every event, whatever it is about. They are judged on all that was seen while
//! the behaviours were tried.

mod effects;
mod ledger;
mod messages;
mod traps;

use hearth_host::contract::exports::hearth::mcp::server::Description;

use crate::trace::Entry;

/// One rule.
pub struct Rule {
    /// Its name, in snake case.
    pub function: &'static str,
    /// What holds, in a sentence.
    pub says: &'static str,
    /// Where it is broken first.
    pub breach: fn(&Description, &[Entry]) -> Option<Breach>,
}

/// A rule was broken.
#[derive(Debug)]
pub struct Breach {
    /// How, in plain words.
    pub what: String,
    /// In which event.
    pub entry: Option<Entry>,
}

/// What of a trace does not follow the schema of the protocol.
pub(crate) fn its_messages_follow_the_schema(trace: &[Entry]) -> Option<String> {
    messages::off_the_schema(trace).map(|breach| breach.what)
}

/// A row of the table of rules.
macro_rules! rule {
    ($module:ident :: $function:ident, $says:literal) => {
        Rule {
            function: stringify!($function),
            says: $says,
            breach: $module::$function,
        }
    };
}

/// All rules, in the order in which they are told.
pub const ALL: &[Rule] = &[
    rule!(
        traps::it_never_traps,
        "No event ends in a trap: a panic, an abort, an access out of bounds."
    ),
    rule!(
        traps::it_answers_in_time,
        "No event computes or waits for longer than one event may take."
    ),
    rule!(
        traps::it_stays_within_its_memory,
        "It never asks for more memory than a component may have."
    ),
    rule!(
        effects::it_sends_only_to_outlets_it_was_given,
        "It sends to no outlet, and ends none, that the host never gave out."
    ),
    rule!(
        effects::it_acts_only_for_who_asked,
        "It acts in the home only for the principal of the event, of the ticket, or of a live session."
    ),
    rule!(
        effects::it_performs_only_what_it_declared,
        "It asks for no action that `describe` does not name."
    ),
    rule!(
        effects::its_checkpoints_stay_small,
        "No checkpoint has more than 4 KiB, and each is in a format that `describe` says it writes."
    ),
    rule!(
        messages::its_messages_are_json_rpc,
        "What it sends is one JSON-RPC message, or where the client sent a batch, an array of them."
    ),
    rule!(
        messages::its_messages_follow_the_schema,
        "What it sends follows the schema of the version that was agreed on, and each result that of the method it answers."
    ),
    rule!(
        effects::its_effects_make_sense,
        "It forgets and abandons only what there was, opens no work twice, and asks of a stream only what its transport can."
    ),
    rule!(
        effects::it_tells_truly_what_it_served,
        "If it tells which requests are finished, it tells of each once, by the method that the client wrote or as `other`."
    ),
];
