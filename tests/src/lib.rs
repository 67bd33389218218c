//! What the tests that cross a crate stand on, beside the harness. The tests themselves are in `tests/`.

pub mod guests;
pub mod http_client;
pub mod http_host;
pub mod native;
pub mod restarts;
pub mod stateless_client;
pub mod streamable_client;
pub mod witnesses;
