//! From a body to messages: JSON, JSON-RPC 2.0 and what MCP narrows it to. Nothing is copied out of the body.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::id::RequestId;
use super::nesting;

/// What one HTTP body holds.
#[derive(Debug)]
pub enum Body<'a> {
    /// One message.
    Single(Message<'a>),
    /// MCP 2025-03-26, base protocol, batching: at least one.
    Batch(Vec<Message<'a>>),
}

/// One JSON-RPC message of a client.
#[derive(Debug)]
pub enum Message<'a> {
    /// It wants an answer.
    Request(Request<'a>),
    /// It wants none.
    Notification(Notification<'a>),
    /// It answers a request of ours.
    Response(Response<'a>),
}

/// An answer of the client.
#[derive(Debug)]
pub struct Response<'a> {
    /// The request that it answers. None where it is about a message whose id could not be read.
    pub id: Option<RequestId<'a>>,
    /// What came of it; None where the client says that nothing did.
    pub result: Option<&'a RawValue>,
}

/// A request.
#[derive(Debug)]
pub struct Request<'a> {
    /// To be echoed byte for byte.
    pub id: RequestId<'a>,
    /// What is wanted.
    pub method: Cow<'a, str>,
    /// An object, when there are any.
    pub params: Option<&'a RawValue>,
}

/// A notification.
#[derive(Debug)]
pub struct Notification<'a> {
    /// What happened.
    pub method: Cow<'a, str>,
    /// An object, when there are any.
    pub params: Option<&'a RawValue>,
}

/// The body is not a message of the protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong with it.
    pub what: &'static str,
    /// It is not even JSON.
    pub unreadable: bool,
}

const fn malformed(what: &'static str) -> Malformed {
    Malformed {
        what,
        unreadable: false,
    }
}

const fn unreadable(what: &'static str) -> Malformed {
    Malformed { what, unreadable: true }
}

/// What a body may be.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Arrays and objects around the innermost value.
    pub nesting: u64,
    /// Messages of a batch. None: there are no batches.
    pub batch: Option<u64>,
    /// A response may have neither result nor error: some clients answer a ping so.
    pub bare_responses: bool,
}

impl<'a> Body<'a> {
    /// Reads a body.
    ///
    /// # Errors
    /// When it is not UTF-8, not JSON, nested too deep, not JSON-RPC, or has an id that is neither string nor integer;
    /// when it is a batch and must not be, is empty, too long, or holds an `initialize`.
    pub fn parse(body: &'a [u8], rules: Rules) -> Result<Self, Malformed> {
        if nesting::exceeds(body, rules.nesting) {
            return Err(unreadable("nested too deep"));
        }
        let text = std::str::from_utf8(body).map_err(|_| unreadable("not UTF-8"))?;
        if text.trim_ascii_start().starts_with('[') {
            return batch(text, rules).map(Self::Batch);
        }
        Message::parse(text, rules).map(Self::Single)
    }

    /// Its messages, in their order.
    pub fn messages(&self) -> &[Message<'a>] {
        match self {
            Self::Single(message) => std::slice::from_ref(message),
            Self::Batch(messages) => messages,
        }
    }
}

fn batch(text: &str, rules: Rules) -> Result<Vec<Message<'_>>, Malformed> {
    let limit = rules
        .batch
        .ok_or(malformed("batches are of protocol version 2025-03-26 only"))?;
    let raw: Vec<&RawValue> = serde_json::from_str(text).map_err(|_| unreadable("not JSON"))?;
    if raw.is_empty() {
        return Err(malformed("an empty batch"));
    }
    if raw.len() as u64 > limit {
        return Err(malformed("too many messages in a batch"));
    }
    let messages: Vec<Message> = raw
        .into_iter()
        .map(|raw| Message::parse(raw.get(), rules))
        .collect::<Result<_, _>>()?;
    // MCP 2025-03-26, lifecycle: the initialize request must not be part of a batch.
    let initializes =
        |message: &Message| matches!(message, Message::Request(request) if request.method == "initialize");
    if messages.iter().any(initializes) {
        return Err(malformed("initialize in a batch"));
    }
    Ok(messages)
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: &'a RawValue,
    #[serde(borrow, default, deserialize_with = "even_null")]
    id: Option<&'a RawValue>,
    #[serde(borrow)]
    method: Option<&'a RawValue>,
    #[serde(borrow)]
    params: Option<&'a RawValue>,
    #[serde(borrow)]
    result: Option<&'a RawValue>,
    #[serde(borrow)]
    error: Option<&'a RawValue>,
}

impl<'a> Message<'a> {
    fn parse(text: &'a str, rules: Rules) -> Result<Self, Malformed> {
        let envelope: Envelope = serde_json::from_str(text).map_err(|_| not_an_envelope(text))?;
        if text_of(envelope.jsonrpc).as_deref() != Some("2.0") {
            return Err(malformed("not JSON-RPC 2.0"));
        }
        let Some(method) = envelope.method else {
            return response(&envelope, rules).map(Self::Response);
        };
        let method = text_of(method).ok_or(malformed("the method is not a string"))?;
        let params = envelope.params;
        if params.is_some_and(|params| !is_object(params)) {
            return Err(malformed("the params are not an object"));
        }
        let Some(id) = envelope.id else {
            return Ok(Self::Notification(Notification { method, params }));
        };
        let id = RequestId::new(id).ok_or(malformed("the id is neither a string nor an integer"))?;
        Ok(Self::Request(Request { id, method, params }))
    }
}

/// Why no message could be read of a text: is it JSON at all?
fn not_an_envelope(text: &str) -> Malformed {
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Ok(_) => malformed("not JSON-RPC"),
        Err(_) => unreadable("not JSON"),
    }
}

