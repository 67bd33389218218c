//! Writes messages to the client: compact JSON, the id spliced in byte for byte, large parts copied once.

use serde::Serialize;

use super::error::RpcError;

/// A result that stands in parts, one after the other one JSON value.
pub fn result(id: &str, parts: &[&str]) -> Vec<u8> {
    let length: usize = parts.iter().map(|part| part.len()).sum();
    let mut body = Vec::with_capacity(id.len() + length + 40);
    open(&mut body, id);
    body.extend_from_slice(br#","result":"#);
    for part in parts {
        body.extend_from_slice(part.as_bytes());
    }
    body.push(b'}');
    body
}

/// An error.
pub fn error(id: &str, error: &RpcError) -> Vec<u8> {
    let mut body = Vec::with_capacity(id.len() + error.message.len() + 96);
    open(&mut body, id);
    body.extend_from_slice(br#","error":{"code":"#);
    body.extend_from_slice((error.code as i32).to_string().as_bytes());
    body.extend_from_slice(br#","message":"#);
    body.extend_from_slice(json(&error.message).as_bytes());
    if let Some(data) = &error.data {
        body.extend_from_slice(br#","data":"#);
        body.extend_from_slice(data.as_bytes());
    }
    body.extend_from_slice(b"}}");
    body
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
        assert_eq!(text(result("7", &["{}"])), r#"{"jsonrpc":"2.0","id":7,"result":{}}"#);
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
