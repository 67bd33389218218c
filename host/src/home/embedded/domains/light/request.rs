//! What `light.turn_on` and its siblings take.

use serde_json::{Map, Value, json};

use super::colour::{Colour, hs_of_rgb, rgb_of_xy};
use super::memory::BRIGHTEST;
use super::names::rgb_of_name;
use crate::home::embedded::domains::number::{json as number, nearest};
use crate::home::embedded::domains::schema::{
    Fault, Field, Group, float, in_range, integer, no_percentage, string, transition,
};

const BRIGHTNESS: Group = Group {
    name: "brightness",
    place: "<brightness>",
};
const COLOUR: Group = Group {
    name: "Color descriptors",
    place: "[<Color descriptors>]",
};

/// The data of `turn_on` and `toggle`.
pub const TURN_ON: &[Field] = &[
    Field::one_of(COLOUR, "profile", string),
    Field::optional("transition", transition),
    Field::one_of(BRIGHTNESS, "brightness", brightness),
    Field::one_of(BRIGHTNESS, "brightness_pct", brightness_pct),
    Field::one_of(BRIGHTNESS, "brightness_step", brightness_step),
    Field::one_of(BRIGHTNESS, "brightness_step_pct", brightness_step_pct),
    Field::one_of(COLOUR, "color_name", string),
    Field::one_of(COLOUR, "color_temp_kelvin", kelvin),
    Field::one_of(COLOUR, "hs_color", hs),
    Field::one_of(COLOUR, "rgb_color", bytes::<3>),
    Field::one_of(COLOUR, "rgbw_color", bytes::<4>),
    Field::one_of(COLOUR, "rgbww_color", bytes::<5>),
    Field::one_of(COLOUR, "xy_color", xy),
    Field::one_of(COLOUR, "white", white),
    Field::optional("flash", flash),
    Field::optional("effect", string),
];

/// The data of `turn_off`.
pub const TURN_OFF: &[Field] = &[
    Field::optional("transition", transition),
    Field::optional("flash", flash),
];

fn brightness(value: &Value) -> Result<Value, Fault> {
    Ok(integer(value)?.clamp(0, BRIGHTEST).into())
}

fn brightness_pct(value: &Value) -> Result<Value, Fault> {
    percentage(value)
}

fn percentage(value: &Value) -> Result<Value, Fault> {
    let percent = float(value)?;
    if (0.0..=100.0).contains(&percent) {
        Ok(number(percent))
    } else {
        Err(no_percentage())
    }
}

fn brightness_step(value: &Value) -> Result<Value, Fault> {
    Ok(integer(value)?.clamp(-BRIGHTEST, BRIGHTEST).into())
}

fn brightness_step_pct(value: &Value) -> Result<Value, Fault> {
    Ok(number(float(value)?.clamp(-100.0, 100.0)))
}

fn kelvin(value: &Value) -> Result<Value, Fault> {
    in_range(integer(value)?, 0, i64::MAX).map(Value::from)
}

fn white(value: &Value) -> Result<Value, Fault> {
    if *value == Value::Bool(true) {
        return Ok(value.clone());
    }
    brightness(value).map_err(|_| Fault::new("not a valid value"))
}

fn flash(value: &Value) -> Result<Value, Fault> {
    match value.as_str() {
        Some("short" | "long") => Ok(value.clone()),
        _ => Err(Fault::new("value must be one of ['long', 'short']")),
    }
}

fn bytes<const N: usize>(value: &Value) -> Result<Value, Fault> {
    parts::<N>(value, |_, part| in_range(integer(part)?, 0, BRIGHTEST).map(Value::from))
}

fn hs(value: &Value) -> Result<Value, Fault> {
    parts::<2>(value, |at, part| match at {
        0 => bounded(part, 360),
        _ => percentage(part),
    })
}

fn xy(value: &Value) -> Result<Value, Fault> {
    parts::<2>(value, |_, part| bounded(part, 1))
}

