//! How an event recurs: a rule of RFC 5545, on the clock of the home.
//!
//! The rule names civil times. A weekly event at nine stays at nine when the clocks change.

use ical::recur::expand::IcalRecurExpand;
use ical::recur::{IcalRecurDateTime, IcalRecurFreq, IcalRecurRule};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// How often an event may recur in a day.
const MAX_A_DAY: usize = 8;
/// How many times an event may be said to recur.
const MAX_COUNT: u32 = 10_000;
const MONTHS: i64 = 12;
/// The first year in which something that recurs may have begun.
const FIRST_YEAR: i16 = 1900;

/// A rule that is known to be right.
#[derive(Debug, Clone)]
pub struct Rule(IcalRecurRule);

impl Rule {
    /// Reads a rule: `FREQ=WEEKLY;BYDAY=MO`.
    ///
    /// # Errors
    /// When it is none, recurs more often than hourly, or never happens.
    pub fn parse(text: &str, start: DateTime, zone: &TimeZone) -> Result<Self, String> {
        let rule = read(text, zone).ok_or_else(|| {
            format!("`{text}` is not a recurrence rule; write one like FREQ=WEEKLY;BYDAY=MO (RFC 5545)")
        })?;
        if let Err(problems) = rule.clone().validate() {
            let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
            return Err(format!("`{text}`: {}", problems.join(", ")));
        }
        if matches!(
            rule.freq,
            IcalRecurFreq::Secondly | IcalRecurFreq::Minutely | IcalRecurFreq::Hourly
        ) {
            return Err(format!(
                "`{text}` recurs more often than daily; FREQ is DAILY, WEEKLY, MONTHLY or YEARLY"
            ));
        }
        let times = [&rule.by_hour, &rule.by_minute, &rule.by_second];
        if times.iter().map(|times| times.len().max(1)).product::<usize>() > MAX_A_DAY {
            return Err(format!("`{text}` recurs more than {MAX_A_DAY} times a day"));
        }
        if let Some(count) = rule.count.filter(|count| *count > MAX_COUNT) {
            return Err(format!(
                "`{text}`: COUNT is {count}; {MAX_COUNT} is the most, or leave it out"
            ));
        }
        if start.year() < FIRST_YEAR {
            return Err(format!("`{text}` begins before {FIRST_YEAR}"));
        }
        match IcalRecurExpand::new(rule.clone(), to_ical(start)).next() {
            Some(_) => Ok(Self(rule)),
            None => Err(format!("`{text}` never happens")),
        }
    }

    /// Reads a rule that was checked when it was taken.
    pub fn known(text: &str, zone: &TimeZone) -> Option<Self> {
        read(text, zone).map(Self)
    }

    /// When something that began at `start` happens, from about `from` to `until`, in order.
    pub fn times(
        &self,
        start: DateTime,
        from: DateTime,
        until: Option<DateTime>,
    ) -> impl Iterator<Item = DateTime> + use<> {
        let mut rule = self.0.clone();
        if let Some(until) = until.map(to_ical) {
            rule.until = Some(rule.until.map_or(until, |last| last.min(until)));
        }
        let start = self.skipped(start, from);
        IcalRecurExpand::new(rule, to_ical(start)).map_while(from_ical)
    }

    /// A start as many whole periods later as lie before `from`; the rule names the same times from there. What is
    /// counted is counted from its beginning.
    fn skipped(&self, start: DateTime, from: DateTime) -> DateTime {
        if self.0.count.is_some() {
            return start;
        }
        let interval = i64::from(self.0.interval);
        let days = i64::from((from.date() - start.date()).get_days());
        let years = i64::from(from.year() - start.year());
        let later = match self.0.freq {
            // The shortest time that is both whole periods and whole years.
            IcalRecurFreq::Monthly => whole(years, interval / shared(interval, MONTHS)).years(),
            IcalRecurFreq::Yearly => whole(years, interval).years(),
            IcalRecurFreq::Weekly => whole(days, 7 * interval).days(),
            _ => whole(days, interval).days(),
        };
        let is_years = matches!(self.0.freq, IcalRecurFreq::Monthly | IcalRecurFreq::Yearly);
        let later = start.checked_add(later).ok();
        // From the 29th of February to the 28th would be another rule.
        later
            .filter(|later| !is_years || later.day() == start.day())
            .unwrap_or(start)
    }
}

/// As much of what has passed as is whole periods, less one: that of a rule need not begin on the day of the start.
fn whole(passed: i64, period: i64) -> i64 {
    (passed / period - 1).max(0) * period
}

/// The greatest number that divides both.
fn shared(one: i64, other: i64) -> i64 {
    match other {
        0 => one,
        _ => shared(other, one % other),
    }
}

/// The rule with its end on the clock of the home.
fn read(text: &str, zone: &TimeZone) -> Option<IcalRecurRule> {
    let text = text.trim();
    let text = text.strip_prefix("RRULE:").unwrap_or(text);
    let mut rule = IcalRecurRule::parse(text).ok()?;
    let until = text.split(';').find_map(|part| part.strip_prefix("UNTIL="));
    if let Some(until) = until.filter(|until| until.ends_with(['Z', 'z'])) {
        let until = Timestamp::strptime("%Y%m%dT%H%M%SZ%z", format!("{until}+0000")).ok()?;
        rule.until = Some(to_ical(zone.to_datetime(until)));
    }
    Some(rule)
}

fn to_ical(time: DateTime) -> IcalRecurDateTime {
    let part = |part: i8| u8::try_from(part).unwrap_or(0);
    IcalRecurDateTime {
        year: time.year().into(),
        month: part(time.month()),
        day: part(time.day()),
        hour: part(time.hour()),
        minute: part(time.minute()),
        second: part(time.second()),
    }
}

fn from_ical(time: IcalRecurDateTime) -> Option<DateTime> {
    let part = |part: u8| i8::try_from(part).ok();
    let date = Date::new(i16::try_from(time.year).ok()?, part(time.month)?, part(time.day)?).ok()?;
    // A leap second is the last one before it.
    let second = part(time.second)?.min(59);
    Some(date.at(part(time.hour)?, part(time.minute)?, second, 0))
}
