//! `intent__HassCancelAllTimers`. There are no timers yet that could be started, so none is ever cancelled; the tool is
//! offered nevertheless, as in Home Assistant, so that "cancel my timers" gets an answer.

use serde_json::{Map, Value, json};

use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Tool};
use crate::llm::{Call, ToolResult};

pub(super) fn cancel_all() -> Tool {
    Tool::new(
        "intent__HassCancelAllTimers",
        "Cancel all timers",
        "Cancel all timers, or those in one area.",
        Parameters::of([("area", Schema::string())], &[]),
        Hints::SETS,
        |_, _, arguments| Ok(Call::Answer(answer(arguments))),
    )
}

fn answer(mut arguments: Arguments) -> ToolResult {
    let mut slots = Map::new();
    slots.insert("canceled".to_owned(), 0.into());
    slots.extend(arguments.shift_remove_entry("area"));
    let none: [Value; 0] = [];
    let answer = json!({
        "speech": {},
        "response_type": "action_done",
        "speech_slots": slots,
        "data": {"success": none, "failed": none},
    });
    ToolResult::said(answer.to_string())
}