fn response<'a>(envelope: &Envelope<'a>, rules: Rules) -> Result<Response<'a>, Malformed> {
    let raw = envelope.id.ok_or(malformed("neither a method nor an id"))?;
    let id = RequestId::new(raw);
    let well = match (envelope.result, envelope.error) {
        (Some(result), None) => id.is_some() && is_object(result),
        // JSON-RPC 2.0, 5: an error about a message whose id could not be read has the id null.
        (None, Some(error)) => (id.is_some() || raw.get() == "null") && is_object(error),
        (None, None) => id.is_some() && rules.bare_responses,
        (Some(_), Some(_)) => false,
    };
    if !well {
        return Err(malformed("neither a request nor a response"));
    }
    Ok(Response {
        id,
        result: envelope.result,
    })
}

/// A value that is there, `null` too: to an `Option` alone that is the same as none.
pub(super) fn even_null<'de: 'a, 'a, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'a RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// The text of a JSON string; None for any other value.
pub(super) fn text_of(raw: &RawValue) -> Option<Cow<'_, str>> {
    let inner = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    if !inner.contains('\\') {
        return Some(Cow::Borrowed(inner));
    }
    serde_json::from_str(raw.get()).ok().map(Cow::Owned)
}

pub(super) fn is_object(raw: &RawValue) -> bool {
    raw.get().starts_with('{')
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: Rules = Rules {
        nesting: 64,
        batch: Some(64),
        bare_responses: false,
    };

    fn is_malformed(body: &str) -> bool {
        Body::parse(body.as_bytes(), RULES).is_err()
    }

    #[test]
    fn a_request_is_borrowed_from_the_body() {
        let body = br#" {"jsonrpc":"2.0","id":"\u0061","method":"tools\/call","params":{"name":"x"},"more":1} "#;
        let Ok(Body::Single(Message::Request(request))) = Body::parse(body, RULES) else {
            panic!("it is a request");
        };
        assert_eq!(request.id.raw(), r#""\u0061""#);
        assert_eq!(request.method, "tools/call");
        assert_eq!(request.params.map(RawValue::get), Some(r#"{"name":"x"}"#));
    }

    #[test]
    fn params_that_are_null_are_none() {
        let body = br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":null}"#;
        assert!(matches!(
            Body::parse(body, RULES),
            Ok(Body::Single(Message::Request(Request { params: None, .. })))
        ));
    }

    #[test]
    fn what_is_not_a_message_is_malformed() {
        for body in [
            "",
            "x",
            "1",
            "{",
            r#"{"a":1}"#,
            r#"{"jsonrpc":"2.0"}"#,
            r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#,
            r#"{"jsonrpc":2.0,"id":1,"method":"ping"}"#,
            r#"{"id":1,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":5}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":"x"}"#,
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"} x"#,
            r#"{"jsonrpc":"2.0","id":1}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":[]}"#,
            r#"{"jsonrpc":"2.0","id":null,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":1,"result":{},"error":{}}"#,
        ] {
            assert!(is_malformed(body), "{body}");
        }
        assert!(Body::parse(b"{\"jsonrpc\":\"2.0\",\"id\":\"\xff\",\"method\":\"ping\"}", RULES).is_err());
    }

    #[test]
    fn responses_are_accepted() {
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":"x","error":{"code":1,"message":""}}"#,
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":""}}"#,
        ] {
            assert!(
                matches!(
                    Body::parse(body.as_bytes(), RULES),
                    Ok(Body::Single(Message::Response(_)))
                ),
                "{body}"
            );
        }
    }

    #[test]
    fn what_is_not_json_is_told_from_what_is_no_message() {
        for (body, unreadable) in [
            ("{", true),
            ("", true),
            (r#"{"a":1}"#, false),
            ("1", false),
            ("[]", false),
        ] {
            let malformed = Body::parse(body.as_bytes(), RULES).expect_err("it is malformed");
            assert_eq!(malformed.unreadable, unreadable, "{body}");
        }
    }

    #[test]
    fn a_response_may_be_bare_where_the_rules_say_so() {
        let rules = Rules {
            bare_responses: true,
            ..RULES
        };
        let body = br#"{"jsonrpc":"2.0","id":1}"#;
        assert!(matches!(
            Body::parse(body, rules),
            Ok(Body::Single(Message::Response(Response { result: None, .. })))
        ));
    }

    #[test]
    fn nesting_is_counted_over_the_whole_message() {
        let deep = |depth: usize| {
            let params = r#"{"a":"#.repeat(depth) + "1" + &"}".repeat(depth);
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{params}}}"#)
        };
        assert!(!is_malformed(&deep(63)));
        assert!(is_malformed(&deep(64)));
        assert!(is_malformed(&"[".repeat(1_000_000)));
    }

    #[test]
    fn batches_hold_messages_and_no_initialize() {
        let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
        let batch = format!("[{ping},{ping}]");
        let parsed = Body::parse(batch.as_bytes(), RULES).expect("a batch");
        assert_eq!(parsed.messages().len(), 2);
        assert!(is_malformed("[]"));
        assert!(is_malformed(&format!("[{ping},1]")));
        assert!(is_malformed(&format!("[[{ping}]]")));
        assert!(is_malformed(r#"[{"jsonrpc":"2.0","id":1,"method":"initialize"}]"#));
        assert!(is_malformed(&format!("[{}]", vec![ping; 65].join(","))));
        let without = Rules { batch: None, ..RULES };
        assert!(Body::parse(batch.as_bytes(), without).is_err());
    }
}
