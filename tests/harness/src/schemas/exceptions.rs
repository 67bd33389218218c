//! Where a message that the schema forbids is right: the one list, each with its reason.

use serde_json::Value;

/// Codes of errors about what could not be read. JSON-RPC 2.0, 5.1.
const UNREADABLE: [i64; 2] = [-32700, -32600];

/// Versions whose schema wants an id in every error.
const WITHOUT_A_WORD_FOR_IT: [&str; 3] = ["2024-11-05", "2025-03-26", "2025-06-18"];

/// Versions whose schema has whole numbers where a form may have any.
const WHOLE_NUMBERS: [&str; 2] = ["2025-06-18", "2025-11-25"];

/// Whether a message that violates the schema is allowed all the same.
///
/// An error about a body whose id could not be read has none. JSON-RPC wants null there, which the schema of every version
/// forbids; from 2025-11-25 on it may be left out, and before that nothing is allowed, though the error must be said.
pub fn allows(version: &str, message: &Value) -> bool {
    let error = &message["error"];
    let unreadable = error["code"].as_i64().is_some_and(|code| UNREADABLE.contains(&code));
    let without_id = message.get("id").is_none() && message["jsonrpc"] == "2.0" && error["message"].is_string();
    WITHOUT_A_WORD_FOR_IT.contains(&version) && unreadable && without_id
}

/// Puts right what is wrong in the definitions of a schema itself.
///
/// The number fields of an elicitation form have bounds and a default of any number in the text of the specification; what
/// generated the JSON schema wrote `integer`. The conformance suite mends it in the same way.
pub fn mend(version: &str, definitions: &mut Value) {
    if !WHOLE_NUMBERS.contains(&version) {
        return;
    }
    if let Some(fields) = definitions
        .pointer_mut("/NumberSchema/properties")
        .and_then(Value::as_object_mut)
    {
        for (_, field) in fields.iter_mut().filter(|(_, field)| field["type"] == "integer") {
            field["type"] = "number".into();
        }
    }
}
