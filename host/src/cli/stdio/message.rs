//! What `hearth stdio` understands of the messages that it passes on: as much as the transport's rules ask for. This is
//! the one file of the host that speaks the protocol, as a client of it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Value, json};

/// Methods whose requests may be sent twice: they read, or say again what is so already.
const REPEATABLE: [&str; 13] = [
    "completion/complete",
    "initialize",
    "logging/setLevel",
    "ping",
    "prompts/get",
    "prompts/list",
    "resources/list",
    "resources/read",
    "resources/subscribe",
    "resources/templates/list",
    "resources/unsubscribe",
    "server/discover",
    "tools/list",
];
const LISTEN: &str = "subscriptions/listen";
/// What a request of a version without sessions says its version under (MCP 2026-07-28, basic, `_meta`).
const VERSION: &str = "io.modelcontextprotocol/protocolVersion";

/// JSON-RPC 2.0, 5.1: what was sent is not JSON.
const NOT_JSON: i64 = -32700;
/// The same: it is JSON, and no message.
const NO_MESSAGE: i64 = -32600;
/// What a transport may use for its own errors.
const UNANSWERED: i64 = -32000;

/// One message of the client, or one batch of them.
#[derive(Debug, Clone)]
pub struct Message {
    /// As the client wrote it.
    pub bytes: Bytes,
    /// The ids of the requests in it.
    pub ids: Vec<Value>,
    /// What has to be done with it.
    pub kind: Kind,
    /// What the headers say of it, in a version without sessions.
    pub envelope: Option<Envelope>,
}

/// What a message is to the transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// It begins a session.
    Initialize,
    /// The client has begun its session.
    Initialized,
    /// It wants an answer.
    Request {
        /// It can be sent again when it is not known what became of it.
        repeatable: bool,
        /// Its answer is a stream that ends when somebody ends it.
        listens: bool,
        /// What it sets up in its session, so that a new session has to be told as well; the newest of a name counts.
        sets: Option<String>,
        /// What it takes back of that.
        unsets: Option<String>,
    },
    /// The client gives a request of its own up.
    Cancels(Value),
    /// A notification, or an answer to the server.
    Other,
}

/// MCP 2026-07-28, transports: what every POST repeats in its headers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// `MCP-Protocol-Version`.
    pub version: String,
    /// `Mcp-Method`.
    pub method: String,
    /// `Mcp-Name`, as it goes into a header.
    pub name: Option<String>,
}

impl Message {
    /// Reads a line of the client.
    ///
    /// # Errors
    /// The JSON-RPC error to answer, when it is no message.
    pub fn read(line: Bytes) -> Result<Self, Bytes> {
        let value: Value = serde_json::from_slice(&line)
            .map_err(|error| error_to(&Value::Null, NOT_JSON, &format!("This line is not JSON: {error}")))?;
        let ids: Vec<_> = match &value {
            Value::Object(_) => request_id(&value).cloned().into_iter().collect(),
            Value::Array(batch) => batch.iter().filter_map(request_id).cloned().collect(),
            _ => {
                let text = "This line is JSON, but no JSON-RPC message: a message is an object";
                return Err(error_to(&Value::Null, NO_MESSAGE, text));
            }
        };
        Ok(Self {
            kind: kind(&value, &ids),
            envelope: envelope(&value),
            bytes: line,
            ids,
        })
    }

    /// Whether it can be sent again when it is not known what became of it.
    pub fn is_repeatable(&self) -> bool {
        matches!(self.kind, Kind::Initialize | Kind::Request { repeatable: true, .. })
    }

    /// Whether the client waits for its answer for as long as it runs.
    pub fn listens(&self) -> bool {
        matches!(self.kind, Kind::Request { listens: true, .. })
    }
}

fn request_id(value: &Value) -> Option<&Value> {
    value.get("method").and(value.get("id"))
}

fn kind(value: &Value, ids: &[Value]) -> Kind {
    let method = value["method"].as_str().unwrap_or_default();
    let params = &value["params"];
    match method {
        "initialize" if envelope(value).is_none() => Kind::Initialize,
        "notifications/initialized" => Kind::Initialized,
        "notifications/cancelled" => Kind::Cancels(params["requestId"].clone()),
        _ if ids.is_empty() => Kind::Other,
        _ => {
            let uri = || params["uri"].as_str().map(|uri| format!("uri {uri}"));
            let (sets, unsets) = match method {
                "logging/setLevel" => (Some("level".to_owned()), None),
                "resources/subscribe" => (uri(), None),
                "resources/unsubscribe" => (None, uri()),
                _ => (None, None),
            };
            let listens = method == LISTEN;
            Kind::Request {
                repeatable: listens || REPEATABLE.contains(&method),
                listens,
                sets,
                unsets,
            }
        }
    }
}

fn envelope(value: &Value) -> Option<Envelope> {
    let params = &value["params"];
    let version = params["_meta"][VERSION].as_str()?;
    let method = value["method"].as_str()?;
    let name = match method {
        "tools/call" | "prompts/get" => &params["name"],
        "resources/read" => &params["uri"],
        "tasks/get" | "tasks/update" | "tasks/cancel" => &params["taskId"],
        _ => &Value::Null,
    };
    Some(Envelope {
        version: version.to_owned(),
        method: method.to_owned(),
        name: name.as_str().map(in_a_header),
    })
}

