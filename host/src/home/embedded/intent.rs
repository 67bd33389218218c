//! Intents of the owner: sentences that the home is given a meaning for, after Home Assistant's `intent_script`. They
//! are no entities: an intent has a name, does a sequence, and says something.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::call::{Call, not_found};
use super::exposure::Exposure;
use super::file::HomeFile;
use super::model::ServiceError;
use super::script::runs::{Lineage, Who};
use super::script::{Script, template};
use super::{EmbeddedHome, OnProgress};

/// The domain of the actions that run them.
pub const DOMAIN: &str = "intent_script";

/// What of it is given as texts: whom it is about.
const TEXTS: [&str; 5] = ["name", "area", "floor", "preferred_area_id", "preferred_floor_id"];
/// What of it is given as lists of texts.
const LISTS: [&str; 2] = ["domain", "device_class"];

/// An intent as the file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Intent {
    /// The action that runs it: `intent_script.GoodMorning`.
    pub action: String,
    /// What it does, for who chooses it.
    pub description: String,
    /// It is offered when one of these domains has an exposed entity; without them always.
    pub platforms: Option<Vec<String>>,
    /// What it says, a template.
    pub speech: Option<String>,
    /// What it asks after that, a template.
    pub reprompt: Option<String>,
    /// What it does.
    pub script: Option<Arc<Script>>,
}

impl Intent {
    /// Its name: `GoodMorning`.
    pub fn name(&self) -> &str {
        self.action.split_once('.').map_or("", |(_, name)| name)
    }

    /// Whether assistants are told of it.
    pub(super) fn is_offered(&self, home: &HomeFile, exposure: &Exposure) -> bool {
        let is_exposed = |domain: &String| {
            let mut exposed = exposure.exposed(home);
            exposed.any(|entity| entity.config.domain == *domain)
        };
        self.platforms
            .as_ref()
            .is_none_or(|domains| domains.iter().any(is_exposed))
    }
}

impl EmbeddedHome {
    /// The intent of this name, where it is offered.
    pub(super) fn intent(&self, name: &str) -> Option<usize> {
        let live = self.live();
        let intents = &self.file.intents;
        intents
            .iter()
            .position(|intent| intent.name() == name && intent.is_offered(&self.file, live.exposure()))
    }

    /// Runs an intent, and answers what it says: `{"speech": {…}}`, and `reprompt` where there is one.
    pub(super) async fn call_intent(
        &self,
        call: Call,
        lineage: &Lineage,
        progress: Option<&OnProgress>,
    ) -> Result<Option<Value>, ServiceError> {
        let place = self.intent(&call.service).ok_or_else(|| not_found(&call.name()))?;
        let intent = &self.file.intents[place];
        let mut slots = slots(call.data)?;
        if let Some(run) = self.begin(Who::Intent(place), lineage)? {
            let response = run.respond(slots.clone(), progress).await?;
            if !response.is_null() {
                slots.insert("action_response".to_owned(), response);
            }
        }
        let say = |text: &Option<String>| {
            let said = text
                .as_deref()
                .map(|text| template::text(&self.templates, text, &slots));
            said.transpose().map_err(ServiceError::Refused)
        };
        let mut answer = json!({ "speech": {} });
        if let Some(speech) = say(&intent.speech)? {
            answer["speech"] = json!({ "plain": { "speech": speech, "extra_data": null } });
        }
        if let Some(reprompt) = say(&intent.reprompt)?.filter(|text| !text.is_empty()) {
            answer["reprompt"] = json!({ "plain": { "reprompt": reprompt, "extra_data": null } });
        }
        Ok(Some(answer))
    }
}

/// What it was given, of the types that templates may rely on. What it does not know goes through, as `targets` does:
/// what the slots mean in the home is for the assistant to find.
fn slots(data: Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
    let wrong = |key: &str, wanted: &str| ServiceError::Invalid(format!("expected {wanted} at '{key}'"));
    let mut slots = Map::new();
    for (key, value) in data {
        let value = match value {
            // A model fills in what it has nothing to say about.
            Value::Null => continue,
            Value::String(text) if text.trim().is_empty() => continue,
            Value::String(text) if LISTS.contains(&key.as_str()) => json!([text]),
            Value::Array(items) if LISTS.contains(&key.as_str()) && items.iter().all(Value::is_string) => items.into(),
            _ if LISTS.contains(&key.as_str()) => return Err(wrong(&key, "a list of texts")),
            Value::Number(number) if TEXTS.contains(&key.as_str()) => number.to_string().into(),
            Value::String(text) => text.into(),
            _ if TEXTS.contains(&key.as_str()) => return Err(wrong(&key, "a text")),
            other => other,
        };
        slots.insert(key, value);
    }
    Ok(slots)
}
