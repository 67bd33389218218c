//! The home that Hearth brings itself: small and virtual, with the services of its domains and their real rules.

pub mod domains;
pub mod model;
