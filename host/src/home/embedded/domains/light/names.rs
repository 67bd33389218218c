//! The colour names of CSS, as Home Assistant takes them, and its own blue.

use csscolorparser::NAMED_COLORS;

/// The colour of a name; spaces and case do not matter.
pub fn rgb_of_name(name: &str) -> Option<[i64; 3]> {
    let name = name.replace(' ', "");
    if name.eq_ignore_ascii_case("homeassistant") {
        return Some([24, 188, 242]);
    }
    let rgb = NAMED_COLORS.get(name.as_str().into())?;
    Some(rgb.map(i64::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_found_however_they_are_written() {
        assert_eq!(rgb_of_name("Light Sea Green"), Some([32, 178, 170]));
        assert_eq!(rgb_of_name("HomeAssistant"), Some([24, 188, 242]));
        assert_eq!(rgb_of_name("octarine"), None);
    }
}
