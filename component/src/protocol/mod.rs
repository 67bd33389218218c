//! The Model Context Protocol as bytes: JSON-RPC in, JSON-RPC out, versions, errors. It knows neither sessions nor the
//! home.

pub mod answer;
pub mod capabilities;
pub mod error;
pub mod id;
pub mod initialize;
pub mod log_level;
pub mod message;
pub mod meta;
pub mod params;
pub mod version;

mod nesting;
