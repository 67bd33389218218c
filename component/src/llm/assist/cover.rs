//! `intent__HassSetPosition` and `intent__HassStopMoving`: covers and valves.

use serde_json::{Value, json};

use super::service::{self, Kind, Service, any_domain, device_classes, place};
use crate::home::Entity;
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Refused, Run, Tool};
use crate::llm::{Call, Request};

/// The device classes that can be asked for.
const DEVICE_CLASSES: &[&str] = &[
    "awning", "blind", "curtain", "damper", "door", "garage", "gate", "shade", "shutter", "window", "water", "gas",
];

/// The tools are offered when one of these is exposed.
pub(super) const DOMAINS: &[&str] = &["cover", "valve"];

/// What these tools may do.
pub(super) const ACTIONS: &[&str] = &[
    "cover.set_cover_position",
    "cover.stop_cover",
    "valve.set_valve_position",
    "valve.stop_valve",
];

pub(super) fn set_position() -> Tool {
    let position = (
        "position",
        Schema::percentage().describe("0 is closed, 100 is fully open"),
    );
    tool(
        "intent__HassSetPosition",
        "Set position",
        "Move covers (blinds, curtains, garage doors, windows) or valves to a position.",
        Parameters::of(
            place()
                .into_iter()
                .chain([any_domain(), device_classes(DEVICE_CLASSES), position]),
            &["position"],
        ),
        |_, request, arguments| {
            let position = arguments.get("position").unwrap_or(&Value::Null);
            call(
                request,
                &arguments,
                "set_cover_position",
                "set_valve_position",
                &json!({"position": position}),
            )
        },
    )
}

pub(super) fn stop_moving() -> Tool {
    tool(
        "intent__HassStopMoving",
        "Stop moving",
        "Stop covers or valves that are moving, where they are.",
        Parameters::of(
            place()
                .into_iter()
                .chain([any_domain(), device_classes(DEVICE_CLASSES)]),
            &[],
        ),
        |_, request, arguments| call(request, &arguments, "stop_cover", "stop_valve", &json!({})),
    )
}

fn tool(name: &str, title: &str, description: &str, parameters: Parameters, run: Run) -> Tool {
    Tool::new(name, title, description, parameters, Hints::SETS, run)
}

fn call(
    request: &Request,
    arguments: &Arguments,
    of_cover: &'static str,
    of_valve: &'static str,
    data: &Value,
) -> Result<Call, Refused> {
    service::call(request, arguments, Kind::ANY, of_cover, |entity: &Entity| {
        let name = match entity.domain.as_str() {
            "cover" => of_cover,
            "valve" => of_valve,
            other => return Err(Refused(format!("Domain not supported: {other}"))),
        };
        Ok(Ok(Service::own(entity, name, data.clone())))
    })
}
