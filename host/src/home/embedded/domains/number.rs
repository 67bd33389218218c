//! Numbers as Home Assistant, a Python program, reads, rounds and writes them.

use serde_json::{Number, Value};

/// The whole number that a value stands for: `12.7` is 12, `"12"` is 12, `true` is 1; `"12.7"` and `null` are none.
pub fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(on) => Some(i64::from(*on)),
        Value::Number(number) => number
            .as_i64()
            // What is beyond 64 bits is beyond every limit too: saturating keeps its side.
            .or_else(|| number.as_f64().map(|float| float as i64)),
        Value::String(text) => digits(text).and_then(|text| text.parse().ok()),
        _ => None,
    }
}

/// The number that a value stands for; it may be infinite or not a number when it is written so in a string.
pub fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(on) => Some(f64::from(u8::from(*on))),
        Value::Number(number) => number.as_f64(),
        Value::String(text) => digits(text).and_then(|text| text.parse().ok()),
        _ => None,
    }
}

/// The text without the blanks around it and the underscores between its digits.
fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let characters: Vec<char> = text.chars().collect();
    for (at, character) in characters.iter().enumerate() {
        let between_digits =
            at > 0 && characters[at - 1].is_ascii_digit() && characters.get(at + 1).is_some_and(char::is_ascii_digit);
        if *character == '_' && !between_digits {
            return None;
        }
    }
    Some(text.replace('_', ""))
}

/// The nearest whole number; of two the even one.
pub fn nearest(number: f64) -> i64 {
    number.round_ties_even() as i64
}

/// The number with that many decimals, of two equally near ones the even.
pub fn rounded(number: f64, decimals: usize) -> f64 {
    format!("{number:.decimals$}").parse().unwrap_or(number)
}

/// A number as JSON; `null` where JSON has none for it.
pub fn json(number: f64) -> Value {
    Number::from_f64(number).map_or(Value::Null, Value::Number)
}

/// A number as Python writes it, and so as the state of an `input_number` reads: `40.0`, `1e-07`.
pub fn text(number: f64) -> String {
    let magnitude = number.abs();
    if number.is_nan() {
        "nan".to_owned()
    } else if number.is_infinite() {
        if number < 0.0 { "-inf" } else { "inf" }.to_owned()
    } else if magnitude != 0.0 && !(1e-4..1e16).contains(&magnitude) {
        let scientific = format!("{number:e}");
        let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
        let (sign, exponent) = match exponent.strip_prefix('-') {
            Some(exponent) => ('-', exponent),
            None => ('+', exponent),
        };
        format!("{mantissa}e{sign}{exponent:0>2}")
    } else {
        format!("{number:?}")
    }
}

/// A value as an error of Home Assistant's repeats it.
pub fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(written) if written.is_f64() => written.as_f64().map_or_else(String::new, text),
        Value::String(written) => written.clone(),
        Value::Array(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

/// A number as it stands in a state: of fifteen digits, so that what adding up leaves behind is not seen.
pub fn state(number: f64) -> String {
    text(format!("{number:.14e}").parse().unwrap_or(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_python_writes_them() {
        for (number, written) in [
            (40.0, "40.0"),
            (0.0, "0.0"),
            (-1.5, "-1.5"),
            (1e-7, "1e-07"),
            (1.5e-7, "1.5e-07"),
            (0.0001, "0.0001"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1e100, "1e+100"),
            (0.1 + 0.2, "0.30000000000000004"),
        ] {
            assert_eq!(text(number), written);
        }
    }

    #[test]
    fn states_have_fifteen_digits() {
        assert_eq!(state(0.1 + 0.2), "0.3");
        assert_eq!(state(-1.4 + 0.1), "-1.3");
        assert_eq!(state(1e-7), "1e-07");
    }

    #[test]
    fn halves_go_to_the_even_number() {
        assert_eq!([nearest(0.5), nearest(1.5), nearest(127.5)], [0, 2, 128]);
        assert_eq!(rounded(2.6755, 3), 2.675);
    }

    #[test]
    fn only_what_python_takes_for_a_number_is_one() {
        assert_eq!(whole(&Value::from(" 1_000 ")), Some(1000));
        assert_eq!(whole(&Value::from("_1")), None);
        assert_eq!(whole(&Value::from("12.7")), None);
        assert_eq!(whole(&Value::from(-12.7)), Some(-12));
        assert_eq!(real(&Value::from("1e3")), Some(1000.0));
        assert_eq!(real(&Value::Null), None);
    }
}
