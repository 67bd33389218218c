//! What the keywords of JSON Schema are to the comparison, and whether two schemas say the same.

use serde_json::{Map, Value};

/// They say something to people and refuse nothing.
const ANNOTATIONS: &[&str] = &[
    "title",
    "description",
    "default",
    "examples",
    "deprecated",
    "readOnly",
    "writeOnly",
    "$comment",
];

/// Where schemas lie that others refer to. They refuse nothing by themselves.
pub const DEFINITIONS: [&str; 2] = ["$defs", "definitions"];

/// Each refuses some values by itself; a schema without it admits no less.
const ASSERTIONS: &[&str] = &[
    "type",
    "enum",
    "const",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minItems",
    "maxItems",
    "uniqueItems",
    "items",
    "prefixItems",
    "contains",
    "minContains",
    "maxContains",
    "properties",
    "patternProperties",
    "additionalProperties",
    "propertyNames",
    "required",
    "dependentRequired",
    "dependentSchemas",
    "minProperties",
    "maxProperties",
    "allOf",
    "anyOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "$ref",
];

/// What they mean depends on what stands beside them.
pub const TOGETHER: &[&[&str]] = &[&["if", "then", "else"], &["contains", "minContains", "maxContains"]];

/// Whether what a keyword refuses depends on what stands beside it.
pub fn depends_on_others(keyword: &str) -> bool {
    ["items", "additionalProperties"].contains(&keyword)
        || keyword.starts_with("unevaluated")
        || TOGETHER.iter().any(|together| together.contains(&keyword))
}

/// The value is a schema.
const SCHEMA: &[&str] = &[
    "items",
    "additionalProperties",
    "propertyNames",
    "contains",
    "not",
    "if",
    "then",
    "else",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// The value is a list of schemas.
const SCHEMAS: &[&str] = &["allOf", "anyOf", "oneOf", "prefixItems"];

/// The members of the value are schemas.
const NAMED_SCHEMAS: &[&str] = &[
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
];

pub fn is_annotation(keyword: &str) -> bool {
    ANNOTATIONS.contains(&keyword)
}

/// Whether it is known here what the keyword does, so that its absence is known to widen.
pub fn is_known(keyword: &str) -> bool {
    is_annotation(keyword) || DEFINITIONS.contains(&keyword) || ASSERTIONS.contains(&keyword)
}

/// Whether a schema admits everything.
pub fn is_anything(schema: &Value) -> bool {
    match schema {
        Value::Bool(admits) => *admits,
        Value::Object(schema) => schema.keys().all(|keyword| is_annotation(keyword)),
        _ => false,
    }
}

/// Whether two schemas say the same but for annotations.
pub fn same(one: &Value, other: &Value) -> bool {
    let (Value::Object(one), Value::Object(other)) = (one, other) else {
        return one == other;
    };
    let says = |schema: &Map<String, Value>| schema.keys().filter(|keyword| !is_annotation(keyword)).count();
    says(one) == says(other)
        && one
            .iter()
            .filter(|(keyword, _)| !is_annotation(keyword))
            .all(|(keyword, one)| other.get(keyword).is_some_and(|other| same_value(keyword, one, other)))
}

/// Whether this keyword says the same with both values.
pub fn same_value(keyword: &str, one: &Value, other: &Value) -> bool {
    if SCHEMA.contains(&keyword) {
        return same(one, other);
    }
    match (one, other) {
        (Value::Array(one), Value::Array(other)) if SCHEMAS.contains(&keyword) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) if NAMED_SCHEMAS.contains(&keyword) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(name, one)| other.get(name).is_some_and(|other| same(one, other)))
        }
        _ => one == other,
    }
}

/// Whether every reference in `before` and `now` means the same in both, so that equal references are equal schemas.
pub fn references_are_fixed(before: &Value, now: &Value) -> bool {
    let mut references = Vec::new();
    collect_references(before, &mut references);
    collect_references(now, &mut references);
    let fixed = |reference: &&Value| {
        let name = reference.as_str().and_then(|reference| {
            let mut definitions = DEFINITIONS.iter();
            definitions.find_map(|within| reference.strip_prefix(&format!("#/{within}/")))
        });
        name.is_some_and(|name| !name.contains('/'))
    };
    references.is_empty()
        || references.iter().all(fixed)
            && DEFINITIONS
                .iter()
                .all(|within| match (before.get(within), now.get(within)) {
                    (None, None) => true,
                    (Some(before), Some(now)) => same_value(within, before, now),
                    _ => false,
                })
}

/// All values of keywords that refer, and of those that change what references mean.
fn collect_references<'a>(value: &'a Value, references: &mut Vec<&'a Value>) {
    const REFERRING: &[&str] = &[
        "$ref",
        "$dynamicRef",
        "$recursiveRef",
        "$id",
        "$anchor",
        "$dynamicAnchor",
    ];
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if REFERRING.contains(&name.as_str()) {
                    references.push(value);
                }
                collect_references(value, references);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_references(item, references)),
        _ => {}
    }
}
