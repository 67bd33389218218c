//! Colours and how Home Assistant turns one way of giving them into another.
//!
//! All ways meet in whole RGB values, and every rounding is done where Home Assistant does it: the figures of its
//! state attributes must come out to the last digit.

use serde::{Deserialize, Serialize};

use crate::home::embedded::domains::number::{nearest, rounded};

/// The colour temperatures that a light can show, in kelvin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Temperatures {
    /// The warmest.
    pub least: i64,
    /// The coldest.
    pub most: i64,
}

impl Temperatures {
    /// The ends in mired, whole: of the coldest, of the warmest.
    fn mireds(self) -> (f64, f64) {
        (mired(self.most as f64), mired(self.least as f64))
    }
}

/// A colour, in the way that it was given.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// A colour temperature in kelvin.
    ColorTempKelvin(i64),
    /// Hue in degrees and saturation in percent.
    HsColor([f64; 2]),
    /// Red, green, blue.
    RgbColor([i64; 3]),
    /// Red, green, blue, white.
    RgbwColor([i64; 4]),
    /// Red, green, blue, cold white, warm white.
    RgbwwColor([i64; 5]),
    /// CIE 1931 chromaticity.
    XyColor([f64; 2]),
}

/// 1,000,000 / kelvin and back, both whole.
fn mired(kelvin: f64) -> f64 {
    (1_000_000.0 / kelvin).floor()
}

/// Hue in degrees and saturation in percent of a colour given in parts of 255.
pub fn hs_of_rgb([red, green, blue]: [f64; 3]) -> [f64; 2] {
    let [red, green, blue] = [red / 255.0, green / 255.0, blue / 255.0];
    let most = red.max(green).max(blue);
    let least = red.min(green).min(blue);
    if most == least {
        return [0.0, 0.0];
    }
    let range = most - least;
    let [from_red, from_green, from_blue] = [(most - red) / range, (most - green) / range, (most - blue) / range];
    let sixths = if red == most {
        from_blue - from_green
    } else if green == most {
        2.0 + from_red - from_blue
    } else {
        4.0 + from_green - from_red
    };
    let hue = (sixths / 6.0).rem_euclid(1.0);
    [rounded(hue * 360.0, 3), rounded(range / most * 100.0, 3)]
}

/// The brightest colour of this hue and saturation.
pub fn rgb_of_hs([hue, saturation]: [f64; 2]) -> [i64; 3] {
    let (hue, saturation) = (hue / 360.0, saturation / 100.0);
    let sector = (hue * 6.0).trunc();
    let part = hue * 6.0 - sector;
    let low = 1.0 - saturation;
    let falling = 1.0 - saturation * part;
    let rising = 1.0 - saturation * (1.0 - part);
    let rgb = match sector as i64 % 6 {
        _ if saturation == 0.0 => [1.0, 1.0, 1.0],
        0 => [1.0, rising, low],
        1 => [falling, 1.0, low],
        2 => [low, 1.0, rising],
        3 => [low, falling, 1.0],
        4 => [rising, low, 1.0],
        _ => [1.0, low, falling],
    };
    rgb.map(|part| nearest(part * 255.0))
}

/// The chromaticity of a colour, in the wide gamut that Philips gives for its lamps.
pub fn xy_of_rgb(rgb: [i64; 3]) -> [f64; 2] {
    if rgb.iter().sum::<i64>() == 0 {
        return [0.0, 0.0];
    }
    let [red, green, blue] = rgb.map(|part| {
        let part = part as f64 / 255.0;
        if part > 0.04045 {
            ((part + 0.055) / (1.0 + 0.055)).powf(2.4)
        } else {
            part / 12.92
        }
    });
    let x = red * 0.664511 + green * 0.154324 + blue * 0.162028;
    let y = red * 0.283881 + green * 0.668433 + blue * 0.047685;
    let z = red * 0.000088 + green * 0.072310 + blue * 0.986039;
    [rounded(x / (x + y + z), 3), rounded(y / (x + y + z), 3)]
}

/// The brightest colour of this chromaticity.
pub fn rgb_of_xy([x, y]: [f64; 2]) -> [i64; 3] {
    // A chromaticity on the axis would divide by zero.
    let y = y.max(1e-11);
    let (big_x, big_z) = (x / y, (1.0 - x - y) / y);
    let linear = [
        big_x * 1.656492 - 0.354851 - big_z * 0.255038,
        -big_x * 0.707196 + 1.655397 + big_z * 0.036152,
        big_x * 0.051713 - 0.121364 + big_z * 1.011530,
    ];
    let mut rgb = linear.map(|part| {
        let part: f64 = if part <= 0.0031308 {
            12.92 * part
        } else {
            (1.0 + 0.055) * part.powf(1.0 / 2.4) - 0.055
        };
        part.max(0.0)
    });
    let most = rgb[0].max(rgb[1]).max(rgb[2]);
    if most > 1.0 {
        rgb = rgb.map(|part| part / most);
    }
    rgb.map(|part| (part * 255.0) as i64)
}

