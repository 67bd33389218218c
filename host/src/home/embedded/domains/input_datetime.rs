//! Input datetimes: a date, a time of day, or both, where the home is.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use serde_json::{Map, Value};

use super::number::json;
use super::schema::{self, Fault, Field, float, invalid};
use super::{Domain, Reproduction, Service, editable, options};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

const SERVICES: &[Service] = &[Service::any("set_datetime").taking(&[
    Field::optional("date", date),
    Field::optional("time", time),
    Field::optional("datetime", datetime),
    Field::optional("timestamp", timestamp),
])];

fn date(value: &Value) -> Result<Value, Fault> {
    let read = value.as_str().and_then(parse_date);
    read.map(|_| value.clone())
        .ok_or_else(|| Fault::new("Could not parse date"))
}

fn time(value: &Value) -> Result<Value, Fault> {
    let read = value.as_str().and_then(parse_time);
    read.map(|_| value.clone())
        .ok_or_else(|| Fault::new(format!("Invalid time specified: {}", said(value))))
}

fn datetime(value: &Value) -> Result<Value, Fault> {
    let read = value.as_str().and_then(parse_datetime);
    read.map(|_| value.clone())
        .ok_or_else(|| Fault::new(format!("Invalid datetime specified: {}", said(value))))
}

fn timestamp(value: &Value) -> Result<Value, Fault> {
    float(value).map(json)
}

fn said(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn parse_date(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", text).ok()
}

fn parse_time(text: &str) -> Option<Time> {
    let parse = |form| Time::strptime(form, text).ok();
    parse("%H:%M:%S").or_else(|| parse("%H:%M"))
}

/// A date alone is its midnight. An offset is read and does not count: what is written is where the home is.
fn parse_datetime(text: &str) -> Option<DateTime> {
    let text = text.trim();
    text.parse().ok().or_else(|| parse_date(text).map(Date::into))
}

/// What the file says of an input datetime.
struct Form {
    has_date: bool,
    has_time: bool,
    zone: TimeZone,
}

impl Form {
    fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        let form = Self {
            has_date: options::boolean(config, "has_date")?.unwrap_or(false),
            has_time: options::boolean(config, "has_time")?.unwrap_or(false),
            zone: config.time_zone.clone().unwrap_or(TimeZone::UTC),
        };
        if form.has_date || form.has_time {
            Ok(form)
        } else {
            Err(OptionError {
                key: None,
                reason: "an input datetime needs `has_date = true` or `has_time = true`".to_owned(),
            })
        }
    }

    /// The state as it is written, read back.
    fn parse(&self, state: &str) -> Option<DateTime> {
        match (self.has_date, self.has_time) {
            (true, true) => parse_datetime(state),
            (true, false) => parse_date(state).map(Date::into),
            _ => parse_time(state).map(|time| DateTime::from_parts(Date::constant(1970, 1, 1), time)),
        }
    }

    /// The state that shows this.
    fn state(&self, value: DateTime) -> EntityState {
        let form = match (self.has_date, self.has_time) {
            (true, true) => "%Y-%m-%d %H:%M:%S",
            (true, false) => "%Y-%m-%d",
            _ => "%H:%M:%S",
        };
        let mut state = EntityState::new(value.strftime(form).to_string());
        let shown = &mut state.attributes;
        shown.insert("has_date".to_owned(), self.has_date.into());
        shown.insert("has_time".to_owned(), self.has_time.into());
        editable(shown);
        if self.has_date {
            shown.insert("year".to_owned(), value.year().into());
            shown.insert("month".to_owned(), value.month().into());
            shown.insert("day".to_owned(), value.day().into());
        }
        if self.has_time {
            shown.insert("hour".to_owned(), value.hour().into());
            shown.insert("minute".to_owned(), value.minute().into());
            shown.insert("second".to_owned(), value.second().into());
        }
        shown.insert("timestamp".to_owned(), self.timestamp(value));
        state
    }

    /// Seconds since 1970, or of the day where there is no date.
    fn timestamp(&self, value: DateTime) -> Value {
        if !self.has_date {
            let [hours, minutes, seconds] = [value.hour(), value.minute(), value.second()].map(i64::from);
            return (hours * 3600 + minutes * 60 + seconds).into();
        }
        let value = if self.has_time { value } else { value.date().into() };
        let moment = self.zone.to_ambiguous_timestamp(value).compatible();
        moment.map_or(Value::Null, |moment| json(moment.as_millisecond() as f64 / 1000.0))
    }
}

