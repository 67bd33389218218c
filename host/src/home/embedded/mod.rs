//! The home that Hearth brings itself.
