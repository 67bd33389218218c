//! Events as they are shown and answered.

use serde_json::{Map, Value};

use super::occurrences::Occurrence;
use crate::home::embedded::domains::civil::iso;
use crate::home::embedded::model::EntityState;

/// The state of a calendar that shows this.
pub fn state(next: &Occurrence<'_>, happens: bool) -> EntityState {
    let time = |time: &jiff::Zoned| Value::from(time.strftime("%Y-%m-%d %H:%M:%S").to_string());
    let text = |text: &Option<String>| Value::from(text.clone().unwrap_or_default());
    let attributes = [
        ("message", Value::from(next.event.summary.clone())),
        ("all_day", next.days.is_some().into()),
        ("start_time", time(&next.start)),
        ("end_time", time(&next.end)),
        ("location", text(&next.event.location)),
        ("description", text(&next.event.description)),
    ];
    EntityState {
        attributes: attributes
            .map(|(key, value)| (key.to_owned(), value))
            .into_iter()
            .collect(),
        ..EntityState::new(if happens { "on" } else { "off" })
    }
}

/// It as `get_events` answers it.
pub fn answered(occurrence: &Occurrence<'_>) -> Value {
    let (start, end) = match occurrence.days {
        Some((first, after)) => (first.to_string(), after.to_string()),
        None => (iso(&occurrence.start), iso(&occurrence.end)),
    };
    let mut members = Map::new();
    members.insert("start".to_owned(), start.into());
    members.insert("end".to_owned(), end.into());
    members.insert("summary".to_owned(), occurrence.event.summary.clone().into());
    for (key, text) in [
        ("description", &occurrence.event.description),
        ("location", &occurrence.event.location),
    ] {
        if let Some(text) = text {
            members.insert(key.to_owned(), text.clone().into());
        }
    }
    Value::Object(members)
}
