//! `climate__HassClimateSetTemperature`: how warm it is to be.

use serde_json::json;

use super::service::{self, Kind, action, entity_target};
use super::targets::Constraints;
use crate::llm::finish::action_done;
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Hints, Tool};

/// The domain that the tool is for.
pub(super) const DOMAIN: &str = "climate";

/// What the tool may do.
pub(super) const ACTIONS: &[&str] = &["climate.set_temperature"];

const TARGET_TEMPERATURE: u64 = 1;

pub(super) fn set_temperature() -> Tool {
    let place = ["area", "name", "floor"].map(|name| (name, Schema::string()));
    Tool::new(
        "climate__HassClimateSetTemperature",
        "Set temperature",
        "Set the target temperature of one thermostat or air conditioner, in the unit it shows.",
        Parameters::of(
            [("temperature", Schema::number())].into_iter().chain(place),
            &["temperature"],
        ),
        Hints::SETS,
        |_, request, arguments| {
            let wanted = Constraints {
                single_target: true,
                ..service::constraints(&arguments, Kind::of(DOMAIN).able(TARGET_TEMPERATURE))
            };
            let climate = service::one(request, &wanted)?;
            let data = json!({"temperature": arguments["temperature"]});
            Ok(service::whole(
                vec![action("climate.set_temperature", &[&climate.id], &data)],
                action_done(&[entity_target(&climate.name, climate)], &[]),
                "Error handling HassClimateSetTemperature",
            ))
        },
    )
}
