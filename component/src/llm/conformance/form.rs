//! Forms that a user is asked to fill in, and whether what came back fits them.

use serde_json::{Value, json};

use super::question::Reply;
use super::tool::Unfit;
use crate::llm::{Question, QuestionKind};

/// A form.
pub(super) struct Form {
    pub message: String,
    /// Each field with its schema.
    pub fields: Vec<(&'static str, Value)>,
    /// Those that have to be filled in.
    pub required: &'static [&'static str],
}

/// What the user did with a form.
pub(super) struct Filled {
    /// `accept`, `decline` or `cancel`.
    pub action: String,
    /// The fields; an empty object unless accepted.
    pub content: Value,
}

impl Form {
    /// One field with a text.
    pub fn of_text(message: &str, field: &'static str, required: &'static [&'static str]) -> Self {
        Self {
            message: message.to_owned(),
            fields: vec![(field, json!({"type": "string"}))],
            required,
        }
    }

    pub fn question(&self, key: &str) -> Question {
        let fields: serde_json::Map<String, Value> = self
            .fields
            .iter()
            .map(|(name, schema)| ((*name).to_owned(), schema.clone()))
            .collect();
        let mut schema = json!({"type": "object", "properties": fields});
        if !self.required.is_empty() {
            schema["required"] = self.required.into();
        }
        Question {
            key: key.to_owned(),
            kind: QuestionKind::Elicitation,
            params: json!({"message": self.message, "requestedSchema": schema}),
        }
    }

    /// Reads the answer to it.
    pub fn read(&self, reply: Reply) -> Result<Filled, Unfit> {
        let action = reply.text("action")?;
        match action {
            "decline" | "cancel" => Ok(Filled {
                action: action.to_owned(),
                content: json!({}),
            }),
            "accept" => {
                let content = reply.member("content")?;
                self.check(&reply, content)?;
                Ok(Filled {
                    action: action.to_owned(),
                    content: content.clone(),
                })
            }
            _ => Err(reply.unfit("`action` is accept, decline or cancel")),
        }
    }

    fn check(&self, reply: &Reply, content: &Value) -> Result<(), Unfit> {
        let given = content
            .as_object()
            .ok_or_else(|| reply.unfit("`content` is an object"))?;
        if let Some(missing) = self.required.iter().find(|name| !given.contains_key(**name)) {
            return Err(reply.unfit(&format!("`{missing}` has to be filled in")));
        }
        for (name, schema) in &self.fields {
            if given.get(*name).is_some_and(|value| !fits(value, schema)) {
                return Err(reply.unfit(&format!("`{name}` does not fit {schema}")));
            }
        }
        Ok(())
    }
}

/// Whether a value fits a schema, of those that stand in forms.
fn fits(value: &Value, schema: &Value) -> bool {
    let of_type = match schema["type"].as_str() {
        Some("string") => value.is_string(),
        Some("boolean") => value.is_boolean(),
        Some("number") => value.is_number(),
        Some("integer") => value.as_f64().is_some_and(|number| number.fract() == 0.0),
        Some("array") => {
            let items = value.as_array();
            items.is_some_and(|items| items.iter().all(|item| fits(item, &schema["items"])))
        }
        _ => true,
    };
    of_type && is_among(value, schema)
}

/// Whether a value is one of those that a schema names, if it names any.
fn is_among(value: &Value, schema: &Value) -> bool {
    let titled = |key: &str| {
        schema[key]
            .as_array()
            .map(|all| all.iter().any(|one| one["const"] == *value))
    };
    let plain = schema["enum"].as_array().map(|all| all.contains(value));
    plain.or(titled("oneOf")).or(titled("anyOf")).unwrap_or(true)
}
