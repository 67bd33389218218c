//! `calendar__get_events`: what is planned, today or within a week.

use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::service::action;
use super::targets::Constraints;
use super::{local_time, service};
use crate::home::Mirror;
use crate::llm::finish::{Finish, Told};
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Reading, Refused, Tool};
use crate::llm::{Call, Plan, Request, ToolResult};

/// The domain that the tool is for.
pub(super) const DOMAIN: &str = "calendar";

/// What the tool may do.
pub(super) const ACTIONS: &[&str] = &["calendar.get_events"];

/// None where no calendar can be named.
pub(super) fn tool(mirror: &Mirror) -> Option<Tool> {
    let names = mirror.names_in(DOMAIN);
    if names.is_empty() {
        return None;
    }
    let tool = Tool::new(
        "calendar__get_events",
        "Get calendar events",
        "What a calendar holds from now on, today or in the next seven days. To find out when something is, ask for the \
         week. Ends are exclusive.",
        Parameters::of(
            [
                ("calendar", Schema::one_of(&names)),
                ("range", Schema::one_of(&["today", "week"])),
            ],
            &["calendar", "range"],
        ),
        Hints::ASKS,
        |_, request, arguments| call(request, &arguments),
    );
    Some(tool.reading(Reading::Strict).giving(output()))
}

fn output() -> Schema {
    Schema::object(
        [("events", Schema::array_of_records(&["start", "end", "summary"]))],
        &["events"],
    )
}

fn call(request: &Request, arguments: &Arguments) -> Result<Call, Refused> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let wanted = Constraints {
        name: text("calendar"),
        domains: Some(vec![DOMAIN]),
        ..Constraints::default()
    };
    let Ok(calendar) = service::one(request, &wanted) else {
        let error = json!({"error": "Calendar not found"});
        return Ok(Call::Answer(ToolResult::failed(error.to_string())));
    };
    let days = if text("range") == Some("week") { 7 } else { 1 };
    let (start, end) = from_now(request, days)?;
    let data = json!({"start_date_time": start, "end_date_time": end});
    let actions = vec![action("calendar.get_events", &[&calendar.id], &data)];
    let finish = Finish::Told {
        entity: calendar.id.clone(),
        what: Told::Events,
    };
    Ok(Call::Perform(Plan::to_the_end(actions, finish)))
}

/// From now to the midnight that ends so many days, of which today is the first, where the home is.
fn from_now(request: &Request, days: usize) -> Result<(String, String), Refused> {
    let zone = request.mirror.zone();
    let now = local_time::timestamp(request.moment)?;
    let last = |date: Date| std::iter::successors(Some(date), |date| date.tomorrow().ok()).nth(days);
    let end: Option<Timestamp> =
        last(zone.to_datetime(now).date()).and_then(|date| zone.to_timestamp(date.at(0, 0, 0, 0)).ok());
    let end = end.ok_or_else(|| Refused("There are no such days in any calendar".to_owned()))?;
    Ok((local_time::iso(now, zone), local_time::iso(end, zone)))
}
