//! What is fuzzed of Hearth, as plain functions: libFuzzer calls them with inputs of its own (`targets/`), the tests with
//! the corpora that are kept. An input that breaks something panics.
//!
//! | target | what the input is |
//! |---|---|
//! | `message` | the body of one HTTP request into a live session |
//! | `checkpoint` | checkpoints to go on from |
//! | `ticket` | tickets of work, and news of it |
//! | `home_change` | changes of the home, the configuration and rights |
//! | `script` | all that happens in a conversation of several clients |
//! | `hostile` | what a guest answers that wishes its host ill, and what happens meanwhile |
//!
//! The first five drive the native reducer behind [`host::Host`], a host in memory; the last one drives the host.

mod checkpoint;
pub mod corpus;
mod home;
mod home_change;
pub mod host;
#[cfg(feature = "hostile")]
mod hostile;
pub mod input;
pub mod installation;
pub mod jsonrpc;
mod message;
mod probe;
pub mod reducer;
mod script;
mod ticket;

pub use self::checkpoint::{checkpoint, checkpoint_on};
pub use self::home_change::{home_change, home_change_on};
#[cfg(feature = "hostile")]
pub use self::hostile::{Planted, hostile, hostile_with};
pub use self::message::{message, message_on};
pub use self::script::{script, script_on};
pub use self::ticket::{ticket, ticket_on};
