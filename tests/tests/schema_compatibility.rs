//! What the guard of the schemas calls compatible is compatible: every input that was valid before is valid now. Held
//! against `jsonschema`, which is made by others.

use std::collections::BTreeSet;

use hearth_host::contract::exports::hearth::mcp::server::Tool;
use hearth_host::engine::incompatibilities;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use serde_json::{Map, Value, json};

fn tool(input: &Value) -> Tool {
    let definition = json!({"name": "x", "inputSchema": input});
    Tool {
        name: "x".to_owned(),
        definition: definition.to_string().into_bytes(),
    }
}

fn compatible(before: &Value, now: &Value) -> bool {
    incompatibilities(&[tool(before)], &[tool(now)]).is_empty()
}

const NAMES: [&str; 3] = ["a", "b", "c"];

fn scalar() -> impl Strategy<Value = Value> {
    // Not 1.0: to a list of types `jsonschema` 0.33 takes it for no integer.
    select(vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1),
        json!(2),
        json!(3),
        json!(0.5),
        json!(2.5),
        json!(""),
        json!("a"),
        json!("ab"),
        json!("ba"),
    ])
}

fn value() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
            prop::collection::btree_map(select(&NAMES[..]), inner, 0..3).prop_map(|members| json!(members)),
        ]
    })
}

fn keyword() -> BoxedStrategy<(&'static str, Value)> {
    let kinds = || select(&["null", "boolean", "integer", "number", "string", "array", "object"][..]);
    prop_oneof![
        6 => kinds().prop_map(|kind| ("type", json!(kind))),
        2 => prop::collection::btree_set(kinds(), 1..3).prop_map(|kinds| ("type", json!(kinds))),
        2 => prop::collection::vec(scalar(), 1..4).prop_map(|values| ("enum", json!(values))),
        1 => scalar().prop_map(|value| ("const", value)),
        3 => (select(&["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"][..]), -1..4)
            .prop_map(|(keyword, limit)| (keyword, json!(limit))),
        3 => (select(&["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"][..]), 0..3)
            .prop_map(|(keyword, limit)| (keyword, json!(limit))),
        1 => select(&["^a", "b"][..]).prop_map(|pattern| ("pattern", json!(pattern))),
        1 => select(&[1, 2, 3][..]).prop_map(|of| ("multipleOf", json!(of))),
        1 => any::<bool>().prop_map(|unique| ("uniqueItems", json!(unique))),
        2 => prop::collection::btree_set(select(&NAMES[..]), 0..3).prop_map(|names| ("required", json!(names))),
    ]
    .boxed()
}

fn holding(inner: BoxedStrategy<Value>) -> BoxedStrategy<(&'static str, Value)> {
    let several = || prop::collection::vec(inner.clone(), 1..3);
    let named = || prop::collection::btree_map(select(&NAMES[..]), inner.clone(), 0..3);
    let by_pattern = || prop::collection::btree_map(select(&["^a", "b"][..]), inner.clone(), 1..2);
    prop_oneof![
        6 => named().prop_map(|members| ("properties", json!(members))),
        2 => (select(&["items", "additionalProperties"][..]), inner.clone()),
        2 => select(&["items", "additionalProperties"][..]).prop_map(|keyword| (keyword, json!(false))),
        3 => (select(&["anyOf", "oneOf", "allOf"][..]), several()).prop_map(|(keyword, all)| (keyword, json!(all))),
        1 => several().prop_map(|all| ("prefixItems", json!(all))),
        1 => by_pattern().prop_map(|patterns| ("patternProperties", json!(patterns))),
        1 => (select(&["not", "if", "then", "else", "contains", "propertyNames"][..]), inner.clone()),
        1 => select(&[0, 1, 2][..]).prop_map(|count| ("minContains", json!(count))),
        1 => inner.clone().prop_map(|schema| ("unevaluatedProperties", schema)),
    ]
    .boxed()
}

fn schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        1 => any::<bool>().prop_map(Value::Bool),
        9 => prop::collection::vec(keyword(), 0..4).prop_map(object),
    ];
    leaf.boxed().prop_recursive(3, 24, 3, |inner| {
        prop::collection::vec(prop_oneof![keyword(), holding(inner.boxed())], 1..5).prop_map(object)
    })
}

fn object(keywords: Vec<(&str, Value)>) -> Value {
    keywords
        .into_iter()
        .map(|(keyword, value)| (keyword.to_owned(), value))
        .collect::<Map<_, _>>()
        .into()
}

