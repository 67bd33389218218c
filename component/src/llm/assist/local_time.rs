//! Moments as they are told: in the time of the home, ISO 8601 with the offset. Written by hand: `strftime` would be a
//! thirtieth of the component.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::llm::tool::Refused;

/// Milliseconds since 1970-01-01T00:00:00Z as a moment.
///
/// # Errors
/// When no calendar has it.
pub(super) fn timestamp(moment: u64) -> Result<Timestamp, Refused> {
    i64::try_from(moment)
        .ok()
        .and_then(|moment| Timestamp::from_millisecond(moment).ok())
        .ok_or_else(|| Refused(format!("The host's clock shows no moment of any calendar: {moment}")))
}

/// `2026-11-22T13:24:43+01:00`, with microseconds where there are any.
pub(super) fn iso(moment: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(moment);
    let mut text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        local.year(),
        local.month(),
        local.day(),
        local.hour(),
        local.minute(),
        local.second()
    );
    let micros = local.subsec_nanosecond() / 1000;
    if micros != 0 {
        text.push_str(&format!(".{micros:06}"));
    }
    let minutes = zone.to_offset(moment).seconds() / 60;
    let sign = if minutes < 0 { '-' } else { '+' };
    text.push_str(&format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60));
    text
}
