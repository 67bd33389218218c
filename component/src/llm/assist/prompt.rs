//! The prompt of `assist`: what there is, how to read and control it, and where the user is.

use super::live_context;
use crate::home::Mirror;

/// How to read the home; before the static context.
const READING: &str = "\
You can see and control this home through the tools.
Whether something exists, of what kind it is and where it is, the static context below tells: answer from it.
How things are now (on or off, locked, open, playing, how warm, which mode) it does not tell: call \
homeassistant__GetLiveContext and answer with the values it returns. Never guess a state, and never say that you cannot \
see the home.
Questions that are not about the home need no tool.
Static context, the devices of this home and their areas:
";

/// The reading part while nothing is exposed.
const NOTHING: &str = "Nothing in this home is exposed to assistants. Only if the user wants to control a device, tell them \
                       to expose it first.";

/// How to control the home.
const CONTROLLING: &str = "\
To control something, always call a tool, and tell of success only after it.
intent__HassTurnOn locks a lock, intent__HassTurnOff unlocks it.
For one device pass its name and domain, for an area pass the area and a domain.";

/// Where nothing is known about the place of the user.
const ANYWHERE: &str = "When the user means all devices of a kind without naming an area, ask for the area first, unless \
                        there is only one such device.";

/// While there is no tool that starts timers.
const NO_TIMERS: &str = "Timers cannot be started from here.";

/// The part that only changes with the registry: how to read the home, with the static context.
pub(crate) fn reading(mirror: &Mirror) -> String {
    let mut text = READING.to_owned();
    for entity in live_context::entities(mirror) {
        text.push_str(&live_context::identity(mirror, entity));
    }
    if text.len() == READING.len() {
        NOTHING.to_owned()
    } else {
        text
    }
}

/// The part that depends on the device that was spoken to. None while nothing is exposed.
pub(crate) fn controlling(mirror: &Mirror, device: Option<&str>) -> Option<String> {
    if mirror.entities().is_empty() {
        return None;
    }
    let place = match device.map(|device| mirror.place_of_device(device)) {
        Some((Some(area), floor)) => {
            let floor = floor
                .map(|floor| format!(" (floor {})", floor.name))
                .unwrap_or_default();
            format!(
                "The user is in area {}{floor}. A command that names no place, such as \"turn on the lights\", means this area.",
                area.name
            )
        }
        _ => ANYWHERE.to_owned(),
    };
    Some([CONTROLLING, &place, NO_TIMERS].join("\n"))
}
