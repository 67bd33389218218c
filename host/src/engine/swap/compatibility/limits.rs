//! Keywords that set a limit: how large a number, how long a text, how many items.

use std::cmp::Ordering;

use serde_json::{Number, Value};

use super::admitted::Admitted;
use super::kinds::Kinds;

/// A keyword that sets a limit.
pub struct Limit {
    pub keyword: &'static str,
    /// What it limits.
    pub kinds: Kinds,
    /// What it says, before and after the number.
    words: (&'static str, &'static str),
    /// Where a value has to stand to the limit.
    side: Ordering,
    /// Whether the limit itself is refused.
    exclusive: bool,
    /// The keyword that limits the same, the other way round about the limit itself.
    twin: Option<&'static str>,
}

const fn limit(keyword: &'static str, kinds: Kinds, words: (&'static str, &'static str), side: Ordering) -> Limit {
    Limit {
        keyword,
        kinds,
        words,
        side,
        exclusive: false,
        twin: None,
    }
}

const fn number(
    keyword: &'static str,
    words: (&'static str, &'static str),
    side: Ordering,
    exclusive: bool,
    twin: &'static str,
) -> Limit {
    Limit {
        exclusive,
        twin: Some(twin),
        ..limit(keyword, Kinds::NUMBER, words, side)
    }
}

/// All of them.
pub const LIMITS: &[Limit] = &[
    number(
        "minimum",
        ("at least", ""),
        Ordering::Greater,
        false,
        "exclusiveMinimum",
    ),
    number(
        "exclusiveMinimum",
        ("more than", ""),
        Ordering::Greater,
        true,
        "minimum",
    ),
    number("maximum", ("at most", ""), Ordering::Less, false, "exclusiveMaximum"),
    number("exclusiveMaximum", ("less than", ""), Ordering::Less, true, "maximum"),
    limit(
        "minLength",
        Kinds::STRING,
        ("at least", " characters long"),
        Ordering::Greater,
    ),
    limit(
        "maxLength",
        Kinds::STRING,
        ("at most", " characters long"),
        Ordering::Less,
    ),
    limit("minItems", Kinds::ARRAY, ("a list of at least", ""), Ordering::Greater),
    limit("maxItems", Kinds::ARRAY, ("a list of at most", ""), Ordering::Less),
    limit(
        "minProperties",
        Kinds::OBJECT,
        ("an object of at least", " members"),
        Ordering::Greater,
    ),
    limit(
        "maxProperties",
        Kinds::OBJECT,
        ("an object of at most", " members"),
        Ordering::Less,
    ),
];

impl Limit {
    /// What is refused now and was not, if anything is: how it has to be, and how it had to be.
    pub fn narrows(&self, before: &Admitted<'_>, now: &Number) -> Option<(String, String)> {
        let kept = |value: &Value| measure(value).is_some_and(|value| self.keeps(&value, false, now));
        let tightest = self.before(before);
        let holds = match (&before.values, tightest) {
            (Some(values), _)
                if values
                    .iter()
                    .filter(|value| self.concerns(value))
                    .all(|value| kept(value)) =>
            {
                true
            }
            (_, Some((limit, exclusive))) => self.keeps(limit, exclusive, now),
            // No count is below zero.
            (_, None) => self.twin.is_none() && self.side == Ordering::Greater && now.as_u64() == Some(0),
        };
        let was = tightest.map_or_else(|| "any".to_owned(), |(limit, _)| limit.to_string());
        let (head, tail) = self.words;
        (!holds).then(|| (format!("{head} {now}{tail}"), was))
    }

    fn concerns(&self, value: &Value) -> bool {
        Kinds::of_value(value).meets(self.kinds)
    }

    /// Whether a value, or all that a limit admits, is on the right side of `now`.
    fn keeps(&self, value: &Number, exclusive: bool, now: &Number) -> bool {
        match compare(value, now) {
            Ordering::Equal => exclusive || !self.exclusive,
            side => side == self.side,
        }
    }

    /// The tightest of the limits before, and whether it is refused itself.
    fn before<'a>(&self, before: &Admitted<'a>) -> Option<(&'a Number, bool)> {
        let own = before.values_of(self.keyword).map(|value| (value, self.exclusive));
        let twin = self.twin.into_iter().flat_map(|twin| before.values_of(twin));
        let twin = twin.map(|value| (value, !self.exclusive));
        let numbers = own.chain(twin).filter_map(|(value, exclusive)| match value {
            Value::Number(number) => Some((number, exclusive)),
            _ => None,
        });
        numbers.reduce(|one, other| match compare(one.0, other.0) {
            Ordering::Equal => (one.0, one.1 || other.1),
            side if side == self.side => one,
            _ => other,
        })
    }
}

/// What a limit counts of a value.
fn measure(value: &Value) -> Option<Number> {
    match value {
        Value::Number(number) => Some(number.clone()),
        Value::String(text) => Some(text.chars().count().into()),
        Value::Array(items) => Some(items.len().into()),
        Value::Object(members) => Some(members.len().into()),
        _ => None,
    }
}

/// The order of two numbers, without rounding.
pub fn compare(one: &Number, other: &Number) -> Ordering {
    if let (Some(one), Some(other)) = (integer(one), integer(other)) {
        return one.cmp(&other);
    }
    // One has a fraction, and is therefore far below what a float rounds; or both are beyond all integers.
    let float = |number: &Number| number.as_f64().unwrap_or(f64::NAN);
    float(one).total_cmp(&float(other))
}

/// A number without a fraction, if it is none that only a float can hold.
fn integer(number: &Number) -> Option<i128> {
    /// Every float below it that has no fraction is one of these exactly.
    const LIMIT: f64 = 1e30;
    let whole = number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
    whole.or_else(|| {
        let float = number.as_f64()?;
        (float.fract() == 0.0 && float.abs() < LIMIT).then_some(float as i128)
    })
}

/// Whether every multiple of `before` is one of `now`. Only of integers it is known.
pub fn divides(now: &Value, before: &Value) -> bool {
    let (Value::Number(now), Value::Number(before)) = (now, before) else {
        return false;
    };
    matches!((integer(now), integer(before)), (Some(now), Some(before)) if now != 0 && before % now == 0)
}
