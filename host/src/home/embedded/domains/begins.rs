//! Reading the attributes that an entity begins with.

use serde_json::Value;

use super::travel::{CLOSED, OPEN};
use crate::home::embedded::model::{EntityConfig, OptionError};

/// An entity of this kind begins with no other attributes.
///
/// # Errors
/// When the file gives another.
pub fn only(config: &EntityConfig, kind: &str, known: &[&str]) -> Result<(), OptionError> {
    match config.attributes.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(unknown) => Err(wrong(format!(
            "{kind} does not begin with `{unknown}`, but may with {}",
            known.join(", ")
        ))),
    }
}

/// A number, as it was written: whole or not.
///
/// # Errors
/// When it is something else.
pub fn number(config: &EntityConfig, key: &str) -> Result<Option<Value>, OptionError> {
    match config.attributes.get(key) {
        None => Ok(None),
        Some(value) if value.is_number() => Ok(Some(value.clone())),
        Some(value) => Err(wrong(format!("`{key}` is {value}, which is not a number"))),
    }
}

/// A whole number from 0 to 100.
///
/// # Errors
/// When it is something else.
pub fn percentage(config: &EntityConfig, key: &str) -> Result<Option<i64>, OptionError> {
    match config.attributes.get(key) {
        None => Ok(None),
        Some(value) => match value.as_i64() {
            Some(percent) if (0..=100).contains(&percent) => Ok(Some(percent)),
            _ => Err(wrong(format!("`{key}` is {value}; it is a whole number from 0 to 100"))),
        },
    }
}

/// Where something that opens begins; its state and its position must not contradict each other.
///
/// # Errors
/// When they do, or are not of their form.
pub fn position(config: &EntityConfig, kind: &str, positions: bool) -> Result<i64, OptionError> {
    let position = percentage(config, "current_position")?;
    if position.is_some() && !positions {
        let reason = format!("{kind} with `positions = false` has no `current_position`");
        return Err(OptionError::at("attributes", reason));
    }
    match (config.state.as_deref(), position) {
        (None, position) => Ok(position.unwrap_or(CLOSED)),
        (Some("closed"), None | Some(CLOSED)) => Ok(CLOSED),
        (Some("open"), None) => Ok(OPEN),
        (Some("open"), Some(position)) if position > CLOSED => Ok(position),
        (Some(state @ ("open" | "closed")), Some(position)) => {
            let reason = format!("{kind} at {position} is not `{state}`; leave one of them out");
            Err(OptionError::at("state", reason))
        }
        (Some(other), _) => {
            let reason = format!("`{other}` is not a state that {kind} begins in; write `open` or `closed`");
            Err(OptionError::at("state", reason))
        }
    }
}

/// One of these texts.
///
/// # Errors
/// When it is something else.
pub fn one_of(config: &EntityConfig, key: &str, known: &[String]) -> Result<Option<String>, OptionError> {
    match config.attributes.get(key) {
        None => Ok(None),
        Some(value) => match value.as_str().filter(|text| known.iter().any(|one| one == text)) {
            Some(text) => Ok(Some(text.to_owned())),
            None => Err(wrong(format!(
                "`{key}` is {value}, which is none of {}",
                known.join(", ")
            ))),
        },
    }
}

/// Something is wrong with the attributes.
pub fn wrong(reason: String) -> OptionError {
    OptionError::at("attributes", reason)
}