/// The colour temperature nearest to a chromaticity, by McCamy's formula.
pub fn temperature_of_xy([x, y]: [f64; 2]) -> i64 {
    let n = (x - 0.3320) / (0.1858 - y);
    (437.0 * n.powi(3) + 3601.0 * n.powi(2) + 6861.0 * n + 5517.0) as i64
}

/// The colour of a black body, by T. Helland's approximation, in parts of 255.
pub fn rgb_of_temperature(kelvin: f64) -> [f64; 3] {
    let hundreds = kelvin.clamp(1000.0, 40000.0) / 100.0;
    let red = if hundreds <= 66.0 {
        255.0
    } else {
        329.698727446 * (hundreds - 60.0).powf(-0.1332047592)
    };
    let green = if hundreds <= 66.0 {
        99.4708025861 * hundreds.ln() - 161.1195681661
    } else {
        288.1221695283 * (hundreds - 60.0).powf(-0.0755148492)
    };
    let blue = if hundreds >= 66.0 {
        255.0
    } else if hundreds <= 19.0 {
        0.0
    } else {
        138.5177312231 * (hundreds - 10.0).ln() - 305.0447927307
    };
    [red, green, blue].map(|part: f64| part.clamp(0.0, 255.0))
}

/// Scales the output so that its brightest channel is as bright as that of the input.
fn matched<const N: usize>(input: &[i64], output: [f64; N]) -> [i64; N] {
    let most_in = input.iter().copied().max().unwrap_or(0) as f64;
    let most_out = output.iter().copied().fold(f64::MIN, f64::max);
    let factor = if most_out == 0.0 { 0.0 } else { most_in / most_out };
    output.map(|part| nearest(part * factor))
}

/// With the white that is in the colour on a channel of its own.
pub fn rgbw_of_rgb(rgb: [i64; 3]) -> [i64; 4] {
    let [red, green, blue] = rgb;
    let white = red.min(green).min(blue);
    matched(
        &rgb,
        [red - white, green - white, blue - white, white].map(|part| part as f64),
    )
}

/// The colour that the four channels give together.
pub fn rgb_of_rgbw(rgbw: [i64; 4]) -> [i64; 3] {
    let [red, green, blue, white] = rgbw;
    matched(
        &rgbw,
        [red + white, green + white, blue + white].map(|part| part as f64),
    )
}

/// With the white that is in the colour on both white channels alike.
pub fn rgbww_of_rgb(rgb: [i64; 3], range: Temperatures) -> [i64; 5] {
    let (coldest, warmest) = range.mireds();
    let between = (1_000_000.0 / (coldest + (warmest - coldest) / 2.0)).floor();
    let white = rgb_of_temperature(between);
    let parts = rgb.map(|part| part as f64);
    let share = |at: usize| if white[at] == 0.0 { 0.0 } else { parts[at] / white[at] };
    let level = share(0).min(share(1)).min(share(2));
    let whites = level * 255.0;
    let whites = whites.round_ties_even();
    matched(
        &rgb,
        [
            parts[0] - white[0] * level,
            parts[1] - white[1] * level,
            parts[2] - white[2] * level,
            whites,
            whites,
        ],
    )
}

/// The colour that the five channels give together.
pub fn rgb_of_rgbww(rgbww: [i64; 5], range: Temperatures) -> [i64; 3] {
    let (coldest, warmest) = range.mireds();
    let [red, green, blue, cold, warm] = rgbww.map(|part| part as f64);
    let warmth = if cold + warm == 0.0 { 0.5 } else { warm / (cold + warm) };
    let mireds = coldest + warmth * (warmest - coldest);
    let kelvin = if mireds == 0.0 {
        0.0
    } else {
        (1_000_000.0 / mireds).floor()
    };
    let white = rgb_of_temperature(kelvin);
    let level = cold.max(warm) / 255.0;
    matched(
        &rgbww,
        [
            red + white[0] * level,
            green + white[1] * level,
            blue + white[2] * level,
        ],
    )
}

/// A colour temperature as the mix of a cold and a warm white, together as bright as this.
pub fn rgbww_of_temperature(kelvin: i64, brightness: i64, range: Temperatures) -> [i64; 5] {
    let (coldest, warmest) = range.mireds();
    let wanted = mired(kelvin.clamp(range.least, range.most) as f64);
    let brightness = brightness as f64;
    if warmest == coldest {
        return [0, 0, 0, 0, nearest(brightness)];
    }
    let cold = (warmest - wanted) / (warmest - coldest) * brightness;
    [0, 0, 0, nearest(cold), nearest(brightness - cold)]
}
