//! What is compatible, and how it is said when it is not.

use std::slice::from_ref;

use serde_json::{Value, json};

use super::{incompatibilities, unlisted};
use crate::contract::exports::hearth::mcp::server::Tool;

fn tool(name: &str, input: Value) -> Tool {
    let definition = json!({"name": name, "description": "a test", "inputSchema": input});
    Tool {
        name: name.to_owned(),
        definition: definition.to_string().into_bytes(),
    }
}

fn between(before: Value, now: Value) -> Vec<String> {
    incompatibilities(&[tool("x", before)], &[tool("x", now)])
}

/// The schema of an argument, as a tool with that argument alone.
fn argument(schema: Value) -> Value {
    json!({"type": "object", "properties": {"a": schema}})
}

#[track_caller]
fn widens(before: Value, now: Value) {
    let found = between(argument(before.clone()), argument(now.clone()));
    assert_eq!(found, [""; 0], "{before} to {now}");
}

#[track_caller]
fn narrows(before: Value, now: Value, said: &str) {
    let found = between(argument(before.clone()), argument(now.clone()));
    assert_eq!(found, [format!("`x`: the argument `a` {said}")], "{before} to {now}");
}

#[test]
fn a_tool_that_is_taken_away_is_named_and_one_that_is_added_is_not() {
    let (one, two) = (tool("one", json!({})), tool("two", json!({})));
    assert_eq!(incompatibilities(from_ref(&one), &[one.clone(), two.clone()]), [""; 0]);
    assert_eq!(incompatibilities(&[one, two.clone()], &[two]), ["`one` is taken away"]);
}

#[test]
fn annotations_and_order_do_not_matter() {
    let before = json!({"type": "object", "properties": {"a": {"type": "string", "description": "x"}, "b": {}}});
    let now = json!({"properties": {"b": {"title": "B"}, "a": {"default": "y", "type": "string"}}, "type": "object"});
    assert_eq!(between(before, now), [""; 0]);
}

#[test]
fn an_argument_called_as_an_annotation_is_an_argument() {
    let before = json!({"type": "object", "properties": {"title": {"type": "string"}}});
    let now = json!({"type": "object", "properties": {"title": {"type": "integer"}}});
    let said = ["`x`: the argument `title` must now be an integer (was a string)"];
    assert_eq!(between(before, now), said);
}

#[test]
fn what_is_wider_is_compatible() {
    widens(json!({"type": "string"}), json!({"type": ["string", "null"]}));
    widens(json!({"type": "integer"}), json!({"type": "number"}));
    widens(json!({"type": "string", "pattern": "^a"}), json!({"type": "string"}));
    widens(json!({"enum": ["a", "b"]}), json!({"enum": ["c", "b", "a"]}));
    widens(json!({"enum": ["a", "b"]}), json!({"type": "string"}));
    widens(json!({"const": 1}), json!({"enum": [1, 2]}));
    widens(
        json!({"minimum": 1, "maximum": 5}),
        json!({"minimum": 0, "exclusiveMaximum": 6}),
    );
    widens(json!({"exclusiveMinimum": 0}), json!({"minimum": 0}));
    widens(
        json!({"type": "string", "minLength": 2}),
        json!({"minLength": 1, "minItems": 7}),
    );
    widens(json!({"type": "string"}), json!({"type": "string", "minLength": 0}));
    widens(
        json!({"type": "array", "items": {"type": "integer"}}),
        json!({"type": "array", "items": {"type": "number"}}),
    );
    widens(
        json!({"type": "string"}),
        json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}),
    );
    widens(
        json!({"type": ["string", "null"]}),
        json!({"anyOf": [{"type": "null"}, {"type": "string"}]}),
    );
    widens(
        json!({"anyOf": [{"const": 1}, {"type": "null"}]}),
        json!({"type": ["integer", "null"]}),
    );
    widens(
        json!({"oneOf": [{"const": "a", "title": "A"}]}),
        json!({"oneOf": [{"const": "b", "title": "B"}, {"const": "a", "title": "a"}]}),
    );
    widens(
        json!({"enum": ["a", "b"]}),
        json!({"oneOf": [{"const": "a"}, {"const": "b"}]}),
    );
    widens(
        json!({"allOf": [{"type": "integer"}, {"minimum": 0}]}),
        json!({"type": "number", "minimum": -1}),
    );
    widens(
        json!({"type": "integer", "minimum": 0}),
        json!({"allOf": [{"type": "integer"}, {"minimum": 0}]}),
    );
    widens(json!({"multipleOf": 6}), json!({"multipleOf": 3}));
    widens(json!(false), json!({"type": "string"}));
    widens(json!({"type": "string"}), json!(true));
}

