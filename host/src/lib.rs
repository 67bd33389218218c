//! The host of Hearth: it gives a component HTTP, config entries and a home, and keeps its state.
//!
//! Without its features it is the engine alone, for programs that bring all of that themselves: see
//! `examples/embed.rs`.

pub mod audit;
#[cfg(feature = "store")]
pub mod backup;
pub mod clock;
#[allow(missing_docs)]
pub mod contract;
#[cfg(feature = "store")]
pub mod data_dir;
pub mod durable;
pub mod engine;
pub mod entries;
pub mod generations;
pub mod home;
#[cfg(feature = "http")]
pub mod http;
#[cfg(feature = "store")]
pub mod install;
pub mod limits;
#[cfg(feature = "store")]
pub mod metrics;
pub mod observe;
pub mod principals;
pub mod request;
#[cfg(feature = "store")]
pub mod store;

/// The component that is built in.
pub const COMPONENT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/hearth_component.wasm"));
