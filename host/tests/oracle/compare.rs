//! When a value of ours is the one that Home Assistant showed.

use serde_json::Value;

/// Moments are compared by the millisecond, which is all that ours know.
pub fn same_state(ours: &str, theirs: &str) -> bool {
    match (ours.parse::<jiff::Timestamp>(), theirs.parse::<jiff::Timestamp>()) {
        (Ok(ours), Ok(theirs)) => ours.as_millisecond() == theirs.as_millisecond(),
        _ => ours == theirs,
    }
}

/// Equal to the last digit that was written. A whole number is not a float where it stands for itself, for the live
/// context writes them differently; in a colour it may be.
pub fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Number(ours), Value::Number(theirs)) if ours.is_f64() && theirs.is_f64() => {
            let (ours, theirs) = (ours.as_f64().unwrap_or(f64::NAN), theirs.as_f64().unwrap_or(f64::NAN));
            (ours - theirs).abs() <= 1e-9
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len()
                && ours
                    .iter()
                    .zip(theirs)
                    .all(|(ours, theirs)| match (ours.as_f64(), theirs.as_f64()) {
                        (Some(ours), Some(theirs)) => (ours - theirs).abs() <= 1e-9,
                        _ => ours == theirs,
                    })
        }
        _ => ours == theirs,
    }
}

/// Whether an answer is the one that Home Assistant gave: the same members in their order. Of ids that were made up and
/// of moments, which are others in each replay, it counts that they are there.
pub fn same_answer(ours: &Value, theirs: &Value) -> bool {
    match (ours, theirs) {
        (Value::Object(ours), Value::Object(theirs)) => {
            ours.keys().eq(theirs.keys())
                && ours.iter().all(|(key, ours)| {
                    matches!(key.as_str(), "uid" | "completed" | "datetime") || same_answer(ours, &theirs[key])
                })
        }
        (Value::Array(ours), Value::Array(theirs)) => {
            ours.len() == theirs.len() && ours.iter().zip(theirs).all(|(ours, theirs)| same_answer(ours, theirs))
        }
        _ => same(ours, theirs),
    }
}
