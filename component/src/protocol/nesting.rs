//! How deep a message is nested, told before anything recursive looks at it.

/// Whether more than `limit` arrays and objects stand around some value. Of bytes that are no JSON it tells anything.
pub fn exceeds(body: &[u8], limit: u64) -> bool {
    let mut depth = 0u64;
    let mut bytes = body.iter();
    while let Some(byte) = bytes.next() {
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > limit {
                    return true;
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b'"' => skip_string(&mut bytes),
            _ => {}
        }
    }
    false
}

fn skip_string(bytes: &mut std::slice::Iter<'_, u8>) {
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => return,
            b'\\' => {
                bytes.next();
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_itself_is_allowed() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
        assert!(!exceeds(nested(64).as_bytes(), 64));
        assert!(exceeds(nested(65).as_bytes(), 64));
    }

    #[test]
    fn siblings_do_not_add_up() {
        assert!(!exceeds(br#"[{},{},{"a":[]}]"#, 3));
    }

    #[test]
    fn brackets_in_strings_do_not_count() {
        assert!(!exceeds(br#"{"a":"[[[\"[[["}"#, 1));
    }
}
