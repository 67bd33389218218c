//! YAML that says the same to readers of YAML 1.1 and of 1.2.
//!
//! `serde-saphyr` writes it. It leaves some texts plain that YAML 1.1 reads as something else (`12:30` is 750 there,
//! `2026-01-01` a date), so whatever begins like a number, a date or a sign is quoted here.

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::Value;
use serde_saphyr::{DoubleQuoted, SingleQuoted};

/// A list of one item, as a part of a longer list: lines that begin with `- `, ended by a line break.
pub(super) fn item(item: &impl Serialize) -> String {
    let options = serde_saphyr::ser_options! {
        prefer_block_scalars: false,
    };
    // Writing into a String fails for nothing that JSON can hold.
    let text = serde_saphyr::to_string_with_options(&[item], options).unwrap_or_default();
    // Nothing is written as nothing. No text ends a line like that: one with a colon in it is quoted.
    text.replace(": null\n", ":\n")
}

/// A text, quoted where it could be misread.
pub(super) struct Text<'a>(pub &'a str);

impl Serialize for Text<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if needs_escapes(self.0) {
            DoubleQuoted(self.0).serialize(serializer)
        } else if is_suspicious(self.0) {
            SingleQuoted(self.0).serialize(serializer)
        } else {
            self.0.serialize(serializer)
        }
    }
}

/// A JSON value whose texts are quoted where they could be misread.
pub(super) struct Clear<'a>(pub &'a Value);

impl Serialize for Clear<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Object(object) => {
                let mut map = serializer.serialize_map(Some(object.len()))?;
                for (key, value) in object {
                    map.serialize_entry(key, &Clear(value))?;
                }
                map.end()
            }
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&Clear(item))?;
                }
                list.end()
            }
            Value::String(text) => Text(text).serialize(serializer),
            value => value.serialize(serializer),
        }
    }
}

/// Is or begins like something that one of the versions reads as other than text: a word for a truth value or nothing, a
/// number, a date, `=`, `<<`, a sign.
fn is_suspicious(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "on", "off", "yes", "no", "y", "n", "true", "false", "null", "nan", "inf",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || text.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_punctuation() || c.is_whitespace())
}

/// Holds what only an escape can carry through every reader.
fn needs_escapes(text: &str) -> bool {
    text.chars()
        .any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'))
}
