//! Dates and times as people and services write them, where the home is.

use jiff::civil::{Date, DateTime, Time};
use jiff::fmt::temporal::Pieces;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, Zoned};
use serde_json::Value;

use super::schema::Fault;
use crate::clock::Moment;
use crate::home::embedded::model::EntityConfig;

/// A date with a time of day, and the offset from UTC where one was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// What the clock on the wall shows.
    pub civil: DateTime,
    /// How far that clock is from UTC; without it, it is the clock of the home.
    pub offset: Option<Offset>,
}

impl Written {
    /// Reads `2026-03-29 12:30:00`, with `T` or a blank, with an offset or none; a date alone is its midnight.
    pub fn parse(text: &str) -> Option<Self> {
        let pieces = Pieces::parse(text.trim()).ok()?;
        Some(Self {
            civil: DateTime::from_parts(pieces.date(), pieces.time().unwrap_or(Time::midnight())),
            offset: pieces.to_numeric_offset(),
        })
    }

    /// When that is, by the clocks of the home. A time that they jump over is as much later as they jump; of two equal
    /// ones it is the first.
    pub fn zoned(self, zone: &TimeZone) -> Option<Zoned> {
        match self.offset {
            Some(offset) => Some(offset.to_timestamp(self.civil).ok()?.to_zoned(zone.clone())),
            None => zoned(self.civil, zone),
        }
    }

    /// As Python writes it: `2026-03-29 12:30:00+02:00`.
    pub fn text(self) -> String {
        match self.offset.map(|offset| self.civil.to_zoned(offset.to_time_zone())) {
            Some(Ok(time)) => spaced(&time),
            _ => {
                let fraction = fraction(self.civil);
                self.civil.strftime(&format!("%Y-%m-%d %H:%M:%S{fraction}")).to_string()
            }
        }
    }
}

/// `2026-03-29 12:30:00+02:00`.
pub fn spaced(time: &Zoned) -> String {
    let fraction = fraction(time.datetime());
    time.strftime(&format!("%Y-%m-%d %H:%M:%S{fraction}%:z")).to_string()
}

/// How Python writes the fraction of a second: in six digits, or not at all.
fn fraction(time: DateTime) -> &'static str {
    match time.subsec_nanosecond() / 1_000 {
        0 => "",
        _ => "%.6f",
    }
}

/// When the clocks of the home show this; see [`Written::zoned`].
pub fn zoned(civil: DateTime, zone: &TimeZone) -> Option<Zoned> {
    zone.to_ambiguous_zoned(civil).compatible().ok()
}

/// Where the home is.
pub fn zone(config: &EntityConfig) -> TimeZone {
    config.time_zone.clone().unwrap_or(TimeZone::UTC)
}

/// A moment by the clocks of the home.
pub fn at(moment: Moment, zone: &TimeZone) -> Zoned {
    let moment = i64::try_from(moment).unwrap_or(i64::MAX);
    let moment = Timestamp::from_millisecond(moment).unwrap_or(Timestamp::MAX);
    moment.to_zoned(zone.clone())
}

/// The moment of a time; what was before 1970 is its beginning.
pub fn moment(time: &Zoned) -> Moment {
    time.timestamp().as_millisecond().try_into().unwrap_or(0)
}

/// `2026-03-29T12:30:00+02:00`.
pub fn iso(time: &Zoned) -> String {
    let fraction = fraction(time.datetime());
    time.strftime(&format!("%Y-%m-%dT%H:%M:%S{fraction}%:z")).to_string()
}

/// Reads `2026-03-29`.
pub fn parse_date(text: &str) -> Option<Date> {
    Date::strptime("%Y-%m-%d", text).ok()
}

/// A date of service data.
pub fn date(value: &Value) -> Result<Value, Fault> {
    match value.as_str() {
        Some(text) => match parse_date(text) {
            Some(_) => Ok(value.clone()),
            None => Err(Fault::new("Could not parse date")),
        },
        None => Err(Fault::new("Not a parseable type")),
    }
}

/// A date with a time of day of service data.
pub fn datetime(value: &Value) -> Result<Value, Fault> {
    match value.as_str().and_then(Written::parse) {
        Some(_) => Ok(value.clone()),
        None => Err(Fault::new(format!("Invalid datetime specified: {}", said(value)))),
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin() -> TimeZone {
        TimeZone::get("Europe/Berlin").expect("the zone is there")
    }

    #[test]
    fn what_is_written_without_an_offset_is_the_time_of_the_home() {
        for (written, read) in [
            ("2027-07-01 08:15:30", "2027-07-01T08:15:30+02:00"),
            ("2027-07-01T08:15", "2027-07-01T08:15:00+02:00"),
            ("2027-07-01", "2027-07-01T00:00:00+02:00"),
            ("2027-07-01T08:15:30+00:00", "2027-07-01T10:15:30+02:00"),
            ("2027-07-01T08:15:30Z", "2027-07-01T10:15:30+02:00"),
            ("2027-01-01 08:15:30.250-05:00", "2027-01-01T14:15:30.250000+01:00"),
        ] {
            let time = Written::parse(written).and_then(|time| time.zoned(&berlin()));
            assert_eq!(time.map(|time| iso(&time)).as_deref(), Some(read), "{written}");
        }
        assert_eq!(Written::parse("soon"), None);
    }

    #[test]
    fn times_that_the_clocks_jump_over_or_show_twice_are_times_all_the_same() {
        let read = |text| Written::parse(text).and_then(|time| time.zoned(&berlin()));
        let jumped = read("2027-03-28 02:30:00").expect("it is a time");
        assert_eq!(iso(&jumped), "2027-03-28T03:30:00+02:00");
        let twice = read("2027-10-31 02:30:00").expect("it is a time");
        assert_eq!(iso(&twice), "2027-10-31T02:30:00+02:00");
    }
}
