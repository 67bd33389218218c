//! A client of Streamable HTTP over plain sockets.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use hearth_harness::schemas::Conversation;
use serde_json::{Value, json};

use crate::http_client::{Connection, Events, Response, request};

/// One client; each of its requests has a connection of its own.
#[derive(Debug, Clone)]
pub struct Streamable {
    /// Where the server is.
    pub address: SocketAddr,
    /// Where it asks.
    pub path: String,
    /// Header lines of each request: its token, its session, what it accepts.
    pub headers: Vec<String>,
    /// What it said, to hold what it hears against the schema of the protocol; none: that is not done.
    conversation: Option<Arc<Mutex<Conversation>>>,
}

/// An answer: all of it, or the head of a stream and what comes.
pub enum Answer {
    /// It is whole.
    Whole(Response),
    /// It is a stream of events.
    Stream(Response, Reading),
}

impl Streamable {
    /// A client of `/api/mcp` without a session, which accepts what the protocol demands.
    pub fn new(address: SocketAddr, token: &str) -> Self {
        Self {
            address,
            path: "/api/mcp".to_owned(),
            headers: vec![
                format!("Authorization: Bearer {token}"),
                "Accept: application/json, text/event-stream".to_owned(),
            ],
            conversation: None,
        }
    }

    /// The same, and what it hears follows the schema of the protocol, or the test fails.
    pub fn judged(mut self) -> Self {
        self.conversation = Some(Arc::default());
        self
    }

    /// The same with this header in place of those of its name.
    pub fn with(mut self, header: &str) -> Self {
        self = self.without(header.split(':').next().unwrap_or_default());
        self.headers.push(header.to_owned());
        self
    }

    /// The same with this header beside all others.
    pub fn and(mut self, header: &str) -> Self {
        self.headers.push(header.to_owned());
        self
    }

    /// The same without the headers of this name.
    pub fn without(mut self, name: &str) -> Self {
        let is_it = |line: &String| line.split(':').next().is_some_and(|own| own.eq_ignore_ascii_case(name));
        self.headers.retain(|line| !is_it(line));
        self
    }

