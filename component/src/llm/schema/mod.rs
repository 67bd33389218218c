//! JSON Schema (2020-12) for what tools take: a builder of the keywords that we use, and a checker of the same.
//!
//! The set is closed: `type`, `enum`, `properties`, `required`, `additionalProperties`, `items`, `minItems`,
//! `maxItems`, `uniqueItems`, `minimum`, `maximum`, `anyOf`, `allOf`, `pattern` (of one known pattern), and the
//! annotations `format`, `default` and `description`.

mod check;
mod coerce;

use serde_json::{Map, Value, json};

pub use self::check::{Violation, check};
pub use self::coerce::coerce;

/// The one pattern that we emit: where a backup lies.
pub const BACKUP_LOCATION: &str = r"^(?:\/backup|\w+)$";

/// A JSON Schema under construction.
#[derive(Debug, Clone, PartialEq)]
pub struct Schema(Map<String, Value>);

impl Schema {
    /// Anything goes.
    pub fn any() -> Self {
        Self(Map::new())
    }

    /// `{"type": …}`.
    pub fn of_type(name: &str) -> Self {
        Self::any().with("type", name)
    }

    /// A text.
    pub fn string() -> Self {
        Self::of_type("string")
    }

    /// A number.
    pub fn number() -> Self {
        Self::of_type("number")
    }

    /// A number without a fraction.
    pub fn integer() -> Self {
        Self::of_type("integer")
    }

    /// One of these texts.
    pub fn one_of(texts: &[impl AsRef<str>]) -> Self {
        Self::string().with(
            "enum",
            texts.iter().map(|text| text.as_ref().to_owned()).collect::<Vec<_>>(),
        )
    }

    /// A list.
    pub fn array(items: Schema) -> Self {
        Self::of_type("array").with("items", items.into_value())
    }

    /// Meets at least one of these.
    pub fn any_of(schemas: Vec<Schema>) -> Self {
        Self::any().with("anyOf", schemas.into_iter().map(Schema::into_value).collect::<Vec<_>>())
    }

    /// A percentage as Home Assistant's converter writes it.
    pub fn percentage() -> Self {
        Self::any().with(
            "allOf",
            vec![
                Self::integer().into_value(),
                Self::number().with("minimum", 0).with("maximum", 100).into_value(),
            ],
        )
    }

    /// An object of these members and no others, in their order.
    pub fn object<'a>(properties: impl IntoIterator<Item = (&'a str, Schema)>, required: &[&str]) -> Self {
        let properties: Map<String, Value> = properties
            .into_iter()
            .map(|(name, schema)| (name.to_owned(), schema.into_value()))
            .collect();
        let schema = Self::of_type("object").with("properties", properties);
        if required.is_empty() {
            schema
        } else {
            schema.with("required", required.to_vec())
        }
    }

    /// An object that has these members, told by their names alone: the schema of a result is read with every list of
    /// tools, and names say enough.
    pub fn record(members: &[&str]) -> Self {
        Self::of_type("object").with("required", members.to_vec())
    }

    /// A list of [`Schema::record`]s.
    pub fn array_of_records(members: &[&str]) -> Self {
        Self::array(Self::record(members))
    }

    /// Adds a keyword, or replaces it.
    #[must_use]
    pub fn with(mut self, keyword: &str, value: impl Into<Value>) -> Self {
        self.0.insert(keyword.to_owned(), value.into());
        self
    }

    /// Says what it is for, to the model.
    #[must_use]
    pub fn describe(self, text: &str) -> Self {
        self.with("description", text)
    }

    /// As JSON.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

/// What a tool takes: an object that ignores members beyond its own.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameters {
    schema: Value,
}

impl Parameters {
    /// A tool that takes nothing.
    pub fn none() -> Self {
        Self::new(Map::new(), Vec::new())
    }

    /// These members, in their order.
    pub fn of<'a>(properties: impl IntoIterator<Item = (&'a str, Schema)>, required: &[&str]) -> Self {
        Self::new(
            properties
                .into_iter()
                .map(|(name, schema)| (name.to_owned(), schema.into_value()))
                .collect(),
            required.iter().map(|name| (*name).to_owned()).collect(),
        )
    }

    /// These members, already as JSON.
    pub fn new(properties: Map<String, Value>, required: Vec<String>) -> Self {
        let mut schema = json!({"type": "object", "properties": properties});
        if !required.is_empty() {
            schema["required"] = required.into();
        }
        Self { schema }
    }

    /// The `inputSchema` of the tool.
    pub fn schema(&self) -> &Value {
        &self.schema
    }

    /// The schema of a member.
    pub fn property(&self, name: &str) -> Option<&Value> {
        self.schema["properties"].get(name)
    }

    /// Whether a member has to be given.
    pub fn requires(&self, name: &str) -> bool {
        self.schema["required"]
            .as_array()
            .is_some_and(|required| required.iter().any(|one| one == name))
    }
}
