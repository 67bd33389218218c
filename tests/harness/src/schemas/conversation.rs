//! One client's conversation: what it asked, and at which version.

use std::collections::BTreeMap;

use serde_json::Value;

use super::check_message;

/// The version of a session before `initialize`, and of one that never has it.
const BEFORE: &str = "2024-11-05";
/// The version whose requests say theirs themselves.
const STATELESS: &str = "2026-07-28";
/// Where they say it.
const ENVELOPE: &str = "io.modelcontextprotocol/protocolVersion";

/// What was said in a conversation until now, as far as it matters to what is heard.
#[derive(Debug, Clone, Default)]
pub struct Conversation {
    /// What `initialize` agreed on.
    agreed: Option<String>,
    /// Whether a request had the envelope of the stateless era.
    stateless: bool,
    /// What was asked and not answered yet, by id.
    asked: BTreeMap<String, Vec<Asked>>,
    /// What was answered, by id: the last of each.
    answered: BTreeMap<String, Asked>,
}

#[derive(Debug, Clone)]
struct Asked {
    method: String,
    /// The version that its answer follows.
    version: String,
}

impl Conversation {
    /// The client said this. What is no JSON is no message, and nothing is noted.
    pub fn said(&mut self, body: &[u8]) {
        match serde_json::from_slice(body) {
            Ok(Value::Array(batch)) => batch.iter().for_each(|message| self.asks(message)),
            Ok(message) => self.asks(&message),
            Err(_) => {}
        }
    }

    fn asks(&mut self, message: &Value) {
        let (Some(id), Some(method)) = (message.get("id"), message["method"].as_str()) else {
            return;
        };
        let has_envelope = !message["params"]["_meta"][ENVELOPE].is_null();
        self.stateless |= has_envelope;
        let asked = Asked {
            method: method.to_owned(),
            version: if has_envelope { STATELESS } else { self.version() }.to_owned(),
        };
        self.asked.entry(id.to_string()).or_default().push(asked);
    }

    /// The client heard this: checks it.
    ///
    /// # Errors
    /// When it does not follow the schema of its version, or is a result that nobody asked for.
    pub fn heard(&mut self, message: &Value) -> Result<(), String> {
        if let Value::Array(batch) = message
            && self.version() == "2025-03-26"
            && !batch.is_empty()
        {
            return batch.iter().try_for_each(|message| self.heard(message));
        }
        if message.get("method").is_some() || message.is_array() {
            return self.hears_unasked(message);
        }
        let id = message.get("id").map(Value::to_string).unwrap_or_default();
        let Some(mut asked) = self.asked.remove(&id) else {
            return check_message(self.version(), message, None);
        };
        // Of requests of one id it may be any.
        let judged: Vec<_> = asked.iter().map(|asked| self.hears_answer(message, asked)).collect();
        let at = judged.iter().position(Result::is_ok);
        let answered = asked.swap_remove(at.unwrap_or_default());
        if message.get("error").is_some() && !asked.is_empty() {
            // Which of them failed is not said: any may be answered yet.
            asked.push(answered.clone());
        }
        if !asked.is_empty() {
            self.asked.insert(id.clone(), asked);
        }
        self.answered.insert(id, answered);
        judged.into_iter().nth(at.unwrap_or_default()).unwrap_or(Ok(()))
    }

    /// The client heard this, and may have heard it before: it goes on reading where it believes to have stopped.
    ///
    /// # Errors
    /// As for [`Self::heard`].
    pub fn heard_again(&mut self, message: &Value) -> Result<(), String> {
        let id = message.get("id").map(Value::to_string).unwrap_or_default();
        if message.get("method").is_none()
            && !self.asked.contains_key(&id)
            && let Some(asked) = self.answered.remove(&id)
        {
            self.asked.insert(id, vec![asked]);
        }
        self.heard(message)
    }

    /// Whether something of this id waits for its answer.
    pub fn awaits(&self, id: &Value) -> bool {
        self.asked.contains_key(&id.to_string())
    }

    fn hears_unasked(&self, message: &Value) -> Result<(), String> {
        let of_handshake = match (&self.agreed, self.stateless) {
            (None, true) => Err(String::new()),
            _ => check_message(self.version(), message, None),
        };
        match of_handshake {
            Err(_) if self.stateless => check_message(STATELESS, message, None),
            judged => judged,
        }
    }

    fn hears_answer(&mut self, message: &Value, asked: &Asked) -> Result<(), String> {
        let agreed = message["result"]["protocolVersion"].as_str();
        if let (Some(agreed), "initialize") = (agreed, asked.method.as_str()) {
            self.agreed = Some(agreed.to_owned());
            return check_message(agreed, message, Some(&asked.method));
        }
        check_message(&asked.version, message, Some(&asked.method))
    }

    fn version(&self) -> &str {
        self.agreed.as_deref().unwrap_or(BEFORE)
    }
}
