//! `requestState` (MCP 2026-07-28, multi-round-trip requests): what a call remembers until the client makes it again.
//! The client carries it, so it is sealed: it can be neither read nor changed, and is of use only to the principal that
//! got it, for the very call that it was given for, and for a while.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce as SealNonce};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::contract::hearth::mcp::types::{Moment, Nonce};
use crate::session::questions::Subject;

/// Milliseconds for which a state is good: a person may have to answer.
const LIFETIME: Moment = 60 * 60 * 1_000;

/// Bytes of the nonce of the seal.
const NONCE: usize = 12;

/// What a state is good for.
#[derive(Debug, Clone)]
pub struct Binding<'a> {
    /// Id of the principal.
    pub principal: &'a str,
    /// What is called.
    pub subject: Subject,
    /// The name of the tool or prompt.
    pub name: &'a str,
    /// Its arguments, a JSON object as text.
    pub arguments: &'a str,
}

impl Binding<'_> {
    /// A digest of all of it. Clients may write the same arguments in another way.
    fn digest(&self) -> [u8; 32] {
        let method = match self.subject {
            Subject::Tool => "tools/call",
            Subject::Prompt => "prompts/get",
        };
        let arguments = serde_json::from_str(self.arguments).unwrap_or_default();
        let mut digest = Sha256::new();
        for part in [self.principal, method, self.name, &canonical(&arguments)] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }
}

/// Seals a state. The nonce of the event is used for nothing else under this key.
pub fn seal(secret: &[u8], nonce: Nonce, binding: &Binding, state: &str, moment: Moment) -> String {
    let nonce = (u128::from(nonce.high) << 64 | u128::from(nonce.low)).to_be_bytes();
    let nonce = &nonce[..NONCE];
    let mut plain = moment.saturating_add(LIFETIME).to_be_bytes().to_vec();
    plain.extend_from_slice(state.as_bytes());
    let payload = Payload {
        msg: &plain,
        aad: &binding.digest(),
    };
    let sealed = cipher(secret).encrypt(SealNonce::from_slice(nonce), payload);
    let mut bytes = nonce.to_vec();
    bytes.extend(sealed.expect("a state is far from the longest that can be sealed"));
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Opens one; None when it is none of ours, was changed, is bound to something else or has expired.
pub fn open(secret: &[u8], binding: &Binding, sealed: &str, moment: Moment) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
    let (nonce, sealed) = bytes.split_at_checked(NONCE)?;
    let payload = Payload {
        msg: sealed,
        aad: &binding.digest(),
    };
    let plain = cipher(secret).decrypt(SealNonce::from_slice(nonce), payload).ok()?;
    let (expiry, state) = plain.split_first_chunk()?;
    let live = moment < Moment::from_be_bytes(*expiry);
    live.then(|| String::from_utf8(state.to_vec()).ok()).flatten()
}

fn cipher(secret: &[u8]) -> ChaCha20Poly1305 {
    let key = Sha256::new()
        .chain_update("hearth request state")
        .chain_update(secret)
        .finalize();
    ChaCha20Poly1305::new(Key::from_slice(&key))
}

/// JSON whose members stand in one order.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            let member =
                |(name, value): (&String, &Value)| format!("{}:{}", Value::from(name.as_str()), canonical(value));
            let members: Vec<_> = members.into_iter().map(member).collect();
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(canonical).collect();
            format!("[{}]", items.join(","))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 32] = [7; 32];

    fn binding() -> Binding<'static> {
        Binding {
            principal: "ann",
            subject: Subject::Tool,
            name: "paint",
            arguments: r#"{"a":1,"b":[{"c":2,"d":3}]}"#,
        }
    }

    fn sealed() -> String {
        seal(&SECRET, Nonce { high: 1, low: 2 }, &binding(), "half done", 1_000)
    }

    #[test]
    fn a_state_opens_for_the_call_that_it_was_given_for() {
        let rewritten = Binding {
            arguments: r#"{ "b": [{"d":3,"c":2}], "a": 1 }"#,
            ..binding()
        };
        for binding in [binding(), rewritten] {
            let opened = open(&SECRET, &binding, &sealed(), 2_000);
            assert_eq!(opened.as_deref(), Some("half done"));
        }
    }

    #[test]
    fn it_opens_for_nothing_else() {
        let others = [
            Binding {
                principal: "ben",
                ..binding()
            },
            Binding {
                subject: Subject::Prompt,
                ..binding()
            },
            Binding {
                name: "pain",
                ..binding()
            },
            Binding {
                arguments: "{}",
                ..binding()
            },
        ];
        for other in others {
            assert_eq!(open(&SECRET, &other, &sealed(), 2_000), None, "{other:?}");
        }
        assert_eq!(open(&[8; 32], &binding(), &sealed(), 2_000), None);
        assert_eq!(open(&SECRET, &binding(), &sealed(), 1_000 + LIFETIME), None);
        assert!(open(&SECRET, &binding(), &sealed(), 999 + LIFETIME).is_some());
    }

    #[test]
    fn no_changed_byte_goes_unnoticed() {
        let sealed = sealed();
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).expect("ASCII");
            assert_eq!(open(&SECRET, &binding(), &changed, 2_000), None, "at {at}");
        }
        for short in ["", "A", &sealed[..20], "not base64 !"] {
            assert_eq!(open(&SECRET, &binding(), short, 2_000), None);
        }
    }
}
