//! `humidifier__HassHumidifierSetpoint` and `humidifier__HassHumidifierMode`. One that is off is turned on.

use serde_json::{Value, json};

use super::service::{self, Kind, action};
use crate::home::Entity;
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Refused, Tool};
use crate::llm::{Call, Request};

/// The domain that the tools are for.
pub(super) const DOMAIN: &str = "humidifier";

/// What these tools may do.
pub(super) const ACTIONS: &[&str] = &["humidifier.set_humidity", "humidifier.set_mode", "humidifier.turn_on"];

const MODES: u64 = 1;

pub(super) fn set_humidity() -> Tool {
    let humidity = Schema::integer().with("minimum", 0).with("maximum", 100);
    Tool::new(
        "humidifier__HassHumidifierSetpoint",
        "Set humidity",
        "Set the target humidity of a humidifier, in percent.",
        Parameters::of(
            [("name", Schema::string()), ("humidity", humidity)],
            &["name", "humidity"],
        ),
        Hints::SETS,
        |_, request, arguments| {
            let entity = named(request, &arguments)?;
            let humidity = &arguments["humidity"];
            let name = &entity.name;
            let said = match is_off(entity) {
                true => format!("Turned {name} on and set humidity to {humidity}%"),
                false => format!("The {name} is set to {humidity}%"),
            };
            Ok(set(entity, "set_humidity", &json!({"humidity": humidity}), &said))
        },
    )
}

pub(super) fn set_mode() -> Tool {
    Tool::new(
        "humidifier__HassHumidifierMode",
        "Set humidifier mode",
        "Set the mode of a humidifier.",
        Parameters::of(["name", "mode"].map(|name| (name, Schema::string())), &["name", "mode"]),
        Hints::SETS,
        |_, request, arguments| {
            let entity = named(request, &arguments)?;
            let mode = arguments["mode"].as_str().unwrap_or_default();
            let name = &entity.name;
            if entity.features & MODES == 0 {
                return Err(Refused(format!("Entity {name} does not support modes")));
            }
            check_mode(entity, mode)?;
            let said = match is_off(entity) {
                true => format!("Turned {name} on and set {mode} mode"),
                false => format!("The mode for {name} is set to {mode}"),
            };
            Ok(set(entity, "set_mode", &json!({"mode": mode}), &said))
        },
    )
}

fn named<'a>(request: &Request<'a>, arguments: &Arguments) -> Result<&'a Entity, Refused> {
    service::one(request, &service::constraints(arguments, Kind::of(DOMAIN)))
}

fn is_off(entity: &Entity) -> bool {
    entity.state == "off"
}

fn check_mode(entity: &Entity, mode: &str) -> Result<(), Refused> {
    let modes = entity.attributes(&["available_modes"]);
    let modes = modes.first().and_then(|(_, modes)| modes.as_array());
    let modes: Vec<&str> = modes.into_iter().flatten().filter_map(Value::as_str).collect();
    if modes.contains(&mode) {
        return Ok(());
    }
    let name = &entity.name;
    let known = modes.join(", ");
    Err(Refused(format!(
        "Entity {name} does not support {mode} mode; it has {known}"
    )))
}

/// Turns it on where it is off, sets it, and says so.
fn set(entity: &Entity, service: &str, data: &Value, said: &str) -> Call {
    let mut actions = Vec::new();
    if is_off(entity) {
        actions.push(action("humidifier.turn_on", &[&entity.id], &json!({})));
    }
    actions.push(action(&format!("humidifier.{service}"), &[&entity.id], data));
    let answer = json!({
        "speech": {"plain": {"speech": said, "extra_data": null}},
        "response_type": "action_done",
        "data": {"success": [], "failed": []},
    });
    service::whole(actions, answer.to_string(), format!("{} could not be set", entity.name))
}
