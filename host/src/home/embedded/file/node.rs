//! Reading TOML with the place of everything, so that whatever is wrong can be told by its line.

use std::borrow::Cow;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Something wrong at a byte of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The byte that it begins at.
    pub at: usize,
    /// What is wrong, with which value, and what would be right.
    pub reason: String,
}

impl Problem {
    /// A problem at this byte.
    pub fn new(at: usize, reason: impl Into<String>) -> Self {
        Self {
            at,
            reason: reason.into(),
        }
    }
}

/// A word of the file, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The word.
    pub text: String,
    /// The byte that it begins at.
    pub at: usize,
}

/// One TOML table.
#[derive(Clone, Copy)]
pub struct Table<'a> {
    entries: &'a DeTable<'a>,
    /// The byte that it begins at.
    pub at: usize,
}

impl<'a> Table<'a> {
    /// The table that is the whole file.
    pub fn root(file: &'a Spanned<DeTable<'a>>) -> Self {
        Self {
            entries: file.get_ref(),
            at: file.span().start,
        }
    }

    fn get(&self, key: &str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.entries.get(key)
    }

    /// Where the value of a key stands; the table itself when it has no such key.
    pub fn place(&self, key: &str) -> usize {
        self.get(key).map_or(self.at, |value| value.span().start)
    }

    /// Refuses a key that is not one of these.
    pub fn only(&self, known: &[&str]) -> Result<(), Problem> {
        for (key, _) in self.entries {
            let name: &str = key.get_ref();
            if !known.contains(&name) {
                let reason = format!("unknown key `{name}`; known here are {}", known.join(", "));
                return Err(Problem::new(key.span().start, reason));
            }
        }
        Ok(())
    }

    /// A text; it must not be blank.
    pub fn word(&self, key: &str) -> Result<Option<Word>, Problem> {
        self.get(key).map(|value| word(key, value)).transpose()
    }

    /// A text that must be there.
    pub fn required(&self, key: &str) -> Result<Word, Problem> {
        self.word(key)?
            .ok_or_else(|| Problem::new(self.at, format!("`{key}` is missing here; write {key} = \"…\"")))
    }

    /// A text, without its place.
    pub fn text(&self, key: &str) -> Result<Option<String>, Problem> {
        Ok(self.word(key)?.map(|word| word.text))
    }

    /// `true` or `false`.
    pub fn boolean(&self, key: &str) -> Result<Option<bool>, Problem> {
        self.get(key)
            .map(|value| match value.get_ref() {
                DeValue::Boolean(value) => Ok(*value),
                other => Err(unexpected(value, key, "true or false", other)),
            })
            .transpose()
    }

    /// A whole number within a range.
    pub fn integer(&self, key: &str, range: std::ops::RangeInclusive<i64>) -> Result<Option<i64>, Problem> {
        self.get(key)
            .map(|value| {
                let number = match value.get_ref() {
                    DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
                    _ => None,
                };
                number.filter(|number| range.contains(number)).ok_or_else(|| {
                    let wanted = format!("a whole number from {} to {}", range.start(), range.end());
                    unexpected(value, key, &wanted, value.get_ref())
                })
            })
            .transpose()
    }

    /// A list of texts.
    pub fn words(&self, key: &str) -> Result<Option<Vec<Word>>, Problem> {
        self.get(key)
            .map(|value| match value.get_ref() {
                DeValue::Array(items) => items.iter().map(|item| word(key, item)).collect(),
                other => Err(unexpected(value, key, "a list of texts, [\"…\"]", other)),
            })
            .transpose()
    }

    /// Ids: one text, or a list of texts; none is an empty list.
    pub fn ids(&self, key: &str) -> Result<Vec<Word>, Problem> {
        match self.get(key).map(Spanned::get_ref) {
            Some(DeValue::Array(_)) => Ok(self.words(key)?.unwrap_or_default()),
            _ => Ok(self.word(key)?.into_iter().collect()),
        }
    }

