//! Scenes: what their one service takes. What it does to the entities of a scene is the home's.

use serde_json::{Map, Value};

use super::schema::{Field, read, transition};
use crate::home::embedded::model::ServiceError;

const TURN_ON: &[Field] = &[Field::optional("transition", transition)];

/// Reads the data of `scene.turn_on`, without its target.
///
/// # Errors
/// [`ServiceError::Invalid`] with the place of what is wrong.
pub fn turn_on(data: &Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
    read(TURN_ON, data)
}
