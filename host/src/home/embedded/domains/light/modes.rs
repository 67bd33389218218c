//! The colour modes of a light: what it can be told, and how a colour is brought into a form that it takes.

use super::colour::{
    Colour, Temperatures, hs_of_rgb, rgb_of_hs, rgb_of_rgbw, rgb_of_rgbww, rgb_of_temperature, rgb_of_xy, rgbw_of_rgb,
    rgbww_of_rgb, rgbww_of_temperature, temperature_of_xy, xy_of_rgb,
};
use crate::home::embedded::domains::options;
use crate::home::embedded::model::{EntityConfig, OptionError};

/// The warmest white of a light that does not say, in kelvin.
const LEAST_KELVIN: i64 = 2000;
/// The coldest.
const MOST_KELVIN: i64 = 6535;

/// A way to tell a light its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    Brightness,
    ColorTemp,
    Hs,
    OnOff,
    Rgb,
    Rgbw,
    Rgbww,
    White,
    Xy,
}

/// In the order of their names, as the attribute lists them.
const MODES: [(Mode, &str); 9] = [
    (Mode::Brightness, "brightness"),
    (Mode::ColorTemp, "color_temp"),
    (Mode::Hs, "hs"),
    (Mode::OnOff, "onoff"),
    (Mode::Rgb, "rgb"),
    (Mode::Rgbw, "rgbw"),
    (Mode::Rgbww, "rgbww"),
    (Mode::White, "white"),
    (Mode::Xy, "xy"),
];

impl Mode {
    /// Its name in the attributes.
    pub fn name(self) -> &'static str {
        MODES
            .iter()
            .find(|(mode, _)| *mode == self)
            .map_or("unknown", |(_, name)| name)
    }

    fn has_colour(self) -> bool {
        matches!(self, Self::Hs | Self::Rgb | Self::Rgbw | Self::Rgbww | Self::Xy)
    }
}

impl Colour {
    /// The mode that a light is in when it shows this colour as it was given.
    pub fn mode(self) -> Mode {
        match self {
            Self::ColorTempKelvin(_) => Mode::ColorTemp,
            Self::HsColor(_) => Mode::Hs,
            Self::RgbColor(_) => Mode::Rgb,
            Self::RgbwColor(_) => Mode::Rgbw,
            Self::RgbwwColor(_) => Mode::Rgbww,
            Self::XyColor(_) => Mode::Xy,
        }
    }
}

/// What a light can do, as the file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Abilities {
    modes: Vec<Mode>,
    /// The whites that it can show.
    pub temperatures: Temperatures,
    /// Its effects; `None` when it has none.
    pub effects: Option<Vec<String>>,
}

