//! Whether a value is what a schema asks for, and if not, what is wrong and where.

use std::cmp::Ordering;
use std::fmt;

use serde_json::{Map, Number, Value};

use super::BACKUP_LOCATION;

/// What is wrong with a value, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// `domain[0]`; empty for the value itself.
    pub path: String,
    /// `must be a number, not "high"`.
    pub reason: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            f.write_str(&self.reason)
        } else {
            write!(f, "{} {}", self.path, self.reason)
        }
    }
}

impl Violation {
    fn new(path: &str, reason: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            reason: reason.into(),
        }
    }
}

/// Whether `value` is what `schema` asks for.
///
/// # Errors
/// With the first thing that is wrong.
pub fn check(schema: &Value, value: &Value) -> Result<(), Violation> {
    check_at(schema, value, "")
}

fn check_at(schema: &Value, value: &Value, path: &str) -> Result<(), Violation> {
    let Value::Object(schema) = schema else {
        // The schemas `true` and `false`.
        return if schema == &Value::Bool(false) {
            Err(Violation::new(path, "is not allowed"))
        } else {
            Ok(())
        };
    };
    check_type(schema, value, path)?;
    check_enum(schema, value, path)?;
    match value {
        Value::Number(number) => check_number(schema, number, path)?,
        Value::String(text) => check_pattern(schema, text, path)?,
        Value::Array(items) => check_array(schema, items, path)?,
        Value::Object(members) => check_object(schema, members, path)?,
        Value::Null | Value::Bool(_) => {}
    }
    for part in list(schema, "allOf") {
        check_at(part, value, path)?;
    }
    check_any(schema, value, path)
}

fn check_type(schema: &Map<String, Value>, value: &Value, path: &str) -> Result<(), Violation> {
    let Some(name) = schema.get("type").and_then(Value::as_str) else {
        return Ok(());
    };
    let fits = match name {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "number" => value.is_number(),
        "integer" => value.as_number().is_some_and(is_whole),
        "array" => value.is_array(),
        "object" => value.is_object(),
        "null" => value.is_null(),
        _ => true,
    };
    if fits {
        return Ok(());
    }
    let wanted = match name {
        "array" => "a list",
        "integer" => "a whole number",
        "object" => "an object",
        "boolean" => "true or false",
        "string" => "a text",
        other => other,
    };
    let article = if wanted == "number" { "a " } else { "" };
    Err(Violation::new(
        path,
        format!("must be {article}{wanted}, not {}", shown(value)),
    ))
}

fn check_enum(schema: &Map<String, Value>, value: &Value, path: &str) -> Result<(), Violation> {
    let Some(Value::Array(allowed)) = schema.get("enum") else {
        return Ok(());
    };
    if allowed.iter().any(|one| same(one, value)) {
        return Ok(());
    }
    let allowed: Vec<String> = allowed.iter().map(Value::to_string).collect();
    Err(Violation::new(
        path,
        format!("must be one of {}, not {}", allowed.join(", "), shown(value)),
    ))
}

fn check_number(schema: &Map<String, Value>, number: &Number, path: &str) -> Result<(), Violation> {
    if let Some(Value::Number(minimum)) = schema.get("minimum")
        && compare(number, minimum) == Ordering::Less
    {
        return Err(Violation::new(
            path,
            format!("must be at least {minimum}, not {number}"),
        ));
    }
    if let Some(Value::Number(maximum)) = schema.get("maximum")
        && compare(number, maximum) == Ordering::Greater
    {
        return Err(Violation::new(path, format!("must be at most {maximum}, not {number}")));
    }
    Ok(())
}

fn check_pattern(schema: &Map<String, Value>, text: &str, path: &str) -> Result<(), Violation> {
    let known = schema.get("pattern").is_some_and(|pattern| pattern == BACKUP_LOCATION);
    // ECMA 262, as JSON Schema has it: \w is ASCII.
    let word = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if known && !word && text != "/backup" {
        return Err(Violation::new(
            path,
            format!("must be \"/backup\" or one word, not {}", shown(&text.into())),
        ));
    }
    Ok(())
}

fn check_array(schema: &Map<String, Value>, items: &[Value], path: &str) -> Result<(), Violation> {
    let count = items.len() as u64;
    if let Some(least) = schema.get("minItems").and_then(Value::as_u64)
        && count < least
    {
        return Err(Violation::new(
            path,
            format!("must have at least {least} items, not {count}"),
        ));
    }
    if let Some(most) = schema.get("maxItems").and_then(Value::as_u64)
        && count > most
    {
        return Err(Violation::new(
            path,
            format!("must have at most {most} items, not {count}"),
        ));
    }
    if schema.get("uniqueItems") == Some(&Value::Bool(true))
        && let Some((_, twice)) = items
            .iter()
            .enumerate()
            .find(|(at, item)| items[..*at].iter().any(|other| same(other, item)))
    {
        return Err(Violation::new(path, format!("must not have {} twice", shown(twice))));
    }
    if let Some(each) = schema.get("items") {
        for (at, item) in items.iter().enumerate() {
            check_at(each, item, &format!("{path}[{at}]"))?;
        }
    }
    Ok(())
}

fn check_object(schema: &Map<String, Value>, members: &Map<String, Value>, path: &str) -> Result<(), Violation> {
    let empty = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&empty);
    for name in list(schema, "required").iter().filter_map(Value::as_str) {
        if !members.contains_key(name) {
            return Err(Violation::new(&member(path, name), "is required"));
        }
    }
    for (name, value) in members {
        let path = member(path, name);
        match (properties.get(name), schema.get("additionalProperties")) {
            (Some(property), _) => check_at(property, value, &path)?,
            (None, Some(Value::Bool(false))) => {
                return Err(Violation::new(&path, "is not known here"));
            }
            (None, Some(other)) => check_at(other, value, &path)?,
            (None, None) => {}
        }
    }
    Ok(())
}

fn check_any(schema: &Map<String, Value>, value: &Value, path: &str) -> Result<(), Violation> {
    let alternatives = list(schema, "anyOf");
    let mut first = None;
    for alternative in alternatives {
        match check_at(alternative, value, path) {
            Ok(()) => return Ok(()),
            Err(violation) => first = first.or(Some(violation)),
        }
    }
    let Some(violation) = first else {
        // An empty list of alternatives is not a valid schema; none is ours.
        return Ok(());
    };
    if alternatives.len() == 1 {
        return Err(violation);
    }
    Err(Violation::new(
        path,
        format!(
            "fits none of its {} forms, the first of which says: {violation}",
            alternatives.len()
        ),
    ))
}

fn list<'a>(schema: &'a Map<String, Value>, keyword: &str) -> &'a [Value] {
    schema.get(keyword).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn member(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// A value in a message: whole if it is short.
fn shown(value: &Value) -> String {
    const MOST: usize = 60;
    let text = value.to_string();
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|number| number.fract() == 0.0)
}

/// Equal as JSON Schema has it: `1` is `1.0`, members have no order.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => compare(a, b) == Ordering::Equal,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

fn compare(a: &Number, b: &Number) -> Ordering {
    if let (Some(a), Some(b)) = (whole(a), whole(b)) {
        return a.cmp(&b);
    }
    let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
    a.partial_cmp(&b).unwrap_or(Ordering::Equal)
}

fn whole(number: &Number) -> Option<i128> {
    number
        .as_i64()
        .map(i128::from)
        .or_else(|| number.as_u64().map(i128::from))
}
