//! The named colours of CSS, and what they are in RGB.

use csscolorparser::NAMED_COLORS;

/// The blue of Home Assistant's logo, which Home Assistant knows beside those of CSS.
const HOME_ASSISTANT: (&str, [u8; 3]) = ("homeassistant", [24, 188, 242]);

/// The colour of this name. Case and spaces do not count: `Light Blue` is `lightblue`.
pub(super) fn rgb(name: &str) -> Option<[u8; 3]> {
    let name = name.replace(' ', "");
    if name.eq_ignore_ascii_case(HOME_ASSISTANT.0) {
        return Some(HOME_ASSISTANT.1);
    }
    NAMED_COLORS.get(name.as_str().into()).copied()
}

/// All names.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    let of_css = NAMED_COLORS.keys().map(|name| name.as_str());
    of_css.chain([HOME_ASSISTANT.0])
}
