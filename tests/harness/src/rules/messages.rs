//! What messages may be: JSON-RPC, and what the protocol's schema says.

use std::collections::BTreeMap;

use hearth_host::contract::exports::hearth::mcp::server::Description;
use hearth_host::contract::hearth::mcp::types::Effect;
use hearth_host::engine::Event;
use serde_json::Value;

use super::Breach;
use super::effects::breach;
use crate::schemas::Conversation;
use crate::trace::{Entry, Outcome};

/// See the table.
pub fn its_messages_are_json_rpc(_: &Description, trace: &[Entry]) -> Option<Breach> {
    breach(trace, |_, _, effect| match effect {
        Effect::Send(send) if send.last && send.body.is_empty() => None,
        Effect::Send(send) => match serde_json::from_slice(&send.body) {
            Ok(message) => not_json_rpc(&message),
            Err(error) => Some(format!("it sent what is not JSON: {error}")),
        },
        _ => None,
    })
}

fn not_json_rpc(message: &Value) -> Option<String> {
    if let Value::Array(batch) = message {
        let empty = batch.is_empty().then(|| "it sent an empty batch".to_owned());
        return empty.or_else(|| batch.iter().find_map(not_json_rpc));
    }
    let has = |member: &str| message.get(member).is_some();
    // JSON-RPC 2.0, sections 4 and 5.
    let wrong = if message["jsonrpc"] != "2.0" {
        "without `\"jsonrpc\": \"2.0\"`"
    } else if message["method"].is_string() && !has("result") && !has("error") {
        return None;
    } else if has("result") == has("error") || has("method") {
        "that is neither a request, a notification, a result nor an error"
    } else if !(message["id"].is_string() || message["id"].is_i64() || message["id"].is_u64()) {
        "whose id is neither a string nor an integer"
    } else if has("error") && !(message["error"]["code"].is_i64() && message["error"]["message"].is_string()) {
        "whose error has no code or no message"
    } else {
        return None;
    };
    Some(format!("it sent a message {wrong}: {message}"))
}

/// See the table.
pub fn its_messages_follow_the_schema(_: &Description, trace: &[Entry]) -> Option<Breach> {
    off_the_schema(trace)
}

/// The first message of a trace that does not follow the schema of its version.
pub(super) fn off_the_schema(trace: &[Entry]) -> Option<Breach> {
    let mut conversations = Conversations::default();
    trace.iter().find_map(|entry| {
        let Entry::Event {
            event,
            outcome: Outcome::Done(effects, session),
        } = entry
        else {
            return None;
        };
        conversations.begin(event, session.as_deref());
        let what = effects.iter().find_map(|effect| match effect {
            Effect::Send(send) => conversations.violation(send.outlet, &send.body),
            _ => None,
        })?;
        let entry = Some(entry.clone());
        Some(Breach { what, entry })
    })
}

/// All conversations of a trace. What is sent outside of them, and what is no JSON-RPC, is the matter of other rules.
#[derive(Default)]
struct Conversations {
    /// By session, or by exchange where there is none.
    all: BTreeMap<Name, Conversation>,
    /// Whose an outlet is.
    outlets: BTreeMap<u64, Name>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Session(String),
    Exchange(u64),
}

impl Conversations {
    fn begin(&mut self, event: &Event, begun: Option<&str>) {
        match event {
            Event::Open { origin, .. } => {
                let session = Name::Session(begun.unwrap_or_default().to_owned());
                self.outlets.insert(origin.outlet, session);
            }
            Event::Receive(delivery) => {
                let session = begun.or(delivery.session.as_deref());
                let name = match (session, delivery.exchange) {
                    (Some(session), _) => Name::Session(session.to_owned()),
                    (None, Some(exchange)) => Name::Exchange(exchange),
                    (None, None) => return,
                };
                self.all.entry(name.clone()).or_default().said(&delivery.body);
                self.outlets.extend(delivery.exchange.map(|exchange| (exchange, name)));
            }
            Event::Attach(attachment) => {
                let session = attachment.session.clone().map(Name::Session);
                self.outlets.extend(session.map(|session| (attachment.outlet, session)));
            }
            _ => {}
        }
    }

    fn violation(&mut self, outlet: u64, body: &[u8]) -> Option<String> {
        let name = self.outlets.get(&outlet)?;
        let message: Value = serde_json::from_slice(body).ok()?;
        let conversation = self.all.entry(name.clone()).or_default();
        // Whether each request is answered, once and to who asked, is what behaviours are about.
        let is_stray = message.get("result").is_some() && !conversation.awaits(&message["id"]);
        match not_json_rpc(&message) {
            None if !is_stray => conversation.heard(&message).err(),
            _ => None,
        }
    }
}
