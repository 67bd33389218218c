//! What Home Assistant's validators make of a value before they judge it.
//!
//! Models write `"50"` for 50 and `"light"` for `["light"]`; that is no reason to refuse a call.

use serde_json::{Number, Value};

use super::check;

/// `value` as `schema` would rather have it: a number written as text, a text given as number, one item where a list is
/// wanted. What cannot be turned stays as it is, for [`check`] to refuse.
pub fn coerce(schema: &Value, value: Value) -> Value {
    if let Some(alternatives) = schema.get("anyOf").and_then(Value::as_array) {
        // What already fits one form is not bent into another.
        if alternatives.iter().any(|one| check(one, &value).is_ok()) {
            return value;
        }
        let bent = alternatives
            .iter()
            .map(|one| (one, coerce(one, value.clone())))
            .find(|(one, bent)| check(one, bent).is_ok());
        return bent.map_or(value, |(_, bent)| bent);
    }
    if let Some(parts) = schema.get("allOf").and_then(Value::as_array) {
        return parts.iter().fold(value, |value, part| coerce(part, value));
    }
    match schema.get("type").and_then(Value::as_str) {
        Some("string") => text(value),
        Some("integer") => integer(value),
        Some("number") => number(value),
        Some("boolean") => boolean(value),
        Some("array") => {
            let items = match value {
                Value::Array(items) => items,
                one => vec![one],
            };
            match schema.get("items") {
                Some(each) => items.into_iter().map(|item| coerce(each, item)).collect(),
                None => Value::Array(items),
            }
        }
        Some("object") => object(schema, value),
        _ => value,
    }
}

fn text(value: Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        // As Python writes them.
        Value::Bool(true) => "True".into(),
        Value::Bool(false) => "False".into(),
        other => other,
    }
}

/// As Python's `int`: the fraction of a number is cut off, text must be whole.
fn integer(value: Value) -> Value {
    match &value {
        Value::Bool(flag) => i64::from(*flag).into(),
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            Some(number) if number.abs() < 9e15 => (number.trunc() as i64).into(),
            _ => value,
        },
        Value::String(text) => digits(text)
            .and_then(|text| text.parse::<i64>().ok())
            .map_or(value, Value::from),
        _ => value,
    }
}

fn number(value: Value) -> Value {
    match &value {
        Value::Bool(flag) => f64::from(*flag).into(),
        Value::String(text) => digits(text)
            .filter(|text| !text.contains(|c: char| c.is_ascii_alphabetic() && !matches!(c, 'e' | 'E')))
            .and_then(|text| whole_or_fraction(&text))
            .map_or(value, Value::Number),
        _ => value,
    }
}

fn whole_or_fraction(text: &str) -> Option<Number> {
    text.parse::<i64>()
        .map(Number::from)
        .ok()
        .or_else(|| text.parse::<f64>().ok().and_then(Number::from_f64))
}

fn boolean(value: Value) -> Value {
    match &value {
        Value::String(text) => match text.trim().to_lowercase().as_str() {
            "1" | "true" | "yes" | "on" | "enable" => true.into(),
            "0" | "false" | "no" | "off" | "disable" => false.into(),
            _ => value,
        },
        Value::Number(number) => (number.as_f64() != Some(0.0)).into(),
        _ => value,
    }
}

fn object(schema: &Value, value: Value) -> Value {
    let (Some(properties), Value::Object(members)) = (schema.get("properties"), &value) else {
        return value;
    };
    members
        .iter()
        .map(|(name, member)| {
            let member = match properties.get(name) {
                Some(property) => coerce(property, member.clone()),
                None => member.clone(),
            };
            (name.clone(), member)
        })
        .collect::<serde_json::Map<_, _>>()
        .into()
}

/// The noughts of the scripts that have decimal digits of their own, of which the other nine follow. Python takes them all.
const NOUGHTS: [char; 36] = [
    '\u{660}', '\u{6f0}', '\u{7c0}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
    '\u{ce6}', '\u{d66}', '\u{de6}', '\u{e50}', '\u{ed0}', '\u{f20}', '\u{1040}', '\u{1090}', '\u{17e0}', '\u{1810}',
    '\u{1946}', '\u{19d0}', '\u{1a80}', '\u{1a90}', '\u{1b50}', '\u{1bb0}', '\u{1c40}', '\u{1c50}', '\u{a620}',
    '\u{a8d0}', '\u{a900}', '\u{a9d0}', '\u{a9f0}', '\u{aa50}', '\u{abf0}', '\u{ff10}',
];

/// A digit of any script as ours; any other character as it is.
fn western(character: char) -> char {
    let code = u32::from(character);
    let nought = NOUGHTS
        .iter()
        .map(|nought| u32::from(*nought))
        .find(|nought| (*nought..nought + 10).contains(&code));
    nought
        .and_then(|nought| char::from_digit(code - nought, 10))
        .unwrap_or(character)
}

/// The text of a number without the space around it and the single underscores between its digits.
fn digits(text: &str) -> Option<String> {
    let text: String = text.trim().chars().map(western).collect();
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let misplaced = |at: usize| bytes[at] == b'_' && !(digit(at.checked_sub(1)) && digit(Some(at + 1)));
    if text.is_empty() || (0..bytes.len()).any(misplaced) {
        return None;
    }
    Some(text.replace('_', ""))
}
