//! Reading the options of an entity.

use serde_json::Value;

use crate::home::embedded::model::{EntityConfig, OptionError};

/// The longest that a motor may take: an hour.
const LONGEST_SECONDS: f64 = 3600.0;

/// A switch.
pub fn boolean(config: &EntityConfig, key: &str) -> Result<Option<bool>, OptionError> {
    read(config, key, "neither true nor false", Value::as_bool)
}

/// A number.
pub fn number(config: &EntityConfig, key: &str) -> Result<Option<f64>, OptionError> {
    read(config, key, "not a number", Value::as_f64)
}

/// A text.
pub fn text(config: &EntityConfig, key: &str) -> Result<Option<String>, OptionError> {
    read(config, key, "not a text", |value| value.as_str().map(str::to_owned))
}

/// A list of texts.
pub fn texts(config: &EntityConfig, key: &str) -> Result<Option<Vec<String>>, OptionError> {
    read(config, key, "not a list of texts", |value| {
        value
            .as_array()?
            .iter()
            .map(|item| item.as_str().map(str::to_owned))
            .collect()
    })
}

/// Seconds, as milliseconds.
pub fn milliseconds(config: &EntityConfig, key: &str, default_seconds: f64) -> Result<u64, OptionError> {
    let seconds = number(config, key)?.unwrap_or(default_seconds);
    if (0.0..=LONGEST_SECONDS).contains(&seconds) {
        Ok((seconds * 1000.0).round() as u64)
    } else {
        Err(OptionError::at(
            key,
            format!("{seconds} is not a time from 0 to {LONGEST_SECONDS} seconds"),
        ))
    }
}

fn read<T>(
    config: &EntityConfig,
    key: &str,
    otherwise: &str,
    read: impl Fn(&Value) -> Option<T>,
) -> Result<Option<T>, OptionError> {
    let Some(value) = config.options.get(key) else {
        return Ok(None);
    };
    match read(value) {
        Some(read) => Ok(Some(read)),
        None => Err(OptionError::at(key, format!("{value} is {otherwise}"))),
    }
}
