//! `lawn_mower__HassLawnMowerStartMowing` and `lawn_mower__HassLawnMowerDock`.

use serde_json::json;

use super::service::{self, Kind, only_domain, place};
use crate::llm::schema::Parameters;
use crate::llm::tool::{Arguments, Hints, Refused, Run, Tool};
use crate::llm::{Call, Request};

/// The domain that the tools are for.
pub(super) const DOMAIN: &str = "lawn_mower";

/// What these tools may do.
pub(super) const ACTIONS: &[&str] = &["lawn_mower.dock", "lawn_mower.start_mowing"];

const START_MOWING: u64 = 1;
const DOCK: u64 = 4;

pub(super) fn start() -> Tool {
    tool(
        "lawn_mower__HassLawnMowerStartMowing",
        "Start mowing",
        "Start lawn mowers.",
        |_, request, arguments| send(request, &arguments, START_MOWING, "start_mowing"),
    )
}

pub(super) fn dock() -> Tool {
    tool(
        "lawn_mower__HassLawnMowerDock",
        "Dock lawn mower",
        "Send lawn mowers to their dock.",
        |_, request, arguments| send(request, &arguments, DOCK, "dock"),
    )
}

fn tool(name: &str, title: &str, description: &str, run: Run) -> Tool {
    let parameters = Parameters::of(place().into_iter().chain([only_domain(DOMAIN)]), &[]);
    Tool::new(name, title, description, parameters, Hints::SETS, run)
}

fn send(request: &Request, arguments: &Arguments, features: u64, name: &'static str) -> Result<Call, Refused> {
    let kind = Kind::of(DOMAIN).able(features);
    service::send(request, arguments, kind, name, &json!({}))
}
