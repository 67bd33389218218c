//! Templates in scripts: `minijinja`, with the functions of Home Assistant that look at the home.
//!
//! A value that comes out is typed as in Home Assistant: `{{ 1 + 1 }}` is a number, `{{ a == b }}` a boolean.

use std::fmt;
use std::io::{self, Write};
use std::sync::{Arc, Weak};

use jiff::Zoned;
use minijinja::value::{Object, ValueKind, from_args};
use minijinja::{Environment, Error, ErrorKind, Output, State, Value as Variable};
use serde_json::{Map, Value};

use super::super::EmbeddedHome;

/// Instructions that one template may take.
const FUEL: u64 = 50_000;

/// Bytes that one template may have, and may write.
pub const MAX_TEXT: usize = 64 << 10;

/// Whether a text is a template.
pub fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

/// Whether there is a template anywhere in a value.
pub fn has_template(value: &Value) -> bool {
    match value {
        Value::String(text) => is_template(text),
        Value::Array(items) => items.iter().any(has_template),
        Value::Object(entries) => entries.values().any(has_template),
        _ => false,
    }
}

/// Checks the templates in a value, before anything runs.
///
/// # Errors
/// When one cannot be read; the text says which, and why.
pub fn check(value: &Value) -> Result<(), String> {
    match value {
        Value::String(text) if is_template(text) => {
            if text.len() > MAX_TEXT {
                return Err(format!("a template may have {MAX_TEXT} bytes"));
            }
            let read = match expression(text) {
                Some(expression) => Environment::new().compile_expression(expression).map(drop),
                None => Environment::new().template_from_str(text).map(drop),
            };
            read.map_err(|error| format!("the template `{text}` cannot be read: {error}"))
        }
        Value::Array(items) => items.iter().try_for_each(check),
        Value::Object(entries) => entries.values().try_for_each(check),
        _ => Ok(()),
    }
}

/// What templates of a home can use.
pub fn environment(home: &Weak<EmbeddedHome>) -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_fuel(Some(FUEL));
    environment.set_formatter(python);
    environment.add_filter("int", int);
    environment.add_filter("float", float);

    let of = home.clone();
    environment.add_function("states", move |entity: &str| {
        look(&of, entity, |_, state| state).unwrap_or_else(|| "unknown".to_owned())
    });
    let of = home.clone();
    environment.add_function("is_state", move |entity: &str, wanted: Variable| {
        let state = look(&of, entity, |_, state| state).map(Variable::from);
        state.is_some_and(|state| match wanted.kind() {
            ValueKind::Seq => wanted.try_iter().is_ok_and(|mut any| any.any(|one| one == state)),
            _ => wanted == state,
        })
    });
    let of = home.clone();
    environment.add_function("state_attr", move |entity: &str, name: &str| {
        attribute(&of, entity, name)
    });
    let of = home.clone();
    environment.add_function("is_state_attr", move |entity: &str, name: &str, wanted: Variable| {
        attribute(&of, entity, name) == wanted
    });
    let of = home.clone();
    environment.add_function("now", move || {
        of.upgrade().map(|home| Variable::from_object(LocalTime(home.now())))
    });
    environment
}

/// A value with its templates replaced by what they say.
///
/// # Errors
/// When a template fails; the text says which, and why.
pub fn render(environment: &Environment<'_>, value: &Value, variables: &Map<String, Value>) -> Result<Value, String> {
    match value {
        Value::String(text) if is_template(text) => {
            render_text(environment, text.trim(), variables).map_err(|error| format!("the template `{text}`: {error}"))
        }
        Value::Array(items) => items.iter().map(|item| render(environment, item, variables)).collect(),
        Value::Object(entries) => render_all(environment, entries, variables).map(Value::Object),
        other => Ok(other.clone()),
    }
}

/// The same for every entry of an object.
///
/// # Errors
/// When a template fails.
pub fn render_all(
    environment: &Environment<'_>,
    entries: &Map<String, Value>,
    variables: &Map<String, Value>,
) -> Result<Map<String, Value>, String> {
    entries
        .iter()
        .map(|(key, value)| Ok((key.clone(), render(environment, value, variables)?)))
        .collect()
}

/// What a text says, whatever it reads as.
///
/// # Errors
/// When a template in it fails; the error says which, and why.
pub fn text(environment: &Environment<'_>, text: &str, variables: &Map<String, Value>) -> Result<String, String> {
    let written = written(environment, text, variables);
    let written = written.map_err(|error| format!("the template `{text}`: {error}"))?;
    Ok(written.trim().to_owned())
}

fn render_text(environment: &Environment<'_>, text: &str, variables: &Map<String, Value>) -> Result<Value, Error> {
    if let Some(expression) = expression(text) {
        let result = environment.compile_expression(expression)?.eval(variables)?;
        return match result.kind() {
            // A variable that is not there is nothing.
            ValueKind::Undefined => Ok(Value::String(String::new())),
            ValueKind::Seq | ValueKind::Map | ValueKind::Iterable => limited_json(&result),
            _ => Ok(typed(&display(&result))),
        };
    }
    Ok(typed(&written(environment, text, variables)?))
}

fn written(environment: &Environment<'_>, text: &str, variables: &Map<String, Value>) -> Result<String, Error> {
    let mut written = Limited(Vec::new());
    environment
        .template_from_str(text)?
        .render_captured_to(variables, &mut written)?;
    Ok(String::from_utf8_lossy(&written.0).into_owned())
}