#[test]
fn what_is_narrower_is_spelled_out() {
    narrows(
        json!({"type": ["string", "null"]}),
        json!({"type": "string"}),
        "must now be a string (was a string or null)",
    );
    narrows(
        json!({"type": "number"}),
        json!({"type": "integer"}),
        "must now be an integer (was a number)",
    );
    narrows(
        json!({}),
        json!({"type": "object"}),
        "must now be an object (was anything)",
    );
    narrows(
        json!({"enum": ["a", "b", "c"]}),
        json!({"enum": ["b"]}),
        r#"may no longer be "a", "c""#,
    );
    narrows(
        json!({"type": "string"}),
        json!({"enum": ["b"]}),
        r#"must now be one of "b" (was a string)"#,
    );
    narrows(
        json!({"maximum": 100}),
        json!({"maximum": 50}),
        "must now be at most 50 (was 100)",
    );
    narrows(
        json!({"minimum": 0}),
        json!({"exclusiveMinimum": 0}),
        "must now be more than 0 (was 0)",
    );
    narrows(
        json!({"type": "string"}),
        json!({"maxLength": 9}),
        "must now be at most 9 characters long (was any)",
    );
    narrows(
        json!({"type": "array"}),
        json!({"minItems": 1}),
        "must now be a list of at least 1 (was any)",
    );
    narrows(
        json!({"pattern": "a"}),
        json!({"pattern": "b"}),
        r#"must now meet `pattern` "b" (was "a")"#,
    );
    narrows(
        json!({"type": "array"}),
        json!({"uniqueItems": true}),
        "must now meet `uniqueItems` true (was nothing)",
    );
    narrows(
        json!({"multipleOf": 3}),
        json!({"multipleOf": 6}),
        "must now meet `multipleOf` 6 (was 3)",
    );
    narrows(json!({"type": "string"}), json!(false), "may no longer be given");
    narrows(
        json!({"type": ["string", "null"]}),
        json!({"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        "may no longer be null",
    );
    narrows(
        json!({"oneOf": [{"type": "integer"}]}),
        json!({"oneOf": [{"type": "integer"}, {"type": "number"}]}),
        "may no longer be an integer, as every one was accepted before",
    );
    narrows(
        json!({"x-unit": "lx"}),
        json!({"x-unit": "lm"}),
        r#"must now meet `x-unit` "lm" (was "lx")"#,
    );
}

#[test]
fn arguments_are_compared_as_clients_send_them() {
    let with = |extra: Value| {
        let mut schema = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        schema
            .as_object_mut()
            .expect("it is one")
            .extend(extra.as_object().expect("it is one").clone());
        schema
    };
    let plain = || with(json!({}));
    let more = json!({"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}});
    assert_eq!(between(plain(), more.clone()), [""; 0], "one more optional argument");
    assert_eq!(
        between(with(json!({"additionalProperties": false})), more.clone()),
        [""; 0]
    );
    assert_eq!(
        between(with(json!({"additionalProperties": true})), more.clone()),
        ["`x`: the argument `b` must now be an integer (was anything)"],
        "it was told that others are welcome"
    );
    assert_eq!(between(with(json!({"required": ["a"]})), plain()), [""; 0]);
    assert_eq!(
        between(plain(), with(json!({"required": ["a"]}))),
        ["`x`: the argument `a` must now be given (was optional)"]
    );
    assert_eq!(between(plain(), with(json!({"additionalProperties": false}))), [""; 0]);
    assert_eq!(between(more.clone(), plain()), [""; 0], "what is not listed is ignored");
    assert_eq!(
        unlisted(&[tool("x", more.clone())], &[tool("x", plain())]),
        ["`x` does not list the argument `b` any more"]
    );
    assert_eq!(
        between(more, with(json!({"additionalProperties": false}))),
        ["`x`: the argument `b` may no longer be given"]
    );
}

#[test]
fn a_free_form_object_is_taken_as_free() {
    let found = between(
        argument(json!({"type": "object"})),
        argument(json!({"additionalProperties": {"type": "string"}})),
    );
    assert_eq!(found, ["`x`: the argument `a.*` must now be a string (was anything)"]);
}

#[test]
fn places_below_are_named() {
    let before = argument(json!({"type": "array", "items": {"type": "object", "properties": {"b": {"maximum": 3}}}}));
    let now = argument(json!({"type": "array", "items": {"type": "object", "properties": {"b": {"maximum": 2}}}}));
    assert_eq!(
        between(before, now),
        ["`x`: the argument `a[].b` must now be at most 2 (was 3)"]
    );
}

#[test]
fn references_are_compared_as_long_as_they_stay_what_they_are() {
    let with = |definition: Value, other: Value| {
        json!({"type": "object", "$defs": {"d": definition},
            "properties": {"a": {"$ref": "#/$defs/d"}, "b": other}})
    };
    let string = || json!({"type": "string"});
    assert_eq!(
        between(
            with(string(), json!({"maximum": 1})),
            with(string(), json!({"maximum": 2}))
        ),
        [""; 0]
    );
    assert_eq!(
        between(
            with(string(), json!({"maximum": 2})),
            with(string(), json!({"maximum": 1}))
        ),
        ["`x`: the argument `b` must now be at most 1 (was 2)"]
    );
    let found = between(with(string(), json!({})), with(json!({}), json!({})));
    assert!(found.len() == 1 && found[0].contains("references"), "{found:?}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let broken = Tool {
        name: "x".to_owned(),
        definition: b"no".to_vec(),
    };
    let whole = tool("x", json!({}));
    assert_eq!(incompatibilities(from_ref(&broken), from_ref(&broken)), [""; 0]);
    for (before, now) in [(&broken, &whole), (&whole, &broken)] {
        let found = incompatibilities(from_ref(before), from_ref(now));
        assert!(found.len() == 1 && found[0].contains("no JSON object"), "{found:?}");
    }
    let many = |text: &str| json!({"enum": vec![text; 40_000]});
    let found = between(many("a"), many("b"));
    assert!(found.len() == 1 && found[0].contains("bytes"), "{found:?}");
}

#[test]
fn a_description_that_is_made_to_be_slow_is_not_compared_to_its_end() {
    let mut schema = json!({"type": "string"});
    for _ in 0..12 {
        let one = json!({"type": "object", "properties": {"p": schema}});
        schema = json!({"allOf": [{"anyOf": [one.clone(), {"type": "null"}]}, {"anyOf": [one, {"type": "null"}]}]});
        if schema.to_string().len() > 30_000 {
            break;
        }
    }
    let now = json!({"type": "object", "properties": {"a": {"anyOf": [schema.clone(), {"maximum": 1}]}}});
    let found = between(argument(schema), now);
    assert!(found.len() <= 1, "{found:?}");
}
