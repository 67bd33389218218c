//! The events of a calendar.

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::data::too_short;
use super::occurrences::{Occurrence, Span, occurrences};
use super::rule::Rule;
use super::shown;
use crate::clock::Moment;
use crate::home::embedded::domains::civil::{self, Written};
use crate::home::embedded::domains::entries::{Entry, entries};
use crate::home::embedded::domains::schema::invalid;
use crate::home::embedded::domains::uid::uid;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

/// Events that a calendar may have.
const MAX_EVENTS: usize = 1_000;
/// Bytes of what an event is called, where it is, and its other short texts.
pub const MAX_TEXT_BYTES: usize = 500;
/// Bytes of what is said of an event beside that.
pub const MAX_DESCRIPTION_BYTES: usize = 4_000;
const KEYS: [&str; 7] = ["summary", "start", "end", "description", "location", "rrule", "uid"];

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    uid: String,
    /// What it is called.
    pub summary: String,
    /// A date, or a time of the clock of the home.
    start: String,
    /// The same; the day after the last, or the time at which it is over.
    end: String,
    /// What is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// How it recurs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rrule: Option<String>,
}

impl Event {
    /// From when to when it takes; the first time, where it recurs.
    pub fn span(&self) -> Option<Span> {
        Span::parse(&self.start, &self.end)
    }

    /// How it recurs.
    pub fn rule(&self, zone: &TimeZone) -> Option<Rule> {
        Rule::known(self.rrule.as_deref()?, zone)
    }
}

/// A calendar; it is kept in [`EntityState::hidden`].
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Calendar {
    events: Vec<Event>,
    /// How many were ever added.
    added: u64,
    /// When it shows something else by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changes_at: Option<Moment>,
}

