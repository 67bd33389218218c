//! Clients of Streamable HTTP on a stage: bodies and their exchanges, without any HTTP.

use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::{Stream as _, StreamExt};
use hearth_host::contract::hearth::mcp::types::{Header, Principal, Route, Status};
use hearth_host::engine::{Attaching, Dismissing, Engine, EventId, Exchange, Incoming, Part, Received, Refused};
use serde_json::{Value, json};

use crate::hearing::Hearing;
use crate::stage::{Stage, in_time};

impl Stage {
    /// Posts a body to Streamable HTTP.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn exchange(
        &self,
        principal: &str,
        session: Option<&str>,
        headers: Vec<Header>,
        body: &[u8],
    ) -> Result<Received, Refused> {
        let incoming = Incoming {
            route: Route::Streamable(None),
            session: session.map(str::to_owned),
            principal: self.principal(principal),
            headers,
            body: body.to_vec().into(),
            request: Default::default(),
        };
        self.engine.receive(incoming).await
    }

    /// A client of Streamable HTTP that has no session yet.
    pub fn streamable(&self, principal: &str) -> StreamableClient {
        StreamableClient {
            engine: self.engine.clone(),
            route: Route::Streamable(None),
            principal: self.principal(principal),
            session: None,
            headers: Vec::new(),
            hearing: self.hearing.clone(),
        }
    }
}

/// A header as the component is given it.
pub fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

/// A client of Streamable HTTP.
#[derive(Clone)]
pub struct StreamableClient {
    engine: Engine,
    /// Where it asks.
    pub route: Route,
    /// Who it is.
    pub principal: Principal,
    /// Its session.
    pub session: Option<String>,
    /// What it says beside that.
    pub headers: Vec<Header>,
    hearing: Hearing,
}

impl StreamableClient {
    /// Begins a session at this version, to the end of the handshake.
    ///
    /// # Panics
    /// When that does not go well.
    pub async fn begin(&mut self, version: &str) -> Value {
        self.begin_with(version, json!({})).await
    }

    /// The same, with these capabilities.
    ///
    /// # Panics
    /// When that does not go well.
    pub async fn begin_with(&mut self, version: &str, capabilities: Value) -> Value {
        let params = json!({
            "protocolVersion": version,
            "capabilities": capabilities,
            "clientInfo": {"name": "test", "version": "1"},
        });
        let body = json!({"jsonrpc": "2.0", "id": "begin", "method": "initialize", "params": params});
        let received = self.try_post(body.to_string().as_bytes()).await;
        let received = received.expect("it may begin a session");
        self.session = Some(received.session.expect("the session has an id"));
        let (_, answer) = self
            .reading(received.exchange, body.to_string().as_bytes())
            .only()
            .await;
        self.headers.retain(|header| header.name != "mcp-protocol-version");
        self.headers.push(header("mcp-protocol-version", version));
        let initialized = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        assert_eq!(
            self.post(&initialized).await.only().await,
            (Status::Accepted, Value::Null)
        );
        answer
    }

    /// Posts a message.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn post(&self, body: &Value) -> Reading {
        let body = body.to_string();
        let received = self.try_post(body.as_bytes()).await.expect("it is taken");
        self.reading(received.exchange, body.as_bytes())
    }

    /// What is read of an exchange that this body began.
    fn reading(&self, exchange: Option<Exchange>, body: &[u8]) -> Reading {
        let exchange = exchange.expect("it is an exchange");
        let alone = || format!("the exchange {}", exchange.outlet());
        let conversation = self.session.clone().unwrap_or_else(alone);
        self.hearing.said(&conversation, body);
        Reading {
            exchange,
            conversation,
            goes_on: false,
            hearing: self.hearing.clone(),
        }
    }

    /// Posts any bytes.
    ///
    /// # Errors
    /// When they are refused.
    pub async fn try_post(&self, body: &[u8]) -> Result<Received, Refused> {
        let incoming = Incoming {
            route: self.route.clone(),
            session: self.session.clone(),
            principal: self.principal.clone(),
            headers: self.headers.clone(),
            body: body.to_vec().into(),
            request: Default::default(),
        };
        self.engine.receive(incoming).await
    }

    /// Opens a stream of its session.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn get(&self) -> Result<Reading, Refused> {
        self.attach(None).await
    }

    /// Goes on reading after this event.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn resume(&self, last_event: impl ToString) -> Result<Reading, Refused> {
        self.attach(Some(last_event.to_string())).await
    }

    async fn attach(&self, last_event: Option<String>) -> Result<Reading, Refused> {
        let goes_on = last_event.is_some();
        let attaching = Attaching {
            route: self.route.clone(),
            session: self.session.clone(),
            principal: self.principal.clone(),
            headers: self.headers.clone(),
            last_event,
        };
        let exchange = self.engine.attach(attaching).await?;
        Ok(Reading {
            exchange,
            conversation: self.session.clone().unwrap_or_default(),
            goes_on,
            hearing: self.hearing.clone(),
        })
    }

    /// Ends its session.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn delete(&self) -> Result<(), Refused> {
        let dismissing = Dismissing {
            route: self.route.clone(),
            session: self.session.clone(),
            principal: self.principal.clone(),
            headers: self.headers.clone(),
        };
        self.engine.dismiss(dismissing).await.map(drop)
    }
}

