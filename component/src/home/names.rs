//! When two names are the same.

/// What two names have in common that differ only in case and in the space around them.
///
/// Names are compared as Home Assistant does: trimmed, with full case folding, so that `STRASSE` is `Straße`.
pub fn key(name: &str) -> String {
    name.trim()
        .chars()
        .fold(String::with_capacity(name.len()), |mut key, c| {
            if c.is_ascii() {
                key.push(c.to_ascii_lowercase());
            } else {
                fold(c, &mut key);
            }
            key
        })
}

/// Unicode's full case folding (C + F), by way of the upper case: what std knows lacks `ß` to `ss` and the final sigma,
/// which the detour brings in.
fn fold(c: char, key: &mut String) {
    match c {
        // Turkish letters that meet a different letter at the upper case.
        'ı' => key.push(c),
        'İ' => key.push_str("i\u{307}"),
        'ẞ' => key.push_str("ss"),
        _ => key.extend(c.to_uppercase().flat_map(char::to_lowercase)),
    }
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn case_and_the_space_around_do_not_count() {
        let same = [
            ("Kitchen", "  kITCHEN\t"),
            ("Straße", "STRASSE"),
            ("STRAẞE", "strasse"),
            ("ΟΔΟΣ", "οδος"),
            ("Küche ☕", "KÜCHE ☕"),
            ("ﬁn", "FIN"),
            ("İ", "i\u{307}"),
        ];
        for (one, other) in same {
            assert_eq!(key(one), key(other));
        }
        for (one, other) in [("ı", "i"), ("a b", "a  b"), ("Küche", "Kuche")] {
            assert_ne!(key(one), key(other));
        }
    }
}
