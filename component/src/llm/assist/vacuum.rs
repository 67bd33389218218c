//! Vacuum cleaners: starting, sending home, and cleaning one area.

use serde_json::{Value, json};

use super::service::{self, Kind, action, area_target, entity_target, only_domain, place};
use super::targets::{Constraints, Preferences, Reason, failure, find};
use crate::home::Area;
use crate::llm::finish::action_done;
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Refused, Run, Tool};
use crate::llm::{Call, Request, python};

/// The domain that the tools are for.
pub(super) const DOMAIN: &str = "vacuum";

/// What these tools may do.
pub(super) const ACTIONS: &[&str] = &["vacuum.clean_area", "vacuum.return_to_base", "vacuum.start"];

const RETURN_HOME: u64 = 1 << 4;
const START: u64 = 1 << 13;
const CLEAN_AREA: u64 = 1 << 14;

pub(super) fn start() -> Tool {
    tool(
        "vacuum__HassVacuumStart",
        "Start vacuum",
        "Start vacuum cleaners.",
        |_, request, arguments| send(request, &arguments, START, "start"),
    )
}

pub(super) fn return_to_base() -> Tool {
    tool(
        "vacuum__HassVacuumReturnToBase",
        "Return vacuum to base",
        "Send vacuum cleaners to their base.",
        |_, request, arguments| send(request, &arguments, RETURN_HOME, "return_to_base"),
    )
}

pub(super) fn clean_area() -> Tool {
    let text = |name, description| (name, Schema::string().describe(description));
    Tool::new(
        "vacuum__HassVacuumCleanArea",
        "Clean area",
        "Have an area cleaned.",
        Parameters::of(
            [text("area", "To clean"), text("name", "Of the vacuum cleaner")],
            &["area"],
        ),
        Hints::REPEATS,
        |_, request, arguments| clean(request, &arguments),
    )
}

fn tool(name: &str, title: &str, description: &str, run: Run) -> Tool {
    let parameters = Parameters::of(place().into_iter().chain([only_domain(DOMAIN)]), &[]);
    Tool::new(name, title, description, parameters, Hints::REPEATS, run)
}

fn send(request: &Request, arguments: &Arguments, features: u64, name: &'static str) -> Result<Call, Refused> {
    let kind = Kind::of(DOMAIN).able(features);
    service::send(request, arguments, kind, name, &json!({}))
}

/// The area says what is cleaned, not where the cleaner stands.
fn clean(request: &Request, arguments: &Arguments) -> Result<Call, Refused> {
    let mirror = request.mirror;
    let text = |name: &str| arguments.get(name).and_then(Value::as_str);
    let areas = areas(request, text("area").unwrap_or_default())?;
    let wanted = Constraints {
        name: text("name"),
        domains: Some(vec![DOMAIN]),
        features: CLEAN_AREA,
        ..Constraints::default()
    };
    let first = areas.first().copied();
    let near = Preferences {
        area: first,
        floor: first.and_then(|area| mirror.floor(area.floor.as_deref()?)),
    };
    let matched =
        find(mirror, mirror.entities().iter(), &wanted, near).map_err(|reason| Refused(failure(reason, &wanted)))?;
    let vacuums: Vec<&str> = matched.entities.iter().map(|entity| entity.id.as_str()).collect();
    let ids: Vec<&str> = areas.iter().map(|area| area.id.as_str()).collect();
    let cleaned = areas.iter().map(|area| json!(area_target(area)));
    let cleaners = matched
        .entities
        .iter()
        .map(|entity| entity_target(&entity.name, entity));
    Ok(service::whole(
        vec![action("vacuum.clean_area", &vacuums, &json!({"cleaning_area_id": ids}))],
        action_done(&cleaned.chain(cleaners).collect::<Vec<_>>(), &[]),
        format!(
            "Failed to call clean_area for areas: {} with vacuums: {}",
            python::list(ids.iter().copied()),
            python::list(vacuums.iter().copied())
        ),
    ))
}

/// The areas of this name; of several the one where the asker is.
fn areas<'a>(request: &Request<'a>, name: &str) -> Result<Vec<&'a Area>, Refused> {
    let mut areas = request.mirror.areas_called(name);
    if areas.is_empty() {
        let wanted = Constraints {
            area: Some(name),
            ..Constraints::default()
        };
        return Err(Refused(failure(Reason::InvalidArea, &wanted)));
    }
    let here = Preferences::of_device(request.mirror, request.device);
    let in_area = |area: &&Area| here.area.is_some_and(|here| here.id == area.id);
    let on_floor = |area: &&Area| here.floor.is_some_and(|here| area.floor.as_ref() == Some(&here.id));
    if areas.len() > 1 && areas.iter().any(in_area) {
        areas.retain(in_area);
    }
    if areas.len() > 1 && areas.iter().any(on_floor) {
        areas.retain(on_floor);
    }
    Ok(areas)
}
