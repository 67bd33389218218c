//! A report, written for people and for machines.

mod junit;
mod text;

pub use self::junit::junit;
pub use self::text::text;
