//! Session ids: unguessable, and written in one way only.

use std::fmt;

use uuid::fmt::Hyphenated;
use uuid::{Builder, Uuid};

use crate::contract::hearth::mcp::types::Nonce;

/// The id of a session: a version 4 UUID in lower case with hyphens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionId(Uuid);

impl SessionId {
    /// The id that the randomness of an event makes.
    pub fn from_nonce(nonce: Nonce) -> Self {
        let bits = (u128::from(nonce.high) << 64) | u128::from(nonce.low);
        Self(Builder::from_random_bytes(bits.to_be_bytes()).into_uuid())
    }

    /// The id that is written like this; None for any other writing, even of the same number.
    pub fn parse(text: &str) -> Option<Self> {
        let canonical = text.len() == Hyphenated::LENGTH && !text.bytes().any(|byte| byte.is_ascii_uppercase());
        if canonical {
            Uuid::try_parse(text).ok().map(Self)
        } else {
            None
        }
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_hyphenated().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_4_and_reads_back() {
        let id = SessionId::from_nonce(Nonce { high: u64::MAX, low: 0 });
        assert_eq!(id.to_string(), "ffffffff-ffff-4fff-8000-000000000000");
        assert_eq!(SessionId::parse(&id.to_string()), Some(id));
    }

    #[test]
    fn other_writings_of_an_id_are_not_that_id() {
        for text in [
            "FFFFFFFF-FFFF-4FFF-8000-000000000000",
            "ffffffffffff4fff8000000000000000",
            "{ffffffff-ffff-4fff-8000-000000000000}",
            "",
            "x",
        ] {
            assert_eq!(SessionId::parse(text), None, "{text}");
        }
    }
}
