//! What services take: fields with readers that check and coerce a value, and errors that name the place.
//!
//! Texts are those of the interface, so that a model that knows Home Assistant finds what it expects.

use serde_json::{Map, Value};

use super::{Service, number};
use crate::home::embedded::model::ServiceError;

/// What is wrong with a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// `expected int`.
    pub message: String,
    /// Where inside the value: `[0]`, or nothing.
    pub place: String,
}

impl Fault {
    /// The value itself is wrong.
    pub fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            place: String::new(),
        }
    }
}

/// Checks a value and turns it into the type that the service works with.
pub type Reader = fn(&Value) -> Result<Value, Fault>;

/// Fields of which a call may have one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Group {
    /// What an error calls it.
    pub name: &'static str,
    /// How an error names it as a place.
    pub place: &'static str,
}

/// One field of a service's data.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    key: &'static str,
    required: bool,
    group: Option<Group>,
    read: Reader,
}

impl Field {
    /// A field that may be left out.
    pub const fn optional(key: &'static str, read: Reader) -> Self {
        Self {
            key,
            required: false,
            group: None,
            read,
        }
    }

    /// A field that must be there.
    pub const fn required(key: &'static str, read: Reader) -> Self {
        Self {
            required: true,
            ..Self::optional(key, read)
        }
    }

    /// A field that rules out the others of its group.
    pub const fn one_of(group: Group, key: &'static str, read: Reader) -> Self {
        Self {
            group: Some(group),
            ..Self::optional(key, read)
        }
    }
}

/// Reads the data of a call: what is in it, coerced, in its order.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read(fields: &[Field], data: &Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
    let mut values = Map::new();
    for (key, value) in data {
        let Some(field) = fields.iter().find(|field| field.key == key) else {
            return Err(invalid(format!("not a valid option at '{key}'")));
        };
        let value =
            (field.read)(value).map_err(|fault| invalid(format!("{} at '{key}{}'", fault.message, fault.place)))?;
        values.insert(key.clone(), value);
    }
    let mut groups = Vec::new();
    for field in fields.iter().filter(|field| values.contains_key(field.key)) {
        if let Some(group) = field.group {
            if groups.contains(&group) {
                return Err(invalid(format!(
                    "two or more values in the same group of exclusion '{}' at '{}'",
                    group.name, group.place
                )));
            }
            groups.push(group);
        }
    }
    match fields
        .iter()
        .find(|field| field.required && !values.contains_key(field.key))
    {
        Some(field) => Err(invalid(format!("required key not provided at '{}'", field.key))),
        None => Ok(values),
    }
}

/// The same by the fields of one of these services.
///
/// # Errors
/// As [`read`].
pub fn read_for(
    services: &[Service],
    service: &str,
    data: &Map<String, Value>,
) -> Result<Map<String, Value>, ServiceError> {
    let fields = services.iter().find(|known| known.name == service);
    read(fields.map_or(&[], |known| known.fields), data)
}

/// Refuses data with none of these keys.
pub fn at_least_one(data: &Map<String, Value>, keys: &[&str]) -> Result<(), ServiceError> {
    match keys.iter().any(|key| data.contains_key(*key)) {
        true => Ok(()),
        false => Err(invalid(format!("at least one of [{}] is required", quoted(keys)))),
    }
}

/// Refuses data with two of these keys.
pub fn at_most_one(data: &Map<String, Value>, keys: &[&str]) -> Result<(), ServiceError> {
    let mut given = keys.iter().filter(|key| data.contains_key(**key));
    match (given.next(), given.next()) {
        (Some(first), Some(_)) => Err(invalid(format!(
            "at most one of [{}] is allowed at '{first}'",
            quoted(keys)
        ))),
        _ => Ok(()),
    }
}

fn quoted(keys: &[&str]) -> String {
    let keys: Vec<String> = keys.iter().map(|key| format!("'{key}'")).collect();
    keys.join(", ")
}

/// The error of data that is not what the service takes.
pub fn invalid(text: impl Into<String>) -> ServiceError {
    ServiceError::Invalid(text.into())
}

/// A whole number.
pub fn integer(value: &Value) -> Result<i64, Fault> {
    number::whole(value).ok_or_else(|| Fault::new("expected int"))
}

/// A number, which may be infinite or none.
pub fn float(value: &Value) -> Result<f64, Fault> {
    number::real(value).ok_or_else(|| Fault::new("expected float"))
}

/// A whole number from 0 to 100.
pub fn percent(value: &Value) -> Result<Value, Fault> {
    let number = integer(value)?;
    if (0..=100).contains(&number) {
        Ok(number.into())
    } else {
        Err(no_percentage())
    }
}

/// The fault of a percentage out of its range.
pub fn no_percentage() -> Fault {
    Fault::new("expected a percentage between 0 and 100")
}

/// A text, or what can be written as one.
pub fn string(value: &Value) -> Result<Value, Fault> {
    match value {
        Value::Null => Err(Fault::new("string value is None")),
        Value::Array(_) | Value::Object(_) => Err(Fault::new("value should be a string")),
        Value::String(_) => Ok(value.clone()),
        Value::Bool(on) => Ok(if *on { "True" } else { "False" }.into()),
        Value::Number(written) if written.is_f64() => {
            Ok(written.as_f64().map_or_else(String::new, number::text).into())
        }
        Value::Number(written) => Ok(written.to_string().into()),
    }
}

/// A list, or a single one for a list of one; nothing is an empty list.
pub fn list(value: &Value, read: Reader) -> Result<Value, Fault> {
    let values = match value {
        Value::Null => &[],
        Value::Array(values) => values.as_slice(),
        _ => std::slice::from_ref(value),
    };
    let read = values.iter().enumerate().map(|(place, value)| {
        read(value).map_err(|fault| Fault {
            place: format!("[{place}]{}", fault.place),
            ..fault
        })
    });
    read.collect()
}

/// `true` or `false`, and nothing that resembles them.
pub fn boolean(value: &Value) -> Result<Value, Fault> {
    match value {
        Value::Bool(_) => Ok(value.clone()),
        _ => Err(Fault::new("expected bool")),
    }
}

/// `true` or `false`, or a word or number that stands for it.
pub fn truth(value: &Value) -> Result<Value, Fault> {
    let on = match value {
        Value::Bool(on) => Some(*on),
        Value::Number(number) => number.as_f64().map(|number| number != 0.0),
        Value::String(word) => match word.to_lowercase().trim() {
            "1" | "true" | "yes" | "on" | "enable" => Some(true),
            "0" | "false" | "no" | "off" | "disable" => Some(false),
            _ => None,
        },
        _ => None,
    };
    on.map(Value::Bool)
        .ok_or_else(|| Fault::new(format!("invalid boolean value {}", number::python(value))))
}

/// The seconds that a change may take, held to what lights know.
pub fn transition(value: &Value) -> Result<Value, Fault> {
    const LONGEST_SECONDS: f64 = 6553.0;
    Ok(number::json(float(value)?.clamp(0.0, LONGEST_SECONDS)))
}

/// At least this, at most that; the texts as Home Assistant has them.
pub fn in_range(number: i64, least: i64, most: i64) -> Result<i64, Fault> {
    if number < least {
        Err(Fault::new(format!("value must be at least {least}")))
    } else if number > most {
        Err(Fault::new(format!("value must be at most {most}")))
    } else {
        Ok(number)
    }
}
