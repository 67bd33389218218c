//! The kinds of JSON values, as sets.

use std::fmt;
use std::ops::{BitAnd, BitOr};

use serde_json::{Map, Value};

/// A set of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds(u8);

impl Kinds {
    pub const NONE: Self = Self(0);
    pub const NULL: Self = Self(1);
    pub const BOOLEAN: Self = Self(2);
    /// Numbers without a fraction, however they are written.
    pub const INTEGER: Self = Self(4);
    /// All other numbers.
    pub const FRACTION: Self = Self(8);
    pub const STRING: Self = Self(16);
    pub const ARRAY: Self = Self(32);
    pub const OBJECT: Self = Self(64);
    pub const NUMBER: Self = Self(4 | 8);
    pub const ALL: Self = Self(127);

    /// What a name of `type` stands for.
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "null" => Self::NULL,
            "boolean" => Self::BOOLEAN,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "string" => Self::STRING,
            "array" => Self::ARRAY,
            "object" => Self::OBJECT,
            _ => return None,
        })
    }

    /// What the keyword `type` admits; None if it is not written as it should be.
    pub fn of_type(value: &Value) -> Option<Self> {
        match value {
            Value::String(name) => Self::named(name),
            Value::Array(names) => names
                .iter()
                .try_fold(Self::NONE, |kinds, name| Some(kinds | Self::named(name.as_str()?)?)),
            _ => None,
        }
    }

    /// The kind of this value.
    pub fn of_value(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if number.as_f64().is_some_and(|number| number.fract() != 0.0) => Self::FRACTION,
            Value::Number(_) => Self::INTEGER,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    /// What a schema admits by its `type`, `const` and `enum`; what it admits may be less.
    pub fn of_schema(schema: &Map<String, Value>) -> Self {
        let by_type = schema.get("type").and_then(Self::of_type).unwrap_or(Self::ALL);
        let by_const = schema.get("const").map_or(Self::ALL, Self::of_value);
        let by_enum = schema
            .get("enum")
            .and_then(Value::as_array)
            .map_or(Self::ALL, |values| {
                values
                    .iter()
                    .fold(Self::NONE, |kinds, value| kinds | Self::of_value(value))
            });
        by_type & by_const & by_enum
    }

    pub fn is_empty(self) -> bool {
        self == Self::NONE
    }

    /// Whether one kind is in both.
    pub fn meets(self, other: Self) -> bool {
        !(self & other).is_empty()
    }

    pub fn is_within(self, other: Self) -> bool {
        self & other == self
    }

    /// Each kind alone.
    pub fn each(self) -> impl Iterator<Item = Self> {
        (0..7).map(|bit| Self(1 << bit)).filter(move |kind| kind.meets(self))
    }
}

impl BitAnd for Kinds {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Kinds {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// `a string or null`.
impl fmt::Display for Kinds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return f.write_str("anything");
        }
        let words = [
            (Self::STRING, "a string"),
            (Self::NUMBER, "a number"),
            (Self::INTEGER, "an integer"),
            (Self::FRACTION, "a number with a fraction"),
            (Self::BOOLEAN, "a boolean"),
            (Self::ARRAY, "a list"),
            (Self::OBJECT, "an object"),
            (Self::NULL, "null"),
        ];
        let mut said = Self::NONE;
        for (kind, word) in words {
            if kind.is_within(*self) && !kind.is_within(said) {
                f.write_str(if said.is_empty() { "" } else { " or " })?;
                f.write_str(word)?;
                said = said | kind;
            }
        }
        Ok(())
    }
}
