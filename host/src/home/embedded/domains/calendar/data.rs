//! What the services of calendars take.

use jiff::civil::DateTime;
use serde_json::{Map, Value};

use super::events::{MAX_DESCRIPTION_BYTES, MAX_TEXT_BYTES};
use crate::home::embedded::domains::civil::{Written, date, datetime, parse_date};
use crate::home::embedded::domains::schema::{Fault, Field, Group, in_range, integer, invalid, string};
use crate::home::embedded::model::ServiceError;
use crate::home::embedded::script::duration;

/// The data of `create_event`.
pub const CREATE_EVENT: &[Field] = &[
    Field::required("summary", text),
    Field::optional("description", description),
    Field::optional("location", text),
    Field::optional("start_date", date),
    Field::optional("end_date", date),
    Field::optional("start_date_time", datetime),
    Field::optional("end_date_time", datetime),
    Field::optional("in", from_today),
];
/// The data of `get_events`.
pub const GET_EVENTS: &[Field] = &[
    Field::optional("start_date_time", datetime),
    Field::optional("end_date_time", datetime),
    Field::optional("duration", length),
];
const UNITS: Group = Group {
    name: "event_types",
    place: ".<event_types>",
};

fn text(value: &Value) -> Result<Value, Fault> {
    within(value, MAX_TEXT_BYTES)
}

fn description(value: &Value) -> Result<Value, Fault> {
    within(value, MAX_DESCRIPTION_BYTES)
}

fn within(value: &Value, most_bytes: usize) -> Result<Value, Fault> {
    let text = string(value)?;
    match text.as_str().map_or(0, str::len) {
        length if length > most_bytes => Err(Fault::new(format!(
            "the text has {length} bytes; {most_bytes} are the most"
        ))),
        _ => Ok(text),
    }
}

/// `{ days = 1 }` or `{ weeks = 1 }`, as days from today.
fn from_today(value: &Value) -> Result<Value, Fault> {
    let units = value.as_object().ok_or_else(|| Fault::new("expected a mapping"))?;
    let mut days = None;
    for (unit, amount) in units {
        let at = |fault: Fault| Fault {
            place: format!(".{unit}"),
            ..fault
        };
        let length = match unit.as_str() {
            "days" => 1,
            "weeks" => 7,
            _ => return Err(at(Fault::new("not a valid option"))),
        };
        let amount = integer(amount)
            .and_then(|amount| in_range(amount, 0, i64::MAX))
            .map_err(at)?;
        if days.replace(amount.saturating_mul(length)).is_some() {
            let name = UNITS.name;
            return Err(Fault {
                message: format!("two or more values in the same group of exclusion '{name}'"),
                place: UNITS.place.to_owned(),
            });
        }
    }
    days.map(Value::from)
        .ok_or_else(|| Fault::new("expected days or weeks"))
}

/// A length of time, as milliseconds.
fn length(value: &Value) -> Result<Value, Fault> {
    if let Some(unit) = value
        .as_object()
        .and_then(|units| units.keys().find(|unit| !is_unit(unit)))
    {
        return Err(Fault {
            place: format!(".{unit}"),
            ..Fault::new("not a valid option")
        });
    }
    let behind = value.as_f64().is_some_and(|seconds| seconds < 0.0)
        || value.as_str().is_some_and(|text| text.trim_start().starts_with('-'));
    match duration::milliseconds(value) {
        Ok(milliseconds) => Ok(milliseconds.min(i64::MAX as u64).into()),
        Err(_) if behind => Err(Fault::new("Time period should be positive")),
        Err(_) => {
            let said = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let forms = "'HH:MM', 'HH:MM:SS' or 'HH:MM:SS.F'";
            Err(Fault::new(format!("offset {said} should be format {forms}")))
        }
    }
}

fn is_unit(unit: &str) -> bool {
    ["days", "hours", "minutes", "seconds", "milliseconds"].contains(&unit)
}

/// Both ends of an event must be there, fit each other, and lie in order.
pub fn check_event(data: &Map<String, Value>) -> Result<(), ServiceError> {
    both(data, "start_date", "end_date", "dates", "dates")?;
    both(data, "start_date_time", "end_date_time", "datetimes", "datetimes")?;
    let ends = (written(data, "start_date_time"), written(data, "end_date_time"));
    if let (Some(start), Some(end)) = ends
        && start.offset != end.offset
    {
        return Err(invalid("Expected all values to have the same timezone"));
    }
    let day = |key: &str| data.get(key).and_then(Value::as_str).and_then(parse_date);
    match (day("start_date"), day("end_date")) {
        (Some(start), Some(end)) if end <= start => Err(too_short(start, end)),
        _ => Ok(()),
    }
}

/// An event that takes no time.
pub fn too_short(start: impl std::fmt::Display, end: impl std::fmt::Display) -> ServiceError {
    invalid(format!("Expected minimum event duration of 0:00:01 ({start}, {end})"))
}

fn both(data: &Map<String, Value>, start: &str, end: &str, name: &str, group: &str) -> Result<(), ServiceError> {
    match data.contains_key(start) == data.contains_key(end) {
        true => Ok(()),
        false => Err(invalid(format!(
            "Start and end {name} must both be specified at '<{group}>'"
        ))),
    }
}

/// What is asked for must take some time.
pub fn check_interval(data: &Map<String, Value>) -> Result<(), ServiceError> {
    if data.get("duration").and_then(Value::as_u64) == Some(0) {
        return Err(invalid("Expected positive duration (0:00:00)"));
    }
    let (Some(start), Some(end)) = (written(data, "start_date_time"), written(data, "end_date_time")) else {
        return Ok(());
    };
    let in_order = match (start.offset, end.offset) {
        (Some(_), Some(_)) => utc(start) < utc(end),
        (None, None) => start.civil < end.civil,
        // Which is the earlier is known where the home is.
        _ => true,
    };
    match in_order {
        true => Ok(()),
        false => Err(invalid(format!(
            "Expected end time to be after start time ({}, {})",
            start.text(),
            end.text()
        ))),
    }
}

fn utc(time: Written) -> DateTime {
    let offset = time.offset.unwrap_or(jiff::tz::Offset::UTC);
    time.civil
        .saturating_sub(jiff::SignedDuration::from_secs(offset.seconds().into()))
}

fn written(data: &Map<String, Value>, key: &str) -> Option<Written> {
    data.get(key).and_then(Value::as_str).and_then(Written::parse)
}
