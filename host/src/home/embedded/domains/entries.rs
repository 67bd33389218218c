//! Lists of tables in the options of an entity: the items of a list, the events of a calendar, the tracks of a player.

use serde_json::{Map, Value};

use crate::home::embedded::model::{EntityConfig, OptionError};

/// One table of such a list.
#[derive(Debug, Clone)]
pub struct Entry<'a> {
    /// The option of the entity that it is in.
    option: &'a str,
    /// Which it is, and where: ``number 2 of `items` ``.
    name: String,
    table: &'a Map<String, Value>,
}

/// The tables of an option; none where the file leaves it out.
///
/// # Errors
/// When it is no list of tables, has more than `most`, or one has a key that is not `known`.
pub fn entries<'a>(
    config: &'a EntityConfig,
    option: &'a str,
    known: &[&str],
    most: usize,
) -> Result<Vec<Entry<'a>>, OptionError> {
    match config.options.get(option) {
        None => Ok(Vec::new()),
        Some(value) => {
            let list = List {
                option,
                name: format!("`{option}`"),
                value,
            };
            list.entries(known, most)
        }
    }
}

/// A list of tables.
struct List<'a> {
    option: &'a str,
    /// `` `items` ``, or where it is within another.
    name: String,
    value: &'a Value,
}

impl<'a> List<'a> {
    fn entries(&self, known: &[&str], most: usize) -> Result<Vec<Entry<'a>>, OptionError> {
        let wrong = |reason: String| OptionError::at(self.option, format!("{} {reason}", self.name));
        let no_list = || wrong("is not a list of tables, [{ … }, …]".to_owned());
        let list = self.value.as_array().ok_or_else(no_list)?;
        if list.len() > most {
            return Err(wrong(format!("has {} tables; {most} are the most", list.len())));
        }
        let entries = list.iter().enumerate().map(|(place, value)| {
            let entry = Entry {
                option: self.option,
                name: format!("number {} of {}", place + 1, self.name),
                table: value.as_object().ok_or_else(no_list)?,
            };
            match entry.table.keys().find(|key| !known.contains(&key.as_str())) {
                Some(key) => Err(entry.wrong(format!("unknown key `{key}`; known here are {}", known.join(", ")))),
                None => Ok(entry),
            }
        });
        entries.collect()
    }
}

impl<'a> Entry<'a> {
    /// What is wrong with it.
    pub fn wrong(&self, reason: impl std::fmt::Display) -> OptionError {
        OptionError::at(self.option, format!("{}: {reason}", self.name))
    }

    /// A text of at most so many bytes.
    pub fn text(&self, key: &str, most_bytes: usize) -> Result<Option<String>, OptionError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= most_bytes => Ok(Some(text.clone())),
            Some(Value::String(text)) => {
                Err(self.wrong(format!("`{key}` has {} bytes; {most_bytes} are the most", text.len())))
            }
            Some(other) => Err(self.wrong(format!("`{key}` is {other}; it must be a text"))),
        }
    }

    /// A text that must be there and not be blank.
    pub fn required(&self, key: &str, most_bytes: usize) -> Result<String, OptionError> {
        match self.text(key, most_bytes)? {
            Some(text) if !text.trim().is_empty() => Ok(text.trim().to_owned()),
            Some(_) => Err(self.wrong(format!("`{key}` is blank"))),
            None => Err(self.wrong(format!("`{key}` is missing; write {key} = \"…\""))),
        }
    }

    /// A number that is not negative.
    pub fn number(&self, key: &str) -> Result<Option<f64>, OptionError> {
        match self.table.get(key) {
            None => Ok(None),
            Some(value) => match value.as_f64().filter(|number| *number >= 0.0) {
                Some(number) => Ok(Some(number)),
                None => Err(self.wrong(format!("`{key}` is {value}; it must be a number from 0"))),
            },
        }
    }

    /// The tables of a list within it.
    pub fn entries(&self, key: &str, known: &[&str], most: usize) -> Result<Vec<Entry<'a>>, OptionError> {
        match self.table.get(key) {
            None => Ok(Vec::new()),
            Some(value) => {
                let list = List {
                    option: self.option,
                    name: format!("`{key}` of {}", self.name),
                    value,
                };
                list.entries(known, most)
            }
        }
    }
}
