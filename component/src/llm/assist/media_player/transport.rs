//! Pausing and going on, forwards and back.

use serde_json::json;

use super::{DOMAIN, PLAYING, parameters};
use crate::llm::assist::last_paused::LastPaused;
use crate::llm::assist::service::{self, Kind};
use crate::llm::tool::{Arguments, Hints, Refused, Run, Tool};
use crate::llm::{Call, Request};

const PAUSE: u64 = 1;
const PREVIOUS_TRACK: u64 = 16;
const NEXT_TRACK: u64 = 32;

pub(super) fn unpause() -> Tool {
    tool(
        "media_player__HassMediaUnpause",
        "Resume media",
        "Resume media players. Without a name, those that were paused last.",
        Hints::REPEATS,
        |_, request, arguments| resume(request, &arguments),
    )
}

pub(super) fn pause() -> Tool {
    tool(
        "media_player__HassMediaPause",
        "Pause media",
        "Pause what is playing.",
        Hints::SETS,
        |_, request, arguments| {
            let matched = service::meant(request, &arguments, playing(PAUSE))?;
            let mut call = service::send_to(&matched, "media_pause", &json!({}))?;
            if let Call::Perform(plan) = &mut call {
                plan.remembers = Some(LastPaused::of(&matched.entities));
            }
            Ok(call)
        },
    )
}

pub(super) fn next() -> Tool {
    tool(
        "media_player__HassMediaNext",
        "Next track",
        "Skip to the next track of what is playing.",
        Hints::REPEATS,
        |_, request, arguments| {
            let kind = playing(NEXT_TRACK);
            service::send(request, &arguments, kind, "media_next_track", &json!({}))
        },
    )
}

pub(super) fn previous() -> Tool {
    tool(
        "media_player__HassMediaPrevious",
        "Previous track",
        "Go back to the previous track of what is playing.",
        Hints::REPEATS,
        |_, request, arguments| {
            let kind = playing(PREVIOUS_TRACK);
            service::send(request, &arguments, kind, "media_previous_track", &json!({}))
        },
    )
}

fn tool(name: &str, title: &str, description: &str, hints: Hints, run: Run) -> Tool {
    Tool::new(name, title, description, parameters([], &[]), hints, run)
}

/// A player that plays and can do this.
const fn playing(features: u64) -> Kind {
    Kind::of(DOMAIN).able(features).being(&[PLAYING])
}

fn resume(request: &Request, arguments: &Arguments) -> Result<Call, Refused> {
    let mut matched = service::meant(request, arguments, Kind::of(DOMAIN))?;
    let named = arguments.get("name").is_some_and(|name| name != "all");
    let paused = request.paused.filter(|paused| !named && !paused.is_empty());
    if let Some(paused) = paused {
        paused.narrow(&mut matched.entities);
    }
    let mut call = service::send_to(&matched, "media_play", &json!({}))?;
    if let (Call::Perform(plan), Some(_)) = (&mut call, paused) {
        plan.remembers = Some(LastPaused::default());
    }
    Ok(call)
}
