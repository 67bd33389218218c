//! Our checker says what the `jsonschema` crate says, on schemas of the keywords that we emit.

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::llm::schema::{BACKUP_LOCATION, check, coerce};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..8).prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-4i32..12).prop_map(|quarters| json!(f64::from(quarters) / 4.0)),
        prop_oneof!["[ab]{0,2}", "/backup", "[a-c_/ ]{0,4}"].prop_map(Value::from),
    ]
}

fn instance() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn keyword(inner: BoxedStrategy<Value>) -> impl Strategy<Value = (String, Value)> {
    let named = |name: &'static str| move |value: Value| (name.to_owned(), value);
    let several = |least: usize| prop::collection::vec(inner.clone(), least..3).prop_map(Value::from);
    let names = ["string", "boolean", "number", "integer", "array", "object", "null"];
    prop_oneof![
        4 => prop::sample::select(names.to_vec()).prop_map(Value::from).prop_map(named("type")),
        1 => prop::collection::vec(scalar(), 1..4).prop_map(Value::from).prop_map(named("enum")),
        1 => (-2i64..6).prop_map(Value::from).prop_map(named("minimum")),
        1 => (0i32..12).prop_map(|quarters| json!(f64::from(quarters) / 4.0)).prop_map(named("maximum")),
        1 => (0u64..3).prop_map(Value::from).prop_map(named("minItems")),
        1 => (0u64..3).prop_map(Value::from).prop_map(named("maxItems")),
        1 => any::<bool>().prop_map(Value::from).prop_map(named("uniqueItems")),
        1 => inner.clone().prop_map(named("items")),
        1 => several(1).prop_map(named("anyOf")),
        1 => several(1).prop_map(named("allOf")),
        1 => prop::collection::btree_map("[abc]", inner.clone(), 0..3)
            .prop_map(|properties| Value::Object(properties.into_iter().collect()))
            .prop_map(named("properties")),
        1 => prop::collection::btree_set("[abc]", 0..3)
            .prop_map(|names| Value::from(names.into_iter().collect::<Vec<_>>()))
            .prop_map(named("required")),
        1 => prop_oneof![any::<bool>().prop_map(Value::from), inner].prop_map(named("additionalProperties")),
        1 => Just(Value::from(BACKUP_LOCATION)).prop_map(named("pattern")),
        1 => Just(Value::from("date")).prop_map(named("format")),
        1 => Just(Value::from("for a model")).prop_map(named("description")),
        1 => scalar().prop_map(named("default")),
    ]
}

fn schema() -> impl Strategy<Value = Value> {
    Just(json!({})).boxed().prop_recursive(3, 24, 3, |inner| {
        prop::collection::vec(keyword(inner.boxed()), 0..4)
            .prop_map(|keywords| Value::Object(keywords.into_iter().collect::<Map<_, _>>()))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_checker_judges_as_jsonschema_does(schema in schema(), instance in instance()) {
        let theirs = jsonschema::draft202012::new(&schema).expect("we only write valid schemas");
        let ours = check(&schema, &instance);
        prop_assert_eq!(ours.is_ok(), theirs.is_valid(&instance), "{} {} {:?}", schema, instance, ours);
    }

    #[test]
    fn what_fits_is_not_bent(schema in schema(), instance in instance()) {
        // Home Assistant cuts 1.0 to 1, which is the same number.
        if check(&schema, &instance).is_ok() {
            prop_assert!(check(&schema, &coerce(&schema, instance.clone())).is_ok());
        }
    }
}

#[test]
fn values_are_bent_as_home_assistant_does() {
    let integer = json!({"type": "integer"});
    let table = [
        (integer.clone(), json!("50"), json!(50)),
        (integer.clone(), json!(" -5_0 "), json!(-50)),
        (integer.clone(), json!("+5"), json!(5)),
        (integer.clone(), json!(50.7), json!(50)),
        (integer.clone(), json!(true), json!(1)),
        (integer.clone(), json!("50.5"), json!("50.5")),
        (integer.clone(), json!("5__0"), json!("5__0")),
        (integer, json!("half"), json!("half")),
        (json!({"type": "number"}), json!("21.5"), json!(21.5)),
        (json!({"type": "number"}), json!("inf"), json!("inf")),
        (json!({"type": "number"}), json!(""), json!("")),
        (json!({"type": "string"}), json!(5), json!("5")),
        (json!({"type": "integer"}), json!("٤٠"), json!(40)),
        (json!({"type": "number"}), json!("-२१.५"), json!(-21.5)),
        (json!({"type": "integer"}), json!("½"), json!("½")),
        (json!({"type": "string"}), json!(1.0), json!("1.0")),
        (json!({"type": "string"}), json!(true), json!("True")),
        (json!({"type": "string"}), json!(["a"]), json!(["a"])),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            json!("light"),
            json!(["light"]),
        ),
        (
            json!({"type": "array", "items": {"type": "integer"}}),
            json!(["1", 2]),
            json!([1, 2]),
        ),
        (json!({"type": "boolean"}), json!("Yes"), json!(true)),
        (json!({"type": "boolean"}), json!("off"), json!(false)),
        (json!({"type": "boolean"}), json!("maybe"), json!("maybe")),
        (
            json!({"anyOf": [{"enum": ["up"]}, {"type": "integer"}]}),
            json!("7"),
            json!(7),
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "array"}]}),
            json!(["a"]),
            json!(["a"]),
        ),
        (
            json!({"allOf": [{"type": "integer"}, {"maximum": 100}]}),
            json!("7"),
            json!(7),
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "integer"}}}),
            json!({"a": "1", "b": "1"}),
            json!({"a": 1, "b": "1"}),
        ),
    ];
    for (schema, given, bent) in table {
        assert_eq!(coerce(&schema, given.clone()), bent, "{schema} {given}");
    }
}

#[test]
fn a_violation_says_what_and_where() {
    let schema = json!({"type": "object", "properties": {
        "domain": {"type": "array", "items": {"type": "string", "enum": ["light"]}},
        "step": {"anyOf": [{"enum": ["up", "down"]}, {"type": "integer", "maximum": 100}]},
        "colour": {"type": "array", "minItems": 3},
    }});
    let table = [
        (
            json!({"domain": ["light", "fan"]}),
            "domain[1] must be one of \"light\", not \"fan\"",
        ),
        (json!({"domain": "light"}), "domain must be a list, not \"light\""),
        (json!({"colour": [1]}), "colour must have at least 3 items, not 1"),
        (
            json!({"step": 101}),
            "step fits none of its 2 forms, the first of which says: step must be one of \"up\", \"down\", not 101",
        ),
        (json!([]), "must be an object, not []"),
    ];
    for (value, text) in table {
        assert_eq!(
            check(&schema, &value).map_err(|violation| violation.to_string()),
            Err(text.to_owned())
        );
    }
}
