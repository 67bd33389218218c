//! What must be neither in the audit nor in the log: tokens of Hearth wherever they stand, and what stands under names
//! that secrets have.

use std::borrow::Cow;

use serde_json::Value;

/// What stands in the place of a secret.
const HIDDEN: &str = "[redacted]";

/// What every token of Hearth begins with.
pub const TOKEN_PREFIX: &str = "hearth_";

/// From so many characters after its prefix on something is taken for a token. Real ones have 64.
const SHORTEST_TOKEN: usize = 16;

/// A member is secret whose name has one of these in it.
const SECRET_PARTS: &[&str] = &[
    "authorization",
    "apikey",
    "cookie",
    "credential",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "token",
];

/// A member is secret whose name has one of these as a word of its own: an alarm's code, the PIN of a lock.
const SECRET_WORDS: &[&str] = &["auth", "code", "otp", "pass", "pin", "pwd"];

/// The text without tokens; None when there are none in it.
pub fn text(text: &str) -> Option<String> {
    let mut hidden = None;
    let mut rest = text;
    while let Some(at) = rest.find(TOKEN_PREFIX) {
        let after = &rest[at + TOKEN_PREFIX.len()..];
        let length = after.bytes().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let (before, token) = rest.split_at(at);
        let (token, behind) = token.split_at(TOKEN_PREFIX.len() + length);
        if length >= SHORTEST_TOKEN {
            let hidden: &mut String = hidden.get_or_insert_with(|| text[..text.len() - rest.len()].to_owned());
            hidden.push_str(before);
            hidden.push_str(HIDDEN);
        } else if let Some(hidden) = &mut hidden {
            hidden.push_str(before);
            hidden.push_str(token);
        }
        rest = behind;
    }
    if let Some(hidden) = &mut hidden {
        hidden.push_str(rest);
    }
    hidden
}

/// A text without tokens, for the log.
pub fn shown(of: &str) -> Cow<'_, str> {
    text(of).map_or(Cow::Borrowed(of), Cow::Owned)
}

/// A text of a client or component, without tokens.
pub fn owned(mut of: String) -> String {
    if let Some(hidden) = text(&of) {
        of = hidden;
    }
    of
}

/// JSON without tokens, and without what stands under the names of secrets. What is no JSON is taken as text. As it was
/// written where nothing is hidden.
pub fn json(written: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(written) else {
        return owned(written.to_owned());
    };
    if hide(&mut value) {
        value.to_string()
    } else {
        written.to_owned()
    }
}

/// Whether anything had to be hidden.
fn hide(value: &mut Value) -> bool {
    match value {
        Value::String(string) => match text(string) {
            Some(hidden) => {
                *string = hidden;
                true
            }
            None => false,
        },
        Value::Array(items) => {
            let mut any = false;
            for item in items {
                any |= hide(item);
            }
            any
        }
        Value::Object(members) => {
            let mut any = false;
            for (name, value) in members.iter_mut() {
                if is_secret(name) && !value.is_null() {
                    *value = HIDDEN.into();
                    any = true;
                } else {
                    any |= hide(value);
                }
            }
            let named: Vec<String> = members.keys().filter(|name| text(name).is_some()).cloned().collect();
            for name in named {
                let value = members.shift_remove(&name).unwrap_or_default();
                members.insert(owned(name), value);
                any = true;
            }
            any
        }
        _ => false,
    }
}

/// Whether a member of this name holds a secret.
fn is_secret(name: &str) -> bool {
    let plain: String = name
        .chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    SECRET_PARTS.iter().any(|part| plain.contains(part)) || words(name).any(|word| SECRET_WORDS.contains(&&*word))
}

/// The words of a name: `alarm_code`, `alarmCode` and `alarm-code` have the same.
fn words(name: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut after_small = false;
    for letter in name.chars() {
        if !letter.is_alphanumeric() || (after_small && letter.is_uppercase()) {
            words.push(String::new());
        }
        after_small = letter.is_lowercase();
        if let (true, Some(word)) = (letter.is_alphanumeric(), words.last_mut()) {
            word.extend(letter.to_lowercase());
        }
    }
    words.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> String {
        format!("hearth_{}", "0a".repeat(32))
    }

    #[test]
    fn tokens_are_hidden_wherever_they_stand() {
        let one = token();
        assert_eq!(
            text(&format!("use {one}, or {one}")),
            Some("use [redacted], or [redacted]".to_owned())
        );
        assert_eq!(
            text(&format!("hearth_x {one}.")),
            Some("hearth_x [redacted].".to_owned())
        );
        assert_eq!(text(&format!("{one}hearth_x")), Some("[redacted]_x".to_owned()));
        for plain in ["", "hearth", "hearth_", "hearth_host::engine", "a hearth_ b hearth_c"] {
            assert_eq!(text(plain), None, "{plain}");
        }
    }

    #[test]
    fn what_stands_under_the_name_of_a_secret_is_hidden() {
        for name in [
            "token",
            "Code",
            "pin",
            "lock_pin",
            "alarmCode",
            "user-password",
            "API_KEY",
            "x-authorization",
            "clientSecret",
        ] {
            let hidden = json(&format!(r#"{{"a":1,"in":[{{"{name}":{{"deep":4711}}}}]}}"#));
            assert_eq!(hidden, format!(r#"{{"a":1,"in":[{{"{name}":"[redacted]"}}]}}"#));
        }
        for plain in [
            r#"{"name": "pin", "codec": 1, "opinion": "x", "area": null, "pin": null}"#,
            "[1.50]",
            "",
        ] {
            assert_eq!(json(plain), plain, "as it was written");
        }
    }

    #[test]
    fn tokens_are_hidden_in_names_and_in_what_is_no_json() {
        let one = token();
        assert_eq!(
            json(&format!(r#"{{"{one}":1,"b":["{one}"]}}"#)),
            r#"{"b":["[redacted]"],"[redacted]":1}"#
        );
        assert_eq!(json(&format!("{{{one}")), "{[redacted]");
    }
}
