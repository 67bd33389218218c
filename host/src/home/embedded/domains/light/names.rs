//! The colour names of CSS, as Home Assistant takes them, and its own blue.

use csscolorparser::NAMED_COLORS;

/// The colour of a name; spaces and case do not matter.
pub fn rgb_of_name(name: &str) -> Option<[i64; 3]> {
    match name.replace(' ', "").to_ascii_lowercase().as_str() {
        "homeassistant" => Some([24, 188, 242]),
        // Of CSS 4, which Home Assistant does not know.
        "rebeccapurple" => None,
        name => NAMED_COLORS.get(name.into()).map(|rgb| rgb.map(i64::from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        assert_eq!(rgb_of_name("Light Sea Green"), Some([32, 178, 170]));
        assert_eq!(rgb_of_name("HomeAssistant"), Some([24, 188, 242]));
        assert_eq!(rgb_of_name("octarine"), None);
        assert_eq!(rgb_of_name("RebeccaPurple"), None);
    }
}