    /// The same at another path.
    pub fn at(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// A client that has begun a session at this version, to the end of the handshake.
    pub async fn initialized(address: SocketAddr, token: &str, version: &str) -> Self {
        let new = Self::new(address, token).judged();
        let params = json!({
            "protocolVersion": version,
            "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        });
        let initialize = json!({"jsonrpc": "2.0", "id": "begin", "method": "initialize", "params": params});
        let answer = new.post(initialize.to_string()).await.whole();
        assert_eq!(answer.status, 200, "{}", answer.text());
        let session = answer.header("mcp-session-id").expect("a session begins").to_owned();
        let mut client = new.with(&format!("Mcp-Session-Id: {session}"));
        if version != "2025-03-26" {
            client = client.with(&format!("MCP-Protocol-Version: {version}"));
        }
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string();
        assert_eq!(client.post(initialized).await.whole().status, 202);
        client
    }

    /// The bytes of a request with this body.
    pub fn body_of(&self, method: &str, body: &[u8]) -> Vec<u8> {
        let length = format!("Content-Length: {}", body.len());
        let mut lines: Vec<&str> = self.headers.iter().map(String::as_str).collect();
        lines.push(&length);
        if !self
            .headers
            .iter()
            .any(|line| line.to_ascii_lowercase().starts_with("content-type:"))
        {
            lines.push("Content-Type: application/json");
        }
        lines.retain(|line| *line != "Content-Type: none");
        let mut bytes = request(method, &self.path, &lines).into_bytes();
        bytes.extend_from_slice(body);
        bytes
    }

    /// Posts a body.
    pub async fn post(&self, body: impl AsRef<[u8]>) -> Answer {
        self.hear(self.send(body).await).await
    }

    /// Posts a body and does not wait for the answer.
    pub async fn send(&self, body: impl AsRef<[u8]>) -> Connection {
        if let Some(conversation) = &self.conversation {
            let mut conversation = conversation.lock().unwrap_or_else(PoisonError::into_inner);
            conversation.said(body.as_ref());
        }
        let mut connection = Connection::open(self.address).await;
        connection.send(self.body_of("POST", body.as_ref())).await;
        connection
    }

    /// Reads the answer to what it sent.
    pub async fn hear(&self, connection: Connection) -> Answer {
        let judge = self.conversation.clone().map(|conversation| Judge {
            conversation,
            goes_on: self.headers.iter().any(|line| line.starts_with("Last-Event-ID:")),
        });
        let mut answer = Self::read(connection).await;
        match (&mut answer, judge) {
            (Answer::Whole(response), Some(judge)) if response.header("content-type") == Some("application/json") => {
                judge.hears(response.text());
            }
            (Answer::Stream(_, reading), judge) => reading.judge = judge,
            _ => {}
        }
        answer
    }

    /// Sends a request without a body.
    pub async fn ask(&self, method: &str) -> Answer {
        let mut connection = Connection::open(self.address).await;
        let lines: Vec<&str> = self.headers.iter().map(String::as_str).collect();
        connection.send(request(method, &self.path, &lines)).await;
        self.hear(connection).await
    }

    /// Opens a stream of its session.
    pub async fn get(&self) -> Answer {
        self.ask("GET").await
    }

    /// Goes on reading after this event.
    pub async fn resume(&self, event: &str) -> Answer {
        self.clone().with(&format!("Last-Event-ID: {event}")).get().await
    }

    /// Ends its session.
    pub async fn delete(&self) -> Response {
        self.ask("DELETE").await.whole()
    }

    /// Reads the answer to what was sent.
    pub async fn read(mut connection: Connection) -> Answer {
        let mut head = connection.head().await;
        let is_stream = head.header("content-type") == Some("text/event-stream");
        if is_stream && head.header("transfer-encoding") == Some("chunked") {
            return Answer::Stream(head, Reading::over(connection));
        }
        head.body = connection.body(&head).await;
        Answer::Whole(head)
    }
}

impl Answer {
    /// The answer, which is whole.
    pub fn whole(self) -> Response {
        match self {
            Self::Whole(response) => response,
            Self::Stream(head, _) => panic!("it is a stream: {:?}", head.head),
        }
    }

    /// The stream that it is.
    pub fn stream(self) -> Reading {
        match self {
            Self::Whole(response) => panic!("it is no stream: {:?} {:?}", response.head, response.text()),
            Self::Stream(_, reading) => reading,
        }
    }

    /// The status and the JSON document that it is.
    pub fn json(self) -> (u16, Value) {
        let response = self.whole();
        assert_eq!(
            response.header("content-type"),
            Some("application/json"),
            "{:?}",
            response.text()
        );
        let value = serde_json::from_str(response.text()).expect("it is JSON");
        (response.status, value)
    }

    /// The status, the code and the id of the error that it is; no id is null.
    pub fn error(self) -> (u16, i64, Value) {
        let (status, answer) = self.json();
        let code = answer["error"]["code"].as_i64();
        let code = code.unwrap_or_else(|| panic!("no error: {answer}"));
        (status, code, answer.get("id").cloned().unwrap_or_default())
    }

    /// The status and the text that it is.
    pub fn text(self) -> (u16, String) {
        let response = self.whole();
        let kind = response.header("content-type");
        assert_eq!(kind, Some("text/plain; charset=utf-8"), "{:?}", response.text());
        (response.status, response.text().to_owned())
    }
}

/// Holds messages against the schema of the protocol.
struct Judge {
    conversation: Arc<Mutex<Conversation>>,
    /// Whether it may hear what it heard before.
    goes_on: bool,
}

impl Judge {
    fn hears(&self, message: &str) {
        let message = serde_json::from_str(message).expect("a message is JSON");
        let mut conversation = self.conversation.lock().unwrap_or_else(PoisonError::into_inner);
        let judged = match self.goes_on {
            true => conversation.heard_again(&message),
            false => conversation.heard(&message),
        };
        if let Err(wrong) = judged {
            panic!("a wrong message: {wrong}");
        }
    }
}

/// The events of one connection.
pub struct Reading {
    events: Events,
    judge: Option<Judge>,
}

/// One event: its fields.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Event {
    /// `id`.
    pub id: Option<String>,
    /// `event`.
    pub name: Option<String>,
    /// `data`, its lines joined.
    pub data: Option<String>,
    /// `retry`.
    pub retry: Option<String>,
    /// It is a comment.
    pub comment: bool,
}

impl Reading {
    /// What this connection reads after the head of a response.
    pub fn over(connection: Connection) -> Self {
        Self {
            events: Events::over(connection),
            judge: None,
        }
    }

    /// The next event, comments among them; `None` at the end.
    pub async fn event(&mut self) -> Option<Event> {
        let text = self.events.next().await?;
        let mut event = Event::default();
        for line in text.trim_end_matches("\r\n").split("\r\n") {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            match field {
                "" => event.comment = true,
                "id" => event.id = Some(value),
                "event" => event.name = Some(value),
                "retry" => event.retry = Some(value),
                "data" => match &mut event.data {
                    Some(data) => data.push_str(&format!("\n{value}")),
                    None => event.data = Some(value),
                },
                other => panic!("no such field: {other:?}"),
            }
        }
        if let (Some(judge), Some("message"), Some(data)) = (&self.judge, event.name.as_deref(), &event.data) {
            judge.hears(data);
        }
        Some(event)
    }

    /// The id of the priming event.
    pub async fn prime(&mut self) -> String {
        let event = self.event().await.expect("the stream goes on");
        assert_eq!((event.name, event.data.as_deref()), (None, Some("")));
        event.id.expect("a priming event has an id")
    }

    /// The next message and its id; comments are passed over.
    pub async fn message(&mut self) -> (Option<String>, Value) {
        loop {
            let event = self.event().await.expect("the stream goes on");
            if !event.comment {
                let data = event.data.unwrap_or_else(|| panic!("no message: {:?}", event.id));
                assert_eq!(event.name.as_deref(), Some("message"));
                return (event.id, serde_json::from_str(&data).expect("a message is JSON"));
            }
        }
    }

    /// All messages to the end.
    pub async fn rest(&mut self) -> Vec<Value> {
        let mut messages = Vec::new();
        while let Some(event) = self.event().await {
            if let (Some("message"), Some(data)) = (event.name.as_deref(), event.data) {
                messages.push(serde_json::from_str(&data).expect("a message is JSON"));
            }
        }
        messages
    }

    /// The connection under it.
    pub fn into_connection(self) -> Connection {
        self.events.into_connection()
    }
}
