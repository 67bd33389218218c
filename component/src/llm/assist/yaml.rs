//! YAML that says the same to readers of YAML 1.1 and of 1.2.
//!
//! `serde-saphyr` writes it. It leaves some texts plain that YAML 1.1 reads as something else (`12:30` is 750 there,
//! `2026-01-01` a date), so whatever begins like a number, a date or a sign is quoted here.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value};
use serde_saphyr::{DoubleQuoted, SingleQuoted};

/// A list of one object, as a part of a longer list: lines that begin with `- `, ended by a line break.
pub(super) fn item(object: &Map<String, Value>) -> String {
    let options = serde_saphyr::ser_options! {
        prefer_block_scalars: false,
    };
    // Writing into a String fails for nothing that JSON can hold.
    serde_saphyr::to_string_with_options(&[Object(object)], options).unwrap_or_default()
}

/// A JSON object whose texts are quoted where they could be misread.
struct Object<'a>(&'a Map<String, Value>);

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in self.0 {
            map.serialize_entry(key, &Clear(value))?;
        }
        map.end()
    }
}

/// A JSON value whose texts are quoted where they could be misread.
struct Clear<'a>(&'a Value);

impl Serialize for Clear<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(object) => Object(object).serialize(serializer),
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Clear(item))?;
                }
                list.end()
            }
            Value::String(text) if needs_escapes(text) => DoubleQuoted(text).serialize(serializer),
            Value::String(text) if is_suspicious(text) => SingleQuoted(text).serialize(serializer),
            value => value.serialize(serializer),
        }
    }
}

/// Begins like something that one of the versions reads as other than text: a number, a date, `=`, `<<`, a sign.
fn is_suspicious(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation() || c.is_whitespace())
}

/// Holds what only an escape can carry through every reader.
fn needs_escapes(text: &str) -> bool {
    text.chars()
        .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'))
}
