//! Moments as people write and read them, where this machine is.

use hearth_host::clock::Moment;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, Unit, Zoned};

/// The ways in which a moment can be given.
const FORMS: &str = "an age (90s, 15m, 2h, 3d, 1w), `now`, `today`, `yesterday`, a time of today (07:30), a date (2026-11-23), \
    a date with a time (2026-11-23 07:30), or a timestamp (2026-11-23T07:30:00Z)";

/// A moment as the clock on the wall had it: `2026-11-23 07:10:42`.
pub fn local(moment: Moment) -> String {
    zoned(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A moment wherever one is, to the minute: `2026-11-23 07:10 UTC`.
pub fn to_the_minute(moment: Moment) -> String {
    timestamp(moment).strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The same to the second.
pub fn to_the_second(moment: Moment) -> String {
    timestamp(moment).strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// A moment where this machine is.
pub fn zoned(moment: Moment) -> Zoned {
    timestamp(moment).to_zoned(TimeZone::system())
}

fn timestamp(moment: Moment) -> Timestamp {
    let moment = i64::try_from(moment).ok();
    let moment = moment.and_then(|moment| Timestamp::from_millisecond(moment).ok());
    moment.unwrap_or(Timestamp::MAX)
}

/// Which moment of a day is meant by the day.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// Its beginning.
    Start,
    /// Its end.
    End,
}

/// The moment that somebody wrote.
///
/// # Errors
/// When it is none of the forms.
pub fn parse(text: &str, edge: Edge, now: &Zoned) -> Result<Moment, String> {
    let wrong = || format!("`{text}` is no moment. It may be {FORMS}");
    let zoned = age(text, now)
        .or_else(|| day(text, edge, now))
        .or_else(|| clock(text, now))
        .ok_or_else(wrong)?;
    u64::try_from(zoned.timestamp().as_millisecond()).map_err(|_| wrong())
}

/// So long ago.
fn age(text: &str, now: &Zoned) -> Option<Zoned> {
    let unit = text.chars().next_back().filter(char::is_ascii_alphabetic)?;
    let number: i64 = text.strip_suffix(unit)?.parse().ok().filter(|number| *number >= 0)?;
    let unit = match unit {
        's' => Unit::Second,
        'm' => Unit::Minute,
        'h' => Unit::Hour,
        'd' => Unit::Day,
        'w' => Unit::Week,
        _ => return None,
    };
    now.checked_sub(span(number, unit)?).ok()
}

fn span(number: i64, unit: Unit) -> Option<Span> {
    let span = Span::new();
    match unit {
        Unit::Second => span.try_seconds(number),
        Unit::Minute => span.try_minutes(number),
        Unit::Hour => span.try_hours(number),
        Unit::Day => span.try_days(number),
        _ => span.try_weeks(number),
    }
    .ok()
}

/// A day, by its name or its date.
fn day(text: &str, edge: Edge, now: &Zoned) -> Option<Zoned> {
    let date = match text {
        "now" => return Some(now.clone()),
        "today" => now.date(),
        "yesterday" => now.date().yesterday().ok()?,
        _ if text.len() == "2026-11-23".len() => text.parse::<Date>().ok()?,
        _ => return None,
    };
    let of_day = |date: Date| date.to_zoned(now.time_zone().clone()).ok();
    match edge {
        Edge::Start => of_day(date),
        Edge::End => of_day(date.tomorrow().ok()?)?
            .checked_sub(Span::new().milliseconds(1))
            .ok(),
    }
}

/// A time of a clock: of today, of a day, or anywhere.
fn clock(text: &str, now: &Zoned) -> Option<Zoned> {
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Some(timestamp.to_zoned(now.time_zone().clone()));
    }
    let at = match text.contains('-') {
        true => text.parse::<DateTime>().ok().filter(|_| text.contains(':'))?,
        false => now
            .date()
            .to_datetime(text.parse::<Time>().ok().filter(|_| text.contains(':'))?),
    };
    at.to_zoned(now.time_zone().clone()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a text means on an afternoon in Berlin.
    fn meant(text: &str, edge: Edge) -> Result<String, String> {
        let now: Zoned = "2026-11-23T14:30:00+01:00[Europe/Berlin]".parse().expect("it is one");
        let moment = parse(text, edge, &now)?;
        let moment = Timestamp::from_millisecond(moment as i64).expect("it is one");
        Ok(moment.to_string())
    }

    #[test]
    fn every_form_is_understood() {
        let cases = [
            ("90s", "2026-11-23T13:28:30Z"),
            ("2h", "2026-11-23T11:30:00Z"),
            ("3d", "2026-11-20T13:30:00Z"),
            ("1w", "2026-11-16T13:30:00Z"),
            ("now", "2026-11-23T13:30:00Z"),
            ("today", "2026-11-22T23:00:00Z"),
            ("yesterday", "2026-11-21T23:00:00Z"),
            ("07:30", "2026-11-23T06:30:00Z"),
            ("2026-07-01", "2026-06-30T22:00:00Z"),
            ("2026-07-01 07:30", "2026-07-01T05:30:00Z"),
            ("2026-07-01T07:30:15", "2026-07-01T05:30:15Z"),
            ("2026-07-01T07:30:00Z", "2026-07-01T07:30:00Z"),
            ("2026-07-01T07:30:00-04:00", "2026-07-01T11:30:00Z"),
        ];
        for (text, wanted) in cases {
            assert_eq!(meant(text, Edge::Start).as_deref(), Ok(wanted), "{text}");
        }
        assert_eq!(
            meant("2026-11-23", Edge::End).as_deref(),
            Ok("2026-11-23T22:59:59.999Z")
        );
    }

    #[test]
    fn what_is_no_moment_is_refused_with_what_would_be() {
        for text in [
            "",
            "soon",
            "-2h",
            "2y",
            "2026-13-01",
            "25:00",
            "99999999999999999d",
            "1960-01-01",
        ] {
            let refused = meant(text, Edge::Start).expect_err(text);
            assert!(
                refused.contains(&format!("`{text}`")) && refused.contains("2h"),
                "{refused}"
            );
        }
    }
}
