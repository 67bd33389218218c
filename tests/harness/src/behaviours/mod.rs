//! The behaviours, one folder a level and one file a subject. Each is an ordinary test: a conversation that panics where
//! something is not as it must be.

mod assist;
mod core;
mod tools;

use crate::behaviour::Behaviour;

/// One table a subject, in the order in which they are tried: what one needs stands before it.
pub const TABLES: &[&[Behaviour]] = &[
    core::life_cycle::TABLE,
    core::messages::TABLE,
    core::sessions::TABLE,
    core::config_entry::TABLE,
    core::instances::TABLE,
    core::repeatable::TABLE,
    tools::listing::TABLE,
    tools::calling::TABLE,
    tools::in_flight::TABLE,
    tools::changes::TABLE,
    tools::others::TABLE,
    assist::acting::TABLE,
    assist::telling::TABLE,
    assist::exposure::TABLE,
    assist::furnished::TABLE,
];
