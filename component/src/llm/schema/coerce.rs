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

/// The text of a number without the space around it and the single underscores between its digits.
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let misplaced = |at: usize| bytes[at] == b'_' && !(digit(at.checked_sub(1)) && digit(Some(at + 1)));
    if text.is_empty() || (0..bytes.len()).any(misplaced) {
        return None;
    }
    Some(text.replace('_', ""))
}