impl Abilities {
    /// Reads the options of a light.
    ///
    /// # Errors
    /// When one is not of its form, or the colour modes do not go together.
    pub fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        let names = options::texts(config, "supported_color_modes")?.unwrap_or_else(|| vec!["onoff".to_owned()]);
        let mut modes = Vec::new();
        for name in names {
            let Some((mode, _)) = MODES.iter().find(|(_, known)| *known == name) else {
                let known: Vec<&str> = MODES.iter().map(|(_, name)| *name).collect();
                let reason = format!("`{name}` is not a colour mode; there are {}", known.join(", "));
                return Err(OptionError::at("supported_color_modes", reason));
            };
            modes.push(*mode);
        }
        modes.sort_unstable();
        modes.dedup();
        let alone = modes.len() == 1;
        if modes.is_empty()
            || !alone && (modes.contains(&Mode::OnOff) || modes.contains(&Mode::Brightness))
            || modes.contains(&Mode::White) && !modes.iter().any(|mode| mode.has_colour())
        {
            let reason = "`onoff` and `brightness` stand alone, and `white` stands beside a colour";
            return Err(OptionError::at("supported_color_modes", reason));
        }
        let temperatures = Temperatures {
            least: kelvin(config, "min_color_temp_kelvin")?.unwrap_or(LEAST_KELVIN),
            most: kelvin(config, "max_color_temp_kelvin")?.unwrap_or(MOST_KELVIN),
        };
        if temperatures.least > temperatures.most {
            let reason = format!("{} is below the minimum of {}", temperatures.most, temperatures.least);
            return Err(OptionError::at("max_color_temp_kelvin", reason));
        }
        Ok(Self {
            modes,
            temperatures,
            effects: options::texts(config, "effect_list")?,
        })
    }

    /// Whether it can be told its colour in this way.
    pub fn has(&self, mode: Mode) -> bool {
        self.modes.contains(&mode)
    }

    /// The names of its modes, sorted.
    pub fn mode_names(&self) -> Vec<&'static str> {
        self.modes.iter().map(|mode| mode.name()).collect()
    }

    /// Whether it can be dimmed.
    pub fn dims(&self) -> bool {
        !self.has(Mode::OnOff)
    }

    /// Whether it can show colours other than whites.
    pub fn has_colour(&self) -> bool {
        self.modes.iter().any(|mode| mode.has_colour())
    }

    /// Brings a colour into a form that the light takes; `None` when it has no colours. A white that it mixes is as
    /// bright as `brightness`.
    pub fn convert(&self, colour: Colour, brightness: i64) -> Option<Colour> {
        if self.has(colour.mode()) {
            return Some(colour);
        }
        match colour {
            Colour::ColorTempKelvin(kelvin) if self.has(Mode::Rgbww) => Some(Colour::RgbwwColor(rgbww_of_temperature(
                kelvin,
                brightness,
                self.temperatures,
            ))),
            Colour::ColorTempKelvin(kelvin) if self.has_colour() => {
                let hs = hs_of_rgb(rgb_of_temperature(kelvin as f64));
                self.convert(Colour::HsColor(hs), brightness)
            }
            Colour::ColorTempKelvin(_) => None,
            Colour::HsColor(hs) => self.of_rgb(rgb_of_hs(hs)),
            Colour::RgbColor(rgb) => self.of_rgb(rgb),
            Colour::RgbwColor(rgbw) => self.of_rgb(rgb_of_rgbw(rgbw)),
            Colour::RgbwwColor(rgbww) => self.of_rgb(rgb_of_rgbww(rgbww, self.temperatures)),
            Colour::XyColor(xy) if self.has(Mode::Hs) => {
                Some(Colour::HsColor(hs_of_rgb(rgb_of_xy(xy).map(|part| part as f64))))
            }
            Colour::XyColor(xy) if self.has_colour() => self.of_rgb(rgb_of_xy(xy)),
            Colour::XyColor(xy) => self
                .has(Mode::ColorTemp)
                .then(|| Colour::ColorTempKelvin(temperature_of_xy(xy))),
        }
    }

    /// The order is Home Assistant's: a light with several modes must end in the same one.
    fn of_rgb(&self, rgb: [i64; 3]) -> Option<Colour> {
        if self.has(Mode::Rgb) {
            Some(Colour::RgbColor(rgb))
        } else if self.has(Mode::Rgbw) {
            Some(Colour::RgbwColor(rgbw_of_rgb(rgb)))
        } else if self.has(Mode::Rgbww) {
            Some(Colour::RgbwwColor(rgbww_of_rgb(rgb, self.temperatures)))
        } else if self.has(Mode::Hs) {
            Some(Colour::HsColor(hs_of_rgb(rgb.map(|part| part as f64))))
        } else if self.has(Mode::Xy) {
            Some(Colour::XyColor(xy_of_rgb(rgb)))
        } else if self.has(Mode::ColorTemp) {
            Some(Colour::ColorTempKelvin(temperature_of_xy(xy_of_rgb(rgb))))
        } else {
            None
        }
    }
}

fn kelvin(config: &EntityConfig, key: &str) -> Result<Option<i64>, OptionError> {
    match config.options.get(key) {
        None => Ok(None),
        Some(value) => match value.as_i64() {
            Some(kelvin) if kelvin > 0 => Ok(Some(kelvin)),
            _ => Err(OptionError::at(key, format!("{value} is not a whole number of kelvin"))),
        },
    }
}