/// What one connection of a client reads. Dropping it is hanging up.
#[derive(Debug)]
pub struct Reading {
    /// The exchange.
    pub exchange: Exchange,
    /// The conversation that it belongs to.
    conversation: String,
    /// Whether it goes on with an exchange of which something was read.
    goes_on: bool,
    hearing: Hearing,
}

impl Reading {
    /// The next part, or the end.
    ///
    /// # Panics
    /// When nothing comes, or a message does not follow the schema of the protocol.
    pub async fn part(&mut self) -> Option<Part> {
        let part = in_time("a part", self.exchange.next()).await;
        part.iter().for_each(|part| self.judge(part));
        part
    }

    /// Holds a message against the schema of its version.
    fn judge(&self, part: &Part) {
        let Part::Message { body, .. } = part else { return };
        if !self.hearing.judges() || body.is_empty() {
            return;
        }
        match self.goes_on {
            true => self.hearing.heard_again(&self.conversation, &value(body)),
            false => self.hearing.heard(&self.conversation, &value(body)),
        }
    }

    /// The next message, and its event id.
    ///
    /// # Panics
    /// When no message comes, or it is not JSON.
    pub async fn event(&mut self) -> (Option<EventId>, Value) {
        match self.part().await {
            Some(Part::Message { event, body, .. }) => (event, value(&body)),
            other => panic!("no message came: {other:?}"),
        }
    }

    /// The next message.
    ///
    /// # Panics
    /// When no message comes, or it is not JSON.
    pub async fn next(&mut self) -> Value {
        self.event().await.1
    }

    /// The id of the priming event.
    ///
    /// # Panics
    /// When something else comes.
    pub async fn prime(&mut self) -> EventId {
        match self.part().await {
            Some(Part::Prime { event }) => event,
            other => panic!("no priming event came: {other:?}"),
        }
    }

    /// The only message and the status of the exchange, which is over with it.
    ///
    /// # Panics
    /// When it goes on.
    pub async fn only(mut self) -> (Status, Value) {
        match self.part().await {
            Some(Part::Message {
                event: None,
                body,
                last: true,
                status,
            }) => (status, value(&body)),
            other => panic!("no whole answer came: {other:?}"),
        }
    }

    /// All messages to the end.
    ///
    /// # Panics
    /// When the end does not come.
    pub async fn rest(&mut self) -> Vec<Value> {
        let mut messages = Vec::new();
        while let Some(part) = self.part().await {
            if let Part::Message { body, .. } = part {
                messages.push(value(&body));
            }
        }
        messages
    }

    /// What has come and was not read yet.
    pub fn unread(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut context = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(part)) = Pin::new(&mut self.exchange).poll_next(&mut context) {
            self.judge(&part);
            parts.push(part);
        }
        parts
    }

    /// Whether it is over, after what was read.
    pub fn is_over(&mut self) -> bool {
        let mut context = Context::from_waker(Waker::noop());
        Pin::new(&mut self.exchange).poll_next(&mut context) == Poll::Ready(None)
    }
}

/// A message; an exchange that carries none has null.
fn value(body: &[u8]) -> Value {
    if body.is_empty() {
        return Value::Null;
    }
    serde_json::from_slice(body).expect("messages are JSON")
}
