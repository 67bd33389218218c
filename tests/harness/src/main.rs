//! The command of the harness.

fn main() {}
