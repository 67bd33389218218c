//! What can be set lies within what attributes of the entity say.

use serde_json::Value;

use super::number;
use crate::home::embedded::model::{EntityState, ServiceError};

/// A number must lie within what these attributes, the least and the most, say; `what` is what messages call it.
///
/// # Errors
/// When it does not.
pub fn in_range(state: &EntityState, what: &str, value: &Value, bounds: [&str; 2]) -> Result<(), ServiceError> {
    let [least, most] = bounds.map(|key| state.attributes.get(key).cloned().unwrap_or_default());
    let given = number::real(value);
    if given >= number::real(&least) && given <= number::real(&most) {
        return Ok(());
    }
    Err(ServiceError::Refused(format!(
        "Provided {what} {} is not valid. Accepted range is {} to {}",
        number::python(value),
        number::python(&least),
        number::python(&most)
    )))
}