/// A schema that was changed here and there, as `choices` say: most often so that it is wider.
fn changed(schema: &Value, choices: &mut impl Iterator<Item = u8>, others: &[Value]) -> Value {
    let mut next = || choices.next().unwrap_or(0);
    let other = |choice: u8| others[usize::from(choice) % others.len()].clone();
    match next() {
        0..4 => return json!({"anyOf": [schema, other(next())]}),
        4..8 => return json!({"anyOf": [other(next()), schema]}),
        8..10 => return json!({"oneOf": [schema, other(next())]}),
        10..12 => return json!({"allOf": [schema]}),
        12..14 => return other(next()),
        _ => {}
    }
    let Value::Object(members) = schema else {
        return schema.clone();
    };
    let mut now = Map::new();
    for (keyword, value) in members {
        let choice = choices.next().unwrap_or(99);
        let value = match (keyword.as_str(), value) {
            _ if choice < 30 => continue,
            (_, Value::Number(limit)) if choice < 160 => {
                let by = if keyword.starts_with("min") || keyword.contains("Min") {
                    -1
                } else {
                    1
                };
                let by = if choice < 140 { by } else { -by };
                json!((limit.as_i64().unwrap_or(0) + by).max(if keyword == "multipleOf" { 1 } else { -3 }))
            }
            ("enum", Value::Array(values)) if choice < 120 => values.iter().cloned().chain([json!("new")]).collect(),
            ("required" | "enum" | "anyOf" | "prefixItems" | "allOf", Value::Array(values)) if choice < 160 => {
                values.iter().skip(1).cloned().collect()
            }
            ("type", Value::String(kind)) if choice < 150 => json!([kind, "null"]),
            ("properties" | "patternProperties", Value::Object(members)) => {
                let mut members: Map<String, Value> = members
                    .iter()
                    .map(|(name, schema)| (name.clone(), changed(schema, choices, others)))
                    .collect();
                if choice < 100 {
                    members.entry("c").or_insert_with(|| other(choice));
                }
                members.into()
            }
            ("items" | "additionalProperties" | "not" | "if" | "then" | "contains", value) => {
                changed(value, choices, others)
            }
            ("anyOf" | "oneOf" | "allOf", Value::Array(all)) => {
                let mut all: Vec<Value> = all.iter().map(|one| changed(one, choices, others)).collect();
                if choice < 100 {
                    all.push(other(choice));
                }
                all.into()
            }
            _ => value.clone(),
        };
        let empty = matches!(&value, Value::Array(values) if values.is_empty());
        if !empty || keyword == "required" {
            now.insert(keyword.clone(), value);
        }
    }
    now.into()
}

/// What a client knows of a place that all these schemas describe.
#[derive(Default)]
struct Known<'a> {
    names: BTreeSet<&'a str>,
    lists: bool,
    open: bool,
    members: Vec<(Option<&'a str>, &'a Value)>,
    items: Vec<&'a Value>,
}

fn learn<'a>(schema: &'a Value, known: &mut Known<'a>) {
    let Value::Object(members) = schema else { return };
    for (keyword, value) in members {
        let within = value.as_object().into_iter().flatten();
        match keyword.as_str() {
            "properties" => {
                known.lists = true;
                known.names.extend(within.clone().map(|(name, _)| name.as_str()));
                known
                    .members
                    .extend(within.map(|(name, schema)| (Some(name.as_str()), schema)));
            }
            "patternProperties" => {
                known.open = true;
                known.members.extend(within.map(|(_, schema)| (None, schema)));
            }
            "additionalProperties" => {
                known.open = true;
                known.members.push((None, value));
            }
            "items" => known.items.push(value),
            "prefixItems" => known.items.extend(value.as_array().into_iter().flatten()),
            "allOf" | "anyOf" | "oneOf" => value.as_array().into_iter().flatten().for_each(|one| learn(one, known)),
            "if" | "then" | "else" | "not" => learn(value, known),
            _ => {}
        }
    }
}

/// Whether clients would send that: its members are listed, or others are welcome.
fn is_sent(schemas: &[&Value], value: &Value, arguments: bool) -> bool {
    let mut known = Known::default();
    schemas.iter().for_each(|schema| learn(schema, &mut known));
    match value {
        Value::Object(members) => members.iter().all(|(name, value)| {
            let listed = known.names.contains(name.as_str()) || known.open || !(known.lists || arguments);
            let below = known.members.iter().filter(|(of, _)| of.is_none_or(|of| of == name));
            let below: Vec<&Value> = below.map(|(_, schema)| *schema).collect();
            listed && is_sent(&below, value, false)
        }),
        Value::Array(items) => items.iter().all(|item| is_sent(&known.items, item, false)),
        _ => true,
    }
}

fn holds(before: &Value, now: &Value, values: &[Value]) -> Result<(), TestCaseError> {
    if !compatible(before, now) {
        return Ok(());
    }
    let (Ok(was), Ok(is)) = (jsonschema::draft202012::new(before), jsonschema::draft202012::new(now)) else {
        return Ok(());
    };
    for value in values {
        if was.is_valid(value) && is_sent(&[before], value, true) {
            prop_assert!(is.is_valid(value), "{value} met {before} and does not meet {now}");
        }
    }
    Ok(())
}

fn values() -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(value(), 40)
}

fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 4_000,
        max_shrink_iters: 20_000,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_compatible_refuses_nothing_that_was_accepted(
        before in schema(), choices in prop::collection::vec(any::<u8>(), 0..40),
        others in prop::collection::vec(schema(), 1..4), values in values(),
    ) {
        let now = changed(&before, &mut choices.into_iter(), &others);
        holds(&before, &now, &values)?;
    }

    #[test]
    fn nor_between_two_that_have_nothing_to_do_with_each_other(before in schema(), now in schema(), values in values()) {
        holds(&before, &now, &values)?;
    }
}

/// The properties above say something: many of their pairs are compatible, and many are not.
#[test]
fn many_changes_are_compatible_and_many_are_not() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let pairs = (
        schema(),
        prop::collection::vec(any::<u8>(), 0..40),
        prop::collection::vec(schema(), 1..4),
    );
    let (mut yes, mut no) = (0, 0);
    for _ in 0..1_000 {
        let (before, choices, others) = pairs.new_tree(&mut runner).expect("it makes one").current();
        let now = changed(&before, &mut choices.into_iter(), &others);
        if before == now {
            continue;
        }
        *if compatible(&before, &now) { &mut yes } else { &mut no } += 1;
    }
    assert!(yes > 200 && no > 200, "{yes} are compatible, {no} are not");
}
