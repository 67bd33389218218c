//! `llm__GetDateTime`: what time it is where the home is.

use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Hints, Reading, Refused, Tool};
use crate::llm::{Call, ToolResult};

pub(super) fn tool() -> Tool {
    Tool {
        name: "llm__GetDateTime".to_owned(),
        title: "Get date and time".to_owned(),
        description: "The current date, time and weekday where the home is.".to_owned(),
        parameters: Parameters::none(),
        output: Some(output()),
        hints: Hints::READS,
        reading: Reading::Intent,
        entity: None,
        run: |_, request, _| Ok(Call::Answer(answer(request.moment, request.mirror.zone())?)),
    }
}

fn output() -> Schema {
    let parts = ["date", "time", "timezone", "weekday"];
    Schema::object(parts.map(|part| (part, Schema::string())), &parts)
}

fn answer(moment: u64, zone: &TimeZone) -> Result<ToolResult, Refused> {
    let moment = i64::try_from(moment)
        .ok()
        .and_then(|moment| Timestamp::from_millisecond(moment).ok())
        .ok_or_else(|| Refused(format!("The host's clock shows no moment of any calendar: {moment}")))?;
    let now = zone.to_datetime(moment);
    // Written by hand: `strftime` would be a thirtieth of the component.
    Ok(ToolResult::data(json!({
        "date": format!("{:04}-{:02}-{:02}", now.year(), now.month(), now.day()),
        "time": format!("{:02}:{:02}:{:02}", now.hour(), now.minute(), now.second()),
        "timezone": zone.to_offset_info(moment).abbreviation(),
        "weekday": name(now.weekday()),
    })))
}

fn name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}
