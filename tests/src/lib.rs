//! What the tests that cross a crate stand on. The tests themselves are in `tests/`.

pub mod conversation;
pub mod guests;
pub mod http_client;
pub mod http_host;
pub mod simulated;
pub mod simulated_home;
pub mod stage;
