//! What a climate device is doing, by its mode and by how warm it is and shall be.

use serde_json::{Map, Value};

use crate::home::embedded::domains::number;
use crate::home::embedded::model::EntityState;

/// Brings `hvac_action` up to date, where it is shown.
pub fn show(state: &mut EntityState) {
    if state.attributes.contains_key("hvac_action") {
        let action = of(&state.state, &state.attributes);
        state.attributes.insert("hvac_action".to_owned(), action.into());
    }
}

fn of(mode: &str, shown: &Map<String, Value>) -> &'static str {
    let temperature = |key: &str| shown.get(key).and_then(number::real);
    let Some(current) = temperature("current_temperature") else {
        return blind(mode);
    };
    let target = temperature("temperature");
    let (low, high) = (temperature("target_temp_low"), temperature("target_temp_high"));
    let cold = |target: Option<f64>| target.is_some_and(|target| current < target);
    let warm = |target: Option<f64>| target.is_some_and(|target| current > target);
    match mode {
        "heat" if cold(target.or(low)) => "heating",
        "cool" if warm(target.or(high)) => "cooling",
        "heat_cool" | "auto" if cold(low.or(target)) => "heating",
        "heat_cool" | "auto" if warm(high.or(target)) => "cooling",
        "heat" | "cool" | "heat_cool" | "auto" => "idle",
        other => blind(other),
    }
}

/// Without a thermometer it does as it is told.
fn blind(mode: &str) -> &'static str {
    match mode {
        "off" => "off",
        "heat" => "heating",
        "cool" => "cooling",
        "dry" => "drying",
        "fan_only" => "fan",
        _ => "idle",
    }
}
