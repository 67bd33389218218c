//! Where a schema refuses what the one before admitted.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::admitted::{Admitted, Member};
use super::keywords::{self, DEFINITIONS, TOGETHER, is_annotation, is_anything, is_known, same};
use super::kinds::Kinds;
use super::limits::{self, LIMITS};

/// Schemas that are compared for one tool. More than that is no schema for a model to read.
const STEPS: usize = 20_000;

/// Characters of a value that are shown.
const SHOWN: usize = 80;

/// One comparison.
pub struct Narrowing {
    steps: usize,
}

/// The place of a schema: of the arguments together, or below them.
#[derive(Clone)]
struct Place(String);

impl Place {
    fn arguments() -> Self {
        Self(String::new())
    }

    fn is_arguments(&self) -> bool {
        self.0.is_empty()
    }

    fn member(&self, name: &str) -> Self {
        match self.is_arguments() {
            true => Self(name.to_owned()),
            false => Self(format!("{}.{name}", self.0)),
        }
    }

    fn others(&self) -> Self {
        self.member("*")
    }

    fn items(&self) -> Self {
        Self(format!("{}[]", self.0))
    }

    /// A sentence about it.
    fn says(&self, what: impl std::fmt::Display) -> String {
        match self.is_arguments() {
            true => format!("the arguments {what}"),
            false => format!("the argument `{}` {what}", self.0),
        }
    }
}

impl Narrowing {
    /// What of the arguments that `before` admitted `now` refuses, a sentence each.
    pub fn between(before: &Value, now: &Value) -> Vec<String> {
        if !keywords::references_are_fixed(before, now) && before != now {
            let what = "are described with references to what is described differently now, which cannot be compared";
            return vec![Place::arguments().says(what)];
        }
        let mut narrowing = Self { steps: 0 };
        let mut found = narrowing.schema(&[before], now, &Place::arguments());
        if narrowing.steps > STEPS {
            found =
                vec![Place::arguments().says("have a description too large to be compared, and it is another one now")];
        }
        let mut seen = BTreeSet::new();
        found.retain(|sentence| seen.insert(sentence.clone()));
        found
    }

    /// What meets all of `before` and not `now`.
    fn schema(&mut self, before: &[&Value], now: &Value, at: &Place) -> Vec<String> {
        self.steps += 1;
        if self.steps > STEPS {
            return vec![String::new()];
        }
        if is_anything(now) || before.iter().any(|before| same(before, now)) {
            return Vec::new();
        }
        let ways = Admitted::ways(before);
        match now {
            _ if ways.is_empty() => Vec::new(),
            Value::Object(now) => {
                let mut found = Vec::new();
                for way in &ways {
                    found.extend(gone(way, now, at));
                    found.extend(self.way(way, now, at));
                }
                found
            }
            _ => vec![at.says("may no longer be given")],
        }
    }

    /// What is of one kind of `before` and does not meet `now`: each keyword has to follow from what was said before.
    fn way(&mut self, before: &Admitted<'_>, now: &Map<String, Value>, at: &Place) -> Vec<String> {
        let mut found = Vec::new();
        for (keyword, value) in now {
            let alone = !keywords::depends_on_others(keyword);
            if is_annotation(keyword) || (alone && before.says(keyword, value)) {
                continue;
            }
            found.extend(match keyword.as_str() {
                "type" | "enum" | "const" => values(keyword, before, value, at),
                "properties" => self.members(before, value, at),
                "additionalProperties" => self.other_members(before, now, value, at),
                "required" => required(before, value, at),
                "items" => self.items(before, now, value, at),
                "allOf" => self.all_of(before, value, at),
                "anyOf" | "oneOf" => self.one_of(keyword == "oneOf", before, value, at),
                _ if !is_known(keyword) => new(keyword, before, value, at),
                _ => limit(keyword, before, value, at).unwrap_or_else(|| other(keyword, before, now, at)),
            });
        }
        found
    }

    fn members(&mut self, before: &Admitted<'_>, now: &Value, at: &Place) -> Vec<String> {
        if !before.kinds.meets(Kinds::OBJECT) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for (name, now) in now.as_object().into_iter().flatten() {
            if let Member::Of(before) = before.member(name, at.is_arguments()) {
                found.extend(self.schema(&before, now, &at.member(name)));
            }
        }
        found
    }

