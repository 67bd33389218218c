//! JSON-RPC as a client reads and writes it: an opinion on bodies that is not the component's own.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

/// A message, its members as they stand. Members that stand there twice are an error.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    jsonrpc: &'a RawValue,
    #[serde(borrow)]
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

/// A request that was taken and has to be answered once.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Its id, as it was written.
    pub id: String,
    /// The progress token, as it was written.
    pub token: Option<String>,
}

/// What the server said.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// The answer to the request of this id.
    Answer {
        /// As it was written.
        id: String,
        /// The result; None is an error.
        result: Option<Value>,
    },
    /// `notifications/progress` with this token.
    Progress(String),
    /// Any other notification.
    Notification(String),
}

impl Said {
    /// Reads a body of the server.
    ///
    /// # Panics
    /// When it is not one whole message of the protocol.
    pub fn read(body: &[u8]) -> Self {
        let text = std::str::from_utf8(body).expect("a message of the server is UTF-8");
        assert!(
            !text.contains(['\r', '\n']),
            "a message of the server is one line: {text}"
        );
        let envelope: Envelope = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(envelope.jsonrpc.get(), "\"2.0\"", "{text}");
        match (envelope.id, envelope.method) {
            (Some(id), None) => Self::answer(id, &envelope, text),
            (None, Some(method)) => Self::notification(&strict(method), &envelope, text),
            _ => panic!("neither an answer nor a notification: {text}"),
        }
    }

    fn answer(id: &RawValue, envelope: &Envelope, text: &str) -> Self {
        let id = id.get().to_owned();
        assert!(is_id(&id), "the id is neither a string nor an integer: {text}");
        let result = match (envelope.result, envelope.error) {
            (Some(result), None) => Some(strict(result)),
            (None, Some(error)) => {
                let error = strict(error);
                assert!(error["code"].is_i64() && error["message"].is_string(), "{text}");
                None
            }
            _ => panic!("neither a result nor an error, or both: {text}"),
        };
        assert!(result.as_ref().is_none_or(Value::is_object), "{text}");
        Self::Answer { id, result }
    }

    fn notification(method: &Value, envelope: &Envelope, text: &str) -> Self {
        let method = method.as_str().unwrap_or_else(|| panic!("no method: {text}"));
        let params = envelope.params.map_or("{}", RawValue::get);
        let params: BTreeMap<String, &RawValue> = serde_json::from_str(params).expect("params are an object");
        // The token is the client's, byte for byte; the rest is ours.
        let token = params.get("progressToken").map(|token| token.get().to_owned());
        let rest = params.iter().filter(|(name, _)| *name != "progressToken");
        let rest: BTreeMap<&str, Value> = rest.map(|(name, raw)| (name.as_str(), strict(raw))).collect();
        if method != "notifications/progress" {
            return Self::Notification(method.to_owned());
        }
        assert!(rest.get("progress").is_some_and(Value::is_number), "{text}");
        let message = rest.get("message").is_none_or(Value::is_string);
        assert!(message && rest.get("total").is_none_or(Value::is_number), "{text}");
        Self::Progress(token.unwrap_or_else(|| panic!("progress of nothing: {text}")))
    }
}

/// A value that every client can read: no half of a surrogate pair, no number beyond what a number can be.
fn strict(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_else(|error| panic!("{error}: {raw}"))
}

fn is_id(raw: &str) -> bool {
    let digits = raw.strip_prefix('-').unwrap_or(raw);
    raw.starts_with('"') || digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The requests of a body that was taken, in their order.
///
/// # Panics
/// When it is no message of JSON-RPC: then it must not have been taken.
pub fn requests(body: &[u8]) -> Vec<Asked> {
    let text = std::str::from_utf8(body).expect("a body that was taken is UTF-8");
    let messages: Vec<&RawValue> = match serde_json::from_str(text) {
        Ok(batch) => batch,
        Err(_) => vec![serde_json::from_str(text).expect("a body that was taken is JSON")],
    };
    messages.into_iter().filter_map(request).collect()
}

fn request(message: &RawValue) -> Option<Asked> {
    let envelope: Envelope = serde_json::from_str(message.get()).expect("a message that was taken is JSON-RPC");
    envelope.method?;
    let id = envelope.id?.get().to_owned();
    assert!(is_id(&id), "the id {id} was taken");
    let token = envelope.params.and_then(token);
    Some(Asked { id, token })
}

fn token(params: &RawValue) -> Option<String> {
    let params: BTreeMap<String, &RawValue> = serde_json::from_str(params.get()).ok()?;
    let meta: BTreeMap<String, &RawValue> = serde_json::from_str(params.get("_meta")?.get()).ok()?;
    Some(meta.get("progressToken")?.get().to_owned())
}

/// Whether nobody could find anything wrong with a body: one request, not deep, written as most clients write.
pub fn is_plain_request(body: &[u8]) -> bool {
    /// Far below the limit of nesting.
    const DEEP: usize = 16;
    let Ok(Value::Object(message)) = serde_json::from_slice::<Value>(body) else {
        return false;
    };
    let members = message
        .keys()
        .all(|name| ["jsonrpc", "id", "method", "params"].contains(&name.as_str()));
    let id = message.get("id").is_some_and(|id| id.is_string() || id.is_i64());
    let shape = message.get("jsonrpc").is_some_and(|version| version == "2.0")
        && message.get("method").is_some_and(Value::is_string)
        && message.get("params").is_none_or(Value::is_object);
    // Members that stand there twice are lost in a map; the envelope refuses them.
    let once = serde_json::from_slice::<Envelope>(body).is_ok();
    members && id && shape && once && body.iter().filter(|byte| b"[{".contains(byte)).count() < DEEP
}