/// MCP 2026-07-28, transports: what is not visible ASCII, or could be taken for such, goes as Base64.
fn in_a_header(text: &str) -> String {
    let is_plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && text.trim() == text;
    if is_plain && !(text.starts_with("=?base64?") && text.ends_with("?=")) {
        text.to_owned()
    } else {
        format!("=?base64?{}?=", STANDARD.encode(text))
    }
}

/// What a message of the server is to the transport.
pub struct Said {
    /// The request that it answers.
    pub answers: Option<Value>,
    /// The version that the answer to `initialize` agrees on.
    pub version: Option<String>,
    /// Whether that answer says that the list of tools may change.
    pub lists_change: bool,
    /// It tells that a stream of changes begins.
    pub acknowledges: bool,
}

impl Said {
    /// Reads a message of the server; of one that is no JSON nothing is known.
    pub fn read(bytes: &[u8]) -> Self {
        let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let result = &value["result"];
        Self {
            answers: value.get("id").filter(|_| value.get("method").is_none()).cloned(),
            version: result["protocolVersion"].as_str().map(str::to_owned),
            lists_change: result["capabilities"]["tools"]["listChanged"] == true,
            acknowledges: value["method"] == "notifications/subscriptions/acknowledged",
        }
    }
}

/// The messages of an answer that is one JSON document: itself, or those of a batch.
pub fn messages(document: &Bytes) -> Vec<Bytes> {
    match serde_json::from_slice::<Vec<&serde_json::value::RawValue>>(document) {
        Ok(batch) => batch.iter().map(|one| Bytes::from(one.get().to_owned())).collect(),
        Err(_) => vec![document.clone()],
    }
}

/// An error that the host gave to this request, as it goes to the client: with the id of the request, since it may not
/// have been read so far as that.
pub fn error_of_host(id: &Value, body: &[u8]) -> Option<Bytes> {
    let mut value: Value = serde_json::from_slice(body).ok()?;
    value.get("error")?.get("code")?;
    value.as_object_mut()?.insert("id".to_owned(), id.clone());
    Some(value.to_string().into())
}

/// The error that tells the client why a request is not answered.
pub fn unanswered(id: &Value, why: &str) -> Bytes {
    error_to(id, UNANSWERED, why)
}

/// The error that tells the client that a line was not read.
pub fn unread(why: &str) -> Bytes {
    error_to(&Value::Null, NO_MESSAGE, why)
}

fn error_to(id: &Value, code: i64, text: &str) -> Bytes {
    let error = json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": text}});
    error.to_string().into()
}

/// Tells the client that the tools may be others than those it knows.
pub fn tools_changed() -> Bytes {
    Bytes::from_static(br#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &Value) -> Message {
        Message::read(value.to_string().into()).expect("it is a message")
    }

    #[test]
    fn what_only_reads_can_be_repeated_and_a_call_cannot() {
        for (method, repeatable) in [
            ("tools/list", true),
            ("tools/call", false),
            ("initialize", true),
            ("x", false),
        ] {
            let message = read(&json!({"jsonrpc": "2.0", "id": 1, "method": method}));
            assert_eq!(message.is_repeatable(), repeatable, "{method}");
        }
        let notification = read(&json!({"jsonrpc": "2.0", "method": "notifications/x"}));
        assert!(notification.ids.is_empty() && !notification.is_repeatable());
        let answer = read(&json!({"jsonrpc": "2.0", "id": 1, "result": {}}));
        assert_eq!((answer.kind, answer.ids.len()), (Kind::Other, 0));
    }

    #[test]
    fn a_request_without_a_session_is_named_in_the_headers() {
        let message = read(&json!({"jsonrpc": "2.0", "id": "a", "method": "tools/call", "params": {
            "name": "Küche", "_meta": {VERSION: "2026-07-28"}}}));
        assert_eq!(
            message.envelope,
            Some(Envelope {
                version: "2026-07-28".to_owned(),
                method: "tools/call".to_owned(),
                name: Some("=?base64?S8O8Y2hl?=".to_owned()),
            })
        );
        for literal in [" padded", "=?base64?eA==?=", "two\nlines"] {
            assert!(in_a_header(literal).starts_with("=?base64?"), "{literal}");
            assert_ne!(in_a_header(literal), literal);
        }
        assert_eq!(in_a_header("light.on"), "light.on");
    }

    #[test]
    fn what_is_no_message_is_answered_with_an_error_that_has_no_id() {
        for (line, code) in [("{", NOT_JSON), ("", NOT_JSON), ("7", NO_MESSAGE)] {
            let error = Message::read(Bytes::from(line)).expect_err("it is none");
            let error: Value = serde_json::from_slice(&error).expect("it is JSON");
            assert_eq!((&error["error"]["code"], &error["id"]), (&code.into(), &Value::Null));
        }
    }

    #[test]
    fn a_batch_wants_an_answer_to_each_of_its_requests() {
        let batch =
            read(&json!([{"id": 1, "method": "ping"}, {"method": "notifications/x"}, {"id": "b", "method": "y"}]));
        assert_eq!(batch.ids, [json!(1), json!("b")]);
        let answers = messages(&Bytes::from_static(b"[{\"id\":1}, {\"id\":\"b\"}]"));
        assert_eq!(answers, [&b"{\"id\":1}"[..], b"{\"id\":\"b\"}"]);
    }
}
