//! `llm__GetDateTime`: what time it is where the home is.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use serde_json::json;

use super::local_time;
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Hints, Refused, Tool};
use crate::llm::{Call, ToolResult};

pub(super) fn tool() -> Tool {
    let tool = Tool::new(
        "llm__GetDateTime",
        "Get date and time",
        "The current date, time and weekday where the home is.",
        Parameters::none(),
        Hints::READS,
        |_, request, _| Ok(Call::Answer(answer(request.moment, request.mirror.zone())?)),
    );
    tool.giving(output())
}

fn output() -> Schema {
    Schema::record(&["date", "time", "timezone", "weekday"])
}

fn answer(moment: u64, zone: &TimeZone) -> Result<ToolResult, Refused> {
    let moment = local_time::timestamp(moment)?;
    let now = zone.to_datetime(moment);
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
