//! Request ids, kept byte for byte as the client wrote them.

use std::borrow::Cow;

use serde_json::value::RawValue;

/// The id of a request: a string or an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId<'a> {
    raw: &'a str,
}

impl<'a> RequestId<'a> {
    /// None unless it is a string or an integer. MCP, base protocol: the id must be one of these and must not be null.
    pub fn new(raw: &'a RawValue) -> Option<Self> {
        let raw = raw.get();
        let digits = raw.strip_prefix('-').unwrap_or(raw);
        let integer = digits.bytes().all(|byte| byte.is_ascii_digit());
        (raw.starts_with('"') || integer).then_some(Self { raw })
    }

    /// Whether this text is an id as JSON, and nothing besides.
    pub fn is_written(text: &str) -> bool {
        let raw = serde_json::from_str::<&RawValue>(text);
        raw.is_ok_and(|raw| raw.get() == text && RequestId::new(raw).is_some())
    }

    /// The id as JSON, as it was written.
    pub fn raw(&self) -> &'a str {
        self.raw
    }

    /// The id as JSON, written in the one way that all writings of the same id have in common: `"\u0061"` and `"a"` are
    /// the same.
    pub fn canonical(&self) -> Cow<'a, str> {
        if !self.raw.contains('\\') {
            return Cow::Borrowed(self.raw);
        }
        serde_json::from_str::<String>(self.raw)
            .and_then(|text| serde_json::to_string(&text))
            .map_or(Cow::Borrowed(self.raw), Cow::Owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> Option<String> {
        let raw: &RawValue = serde_json::from_str(text).ok()?;
        RequestId::new(raw).map(|id| id.canonical().into_owned())
    }

    #[test]
    fn strings_and_integers_are_ids() {
        assert_eq!(id("7").as_deref(), Some("7"));
        assert_eq!(id("-7").as_deref(), Some("-7"));
        let long = "123456789012345678901234567890";
        assert_eq!(id(long).as_deref(), Some(long));
        assert_eq!(id(r#""a""#).as_deref(), Some(r#""a""#));
        assert_eq!(id(r#""""#).as_deref(), Some(r#""""#));
    }

    #[test]
    fn nothing_else_is_an_id() {
        for odd in ["null", "true", "1.0", "1e3", "{}", "[1]"] {
            assert_eq!(id(odd), None, "{odd}");
        }
    }

    #[test]
    fn one_string_is_one_id_however_it_is_escaped() {
        assert_eq!(id(r#""\u0061\/""#), id(r#""a/""#));
    }
}
