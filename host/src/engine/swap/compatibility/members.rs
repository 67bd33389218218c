//! Which members of objects a client knows of, from all that a schema says of them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::keywords::same_value;

/// What a client knows of the members of objects at one place.
#[derive(Default)]
pub struct Known<'a> {
    /// Those that are named.
    pub names: BTreeSet<&'a str>,
    /// Whether any are named, be it none.
    lists: bool,
    /// Whether something is said of others, or may be.
    others: bool,
    /// What is said of names that match patterns.
    patterns: Vec<&'a Value>,
}

impl<'a> Known<'a> {
    /// What these schemas tell together.
    pub fn by(schemas: &[&'a Value]) -> Self {
        let mut known = Self::default();
        schemas.iter().for_each(|schema| known.learn(schema));
        known
    }

    fn learn(&mut self, schema: &'a Value) {
        for (keyword, value) in schema.as_object().into_iter().flatten() {
            match (keyword.as_str(), value) {
                ("properties", Value::Object(members)) => {
                    self.lists = true;
                    self.names.extend(members.keys().map(String::as_str));
                }
                ("patternProperties", patterns) => self.patterns.push(patterns),
                ("additionalProperties" | "$ref" | "$dynamicRef" | "$recursiveRef", _) => self.others = true,
                ("allOf" | "anyOf" | "oneOf", Value::Array(schemas)) => schemas.iter().for_each(|one| self.learn(one)),
                ("if" | "then" | "else" | "not", schema) => self.learn(schema),
                ("dependentSchemas", Value::Object(schemas)) => schemas.values().for_each(|one| self.learn(one)),
                _ => {}
            }
        }
    }

    /// Whether clients do not know of this member, and do not send it. `arguments`: of the arguments of a tool, which are
    /// those that are listed, be it none.
    pub fn leaves_out(&self, name: &str, arguments: bool) -> bool {
        !self.names.contains(name) && self.patterns.is_empty() && self.leaves_out_others(None, arguments)
    }

    /// Whether clients send no members but those that are named, and those that match the patterns of `now`.
    pub fn leaves_out_others(&self, now: Option<&Value>, arguments: bool) -> bool {
        let same = |before: &&Value| now.is_some_and(|now| same_value("patternProperties", before, now));
        (self.lists || arguments) && !self.others && self.patterns.iter().all(same)
    }
}
