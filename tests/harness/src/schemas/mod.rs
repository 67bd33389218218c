//! Whether what a server sends follows the schema of the protocol's version.
//!
//! The schemas are the official ones, in `schemas/` beside this crate. [`check_message`] judges one message; a
//! [`Conversation`] knows of a whole one which version was agreed on and which request each answer belongs to.

mod beyond;
mod conversation;
mod exceptions;
mod version;

pub use self::conversation::Conversation;
pub use self::version::VERSIONS;

use serde_json::Value;

use self::version::Schema;

/// Bytes of a message that are shown.
const SHOWN: usize = 600;

/// Checks a message that a server sent at this version of the protocol. `answers` is the method of the request that it
/// answers, and none where it is not an answer, or an error to what was no request.
///
/// # Errors
/// When the message does not follow the schema, or what the protocol says beyond it: with the version, where in the message
/// and in the schema, and the message.
pub fn check_message(version: &str, message: &Value, answers: Option<&str>) -> Result<(), String> {
    let schema = version::named(version).ok_or_else(|| format!("there is no schema of the version {version:?}"))?;
    let wrong = match message {
        Value::Array(batch) => batch_is_wrong(schema, batch, answers),
        one => is_wrong(schema, one, answers),
    };
    match wrong {
        None => Ok(()),
        Some(what) => Err(format!("at version {version}, {what}: {}", shown(message))),
    }
}

fn batch_is_wrong(schema: &Schema, batch: &[Value], answers: Option<&str>) -> Option<String> {
    // MCP 2025-03-26, base protocol: the one version with batches.
    if schema.version != "2025-03-26" {
        return Some("where there are no batches, it sent one".to_owned());
    }
    let empty = batch.is_empty().then(|| "it sent an empty batch".to_owned());
    empty.or_else(|| batch.iter().find_map(|message| is_wrong(schema, message, answers)))
}

fn is_wrong(schema: &Schema, message: &Value, answers: Option<&str>) -> Option<String> {
    let has = |member: &str| message.get(member).is_some();
    let definition = if has("method") {
        let method = message["method"].as_str().unwrap_or_default();
        let known = match has("id") {
            true => schema.request(method),
            false => schema.notification(method),
        };
        let Some(known) = known else {
            return Some(format!("no server sends {method:?}"));
        };
        let frame = if has("id") {
            "JSONRPCRequest"
        } else {
            "JSONRPCNotification"
        };
        schema
            .violation(frame, message)
            .or_else(|| schema.violation(known, message))
    } else if has("error") {
        schema.violation(schema.error(message), message)
    } else if has("result") {
        schema
            .violation(schema.response(), message)
            .or_else(|| result_is_wrong(schema, &message["result"], answers))
    } else {
        Some("it sent neither a request, a notification, a result nor an error".to_owned())
    };
    definition
        .filter(|_| !exceptions::allows(schema.version, message))
        .or_else(|| beyond::violation(schema.version, message, answers))
}

fn result_is_wrong(schema: &Schema, result: &Value, answers: Option<&str>) -> Option<String> {
    let Some(method) = answers else {
        return Some("it sent a result that answers no request".to_owned());
    };
    let Some(definition) = schema.result(method, result) else {
        return Some(format!(
            "it sent a result for {method:?}, which the version does not have"
        ));
    };
    let wrong = schema.violation(definition, result);
    wrong.map(|what| format!("the result of {method:?} is wrong: {what}"))
}

fn shown(message: &Value) -> String {
    let text = message.to_string();
    match text.len() {
        0..=SHOWN => text,
        long => format!("{}… of {long} bytes", &text[..text.floor_char_boundary(SHOWN)]),
    }
}

#[cfg(test)]
mod tests;