    fn other_members(
        &mut self,
        before: &Admitted<'_>,
        now: &Map<String, Value>,
        others: &Value,
        at: &Place,
    ) -> Vec<String> {
        if !before.kinds.meets(Kinds::OBJECT) || is_anything(others) {
            return Vec::new();
        }
        let mut found = Vec::new();
        let known = now.get("properties").and_then(Value::as_object);
        for name in before
            .names()
            .filter(|name| !known.is_some_and(|known| known.contains_key(*name)))
        {
            if let Member::Of(before) = before.member(name, at.is_arguments()) {
                found.extend(self.schema(&before, others, &at.member(name)));
            }
        }
        if let Member::Of(before) = before.other_members(now, at.is_arguments()) {
            found.extend(self.schema(&before, others, &at.others()));
        }
        found
    }

    fn items(&mut self, before: &Admitted<'_>, now: &Map<String, Value>, items: &Value, at: &Place) -> Vec<String> {
        if !before.kinds.meets(Kinds::ARRAY) {
            return Vec::new();
        }
        let before = before.items(now.get("prefixItems"));
        self.schema(&before, items, &at.items())
    }

    fn all_of(&mut self, before: &Admitted<'_>, now: &Value, at: &Place) -> Vec<String> {
        let schemas: Vec<&Value> = now.as_array().into_iter().flatten().collect();
        let mut found = Vec::new();
        for schema in schemas {
            found.extend(self.admitted(before, schema, at));
        }
        found
    }

    /// Each piece of `before` has to meet one of these schemas; where it may meet one only, no other.
    fn one_of(&mut self, only_one: bool, before: &Admitted<'_>, now: &Value, at: &Place) -> Vec<String> {
        let schemas: Vec<&Value> = now.as_array().into_iter().flatten().collect();
        let meets = |narrowing: &mut Self, piece: &Admitted<'_>| {
            narrowing.steps += schemas.len();
            narrowing.steps <= STEPS
                && (0..schemas.len()).any(|index| {
                    let mut others = schemas.iter().enumerate().filter(|(other, _)| *other != index);
                    let apart = !only_one || others.all(|(_, schema)| piece.is_apart_from(schema));
                    apart && narrowing.admitted(piece, schemas[index], at).is_empty()
                })
        };
        if meets(self, before) {
            return Vec::new();
        }
        let mut found = Vec::new();
        for piece in before.pieces() {
            if !meets(self, &piece) {
                let what = match &piece.values {
                    Some(values) => list(values.iter().copied()),
                    None if schemas.iter().all(|schema| piece.is_apart_from(schema)) => piece.kinds.to_string(),
                    None => format!("{}, as every one was accepted before", piece.kinds),
                };
                found.push(at.says(format!("may no longer be {what}")));
            }
        }
        found
    }

    /// As [`Narrowing::schema`], for what was divided already.
    fn admitted(&mut self, before: &Admitted<'_>, now: &Value, at: &Place) -> Vec<String> {
        self.steps += 1;
        if self.steps > STEPS {
            return vec![String::new()];
        }
        match now {
            _ if is_anything(now) => Vec::new(),
            Value::Object(now) => self.way(before, now, at),
            _ => vec![at.says("may no longer be what they were")],
        }
    }
}

/// Keywords that are not known here have to be what they were: what goes with them may have admitted more.
fn gone(before: &Admitted<'_>, now: &Map<String, Value>, at: &Place) -> Vec<String> {
    let was = before.keywords().filter(|(keyword, _)| !is_known(keyword));
    let gone = was.filter(|(keyword, value)| now.get(*keyword) != Some(value));
    gone.map(|(keyword, value)| changed(keyword, Some(value), now.get(keyword), at))
        .collect()
}

/// A keyword that is not known here and was not said before, or refuses what depends on all that stands beside it.
fn new(keyword: &str, before: &Admitted<'_>, now: &Value, at: &Place) -> Vec<String> {
    let was = before.values_of(keyword).next();
    let is_new = was.is_none() || keyword.starts_with("unevaluated");
    is_new
        .then(|| changed(keyword, was, Some(now), at))
        .into_iter()
        .collect()
}

