//! Moments as people write and read them, where this machine is.

use hearth_host::clock::Moment;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A moment as the clock on the wall had it: `2026-11-23 07:10:42`.
pub fn local(moment: Moment) -> String {
    zoned(moment).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// A moment where this machine is.
fn zoned(moment: Moment) -> Zoned {
    let moment = i64::try_from(moment)
        .ok()
        .and_then(|moment| Timestamp::from_millisecond(moment).ok());
    moment.unwrap_or(Timestamp::MAX).to_zoned(TimeZone::system())
}
