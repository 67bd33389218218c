//! `light__HassLightSet`: colour, colour temperature and brightness.

use serde_json::{Map, Value, json};

use super::colors;
use super::service::{self, Kind, only_domain, place};
use crate::llm::closest::closest;
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Refused, Tool};
use crate::llm::{Call, Request};

/// The domain that the tool is for.
pub(super) const DOMAIN: &str = "light";

/// What this tool may do.
pub(super) const ACTIONS: &[&str] = &["light.turn_on"];

pub(super) fn set() -> Tool {
    let looks = [
        ("color", Schema::string().describe("CSS color name")),
        (
            "temperature",
            Schema::integer()
                .with("minimum", 0)
                .describe("Color temperature in kelvin"),
        ),
        (
            "brightness",
            Schema::integer()
                .with("minimum", 0)
                .with("maximum", 100)
                .describe("Percent: 0 is off, 100 is brightest"),
        ),
    ];
    Tool::new(
        "light__HassLightSet",
        "Set light",
        "Set the brightness, color or color temperature of lights. Lights that are off are turned on.",
        Parameters::of(place().into_iter().chain([only_domain(DOMAIN)]).chain(looks), &[]),
        Hints::SETS,
        |_, request, arguments| call(request, &arguments),
    )
}

fn call(request: &Request, arguments: &Arguments) -> Result<Call, Refused> {
    let data = data(arguments)?;
    service::send(request, arguments, Kind::of(DOMAIN), "turn_on", &data)
}

fn data(arguments: &Arguments) -> Result<Value, Refused> {
    let mut data = Map::new();
    if let Some(name) = arguments.get("color").and_then(Value::as_str) {
        let rgb = colors::rgb(name).ok_or_else(|| unknown(name))?;
        data.insert("rgb_color".to_owned(), json!(rgb));
    }
    if let Some(kelvin) = arguments.get("temperature") {
        data.insert("color_temp_kelvin".to_owned(), kelvin.clone());
    }
    if let Some(percent) = arguments.get("brightness") {
        data.insert("brightness_pct".to_owned(), percent.clone());
    }
    Ok(data.into())
}

fn unknown(name: &str) -> Refused {
    let near = closest(name, colors::names()).unwrap_or("white");
    Refused(format!(
        "Invalid arguments for light__HassLightSet: color must be a CSS color name, not \"{name}\"; the closest one is \"{near}\""
    ))
}
