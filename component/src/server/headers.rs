//! The `mcp-*` headers of a request, each of which may say one thing once.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::contract::hearth::mcp::types::Header;

/// They arrive in lower case.
pub const VERSION: &str = "mcp-protocol-version";
/// Repeats the method of a request of the stateless era.
pub const METHOD: &str = "mcp-method";
/// Repeats the name of a tool or prompt, or the URI of a resource.
pub const NAME: &str = "mcp-name";
/// What the names of headers begin with that repeat arguments.
pub const PARAM: &str = "mcp-param-";

/// The headers of one request.
pub struct Headers<'a>(pub &'a [Header]);

impl<'a> Headers<'a> {
    /// What a header says, without the blanks around it; None when it is not there. The first, if it is there twice.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        let header = self.0.iter().find(|header| header.name == name);
        header.map(|header| header.value.trim_matches([' ', '\t']))
    }

    /// A header that is there more than once.
    pub fn twice(&self) -> Option<&'a str> {
        let more = |(at, header): (usize, &'a Header)| {
            let again = self.0[at + 1..].iter().any(|other| other.name == header.name);
            again.then_some(header.name.as_str())
        };
        self.0.iter().enumerate().find_map(more)
    }
}

/// A value as it was meant: headers hold visible ASCII, everything else comes as Base64 between `=?base64?` and `?=`
/// (MCP 2026-07-28). None when that is not well-formed.
pub fn decoded(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix("=?base64?").and_then(|rest| rest.strip_suffix("?="));
    match inner {
        None => Some(Cow::Borrowed(value)),
        Some(inner) => String::from_utf8(STANDARD.decode(inner).ok()?).ok().map(Cow::Owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_ascii_comes_as_base64() {
        assert_eq!(decoded("paint").as_deref(), Some("paint"));
        assert_eq!(decoded("=?base64?S8O8Y2hl?=").as_deref(), Some("Küche"));
        assert_eq!(decoded("=?base64?").as_deref(), Some("=?base64?"));
        for wrong in [
            "=?base64?S8O8Y2hl=?=",
            "=?base64?S8O8Y2h?=",
            "=?base64?!?=",
            "=?base64?/w==?=",
        ] {
            assert_eq!(decoded(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_header_that_is_there_twice_is_found() {
        let header = |name: &str| Header {
            name: name.to_owned(),
            value: " x ".to_owned(),
        };
        let all = [header("mcp-method"), header("mcp-name"), header("mcp-name")];
        assert_eq!(Headers(&all).twice(), Some("mcp-name"));
        assert_eq!(Headers(&all[..2]).twice(), None);
        assert_eq!(Headers(&all).get("mcp-method"), Some("x"));
    }
}
