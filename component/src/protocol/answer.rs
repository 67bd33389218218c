//! Writes messages to the client: compact JSON, the id spliced in byte for byte, large parts copied once.

use serde::Serialize;

use super::error::RpcError;
use super::version::Version;

/// What a result is beside its own members: nothing before 2026-07-28.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of the handshake era.
    Handshake,
    /// MCP 2026-07-28: all of it.
    Complete,
    /// MCP 2026-07-28: all of it, and it says how long it may be kept. What is listed here depends on who asks, and may
    /// change at any time.
    Cacheable,
    /// MCP 2026-07-28: the client has to be asked first.
    InputRequired,
    /// SEP-2663: the call became a task.
    #[cfg(feature = "conformance")]
    Task,
}

macro_rules! tail {
    ($kind:literal, $more:literal) => {
        concat!(
            r#""resultType":""#,
            $kind,
            r#"","#,
            $more,
            r#""_meta":{"io.modelcontextprotocol/serverInfo":{"name":"hearth","title":"Hearth","version":""#,
            env!("CARGO_PKG_VERSION"),
            r#""}}"#
        )
    };
}

impl Kind {
    /// The kind of a result at this version.
    pub fn at(version: Version) -> Self {
        if version.is_stateless() {
            Self::Complete
        } else {
            Self::Handshake
        }
    }

    /// The same result, if it may be kept by the client.
    pub fn cacheable(self) -> Self {
        match self {
            Self::Complete => Self::Cacheable,
            other => other,
        }
    }

    fn tail(self) -> &'static str {
        match self {
            Self::Handshake => "",
            Self::Complete => tail!("complete", ""),
            Self::Cacheable => tail!("complete", r#""ttlMs":0,"cacheScope":"private","#),
            Self::InputRequired => tail!("input_required", ""),
            #[cfg(feature = "conformance")]
            Self::Task => tail!("task", ""),
        }
    }
}

/// A result. Its members stand in parts, as they stand between the braces of an object.
pub fn result(id: &str, kind: Kind, members: &[&str]) -> Vec<u8> {
    let length: usize = members.iter().map(|part| part.len()).sum();
    let tail = kind.tail();
    let mut body = Vec::with_capacity(id.len() + length + tail.len() + 40);
    open(&mut body, id);
    body.extend_from_slice(br#","result":{"#);
    for part in members {
        body.extend_from_slice(part.as_bytes());
    }
    if length > 0 && !tail.is_empty() {
        body.push(b',');
    }
    body.extend_from_slice(tail.as_bytes());
    body.extend_from_slice(b"}}");
    body
}

/// An error.
pub fn error(id: &str, error: &RpcError) -> Vec<u8> {
    let mut body = Vec::with_capacity(id.len() + error.message.len() + 96);
    open(&mut body, id);
    body.push(b',');
    close_error(&mut body, error);
    body
}

/// An error about a message whose id could not be read. JSON-RPC has the id null there, which the schema of MCP forbids:
/// it is left out.
pub fn error_without_id(error: &RpcError) -> Vec<u8> {
    let mut body = br#"{"jsonrpc":"2.0","#.to_vec();
    close_error(&mut body, error);
    body
}

fn close_error(body: &mut Vec<u8>, error: &RpcError) {
    body.extend_from_slice(br#""error":{"code":"#);
    body.extend_from_slice((error.code as i32).to_string().as_bytes());
    body.extend_from_slice(br#","message":"#);
    body.extend_from_slice(json(&error.message).as_bytes());
    if let Some(data) = &error.data {
        body.extend_from_slice(br#","data":"#);
        body.extend_from_slice(data.as_bytes());
    }
    body.extend_from_slice(b"}}");
}

/// Several messages in one body (MCP 2025-03-26, batching).
pub fn batch(messages: &[Vec<u8>]) -> Vec<u8> {
    let mut body = vec![b'['];
    body.extend_from_slice(&messages.join(&b','));
    body.push(b']');
    body
}

/// A request to the client; `params` is JSON.
pub fn request(id: &str, method: &str, params: &str) -> Vec<u8> {
    format!(
        r#"{{"jsonrpc":"2.0","id":{},"method":"{method}","params":{params}}}"#,
        json(id)
    )
    .into_bytes()
}

/// A notification; `params` is JSON, or empty for none.
pub fn notification(method: &str, params: &str) -> Vec<u8> {
    let mut body = format!(r#"{{"jsonrpc":"2.0","method":"{method}""#).into_bytes();
    if !params.is_empty() {
        body.extend_from_slice(br#","params":"#);
        body.extend_from_slice(params.as_bytes());
    }
    body.push(b'}');
    body
}

/// A value as JSON.
pub fn json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("text and numbers can be written as JSON")
}

fn open(body: &mut Vec<u8>, id: &str) {
    body.extend_from_slice(br#"{"jsonrpc":"2.0","id":"#);
    body.extend_from_slice(id.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(body: Vec<u8>) -> String {
        String::from_utf8(body).expect("UTF-8")
    }

    #[test]
    fn answers_are_compact_and_echo_the_id() {
        assert_eq!(
            text(result("7", Kind::Handshake, &[])),
            r#"{"jsonrpc":"2.0","id":7,"result":{}}"#
        );
        assert_eq!(
            text(error(r#""\u0061""#, &RpcError::method_not_found("x\"y"))),
            r#"{"jsonrpc":"2.0","id":"\u0061","error":{"code":-32601,"message":"Method not found","data":"x\"y"}}"#
        );
        assert_eq!(
            text(error("1", &RpcError::invalid_params())),
            r#"{"jsonrpc":"2.0","id":1,"error":{"code":-32602,"message":"Invalid request parameters","data":""}}"#
        );
    }

    #[test]
    fn notifications_have_params_only_if_they_need_them() {
        assert_eq!(text(notification("a/b", "")), r#"{"jsonrpc":"2.0","method":"a/b"}"#);
        assert_eq!(
            text(notification("a/b", r#"{"c":1}"#)),
            r#"{"jsonrpc":"2.0","method":"a/b","params":{"c":1}}"#
        );
    }
}