/// The inside of a template that is one expression and nothing else, so that its value can be taken as it is.
fn expression(text: &str) -> Option<&str> {
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    let inside = inside.strip_prefix('-').unwrap_or(inside);
    let inside = inside.strip_suffix('-').unwrap_or(inside);
    (!["{{", "}}", "{%", "{#"].iter().any(|mark| inside.contains(mark))).then_some(inside)
}

/// Text as the value that Home Assistant takes it for.
fn typed(text: &str) -> Value {
    let text = text.trim();
    match text {
        "True" => return Value::Bool(true),
        "False" => return Value::Bool(false),
        "None" => return Value::Null,
        _ => {}
    }
    if let Some(number) = number(text) {
        return number;
    }
    if text.starts_with(['[', '{'])
        && let Ok(value) = serde_json::from_str::<Value>(text)
    {
        return value;
    }
    Value::String(text.to_owned())
}

/// A number without leading zeros: `007` is a text, as a code should be.
fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && digits.bytes().any(|byte| byte.is_ascii_digit())
        && digits.bytes().filter(|byte| *byte == b'.').count() <= 1;
    let zeros = digits.len() > 1 && digits.starts_with('0') && digits.as_bytes()[1] != b'.';
    if !plain || zeros {
        return None;
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(number.into());
    }
    serde_json::Number::from_f64(text.parse().ok()?).map(Value::Number)
}

fn limited_json(value: &Variable) -> Result<Value, Error> {
    let mut written = Limited(Vec::new());
    serde_json::to_writer(&mut written, value)
        .map_err(|error| Error::new(ErrorKind::WriteFailure, error.to_string()))?;
    serde_json::from_slice(&written.0).map_err(|error| Error::new(ErrorKind::BadSerialization, error.to_string()))
}

/// Text of at most [`MAX_TEXT`] bytes.
struct Limited(Vec<u8>);

impl Write for Limited {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > MAX_TEXT {
            return Err(io::Error::other(format!("it writes more than {MAX_TEXT} bytes")));
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Writes values as Python does, for the scripts that people bring along.
fn python(out: &mut Output<'_>, _state: &State<'_, '_>, value: &Variable) -> Result<(), Error> {
    write!(out, "{}", display(value)).map_err(|_| Error::new(ErrorKind::WriteFailure, "the text could not be written"))
}

fn display(value: &Variable) -> String {
    match value.kind() {
        ValueKind::Undefined => String::new(),
        ValueKind::None => "None".to_owned(),
        ValueKind::Bool if value.is_true() => "True".to_owned(),
        ValueKind::Bool => "False".to_owned(),
        _ => value.to_string(),
    }
}

fn look<T>(home: &Weak<EmbeddedHome>, entity: &str, of: impl FnOnce(Map<String, Value>, String) -> T) -> Option<T> {
    home.upgrade()?
        .state_of(entity)
        .map(|(state, attributes)| of(attributes, state))
}

fn attribute(home: &Weak<EmbeddedHome>, entity: &str, name: &str) -> Variable {
    look(home, entity, |attributes, _| {
        attributes.get(name).map(Variable::from_serialize)
    })
    .flatten()
    .unwrap_or_else(|| Variable::from(()))
}

fn int(value: Variable, default: Option<Variable>) -> Result<Variable, Error> {
    let number = match value.as_str() {
        Some(text) => text.trim().parse::<i64>().ok(),
        None => f64::try_from(value.clone()).ok().map(|number| number.trunc() as i64),
    };
    number
        .map(Variable::from)
        .or(default)
        .ok_or_else(|| not_a_number(&value, "int"))
}

fn float(value: Variable, default: Option<Variable>) -> Result<Variable, Error> {
    let number = match value.as_str() {
        Some(text) => text.trim().parse::<f64>().ok(),
        None => f64::try_from(value.clone()).ok(),
    };
    number
        .map(Variable::from)
        .or(default)
        .ok_or_else(|| not_a_number(&value, "float"))
}

fn not_a_number(value: &Variable, filter: &str) -> Error {
    let reason = format!("`{value}` is not a number; give a default, {filter}(0)");
    Error::new(ErrorKind::InvalidOperation, reason)
}

/// `now()`: a moment in the home's time zone.
#[derive(Debug)]
struct LocalTime(Zoned);

impl Object for LocalTime {
    fn get_value(self: &Arc<Self>, key: &Variable) -> Option<Variable> {
        let time = &self.0;
        Some(match key.as_str()? {
            "year" => time.year().into(),
            "month" => time.month().into(),
            "day" => time.day().into(),
            "hour" => time.hour().into(),
            "minute" => time.minute().into(),
            "second" => time.second().into(),
            "microsecond" => (time.subsec_nanosecond() / 1_000).into(),
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &State<'_, '_>,
        method: &str,
        arguments: &[Variable],
    ) -> Result<Variable, Error> {
        let time = &self.0;
        Ok(match method {
            "isoformat" => time.strftime("%Y-%m-%dT%H:%M:%S%.6f%:z").to_string().into(),
            "timestamp" => (time.timestamp().as_millisecond() as f64 / 1_000.0).into(),
            "weekday" => time.weekday().to_monday_zero_offset().into(),
            "isoweekday" => time.weekday().to_monday_one_offset().into(),
            "strftime" => {
                let (format,): (&str,) = from_args(arguments)?;
                jiff::fmt::strtime::format(format, time)
                    .map_err(|error| Error::new(ErrorKind::InvalidOperation, error.to_string()))?
                    .into()
            }
            _ => {
                return Err(Error::new(
                    ErrorKind::UnknownMethod,
                    format!("a time has no `{method}`"),
                ));
            }
        })
    }

    fn render(self: &Arc<Self>, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.0.strftime("%Y-%m-%d %H:%M:%S%.6f%:z"))
    }
}