    /// A table within this one.
    pub fn table(&self, key: &str) -> Result<Option<Table<'a>>, Problem> {
        self.get(key)
            .map(|value| match value.get_ref() {
                DeValue::Table(entries) => Ok(Table {
                    entries,
                    at: value.span().start,
                }),
                other => Err(unexpected(value, key, "a table, { … }", other)),
            })
            .transpose()
    }

    /// Tables within this one, written `[[key]]`; none is an empty list.
    pub fn tables(&self, key: &str) -> Result<Vec<Table<'a>>, Problem> {
        let Some(value) = self.get(key) else {
            return Ok(Vec::new());
        };
        let wanted = format!("tables, each begun with [[{key}]]");
        let DeValue::Array(items) = value.get_ref() else {
            return Err(unexpected(value, key, &wanted, value.get_ref()));
        };
        items
            .iter()
            .map(|item| match item.get_ref() {
                DeValue::Table(entries) => Ok(Table {
                    entries,
                    at: item.span().start,
                }),
                other => Err(unexpected(item, key, &wanted, other)),
            })
            .collect()
    }

    /// The keys of the table with their places, in the order of the file.
    pub fn keys(&self) -> impl Iterator<Item = Word> + use<'a> {
        self.entries.iter().map(|(key, _)| Word {
            text: key.get_ref().to_string(),
            at: key.span().start,
        })
    }

    /// Whether it has this key.
    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// Any value, as JSON.
    pub fn json(&self, key: &str) -> Result<Option<Value>, Problem> {
        self.get(key).map(json).transpose()
    }

    /// The whole table as JSON, in the order of the file.
    pub fn to_json(self) -> Result<Map<String, Value>, Problem> {
        self.entries
            .iter()
            .map(|(key, value)| Ok((key.get_ref().to_string(), json(value)?)))
            .collect()
    }
}

fn word(key: &str, value: &Spanned<DeValue<'_>>) -> Result<Word, Problem> {
    let text: &Cow<'_, str> = match value.get_ref() {
        DeValue::String(text) => text,
        other => return Err(unexpected(value, key, "a text, \"…\"", other)),
    };
    if text.trim().is_empty() {
        return Err(Problem::new(value.span().start, format!("`{key}` is blank")));
    }
    Ok(Word {
        text: text.trim().to_owned(),
        at: value.span().start,
    })
}

fn unexpected(place: &Spanned<DeValue<'_>>, key: &str, wanted: &str, got: &DeValue<'_>) -> Problem {
    let found = match got {
        DeValue::String(text) => format!("the text \"{text}\""),
        DeValue::Integer(number) => format!("the number {number}"),
        DeValue::Float(number) => format!("the number {number}"),
        DeValue::Boolean(value) => value.to_string(),
        DeValue::Datetime(_) => "a date".to_owned(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a table".to_owned(),
    };
    Problem::new(place.span().start, format!("`{key}` is {found}; it must be {wanted}"))
}

/// TOML as JSON: dates become texts, numbers that JSON does not have are refused.
fn json(value: &Spanned<DeValue<'_>>) -> Result<Value, Problem> {
    let at = value.span().start;
    Ok(match value.get_ref() {
        DeValue::String(text) => Value::String(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map_err(|_| Problem::new(at, format!("{number} is out of range")))?
            .into(),
        DeValue::Float(number) => number
            .as_str()
            .parse()
            .ok()
            .and_then(serde_json::Number::from_f64)
            .map(Value::Number)
            .ok_or_else(|| Problem::new(at, format!("{number} is not a number that can be used here")))?,
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Datetime(date) => Value::String(date.to_string()),
        DeValue::Array(items) => items.iter().map(json).collect::<Result<_, _>>()?,
        DeValue::Table(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, value)| Ok((key.get_ref().to_string(), json(value)?)))
                .collect::<Result<_, Problem>>()?,
        ),
    })
}