fn values(keyword: &str, before: &Admitted<'_>, now: &Value, at: &Place) -> Vec<String> {
    let admitted = match (keyword, now) {
        ("type", now) => {
            let kinds = Kinds::of_type(now).unwrap_or(Kinds::NONE);
            let within = before.kinds.is_within(kinds);
            let was = before.kinds;
            return (!within)
                .then(|| at.says(format!("must now be {kinds} (was {was})")))
                .into_iter()
                .collect();
        }
        ("enum", Value::Array(values)) => values.iter().collect::<Vec<_>>(),
        (_, value) => vec![value],
    };
    let Some(values) = &before.values else {
        let (now, was) = (list(admitted.into_iter()), before.kinds);
        return vec![at.says(format!("must now be one of {now} (was {was})"))];
    };
    let admitted: BTreeSet<String> = admitted.into_iter().map(Value::to_string).collect();
    let gone: Vec<&Value> = values
        .iter()
        .copied()
        .filter(|value| !admitted.contains(&value.to_string()))
        .collect();
    match gone.is_empty() {
        true => Vec::new(),
        false => vec![at.says(format!("may no longer be {}", list(gone.into_iter())))],
    }
}

fn required(before: &Admitted<'_>, now: &Value, at: &Place) -> Vec<String> {
    if !before.kinds.meets(Kinds::OBJECT) {
        return Vec::new();
    }
    let names = now.as_array().into_iter().flatten().filter_map(Value::as_str);
    let new = names.filter(|name| !before.requires(name));
    new.map(|name| at.member(name).says("must now be given (was optional)"))
        .collect()
}

/// None if the keyword sets no limit.
fn limit(keyword: &str, before: &Admitted<'_>, now: &Value, at: &Place) -> Option<Vec<String>> {
    let limit = LIMITS.iter().find(|limit| limit.keyword == keyword)?;
    let Value::Number(now) = now else { return None };
    if !before.kinds.meets(limit.kinds) {
        return Some(Vec::new());
    }
    let narrower = limit.narrows(before, now);
    let sentence = narrower.map(|(must, was)| at.says(format!("must now be {must} (was {was})")));
    Some(sentence.into_iter().collect())
}

/// Keywords that are compared word for word.
fn other(keyword: &str, before: &Admitted<'_>, now: &Map<String, Value>, at: &Place) -> Vec<String> {
    let kinds = match keyword {
        "pattern" => Kinds::STRING,
        "multipleOf" => Kinds::NUMBER,
        "uniqueItems" | "contains" | "prefixItems" => Kinds::ARRAY,
        "patternProperties" | "propertyNames" | "dependentRequired" | "dependentSchemas" => Kinds::OBJECT,
        _ => Kinds::ALL,
    };
    let value = &now[keyword];
    let together = TOGETHER.iter().find(|together| together.contains(&keyword));
    let follows = match keyword {
        // They say nothing but to `if` and `contains`.
        "then" | "else" | "minContains" | "maxContains" => true,
        "uniqueItems" => *value == Value::Bool(false),
        "multipleOf" => before.values_of(keyword).any(|before| limits::divides(value, before)),
        _ if DEFINITIONS.contains(&keyword) => true,
        _ => together.is_some_and(|together| before.says_together(together, now)),
    };
    if follows || !before.kinds.meets(kinds) {
        return Vec::new();
    }
    vec![changed(keyword, before.values_of(keyword).next(), Some(value), at)]
}

fn changed(keyword: &str, before: Option<&Value>, now: Option<&Value>, at: &Place) -> String {
    let said = |value: Option<&Value>| value.map_or_else(|| "nothing".to_owned(), shown);
    let (before, now) = (said(before), said(now));
    at.says(format!("must now meet `{keyword}` {now} (was {before})"))
}

fn list<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    cut(&values.map(Value::to_string).collect::<Vec<_>>().join(", "))
}

fn shown(value: &Value) -> String {
    cut(&value.to_string())
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
