//! The host of Hearth: it gives a component HTTP, config entries and a home, and keeps its state.

pub mod audit;
pub mod clock;
#[allow(missing_docs)]
pub mod contract;
pub mod data_dir;
pub mod engine;
pub mod entries;
pub mod home;
pub mod http;
pub mod limits;
pub mod principals;
pub mod store;

/// The component that is built in.
pub const COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hearth_component.wasm"));
