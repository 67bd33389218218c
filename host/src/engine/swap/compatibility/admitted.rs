//! What the schemas before admitted, as far as it is understood: never less than what they did.

use std::cmp::Ordering;
use std::rc::Rc;

use serde_json::{Map, Value};

use super::keywords::same_value;
use super::kinds::Kinds;
use super::limits::compare;
use super::members::Known;

/// Ways in which one place of a schema may be met that are looked at one by one.
const WAYS: usize = 64;

/// Values that meet all of some schemas. What those say by `allOf`, `anyOf` and `oneOf` was divided into several of these.
#[derive(Clone)]
pub struct Admitted<'a> {
    parts: Vec<&'a Map<String, Value>>,
    /// What a client knows of the members of objects here, whichever way it goes.
    known: Rc<Known<'a>>,
    pub kinds: Kinds,
    /// All of them, if they were listed.
    pub values: Option<Vec<&'a Value>>,
}

/// What may stand under a name in an object.
pub enum Member<'a> {
    /// Clients do not know of it, and do not send it.
    NotSent,
    /// What meets all of these.
    Of(Vec<&'a Value>),
}

impl<'a> Admitted<'a> {
    /// The ways to meet all of these schemas. Together they admit no less than the schemas do.
    pub fn ways(schemas: &[&'a Value]) -> Vec<Self> {
        let mut ways = vec![Vec::new()];
        for schema in schemas {
            meet(&mut ways, schema);
        }
        let known = Rc::new(Known::by(schemas));
        let ways = ways.into_iter().map(|parts| Self::of(parts, known.clone()));
        ways.filter(|way| !way.is_nothing()).collect()
    }

    fn of(parts: Vec<&'a Map<String, Value>>, known: Rc<Known<'a>>) -> Self {
        let kinds = parts
            .iter()
            .fold(Kinds::ALL, |kinds, part| kinds & Kinds::of_schema(part));
        let values = parts
            .iter()
            .find_map(|part| match (part.get("const"), part.get("enum")) {
                (Some(value), _) => Some(vec![value]),
                (None, Some(Value::Array(values))) => Some(values.iter().collect()),
                _ => None,
            });
        let of_kind = |value: &&Value| Kinds::of_value(value).is_within(kinds);
        let values = values.map(|values| values.into_iter().filter(of_kind).collect());
        Self {
            parts,
            known,
            kinds,
            values,
        }
    }

    fn is_nothing(&self) -> bool {
        self.kinds.is_empty() || self.values.as_ref().is_some_and(Vec::is_empty)
    }

    /// The same in pieces: each value, where they were listed, or else each kind.
    pub fn pieces(&self) -> Vec<Self> {
        let piece = |kinds, values| Self {
            kinds,
            values,
            ..self.clone()
        };
        match &self.values {
            Some(values) => {
                let one = |value: &&'a Value| piece(Kinds::of_value(value), Some(vec![*value]));
                values.iter().map(one).collect()
            }
            None => self.kinds.each().map(|kind| piece(kind, None)).collect(),
        }
    }

    /// The values of a keyword.
    pub fn values_of(&self, keyword: &str) -> impl Iterator<Item = &'a Value> {
        self.parts.iter().filter_map(move |part| part.get(keyword))
    }

    /// Whether one of the schemas says this word for word.
    pub fn says(&self, keyword: &str, value: &Value) -> bool {
        self.values_of(keyword).any(|before| same_value(keyword, before, value))
    }

    /// Whether one of the schemas says all that `now` says by these keywords together.
    pub fn says_together(&self, keywords: &[&str], now: &Map<String, Value>) -> bool {
        self.parts.iter().any(|part| {
            keywords
                .iter()
                .all(|keyword| match (part.get(*keyword), now.get(*keyword)) {
                    (None, None) => true,
                    (Some(before), Some(now)) => same_value(keyword, before, now),
                    _ => false,
                })
        })
    }

    /// The keywords of all schemas, with their values.
    pub fn keywords(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.parts.iter().flat_map(|part| part.iter())
    }