impl Calendar {
    /// The calendar that a file describes.
    pub fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        let mut calendar = Self::default();
        for entry in entries(config, "events", &KEYS, MAX_EVENTS)? {
            let event = calendar.event(config, &entry)?;
            if calendar.events.iter().any(|other| other.uid == event.uid) {
                return Err(entry.wrong(format!("there is another event with the uid `{}`", event.uid)));
            }
            calendar.events.push(event);
        }
        Ok(calendar)
    }

    fn event(&mut self, config: &EntityConfig, entry: &Entry<'_>) -> Result<Event, OptionError> {
        let start = entry.required("start", MAX_TEXT_BYTES)?;
        let end = entry.required("end", MAX_TEXT_BYTES)?;
        let span = Span::parse(&start, &end).ok_or_else(|| {
            let forms = "write two dates, 2026-03-29, or two times, 2026-03-29T12:30:00";
            entry.wrong(format!("`{start}` to `{end}` are not the ends of an event; {forms}"))
        })?;
        if [&start, &end]
            .iter()
            .any(|time| Written::parse(time).is_some_and(|time| time.offset.is_some()))
        {
            return Err(entry.wrong(format!(
                "`{start}` to `{end}`: the times are those of the home; leave the offset out"
            )));
        }
        if span.end <= span.start {
            let hint = if span.all_day {
                "; it is the day after the last"
            } else {
                ""
            };
            return Err(entry.wrong(format!("the end `{end}` is not after the start `{start}`{hint}")));
        }
        let rrule = entry.text("rrule", MAX_TEXT_BYTES)?;
        if let Some(rrule) = &rrule {
            Rule::parse(rrule, span.start, &civil::zone(config)).map_err(|reason| entry.wrong(reason))?;
        }
        Ok(Event {
            uid: match entry.text("uid", MAX_TEXT_BYTES)? {
                Some(uid) => uid,
                None => self.next_uid(config, 0),
            },
            summary: entry.required("summary", MAX_TEXT_BYTES)?,
            start,
            end,
            description: entry.text("description", MAX_DESCRIPTION_BYTES)?,
            location: entry.text("location", MAX_TEXT_BYTES)?,
            rrule,
        })
    }

    /// The calendar that a state holds.
    pub fn of(state: &EntityState) -> Self {
        state.remembered().unwrap_or_default()
    }

    /// The state before anybody has looked at the clock: it is due at once.
    pub fn unseen(mut self) -> EntityState {
        self.changes_at = (!self.events.is_empty()).then_some(0);
        EntityState::new("off").remembering(&self)
    }

    /// The state that shows it at this moment.
    pub fn state(mut self, zone: &TimeZone, now: Moment) -> EntityState {
        let moment = civil::at(now, zone).timestamp();
        let next = self.next(zone, moment);
        let (changes_at, state) = match &next {
            None => (None, EntityState::new("off")),
            Some(next) => {
                let happens = next.start.timestamp() <= moment;
                let change = if happens { &next.end } else { &next.start };
                (Some(civil::moment(change)), shown::state(next, happens))
            }
        };
        self.changes_at = changes_at;
        state.remembering(&self)
    }

    /// What happens now, or else next.
    fn next(&self, zone: &TimeZone, now: Timestamp) -> Option<Occurrence<'_>> {
        let next = self
            .events
            .iter()
            .filter_map(|event| occurrences(event, zone, now, None).next());
        next.min_by_key(Occurrence::order)
    }

    /// All that is over after `from` and begins before `until`, in order; `None` if that is more than so many.
    pub fn between(
        &self,
        zone: &TimeZone,
        from: Timestamp,
        until: Timestamp,
        most: usize,
    ) -> Option<Vec<Occurrence<'_>>> {
        let mut found = Vec::new();
        for event in &self.events {
            found.extend(occurrences(event, zone, from, Some(until)).take(most + 1 - found.len()));
            if found.len() > most {
                return None;
            }
        }
        found.sort_by_key(Occurrence::order);
        Some(found)
    }

    /// Adds the event that the data of `create_event` describes.
    pub fn add(&mut self, config: &EntityConfig, data: &Map<String, Value>, now: Moment) -> Result<(), ServiceError> {
        if self.events.len() >= MAX_EVENTS {
            return Err(ServiceError::Refused(format!(
                "{} has {MAX_EVENTS} events and can take no more",
                config.id
            )));
        }
        let (start, end) = ends(config, data, now)?;
        let text = |key: &str| data.get(key).and_then(Value::as_str).map(str::to_owned);
        let uid = self.next_uid(config, now);
        self.events.push(Event {
            uid,
            summary: text("summary").unwrap_or_default(),
            start,
            end,
            description: Some(text("description").unwrap_or_default()),
            location: text("location"),
            rrule: None,
        });
        Ok(())
    }

    fn next_uid(&mut self, config: &EntityConfig, now: Moment) -> String {
        self.added += 1;
        uid(&config.id, now, self.added)
    }
}

/// The ends of a new event, as they are kept.
fn ends(config: &EntityConfig, data: &Map<String, Value>, now: Moment) -> Result<(String, String), ServiceError> {
    let zone = civil::zone(config);
    let text = |key: &str| data.get(key).and_then(Value::as_str);
    if let Some(days) = data.get("in").and_then(Value::as_i64) {
        let today = civil::at(now, &zone).date();
        let too_far = |_| invalid(format!("in {days} days is beyond the end of the calendar"));
        let span = jiff::Span::new().try_days(days).map_err(too_far)?;
        let start = today.checked_add(span).map_err(too_far)?;
        let end = start.checked_add(1.day()).map_err(too_far)?;
        return Ok((start.to_string(), end.to_string()));
    }
    if let (Some(start), Some(end)) = (text("start_date"), text("end_date")) {
        return Ok((start.to_owned(), end.to_owned()));
    }
    let time = |key: &str| {
        let time = text(key).and_then(Written::parse).and_then(|time| time.zoned(&zone));
        time.ok_or_else(|| invalid(format!("there is no such time at '{key}'")))
    };
    let (start, end) = (time("start_date_time")?, time("end_date_time")?);
    if end <= start {
        return Err(too_short(civil::spaced(&start), civil::spaced(&end)));
    }
    Ok((start.datetime().to_string(), end.datetime().to_string()))
}
