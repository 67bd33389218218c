//! Level `core`: life cycle, sessions, ping.

pub mod config_entry;
pub mod instances;
pub mod life_cycle;
pub mod messages;
pub mod repeatable;
pub mod sessions;
