//! Lights: brightness, colours in every form, effects.

mod colour;
mod memory;
mod modes;
mod names;
mod request;

use serde_json::{Map, Value};

use super::{Domain, Reproduction, Service, flags, onoff, schema};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};
use memory::{BRIGHTEST, Memory};
use modes::{Abilities, Mode};
use request::{Request, White};

const SERVICES: &[Service] = &[
    Service::any("turn_on").taking(request::TURN_ON),
    Service::any("turn_off").taking(request::TURN_OFF),
    Service::any("toggle").taking(request::TURN_ON),
];
/// The bit of lights with effects.
const EFFECT: u64 = 4;
/// The features that a file can name.
const FEATURES: &[(&str, u64)] = &[("flash", 8), ("transition", 32)];
/// The attributes that a file can begin with, in the order in which the file may not mix them.
const ATTRIBUTES: &[&str] = &[
    "brightness",
    "effect",
    "color_mode",
    "hs_color",
    "color_temp_kelvin",
    "rgb_color",
    "rgbw_color",
    "rgbww_color",
    "xy_color",
];

/// The domain `light`.
#[derive(Debug)]
pub struct Light;

impl Domain for Light {
    fn name(&self) -> &'static str {
        "light"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &[
            "supported_color_modes",
            "min_color_temp_kelvin",
            "max_color_temp_kelvin",
            "effect_list",
            "features",
        ]
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        let effect = if config.options.contains_key("effect_list") {
            EFFECT
        } else {
            0
        };
        Some(effect | flags::read(config, FEATURES).ok().flatten().unwrap_or(0))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let abilities = Abilities::read(config)?;
        flags::read(config, FEATURES)?;
        let on = onoff::initial(config)? == "on";
        let attributes = &config.attributes;
        if let Some(unknown) = attributes.keys().find(|key| !ATTRIBUTES.contains(&key.as_str())) {
            return Err(OptionError::at(
                "attributes",
                format!("a light does not begin with `{unknown}`"),
            ));
        }
        let wrong = |reason: String| OptionError::at("attributes", reason);
        let mut given = attributes.clone();
        // The colour says it already, but who copies the attributes of a light has it.
        let white = given.shift_remove("color_mode") == Some("white".into());
        let given = schema::read(request::TURN_ON, &given).map_err(|error| wrong(error.to_string()))?;
        let mut memory = Memory::first(&abilities);
        if let Some(brightness) = given.get("brightness").and_then(Value::as_i64) {
            memory.brightness = brightness.max(1);
        }
        memory.effect = given.get("effect").and_then(Value::as_str).map(str::to_owned);
        if let Some(colour) = request::colour(&given) {
            if !abilities.has(colour.mode()) {
                let modes = abilities.mode_names().join(", ");
                return Err(wrong(format!(
                    "the colour must be given in one of the light's modes: {modes}"
                )));
            }
            memory.colour = Some(colour);
        } else if white && abilities.has(Mode::White) {
            memory.colour = None;
        }
        Ok(memory.state(&abilities, on))
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<(), ServiceError> {
        let abilities = Abilities::read(config).map_err(|error| ServiceError::Refused(error.reason))?;
        let mut memory = Memory::of(state, &abilities);
        let was_on = state.state == "on";
        let turn_on = match service {
            "turn_on" => true,
            "toggle" => !was_on,
            _ => false,
        };
        let on = turn_on && light_up(&mut memory, &abilities, was_on, data);
        *state = memory.state(&abilities, on);
        Ok(())
    }

    fn reproduce(&self, _config: &EntityConfig, state: &str, attributes: &Map<String, Value>) -> Reproduction {
        if state != "on" {
            return onoff::reproduce(state);
        }
        let mut data = Map::new();
        for key in ["brightness", "effect"] {
            copy(attributes, key, key, &mut data);
        }
        match attributes.get("color_mode").and_then(Value::as_str) {
            Some("white") => copy(attributes, "brightness", "white", &mut data),
            Some("color_temp") => copy(attributes, "color_temp_kelvin", "color_temp_kelvin", &mut data),
            Some(mode @ ("hs" | "rgb" | "rgbw" | "rgbww" | "xy")) => {
                let key = format!("{mode}_color");
                copy(attributes, &key, &key, &mut data);
            }
            // Scenes written by hand seldom name the mode: the first colour that is there counts.
            _ => {
                if let Some(key) = ATTRIBUTES[3..]
                    .iter()
                    .find(|key| attributes.get(**key).is_some_and(|it| !it.is_null()))
                {
                    copy(attributes, key, key, &mut data);
                }
            }
        }
        let data = self.validate("turn_on", &data).map_err(|error| error.to_string())?;
        Ok(vec![("turn_on", data)])
    }
}

fn copy(from: &Map<String, Value>, key: &str, to: &str, data: &mut Map<String, Value>) {
    if let Some(value) = from.get(key).filter(|value| !value.is_null()) {
        data.insert(to.to_owned(), value.clone());
    }
}

/// Takes over what a request asks for; whether the light is on then. A brightness of nothing turns it off, and the
/// light then keeps what it remembers.
fn light_up(memory: &mut Memory, abilities: &Abilities, was_on: bool, data: &Map<String, Value>) -> bool {
    let lit = if was_on && abilities.dims() {
        memory.brightness
    } else {
        0
    };
    let mut request = Request::read(data, lit);
    let mut white = request.white.map(|white| match white {
        White::AsBright => memory.brightness,
        White::At(brightness) => brightness,
    });
    if white.is_some() && abilities.has(Mode::White) {
        white = request.brightness.take().or(white);
    }
    if request.brightness == Some(0) || white == Some(0) {
        return false;
    }
    if let Some(colour) = request.colour {
        let brightness = request.brightness.unwrap_or(memory.brightness);
        memory.colour = abilities.convert(colour, brightness).or(memory.colour);
    }
    if let Some(brightness) = request.brightness.filter(|_| abilities.dims()) {
        memory.brightness = brightness.clamp(1, BRIGHTEST);
    }
    if abilities.effects.is_some() && request.effect.is_some() {
        memory.effect = request.effect;
    }
    if let Some(brightness) = white.filter(|_| abilities.has(Mode::White)) {
        memory.brightness = brightness;
        memory.colour = None;
    }
    true
}