/// A number from nothing to `most`; one that is no number is in no range.
fn bounded(value: &Value, most: i64) -> Result<Value, Fault> {
    let given = float(value)?;
    if given > most as f64 {
        Err(Fault::new(format!("value must be at most {most}")))
    } else if given >= 0.0 {
        Ok(number(given))
    } else {
        Err(Fault::new("value must be at least 0"))
    }
}

/// A sequence of `N` parts. A text is one of characters, and so never fits.
fn parts<const N: usize>(value: &Value, read: fn(usize, &Value) -> Result<Value, Fault>) -> Result<Value, Fault> {
    let given = match value {
        Value::Array(given) => given.as_slice(),
        Value::String(_) | Value::Object(_) => &[],
        _ => return Err(Fault::new("expected tuple")),
    };
    if given.len() != N {
        return Err(Fault::new(format!("expected a sequence of {N} items")));
    }
    let mut parts = Vec::with_capacity(N);
    for (at, part) in given.iter().enumerate() {
        let part = read(at, part).map_err(|fault| Fault {
            place: format!("[{at}]{}", fault.place),
            ..fault
        })?;
        parts.push(part);
    }
    Ok(Value::Array(parts))
}

/// A request to be lit, as it was validated.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Request {
    /// 0 to 255.
    pub brightness: Option<i64>,
    /// The colour in the form that was asked for.
    pub colour: Option<Colour>,
    /// The white channel: as bright as it is, or as this.
    pub white: Option<White>,
    /// The effect to run.
    pub effect: Option<String>,
}

/// How bright the white channel shall be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum White {
    /// As the light is.
    AsBright,
    /// 0 to 255.
    At(i64),
}

impl Request {
    /// Reads validated data; `lit` is the brightness from which a step goes, 0 when the light is off.
    pub fn read(data: &Map<String, Value>, lit: i64) -> Self {
        let whole = |key: &str| data.get(key).and_then(Value::as_i64);
        let float = |key: &str| data.get(key).and_then(Value::as_f64);
        let text = |key: &str| data.get(key).and_then(Value::as_str);
        let full = BRIGHTEST as f64;
        let stepped = whole("brightness_step").map(|step| lit + step).or_else(|| {
            let percent = nearest(lit as f64 / full * 100.0) as f64;
            float("brightness_step_pct").map(|step| nearest((percent + step) / 100.0 * full))
        });
        let mut request = Self {
            brightness: stepped
                .map(|stepped| stepped.clamp(0, BRIGHTEST))
                .or_else(|| float("brightness_pct").map(|percent| nearest(full * percent / 100.0)))
                .or_else(|| whole("brightness")),
            colour: colour(data),
            white: data
                .get("white")
                .map(|white| white.as_i64().map_or(White::AsBright, White::At)),
            effect: text("effect").map(str::to_owned),
        };
        if let Some(name) = text("color_name") {
            // An unknown name is white in Home Assistant.
            request.colour = Some(Colour::RgbColor(rgb_of_name(name).unwrap_or([BRIGHTEST; 3])));
        }
        if let Some((xy, brightness)) = text("profile").and_then(profile) {
            request.colour = Some(Colour::HsColor(hs_of_rgb(rgb_of_xy(xy).map(|part| part as f64))));
            request.brightness = request.brightness.or(Some(brightness));
        }
        request
    }
}

/// The colour that the data or the attributes hold.
pub fn colour(data: &Map<String, Value>) -> Option<Colour> {
    const KEYS: [&str; 6] = [
        "hs_color",
        "color_temp_kelvin",
        "rgb_color",
        "rgbw_color",
        "rgbww_color",
        "xy_color",
    ];
    let (key, value) = KEYS.iter().find_map(|key| Some((*key, data.get(*key)?)))?;
    serde_json::from_value(json!({ key: value })).ok()
}

/// The light profiles that Home Assistant brings: chromaticity and brightness.
fn profile(name: &str) -> Option<([f64; 2], i64)> {
    Some(match name {
        "relax" => ([0.5119, 0.4147], 144),
        "concentrate" => ([0.5119, 0.4147], 219),
        "energize" => ([0.368, 0.3686], 203),
        "reading" => ([0.4448, 0.4066], 240),
        _ => return None,
    })
}
