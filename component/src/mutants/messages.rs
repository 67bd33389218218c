//! The messages that pass, read and changed.

use serde_json::{Value, json};

use crate::contract::exports::hearth::mcp::server::{Delivery, Received};
use crate::contract::hearth::mcp::types::{Effect, Refusal, RefusalReason, Send, Status};

/// The notification that no component knows, and that the harness sends to each.
pub const UNHEARD_OF: &str = "notifications/no_such";

/// The body of a delivery; null where it is not JSON.
pub fn body(delivery: &Delivery) -> Value {
    serde_json::from_slice(&delivery.body).unwrap_or_default()
}

/// Changes the body of a delivery.
pub fn rewrite(delivery: &mut Delivery, change: impl FnOnce(&mut Value)) {
    let mut value = body(delivery);
    if !value.is_null() {
        change(&mut value);
        delivery.body = value.to_string().into_bytes();
    }
}

/// The method of the one message of a delivery, or nothing.
pub fn method(delivery: &Delivery) -> String {
    body(delivery)["method"].as_str().unwrap_or_default().to_owned()
}

/// Whether it is the notification that nobody knows, at its first attempt.
pub fn is_unheard_of(delivery: &Delivery) -> bool {
    method(delivery) == UNHEARD_OF && !delivery.fault
}

/// Changes each message among effects.
pub fn change(effects: &mut [Effect], mut change: impl FnMut(&mut Value)) {
    for effect in effects {
        if let Effect::Send(send) = effect {
            let mut message: Value = serde_json::from_slice(&send.body).unwrap_or_default();
            change(&mut message);
            send.body = message.to_string().into_bytes();
        }
    }
}

/// Changes each answer to a request of this method.
pub fn change_answers(
    delivery: &Delivery,
    received: &mut Result<Received, Refusal>,
    of: &str,
    with: impl FnMut(&mut Value),
) {
    if let Ok(received) = received
        && method(delivery) == of
    {
        change(&mut received.effects, with);
    }
}

/// Turns each error among answers into this result.
pub fn succeed(message: &mut Value, result: Value) {
    if message.get("error").is_some() {
        *message = json!({"jsonrpc": "2.0", "id": message["id"], "result": result});
    }
}

/// Takes messages out.
pub fn silence(effects: &mut Vec<Effect>, which: impl Fn(&Value) -> bool) {
    effects.retain(|effect| match effect {
        Effect::Send(send) => !which(&serde_json::from_slice(&send.body).unwrap_or_default()),
        _ => true,
    });
}

/// A message to an outlet.
pub fn message(outlet: u64, body: &Value) -> Effect {
    Effect::Send(Send {
        outlet,
        body: body.to_string().into_bytes(),
        last: false,
        status: Status::Ok,
        replaces: None,
    })
}

/// A body was taken, and this is to be done.
pub fn taken(effects: Vec<Effect>) -> Result<Received, Refusal> {
    Ok(Received { effects, session: None })
}

/// Whether a body was refused as no message.
pub fn is_malformed(received: &Result<Received, Refusal>) -> bool {
    matches!(received, Err(refusal) if refusal.reason == RefusalReason::Malformed)
}
