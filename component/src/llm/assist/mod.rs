//! The LLM API `assist` ("Device control"): reads and controls what is exposed.
//!
//! One file for each domain or concept; the tools come in the alphabetical order of the domain in their names.

mod colors;
mod cover;
mod date_time;
mod light;
pub(crate) mod live_context;
mod on_off;
pub(crate) mod prompt;
mod script;
mod selectors;
mod service;
pub(crate) mod targets;
mod timers;
mod yaml;

use super::tool::Tool;
use crate::home::Mirror;

/// Names this LLM API in config entries and routes.
pub(crate) const ID: &str = "assist";

/// The tools that this home gives cause for.
pub(crate) fn tools(mirror: &Mirror) -> Vec<Tool> {
    let mut tools = vec![live_context::tool(), on_off::turn_on(), on_off::turn_off()];
    if mirror.has_domain(cover::DOMAINS) {
        tools.extend([cover::set_position(), cover::stop_moving()]);
    }
    tools.push(timers::cancel_all());
    if mirror.has_domain(&[light::DOMAIN]) {
        tools.push(light::set());
    }
    tools.push(date_time::tool());
    tools.extend(script::tools(mirror));
    tools
}

/// What the tools may ask the home to do.
pub(crate) fn actions() -> impl Iterator<Item = &'static str> {
    [on_off::ACTIONS, cover::ACTIONS, light::ACTIONS, script::ACTIONS]
        .into_iter()
        .flatten()
        .copied()
}
