//! Patterns of codes and texts.

use regex::Regex;

/// The pattern as Home Assistant uses it: it must match at the beginning, and what follows does not matter.
///
/// # Errors
/// When it is not a regular expression; the text says where.
pub fn compile(pattern: &str) -> Result<Regex, String> {
    Regex::new(&format!("^(?:{pattern})")).map_err(|error| format!("`{pattern}` is not a regular expression: {error}"))
}