/// The domain `input_datetime`.
#[derive(Debug)]
pub struct InputDatetime;

impl Domain for InputDatetime {
    fn name(&self) -> &'static str {
        "input_datetime"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &["has_date", "has_time", "initial"]
    }

    fn features(&self, _config: &EntityConfig) -> Option<u64> {
        None
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let form = Form::read(config)?;
        let initial = options::text(config, "initial")?;
        let (key, given) = match (&config.state, initial) {
            (Some(state), _) => ("state", state.clone()),
            (None, Some(initial)) => ("initial", initial),
            (None, None) if !form.has_date => ("initial", "00:00".to_owned()),
            (None, None) => {
                return Err(OptionError {
                    key: None,
                    reason: "an input datetime with a date needs `initial`, the date that it begins with".to_owned(),
                });
            }
        };
        let value = form.parse(&given).ok_or_else(|| {
            let reason =
                format!("`{given}` is not written like 2026-03-29 12:30:00, as far as it has a date and a time");
            OptionError::at(key, reason)
        })?;
        Ok(form.state(value))
    }

    fn validate(&self, service: &str, data: &Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
        let fields = SERVICES
            .iter()
            .find(|known| known.name == service)
            .map_or(&[][..], |known| known.fields);
        let data = schema::read(fields, data)?;
        let by_parts = data.contains_key("date") || data.contains_key("time");
        let ways = [by_parts, data.contains_key("datetime"), data.contains_key("timestamp")];
        match ways.iter().filter(|given| **given).count() {
            0 => Err(invalid(
                "at least one of ['date', 'time', 'datetime', 'timestamp'] is required",
            )),
            1 => Ok(data),
            _ => {
                let given: Vec<&str> = data.keys().map(String::as_str).collect();
                Err(invalid(format!("Cannot use together: {}", given.join(", "))))
            }
        }
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        _service: &str,
        data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<(), ServiceError> {
        let form = Form::read(config).map_err(|error| ServiceError::Refused(error.reason))?;
        let text = |key: &str| data.get(key).and_then(Value::as_str);
        let moment = data.get("timestamp").and_then(Value::as_f64).and_then(|seconds| {
            let moment = jiff::Timestamp::from_millisecond((seconds * 1000.0) as i64).ok()?;
            Some(form.zone.to_datetime(moment))
        });
        let whole = moment.or_else(|| text("datetime").and_then(parse_datetime));
        let date = whole.map(DateTime::date).or_else(|| text("date").and_then(parse_date));
        let time = whole.map(DateTime::time).or_else(|| text("time").and_then(parse_time));
        let (date, time) = (date.filter(|_| form.has_date), time.filter(|_| form.has_time));
        if date.is_none() && time.is_none() {
            return Err(invalid("Nothing to set"));
        }
        let before = form.parse(&state.state).unwrap_or_default();
        let value = DateTime::from_parts(date.unwrap_or(before.date()), time.unwrap_or(before.time()));
        *state = form.state(value);
        Ok(())
    }

    fn reproduce(&self, config: &EntityConfig, state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        let form = Form::read(config).map_err(|error| error.reason)?;
        let key = match (form.has_date, form.has_time) {
            (true, true) => "datetime",
            (true, false) => "date",
            _ => "time",
        };
        let data = Map::from_iter([(key.to_owned(), Value::from(state))]);
        let data = self
            .validate("set_datetime", &data)
            .map_err(|error| error.to_string())?;
        Ok(vec![("set_datetime", data)])
    }
}