    pub fn requires(&self, name: &str) -> bool {
        let mut required = self.values_of("required").filter_map(Value::as_array).flatten();
        required.any(|one| one == name)
    }

    /// The members that a client knows of.
    pub fn names(&self) -> impl Iterator<Item = &'a str> {
        self.known.names.iter().copied()
    }

    /// What may stand under a name. `arguments`: of the arguments of the tool themselves.
    pub fn member(&self, name: &str, arguments: bool) -> Member<'a> {
        if self.known.leaves_out(name, arguments) {
            return Member::NotSent;
        }
        Member::Of(self.parts.iter().filter_map(|part| under(part, name)).collect())
    }

    /// What may stand under names that a client does not know and that match no pattern of `now`.
    pub fn other_members(&self, now: &Map<String, Value>, arguments: bool) -> Member<'a> {
        let patterns = now.get("patternProperties");
        if self.known.leaves_out_others(patterns, arguments) {
            return Member::NotSent;
        }
        let same = |part: &&&Map<String, Value>| match (part.get("patternProperties"), patterns) {
            (None, _) => true,
            (Some(before), Some(now)) => same_value("patternProperties", before, now),
            (Some(_), None) => false,
        };
        let parts = self.parts.iter().filter(same);
        Member::Of(parts.filter_map(|part| part.get("additionalProperties")).collect())
    }

    /// What the items of a list have to meet after those that `prefix` describes.
    pub fn items(&self, prefix: Option<&Value>) -> Vec<&'a Value> {
        let same = |part: &&&Map<String, Value>| match (part.get("prefixItems"), prefix) {
            (None, None) => true,
            (Some(before), Some(now)) => same_value("prefixItems", before, now),
            _ => false,
        };
        self.parts
            .iter()
            .filter(same)
            .filter_map(|part| part.get("items"))
            .collect()
    }

    /// Whether nothing of this can meet that schema.
    pub fn is_apart_from(&self, schema: &Value) -> bool {
        match schema {
            Value::Bool(admits) => !admits,
            Value::Object(members) => {
                let other = Admitted::of(vec![members], Rc::default());
                !self.kinds.meets(other.kinds)
                    || match (&self.values, &other.values) {
                        (Some(one), Some(other)) => one.iter().all(|one| other.iter().all(|other| differ(one, other))),
                        _ => false,
                    }
            }
            _ => false,
        }
    }
}

/// Makes all ways meet a schema too. Beyond [`WAYS`] what it says by alternatives is left out, which admits more.
fn meet<'a>(ways: &mut Vec<Vec<&'a Map<String, Value>>>, schema: &'a Value) {
    match schema {
        Value::Bool(false) => ways.clear(),
        Value::Object(members) => {
            ways.iter_mut().for_each(|way| way.push(members));
            for schema in members.get("allOf").and_then(Value::as_array).into_iter().flatten() {
                meet(ways, schema);
            }
            for keyword in ["anyOf", "oneOf"] {
                let Some(Value::Array(branches)) = members.get(keyword) else {
                    continue;
                };
                if ways.len() * branches.len() > WAYS {
                    continue;
                }
                let before = std::mem::take(ways);
                for branch in branches {
                    let mut by_branch = before.clone();
                    meet(&mut by_branch, branch);
                    ways.extend(by_branch);
                }
            }
        }
        _ => {}
    }
}

/// What one schema says of a member, as far as it is understood.
fn under<'a>(schema: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let named = schema.get("properties").and_then(|members| members.get(name));
    match schema.get("patternProperties") {
        // It may match one, and is then no other member.
        Some(_) => named,
        None => named.or_else(|| schema.get("additionalProperties")),
    }
}

/// Whether two values are certainly not equal.
fn differ(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => compare(one, other) != Ordering::Equal,
        (Value::Array(_), Value::Array(_)) | (Value::Object(_), Value::Object(_)) => false,
        _ => one != other,
    }
}
