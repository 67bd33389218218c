//! Forecasts. The file says what is to come, one after the other; the clock says when that is, so that a forecast never
//! grows old.

use jiff::civil::time;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp, ToSpan, Zoned};
use serde_json::{Map, Value};

use super::CONDITIONS;
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, OptionError};

/// Entries that a forecast may have.
const MAX_ENTRIES: usize = 400;
/// The keys of an entry that are numbers.
const NUMBERS: [&str; 14] = [
    "humidity",
    "precipitation",
    "precipitation_probability",
    "pressure",
    "cloud_coverage",
    "uv_index",
    "apparent_temperature",
    "temperature",
    "templow",
    "dew_point",
    "wind_bearing",
    "wind_gust_speed",
    "wind_speed",
    "ozone",
];

/// What a forecast is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Days, the first of which is today.
    Daily,
    /// Hours, the first of which is this.
    Hourly,
    /// Days and nights, the first of which is today's or tonight.
    TwiceDaily,
}

impl Kind {
    /// All of them, in Home Assistant's order.
    pub const ALL: [Self; 3] = [Self::Daily, Self::Hourly, Self::TwiceDaily];

    /// `daily`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Hourly => "hourly",
            Self::TwiceDaily => "twice_daily",
        }
    }

    /// The option of the file that has it.
    pub const fn option(self) -> &'static str {
        match self {
            Self::Daily => "forecast_daily",
            Self::Hourly => "forecast_hourly",
            Self::TwiceDaily => "forecast_twice_daily",
        }
    }

    /// Its bit of `supported_features`.
    pub const fn feature(self) -> u64 {
        match self {
            Self::Daily => 1,
            Self::Hourly => 2,
            Self::TwiceDaily => 4,
        }
    }

    /// Checks what the file says.
    ///
    /// # Errors
    /// When it is not a list of tables with what belongs into them.
    pub fn check(self, config: &EntityConfig) -> Result<(), OptionError> {
        let Some(value) = config.options.get(self.option()) else {
            return Ok(());
        };
        let wrong = |reason: String| OptionError::at(self.option(), reason);
        let entries = value.as_array().filter(|entries| !entries.is_empty());
        let entries = entries.ok_or_else(|| wrong("a forecast is a list of tables, the next first".to_owned()))?;
        if entries.len() > MAX_ENTRIES {
            return Err(wrong(format!(
                "a forecast may have {MAX_ENTRIES} entries, not {}",
                entries.len()
            )));
        }
        for (place, entry) in entries.iter().enumerate() {
            let wrong = |reason: String| wrong(format!("entry {}: {reason}", place + 1));
            let entry = entry
                .as_object()
                .ok_or_else(|| wrong(format!("{entry} is not a table")))?;
            self.check_entry(entry).map_err(wrong)?;
        }
        Ok(())
    }

    fn check_entry(self, entry: &Map<String, Value>) -> Result<(), String> {
        for (key, value) in entry {
            match key.as_str() {
                "condition" if value.as_str().is_some_and(|condition| CONDITIONS.contains(&condition)) => {}
                "condition" => {
                    return Err(format!(
                        "`{key}` is {value}, which is none of {}",
                        CONDITIONS.join(", ")
                    ));
                }
                "is_daytime" if value.is_boolean() => {}
                "is_daytime" => return Err(format!("`{key}` is {value}; write true or false")),
                "datetime" => return Err("when it is follows from its place in the list".to_owned()),
                key if !NUMBERS.contains(&key) => return Err(format!("there is no `{key}` in a forecast")),
                _ if value.is_number() => {}
                _ => return Err(format!("`{key}` is {value}, which is not a number")),
            }
        }
        if !entry.contains_key("temperature") {
            return Err("`temperature` is missing".to_owned());
        }
        if self == Self::TwiceDaily && !entry.contains_key("is_daytime") {
            return Err("`is_daytime` is missing: is it a day or a night?".to_owned());
        }
        Ok(())
    }

    /// What is to come; `None` where the file has no such forecast.
    pub fn forecast(self, config: &EntityConfig, now: Moment) -> Option<Vec<Value>> {
        let entries = config.options.get(self.option())?.as_array()?;
        let zone = config.time_zone.clone().unwrap_or(TimeZone::UTC);
        let now = Timestamp::from_millisecond(i64::try_from(now).ok()?)
            .ok()?
            .to_zoned(zone);
        let by_day = |entry: &Value| entry.get("is_daytime").and_then(Value::as_bool).unwrap_or(true);
        let first = self.first(&now, entries.first().is_none_or(by_day))?;
        let dated = entries.iter().enumerate().filter_map(|(place, entry)| {
            let when = first.checked_add(self.step(i64::try_from(place).ok()?)).ok()?;
            let mut all = Map::new();
            all.insert(
                "datetime".to_owned(),
                when.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string().into(),
            );
            all.extend(entry.as_object()?.clone());
            Some(Value::Object(all))
        });
        Some(dated.collect())
    }

    /// When the first entry is.
    fn first(self, now: &Zoned, by_day: bool) -> Option<Zoned> {
        let at = match self {
            Self::Daily => time(12, 0, 0, 0),
            Self::Hourly => time(now.hour(), 0, 0, 0),
            Self::TwiceDaily if by_day => time(6, 0, 0, 0),
            Self::TwiceDaily => time(18, 0, 0, 0),
        };
        now.with().time(at).build().ok()
    }

    /// How much later that is which stands at this place in the list.
    fn step(self, place: i64) -> Span {
        match self {
            Self::Daily => place.days(),
            Self::Hourly => place.hours(),
            // Whole days first, so that mornings stay mornings when the clocks change.
            Self::TwiceDaily => (place / 2).days().hours(place % 2 * 12),
        }
    }
}
