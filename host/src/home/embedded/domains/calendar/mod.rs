//! Calendars: what happens when, also again and again. One is on while something happens, and shows what that is, or
//! else what happens next.

mod data;
mod events;
mod occurrences;
mod rule;
mod shown;
#[cfg(test)]
mod tests;

use jiff::{Timestamp, ToSpan};
use serde_json::{Map, Value, json};

use super::schema::{self, at_least_one, at_most_one, invalid};
use super::{Domain, Reproduction, Service, civil, flags};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};
use events::Calendar;

const CREATE: u64 = 1;
const FEATURES: &[(&str, u64)] = &[("create", CREATE), ("delete", 2), ("update", 4)];
/// A calendar that the file says nothing of can do everything.
const ALL_FEATURES: u64 = 7;
const SERVICES: &[Service] = &[
    Service::any("create_event")
        .needing(&[CREATE])
        .taking(data::CREATE_EVENT),
    Service::any("get_events").taking(data::GET_EVENTS).answering(),
];
/// Events that one answer may have.
const MAX_ANSWERED: usize = 5_000;

/// The domain `calendar`.
#[derive(Debug)]
pub struct CalendarDomain;

impl Domain for CalendarDomain {
    fn name(&self) -> &'static str {
        "calendar"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &["features", "events"]
    }

    fn beginnings(&self) -> &'static [&'static str] {
        &["events"]
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        let features = flags::read(config, FEATURES).ok().flatten().unwrap_or(ALL_FEATURES);
        // One that only shows has no such attribute, as in Home Assistant.
        (features != 0).then_some(features)
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        flags::read(config, FEATURES)?;
        if let Some(state) = &config.state {
            let reason = format!("`{state}`: a calendar is on by itself while something happens; leave it out");
            return Err(OptionError::at("state", reason));
        }
        Ok(Calendar::read(config)?.unseen())
    }

    fn validate(&self, service: &str, data: &Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
        let ways: &[&str] = match service {
            "create_event" => &["start_date", "start_date_time", "in"],
            _ => &["end_date_time", "duration"],
        };
        at_least_one(data, ways)?;
        at_most_one(data, ways)?;
        let data = schema::read_for(SERVICES, service, data)?;
        match service {
            "create_event" => data::check_event(&data)?,
            _ => data::check_interval(&data)?,
        }
        Ok(data)
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        _service: &str,
        data: &Map<String, Value>,
        now: Moment,
    ) -> Result<(), ServiceError> {
        let mut calendar = Calendar::of(state);
        calendar.add(config, data, now)?;
        *state = calendar.state(&civil::zone(config), now);
        Ok(())
    }

    fn answer(
        &self,
        config: &EntityConfig,
        state: &EntityState,
        _service: &str,
        data: &Map<String, Value>,
        now: Moment,
    ) -> Result<Value, ServiceError> {
        let zone = civil::zone(config);
        let time = |key: &str| {
            let text = data.get(key).and_then(Value::as_str)?;
            civil::Written::parse(text)?.zoned(&zone)
        };
        let from = time("start_date_time")
            .unwrap_or_else(|| civil::at(now, &zone))
            .timestamp();
        let duration = data.get("duration").and_then(Value::as_i64);
        let until = match duration {
            Some(milliseconds) => from.checked_add(milliseconds.milliseconds()).unwrap_or(Timestamp::MAX),
            None => time("end_date_time").map_or(from, |end| end.timestamp()),
        };
        let calendar = Calendar::of(state);
        let events = calendar.between(&zone, from, until, MAX_ANSWERED).ok_or_else(|| {
            invalid(format!(
                "{} has more than {MAX_ANSWERED} events in that time; ask for a shorter one",
                config.id
            ))
        })?;
        let events: Vec<Value> = events.iter().map(shown::answered).collect();
        Ok(json!({ "events": events }))
    }

    fn due(&self, _config: &EntityConfig, state: &EntityState) -> Option<Moment> {
        Calendar::of(state).changes_at
    }

    fn advance(&self, config: &EntityConfig, state: &mut EntityState, now: Moment) {
        let calendar = Calendar::of(state);
        if calendar.changes_at.is_some_and(|moment| moment <= now) {
            *state = calendar.state(&civil::zone(config), now);
        }
    }

    fn reproduce(&self, _config: &EntityConfig, _state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        Err("a calendar is on by itself, and cannot be in a scene".to_owned())
    }
}
