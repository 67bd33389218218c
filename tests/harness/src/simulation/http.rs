//! The clients of a simulation that speak Streamable HTTP: what they post and resume, and what they read.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use futures_util::Stream as _;
use hearth_host::contract::hearth::mcp::types::{Header, Route};
use hearth_host::engine::{Attaching, Dismissing, Exchange, Incoming, Part};
use serde_json::{Value, json};

use super::saying;
use super::step::Caller;
use crate::stage::Stage;
use crate::streamable::header;

/// The version of the requests without a session.
const STATELESS: &str = "2026-07-28";

/// All of them.
#[derive(Default)]
pub(super) struct Clients {
    all: BTreeMap<Caller, Client>,
}

#[derive(Default)]
struct Client {
    session: Option<String>,
    /// Connections that are open.
    open: Vec<Exchange>,
    /// Ids of the events that it read, in their order.
    events: Vec<String>,
}

impl Clients {
    /// Posts a body. What a request needs to be one of 2026-07-28 is added to it.
    pub async fn post(&mut self, stage: &Stage, name: Caller, body: &Value, stateless: bool) -> String {
        if stateless {
            let (body, headers) = enveloped(body);
            return self.deliver(stage, name, None, headers, &body).await;
        }
        let session = self.all.entry(name).or_default().session.clone();
        let initializes = body["method"] == "initialize";
        if session.is_some() || initializes {
            return self.deliver(stage, name, session, Vec::new(), body).await;
        }
        let begun = self
            .deliver(stage, name, None, Vec::new(), &saying::initialize_at("2025-11-25"))
            .await;
        let session = self.all.entry(name).or_default().session.clone();
        let told = self.deliver(stage, name, session, Vec::new(), body).await;
        format!("{begun}; {told}")
    }

    async fn deliver(
        &mut self,
        stage: &Stage,
        name: Caller,
        session: Option<String>,
        headers: Vec<Header>,
        body: &Value,
    ) -> String {
        let incoming = Incoming {
            route: Route::Streamable(None),
            session,
            principal: stage.principal(name.principal()),
            headers,
            body: body.to_string().into(),
            request: Default::default(),
        };
        match stage.engine.receive(incoming).await {
            Ok(received) => {
                let client = self.all.entry(name).or_default();
                client.open.extend(received.exchange);
                match received.session {
                    None => format!("{name:?} posted"),
                    Some(session) => {
                        let told = format!("{name:?} posted and has session {session}");
                        client.session = Some(session);
                        told
                    }
                }
            }
            Err(refused) => format!("{name:?} is refused: {refused:?}"),
        }
    }

    /// Opens a stream, or goes on with one where it was so many events before.
    pub async fn attach(&mut self, stage: &Stage, name: Caller, back: Option<usize>) -> String {
        let client = self.all.entry(name).or_default();
        let last_event = back.and_then(|back| client.events.iter().rev().nth(back).cloned());
        let attaching = Attaching {
            route: Route::Streamable(None),
            session: client.session.clone(),
            principal: stage.principal(name.principal()),
            headers: Vec::new(),
            last_event,
        };
        match stage.engine.attach(attaching).await {
            Ok(exchange) => {
                client.open.push(exchange);
                format!("{name:?} is attached")
            }
            Err(refused) => format!("{name:?} is refused: {refused:?}"),
        }
    }

    /// Ends a session. Its client goes on to name it.
    pub async fn dismiss(&mut self, stage: &Stage, name: Caller) -> String {
        let dismissing = Dismissing {
            route: Route::Streamable(None),
            session: self.all.entry(name).or_default().session.clone(),
            principal: stage.principal(name.principal()),
            headers: Vec::new(),
        };
        let dismissed = stage.engine.dismiss(dismissing).await.map(drop);
        format!("{name:?} ends its session: {dismissed:?}")
    }

    /// Hangs up everywhere.
    pub fn cut(&mut self, name: Caller) {
        if let Some(client) = self.all.get_mut(&name) {
            client.open.clear();
        }
    }

    /// All that there is to read.
    pub fn look(&mut self, seen: &mut Vec<String>) {
        for (name, client) in &mut self.all {
            client.read(*name, seen);
        }
    }
}

impl Client {
    fn read(&mut self, name: Caller, seen: &mut Vec<String>) {
        let events = &mut self.events;
        self.open.retain_mut(|exchange| {
            let outlet = exchange.outlet();
            loop {
                match Pin::new(&mut *exchange).poll_next(&mut Context::from_waker(Waker::noop())) {
                    Poll::Pending => return true,
                    Poll::Ready(None) => {
                        seen.push(format!("{name:?} reads the end at {outlet}"));
                        return false;
                    }
                    Poll::Ready(Some(part)) => {
                        let event = match &part {
                            Part::Prime { event } => Some(event.to_string()),
                            Part::Message { event, .. } => event.as_ref().map(ToString::to_string),
                            Part::Detached { .. } => None,
                        };
                        events.extend(event);
                        seen.push(format!("{name:?} reads at {outlet}: {}", told(&part)));
                    }
                }
            }
        });
    }
}

fn told(part: &Part) -> String {
    match part {
        Part::Message {
            event,
            body,
            last,
            status,
        } => {
            let event = event.as_ref().map(ToString::to_string).unwrap_or_default();
            let last = if *last { "last " } else { "" };
            format!("{event} {last}{status:?} {}", String::from_utf8_lossy(body))
        }
        other => format!("{other:?}"),
    }
}

/// A body as one of 2026-07-28: the envelope in it, and headers that repeat what it says. Only a request has any.
fn enveloped(body: &Value) -> (Value, Vec<Header>) {
    let mut body = body.clone();
    let Some(method) = body["method"].as_str().map(str::to_owned) else {
        return (body, vec![header("mcp-protocol-version", STATELESS)]);
    };
    let mut headers = vec![header("mcp-method", &method), header("mcp-protocol-version", STATELESS)];
    if body["params"].is_null() {
        body["params"] = json!({});
    }
    if let Some(params) = body["params"].as_object_mut() {
        let named = params.get("name").or(params.get("uri")).and_then(Value::as_str);
        headers.extend(named.map(|name| header("mcp-name", name)));
        let meta = params.entry("_meta").or_insert_with(|| json!({}));
        meta["io.modelcontextprotocol/protocolVersion"] = STATELESS.into();
        meta["io.modelcontextprotocol/clientCapabilities"] = json!({});
    }
    (body, headers)
}
