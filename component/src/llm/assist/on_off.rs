//! `intent__HassTurnOn` and `intent__HassTurnOff`: on and off in the words of each domain.

use serde_json::json;

use super::service::{self, Kind, Service, any_domain, device_classes, place};
use crate::home::{Entity, Mirror};
use crate::llm::schema::Parameters;
use crate::llm::tool::{Arguments, Hints, Refused, Run, Tool};
use crate::llm::{Call, Request};

/// The device classes that can be asked for.
const DEVICE_CLASSES: &[&str] = &[
    "identify",
    "restart",
    "update",
    "awning",
    "blind",
    "curtain",
    "damper",
    "door",
    "garage",
    "gate",
    "shade",
    "shutter",
    "window",
    "tv",
    "speaker",
    "receiver",
    "projector",
    "outlet",
    "switch",
    "water",
    "gas",
];

/// What these tools may do.
pub(super) const ACTIONS: &[&str] = &[
    "button.press",
    "cover.close_cover",
    "cover.open_cover",
    "homeassistant.turn_off",
    "homeassistant.turn_on",
    "input_button.press",
    "lock.lock",
    "lock.unlock",
    "valve.close_valve",
    "valve.open_valve",
];

pub(super) fn turn_on() -> Tool {
    tool(
        "intent__HassTurnOn",
        "Turn on",
        "Turn on, open, press or lock. Covers and valves open, buttons are pressed, locks are LOCKED, everything else is \
         turned on. All that matches is acted on.",
        Hints::REPEATS,
        |_, request, arguments| call(request, &arguments, "turn_on"),
    )
}

pub(super) fn turn_off() -> Tool {
    tool(
        "intent__HassTurnOff",
        "Turn off",
        "Turn off, close or unlock. Covers and valves close, locks are UNLOCKED, everything else is turned off. All that matches is acted on.",
        Hints::SETS,
        |_, request, arguments| call(request, &arguments, "turn_off"),
    )
}

fn tool(name: &str, title: &str, description: &str, hints: Hints, run: Run) -> Tool {
    let parameters = Parameters::of(
        place()
            .into_iter()
            .chain([any_domain(), device_classes(DEVICE_CLASSES)]),
        &[],
    );
    Tool::new(name, title, description, parameters, hints, run)
}

fn call(request: &Request, arguments: &Arguments, generic: &'static str) -> Result<Call, Refused> {
    service::call(request, arguments, Kind::ANY, generic, |entity| {
        Ok(translated(request.mirror, entity, generic))
    })
}

/// What on (or off) means for this entity.
fn translated(mirror: &Mirror, entity: &Entity, generic: &'static str) -> Result<Service, String> {
    let on = generic == "turn_on";
    let own = |name: &'static str| Ok(Service::own(entity, name, json!({})));
    match entity.domain.as_str() {
        "button" | "input_button" if on => own("press"),
        "button" | "input_button" => Err(format!("{} is a button and cannot be turned off", entity.id)),
        "cover" => own(if on { "open_cover" } else { "close_cover" }),
        "valve" => own(if on { "open_valve" } else { "close_valve" }),
        "lock" => own(if on { "lock" } else { "unlock" }),
        domain if mirror.has_service(domain, generic) => Ok(Service {
            domain: "homeassistant".to_owned(),
            name: generic,
            data: json!({}),
        }),
        _ => Err(format!(
            "{} cannot be turned {}",
            entity.id,
            if on { "on" } else { "off" }
        )),
    }
}
