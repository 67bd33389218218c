//! `llm__GetDateTime`: what time it is where the home is.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;

use crate::llm::schema::Parameters;
use crate::llm::tool::{Hints, Reading, Refused, Tool};
use crate::llm::{Call, ToolResult};

pub(super) fn tool() -> Tool {
    Tool {
        name: "llm__GetDateTime".to_owned(),
        title: "Get date and time".to_owned(),
        description: "The current date, time and weekday where the home is.".to_owned(),
        parameters: Parameters::none(),
        hints: Hints::READS,
        reading: Reading::Intent,
        entity: None,
        run: |_, request, _| Ok(Call::Answer(answer(request.moment, request.mirror.zone())?)),
    }
}

fn answer(moment: u64, zone: &TimeZone) -> Result<ToolResult, Refused> {
    let now = i64::try_from(moment)
        .ok()
        .and_then(|moment| Timestamp::from_millisecond(moment).ok())
        .ok_or_else(|| Refused(format!("The host's clock shows no moment of any calendar: {moment}")))?
        .to_zoned(zone.clone());
    Ok(ToolResult {
        text: json!({
            "date": now.strftime("%Y-%m-%d").to_string(),
            "time": now.strftime("%H:%M:%S").to_string(),
            "timezone": now.strftime("%Z").to_string(),
            "weekday": now.strftime("%A").to_string(),
        })
        .to_string(),
        is_error: false,
    })
}
