//! How loud players are.

use serde_json::{Value, json};

use super::{DOMAIN, PLAYING, parameters};
use crate::home::Entity;
use crate::llm::assist::service::{self, Kind, Service, place};
use crate::llm::assist::targets::{Reason, failure};
use crate::llm::finish::action_done;
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Refused, Run, Tool};
use crate::llm::{Call, Request};

const VOLUME_SET: u64 = 4;
const VOLUME_MUTE: u64 = 8;

pub(super) fn set() -> Tool {
    let level = (
        "volume_level",
        Schema::integer()
            .with("minimum", 0)
            .with("maximum", 100)
            .describe("Percent"),
    );
    Tool::new(
        "media_player__HassSetVolume",
        "Set volume",
        "Set the volume of media players.",
        parameters([level], &["volume_level"]),
        Hints::SETS,
        |_, request, arguments| {
            let percent = arguments.get("volume_level").and_then(Value::as_f64).unwrap_or(0.0);
            let data = json!({"volume_level": percent / 100.0});
            let kind = Kind::of(DOMAIN).able(VOLUME_SET);
            service::send(request, &arguments, kind, "volume_set", &data)
        },
    )
}

pub(super) fn change() -> Tool {
    let step = Schema::any_of(vec![
        Schema::one_of(&["up", "down"]),
        Schema::integer().with("minimum", -100).with("maximum", 100),
    ]);
    let step = ("volume_step", step.describe("up, down, or percent to add"));
    Tool::new(
        "media_player__HassSetVolumeRelative",
        "Change volume",
        "Make media players louder or quieter. Without a name, those that are playing.",
        Parameters::of([step].into_iter().chain(place()), &["volume_step"]),
        Hints::REPEATS,
        |_, request, arguments| step_by(request, &arguments),
    )
}

pub(super) fn mute() -> Tool {
    muting(
        "media_player__HassMediaPlayerMute",
        "Mute player",
        "Mute media players.",
        |_, request, arguments| set_muted(request, &arguments, true),
    )
}

pub(super) fn unmute() -> Tool {
    muting(
        "media_player__HassMediaPlayerUnmute",
        "Unmute player",
        "Unmute media players.",
        |_, request, arguments| set_muted(request, &arguments, false),
    )
}

fn muting(name: &str, title: &str, description: &str, run: Run) -> Tool {
    Tool::new(name, title, description, parameters([], &[]), Hints::SETS, run)
}

fn set_muted(request: &Request, arguments: &Arguments, muted: bool) -> Result<Call, Refused> {
    let kind = Kind::of(DOMAIN).able(VOLUME_MUTE);
    let data = json!({"is_volume_muted": muted});
    service::send(request, arguments, kind, "volume_mute", &data)
}

fn step_by(request: &Request, arguments: &Arguments) -> Result<Call, Refused> {
    let mut wanted = service::constraints(arguments, Kind::of(DOMAIN).able(VOLUME_SET));
    let mut matched = service::matched(request, &wanted)?;
    if matched.entities.len() > 1 && wanted.name.is_none() {
        matched.entities.retain(|entity| entity.state == PLAYING);
        if matched.entities.is_empty() {
            wanted.states = vec![PLAYING];
            return Err(Refused(failure(Reason::State, &wanted)));
        }
    }
    let step = arguments.get("volume_step").unwrap_or(&Value::Null);
    let services = matched
        .entities
        .iter()
        .map(|entity| Ok((*entity, stepped(entity, step)?)));
    let services: Vec<(&Entity, Service)> = services.collect::<Result<_, Refused>>()?;
    let actions = services.iter().map(|(entity, service)| service.action(entity));
    Ok(service::whole(
        actions.collect(),
        action_done(&[], &[]),
        "Error setting relative volume",
    ))
}

/// A player's own step, or a number of hundredths.
fn stepped(entity: &Entity, step: &Value) -> Result<Service, Refused> {
    let Some(percent) = step.as_f64() else {
        let name = if step == "up" { "volume_up" } else { "volume_down" };
        return Ok(Service::own(entity, name, json!({})));
    };
    let level = entity.attributes(&["volume_level"]);
    let level = level.first().and_then(|(_, level)| level.as_f64());
    let level = level.ok_or_else(|| Refused(format!("{} does not tell its volume; set it instead", entity.name)))?;
    let level = (level + percent / 100.0).clamp(0.0, 1.0);
    Ok(Service::own(entity, "volume_set", json!({"volume_level": level})))
}
