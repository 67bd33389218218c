//! What happens when: the events of a calendar, by the clocks of the home.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan, Zoned};

use super::events::Event;
use super::rule::Rule;
use crate::home::embedded::domains::civil::{Written, parse_date, zoned};

/// From when to when an event takes: days, the last of them not included, or times of the clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// When it begins.
    pub start: DateTime,
    /// When it is over.
    pub end: DateTime,
    /// Whether it takes whole days.
    pub all_day: bool,
}

impl Span {
    /// Reads the two ends of an event: both are dates, or neither is.
    pub fn parse(start: &str, end: &str) -> Option<Self> {
        let days = (parse_date(start), parse_date(end));
        let (start, end, all_day) = match days {
            (Some(start), Some(end)) => (start.into(), end.into(), true),
            (None, None) => (Written::parse(start)?.civil, Written::parse(end)?.civil, false),
            _ => return None,
        };
        Some(Self { start, end, all_day })
    }

    /// How long it takes on the clock.
    fn length(&self) -> SignedDuration {
        self.end.duration_since(self.start)
    }
}

/// One time at which an event happens.
#[derive(Debug, Clone)]
pub struct Occurrence<'a> {
    /// What happens.
    pub event: &'a Event,
    /// When it begins.
    pub start: Zoned,
    /// When it is over.
    pub end: Zoned,
    /// The first day and the day after the last, where it takes whole days.
    pub days: Option<(Date, Date)>,
}

impl Occurrence<'_> {
    /// What comes first, and of what begins together what is over first.
    pub fn order(&self) -> (Timestamp, Timestamp) {
        (self.start.timestamp(), self.end.timestamp())
    }
}

/// The times at which an event happens that are over after `from` and begin before `until`, in order.
pub fn occurrences<'a>(
    event: &'a Event,
    zone: &TimeZone,
    from: Timestamp,
    until: Option<Timestamp>,
) -> Box<dyn Iterator<Item = Occurrence<'a>> + 'a> {
    let Some(span) = event.span() else {
        return Box::new(std::iter::empty());
    };
    let starts: Box<dyn Iterator<Item = DateTime>> = match event.rule(zone) {
        None => Box::new(std::iter::once(span.start)),
        Some(rule) => recurring(&rule, span, zone, from, until),
    };
    let zone = zone.clone();
    let times = starts.filter_map(move |start| occurrence(event, span, start, &zone));
    let times = times.skip_while(move |time| time.end.timestamp() <= from);
    Box::new(times.take_while(move |time| until.is_none_or(|until| time.start.timestamp() < until)))
}

fn recurring(
    rule: &Rule,
    span: Span,
    zone: &TimeZone,
    from: Timestamp,
    until: Option<Timestamp>,
) -> Box<dyn Iterator<Item = DateTime>> {
    // A day more on either side than the clock says, because it may be changed meanwhile.
    let from = zone
        .to_datetime(from)
        .saturating_sub(span.length())
        .saturating_sub(1.day());
    let until = until.map(|until| zone.to_datetime(until).saturating_add(1.day()));
    Box::new(rule.times(span.start, from, until))
}

/// `None` beyond the end of the calendar.
fn occurrence<'a>(event: &'a Event, span: Span, start: DateTime, zone: &TimeZone) -> Option<Occurrence<'a>> {
    let end = start.checked_add(span.length()).ok()?;
    let begins = zoned(start, zone)?;
    let ends = zoned(end, zone)?;
    let ends = match ends > begins {
        true => ends,
        // The clocks jump over all of it: it takes as long as it would have.
        false => begins.checked_add(span.length()).ok()?,
    };
    Some(Occurrence {
        event,
        start: begins,
        end: ends,
        days: span.all_day.then(|| (start.date(), end.date())),
    })
}
