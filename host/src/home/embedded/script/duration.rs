//! Lengths of time as Home Assistant writes them.

use serde_json::Value;

const UNITS: [(&str, f64); 5] = [
    ("days", 86_400_000.0),
    ("hours", 3_600_000.0),
    ("minutes", 60_000.0),
    ("seconds", 1_000.0),
    ("milliseconds", 1.0),
];

/// Milliseconds of a delay: seconds as a number, `hh:mm` or `hh:mm:ss`, or a mapping of units.
///
/// # Errors
/// When it is none of these, or negative; the text says what it is.
pub fn milliseconds(value: &Value) -> Result<u64, String> {
    let milliseconds = match value {
        Value::Number(seconds) => seconds.as_f64().unwrap_or(f64::NAN) * 1_000.0,
        // As in Python, and so in Home Assistant, a truth value is a number.
        Value::Bool(second) => f64::from(u8::from(*second)) * 1_000.0,
        Value::String(text) => clock(text).ok_or_else(|| wrong(value))?,
        Value::Object(units) if !units.is_empty() => {
            let mut sum = 0.0;
            for (unit, amount) in units {
                let (_, length) = UNITS
                    .iter()
                    .find(|(name, _)| name == unit)
                    .ok_or_else(|| wrong(value))?;
                sum += number(amount).ok_or_else(|| wrong(value))? * length;
            }
            sum
        }
        _ => return Err(wrong(value)),
    };
    if milliseconds.is_nan() || milliseconds < 0.0 {
        return Err(format!("{value} is a time that lies behind"));
    }
    Ok(milliseconds.round() as u64)
}

fn wrong(value: &Value) -> String {
    format!("{value} is not a length of time; write seconds, \"hh:mm:ss\" or {{ minutes = 5 }}")
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn clock(text: &str) -> Option<f64> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Some(seconds * 1_000.0);
    }
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let parts: Vec<&str> = text.split(':').collect();
    let (hours, minutes, seconds) = match parts.as_slice() {
        [hours, minutes] => (hours, minutes, 0.0),
        [hours, minutes, seconds] => (hours, minutes, seconds.parse::<f64>().ok()?),
        _ => return None,
    };
    let hours = f64::from(hours.parse::<u32>().ok()?);
    let minutes = f64::from(minutes.parse::<u32>().ok()?);
    Some(sign * (hours * 3_600_000.0 + minutes * 60_000.0 + seconds * 1_000.0))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn reads_every_way_to_write_a_delay() {
        assert_eq!(milliseconds(&json!(5)), Ok(5_000));
        assert_eq!(milliseconds(&json!(0.25)), Ok(250));
        assert_eq!(milliseconds(&json!(true)), Ok(1_000));
        assert_eq!(milliseconds(&json!("2.5")), Ok(2_500));
        assert_eq!(milliseconds(&json!("00:02")), Ok(120_000));
        assert_eq!(milliseconds(&json!("01:00:00.5")), Ok(3_600_500));
        assert_eq!(milliseconds(&json!({"minutes": 1, "seconds": "30"})), Ok(90_000));
    }

    #[test]
    fn refuses_what_is_no_length_of_time() {
        for wrong in [
            json!("soon"),
            json!("1:2:3:4"),
            json!(-1),
            json!({}),
            json!({"weeks": 1}),
        ] {
            assert!(milliseconds(&wrong).is_err(), "{wrong}");
        }
    }
}
