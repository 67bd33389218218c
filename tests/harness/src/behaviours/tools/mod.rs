//! Level `tools`: tools, prompts and resources of its own, whatever they are.

pub mod acting;
pub mod calling;
pub mod changes;
pub mod in_flight;
pub mod listing;
pub mod others;
