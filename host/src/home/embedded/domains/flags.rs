//! The features of an entity, named in the file by their words.

use crate::home::embedded::model::{EntityConfig, OptionError};

/// The bits of the option `features`; `None` when the file leaves it out.
///
/// # Errors
/// When it is not a list of the known words.
pub fn read(config: &EntityConfig, known: &[(&str, u64)]) -> Result<Option<u64>, OptionError> {
    let Some(value) = config.options.get("features") else {
        return Ok(None);
    };
    let wrong = || {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        OptionError::at("features", format!("{value} is not a list of {}", words.join(", ")))
    };
    let mut bits = 0;
    for word in value.as_array().ok_or_else(wrong)? {
        let word = word.as_str().ok_or_else(wrong)?;
        let (_, bit) = known.iter().find(|(name, _)| *name == word).ok_or_else(wrong)?;
        bits |= bit;
    }
    Ok(Some(bits))
}
