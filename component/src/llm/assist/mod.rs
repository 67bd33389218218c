//! The LLM API `assist` ("Device control"): reads and controls what is exposed.
//!
//! One file for each domain or concept; the tools come in the alphabetical order of the domain in their names.

mod calendar;
mod climate;
mod colors;
mod cover;
mod date_time;
mod fan;
mod humidifier;
mod intent_script;
pub(crate) mod last_paused;
mod lawn_mower;
mod light;
pub(crate) mod live_context;
mod local_time;
mod media_player;
mod on_off;
pub(crate) mod prompt;
mod script;
mod selectors;
mod service;
pub(crate) mod targets;
mod timers;
mod todo;
mod vacuum;
mod yaml;

use super::tool::Tool;
use crate::home::Mirror;

/// Names this LLM API in config entries and routes.
pub(crate) const ID: &str = "assist";

/// The tools that this home gives cause for.
pub(crate) fn tools(mirror: &Mirror) -> Vec<Tool> {
    let mut tools: Vec<Tool> = calendar::tool(mirror).into_iter().collect();
    let has = |domain: &str| mirror.has_domain(&[domain]);
    if has(climate::DOMAIN) {
        tools.push(climate::set_temperature());
    }
    if has(fan::DOMAIN) {
        tools.push(fan::set_speed());
    }
    tools.push(live_context::tool());
    if has(humidifier::DOMAIN) {
        tools.extend([humidifier::set_humidity(), humidifier::set_mode()]);
    }
    tools.extend([on_off::turn_on(), on_off::turn_off()]);
    if mirror.has_domain(cover::DOMAINS) {
        tools.extend([cover::set_position(), cover::stop_moving()]);
    }
    tools.push(timers::cancel_all());
    tools.extend(intent_script::tools(mirror));
    if has(lawn_mower::DOMAIN) {
        tools.extend([lawn_mower::start(), lawn_mower::dock()]);
    }
    if has(light::DOMAIN) {
        tools.push(light::set());
    }
    tools.push(date_time::tool());
    if has(media_player::DOMAIN) {
        tools.extend(media_player::tools(mirror));
    }
    tools.extend(script::tools(mirror));
    tools.extend(todo::tools(mirror));
    if has(vacuum::DOMAIN) {
        tools.extend([vacuum::start(), vacuum::return_to_base(), vacuum::clean_area()]);
    }
    tools
}

/// What the tools may ask the home to do.
pub(crate) fn actions() -> impl Iterator<Item = &'static str> {
    [
        calendar::ACTIONS,
        climate::ACTIONS,
        cover::ACTIONS,
        fan::ACTIONS,
        humidifier::ACTIONS,
        intent_script::ACTIONS,
        lawn_mower::ACTIONS,
        light::ACTIONS,
        media_player::ACTIONS,
        on_off::ACTIONS,
        script::ACTIONS,
        todo::ACTIONS,
        vacuum::ACTIONS,
    ]
    .into_iter()
    .flatten()
    .copied()
}
