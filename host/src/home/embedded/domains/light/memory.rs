//! What a light remembers while it is off, and what it shows.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::colour::{
    Colour, hs_of_rgb, rgb_of_hs, rgb_of_rgbw, rgb_of_rgbww, rgb_of_temperature, rgb_of_xy, xy_of_rgb,
};
use super::modes::{Abilities, Mode};
use crate::home::embedded::domains::number::rounded;
use crate::home::embedded::model::EntityState;

/// Full brightness.
pub const BRIGHTEST: i64 = 255;
/// The white of a lamp that was never told one, in kelvin.
const FIRST_KELVIN: i64 = 2700;

/// What the light has been told last; it is kept in [`EntityState::hidden`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Memory {
    /// 1 to 255.
    pub brightness: i64,
    /// The effect that runs.
    pub effect: Option<String>,
    /// The colour; `None` in the modes without: on or off, brightness, white.
    pub colour: Option<Colour>,
}

impl Memory {
    /// What a new light knows.
    pub fn first(abilities: &Abilities) -> Self {
        let white =
            Colour::ColorTempKelvin(FIRST_KELVIN.clamp(abilities.temperatures.least, abilities.temperatures.most));
        let colour = if abilities.has(Mode::White) {
            None
        } else {
            abilities.convert(white, BRIGHTEST)
        };
        Self {
            brightness: BRIGHTEST,
            effect: None,
            colour,
        }
    }

    /// What a state remembers, if the light can still do it.
    pub fn of(state: &EntityState, abilities: &Abilities) -> Self {
        state
            .remembered()
            .filter(|memory: &Self| match memory.colour {
                Some(colour) => abilities.has(colour.mode()),
                None => abilities.has(Mode::White) || !(abilities.has_colour() || abilities.has(Mode::ColorTemp)),
            })
            .unwrap_or_else(|| Self::first(abilities))
    }

    /// The state of a light that is on or off and remembers this.
    pub fn state(&self, abilities: &Abilities, on: bool) -> EntityState {
        let shown = EntityState {
            attributes: self.attributes(abilities, on),
            ..EntityState::new(if on { "on" } else { "off" })
        };
        shown.remembering(self)
    }

    fn mode(&self, abilities: &Abilities) -> Mode {
        match self.colour {
            Some(colour) => colour.mode(),
            None if abilities.has(Mode::White) => Mode::White,
            None if abilities.has(Mode::Brightness) => Mode::Brightness,
            None => Mode::OnOff,
        }
    }

    /// The attributes in Home Assistant's order; what the light can do but is not doing is `null`.
    fn attributes(&self, abilities: &Abilities, on: bool) -> Map<String, Value> {
        let mut shown = capabilities(abilities);
        let mut show = |key: &str, value: Value| {
            shown.insert(key.to_owned(), value);
        };
        if abilities.effects.is_some() {
            show("effect", on.then_some(self.effect.as_deref()).flatten().into());
        }
        show("color_mode", on.then(|| self.mode(abilities).name()).into());
        if abilities.dims() {
            show("brightness", on.then_some(self.brightness).into());
        }
        let colour = self.colour.filter(|_| on);
        if abilities.has(Mode::ColorTemp) {
            let kelvin = match colour {
                Some(Colour::ColorTempKelvin(kelvin)) => Some(kelvin),
                _ => None,
            };
            show("color_temp_kelvin", kelvin.into());
        }
        if abilities.has_colour() || abilities.has(Mode::ColorTemp) {
            let seen = colour.and_then(|colour| Seen::of(colour, abilities));
            show("hs_color", json!(seen.as_ref().map(|seen| seen.hs)));
            show("rgb_color", json!(seen.as_ref().map(|seen| seen.rgb)));
            show("xy_color", json!(seen.as_ref().map(|seen| seen.xy)));
        }
        if abilities.has(Mode::Rgbw) {
            let channels = match colour {
                Some(Colour::RgbwColor(channels)) => Some(channels),
                _ => None,
            };
            show("rgbw_color", json!(channels));
        }
        if abilities.has(Mode::Rgbww) {
            let channels = match colour {
                Some(Colour::RgbwwColor(channels)) => Some(channels),
                _ => None,
            };
            show("rgbww_color", json!(channels));
        }
        shown
    }
}

/// The attributes that say what the light can do.
fn capabilities(abilities: &Abilities) -> Map<String, Value> {
    let mut shown = Map::new();
    if abilities.has(Mode::ColorTemp) {
        shown.insert("min_color_temp_kelvin".to_owned(), abilities.temperatures.least.into());
        shown.insert("max_color_temp_kelvin".to_owned(), abilities.temperatures.most.into());
    }
    if let Some(effects) = &abilities.effects {
        shown.insert("effect_list".to_owned(), json!(effects));
    }
    shown.insert("supported_color_modes".to_owned(), json!(abilities.mode_names()));
    shown
}

/// A colour in the three ways that every coloured light shows.
struct Seen {
    hs: [f64; 2],
    rgb: [i64; 3],
    xy: [f64; 2],
}

impl Seen {
    /// `None` for a colour temperature of nothing, which Home Assistant lets pass and shows as no colour.
    fn of(colour: Colour, abilities: &Abilities) -> Option<Self> {
        Some(match colour {
            Colour::ColorTempKelvin(0) => return None,
            Colour::ColorTempKelvin(kelvin) => Self::of_hs(hs_of_rgb(rgb_of_temperature(kelvin as f64))),
            Colour::HsColor(hs) => Self::of_hs(hs),
            Colour::RgbColor(rgb) => Self::of_rgb(rgb),
            Colour::RgbwColor(rgbw) => Self::of_rgb(rgb_of_rgbw(rgbw)),
            Colour::RgbwwColor(rgbww) => Self::of_rgb(rgb_of_rgbww(rgbww, abilities.temperatures)),
            Colour::XyColor(xy) => Self {
                xy: xy.map(|part| rounded(part, 6)),
                ..Self::of_rgb(rgb_of_xy(xy))
            },
        })
    }

    fn of_hs(hs: [f64; 2]) -> Self {
        let rgb = rgb_of_hs(hs);
        Self {
            hs: hs.map(|part| rounded(part, 3)),
            rgb,
            xy: xy_of_rgb(rgb),
        }
    }

    fn of_rgb(rgb: [i64; 3]) -> Self {
        Self {
            hs: hs_of_rgb(rgb.map(|part| part as f64)),
            rgb,
            xy: xy_of_rgb(rgb),
        }
    }
}
