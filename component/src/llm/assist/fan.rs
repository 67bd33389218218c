//! `fan__HassFanSetSpeed`: how fast fans turn.

use serde_json::json;

use super::service::{self, Kind, only_domain, place};
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Hints, Tool};

/// The domain that the tool is for.
pub(super) const DOMAIN: &str = "fan";

/// What the tool may do.
pub(super) const ACTIONS: &[&str] = &["fan.turn_on"];

pub(super) fn set_speed() -> Tool {
    let percentage = ("percentage", Schema::percentage());
    Tool::new(
        "fan__HassFanSetSpeed",
        "Set fan speed",
        "Set the speed of fans, in percent. 0 turns them off.",
        Parameters::of(
            place().into_iter().chain([only_domain(DOMAIN), percentage]),
            &["percentage"],
        ),
        Hints::SETS,
        |_, request, arguments| {
            let data = json!({"percentage": arguments["percentage"]});
            service::send(request, &arguments, Kind::of(DOMAIN), "turn_on", &data)
        },
    )
}
