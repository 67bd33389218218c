//! Input texts: a text of a certain length, perhaps of a pattern.

use serde_json::{Map, Value};

use super::schema::{Field, string};
use super::{Domain, Reproduction, Service, editable, options, pattern};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

const SERVICES: &[Service] = &[Service::any("set_value").taking(&[Field::required("value", string)])];
/// No state is longer than this.
const LONGEST: i64 = 255;
/// The most characters, unless the file says.
const MOST: i64 = 100;

/// What the file says of an input text.
struct Form {
    least: i64,
    most: i64,
    pattern: Option<String>,
    mode: String,
}

impl Form {
    fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        let length = |key: &str, default: i64, from: i64| match config.options.get(key) {
            None => Ok(default),
            Some(value) => match value.as_i64() {
                Some(length) if (from..=LONGEST).contains(&length) => Ok(length),
                _ => Err(OptionError::at(
                    key,
                    format!("{value} is not a length from {from} to {LONGEST}"),
                )),
            },
        };
        let form = Self {
            least: length("min", 0, 0)?,
            most: length("max", MOST, 1)?,
            pattern: options::text(config, "pattern")?,
            mode: options::text(config, "mode")?.unwrap_or_else(|| "text".to_owned()),
        };
        if form.least > form.most {
            return Err(OptionError::at(
                "max",
                format!("{} is below the minimum of {}", form.most, form.least),
            ));
        }
        if let Some(pattern) = &form.pattern {
            pattern::compile(pattern).map_err(|reason| OptionError::at("pattern", reason))?;
        }
        if !["text", "password"].contains(&form.mode.as_str()) {
            return Err(OptionError::at(
                "mode",
                format!("`{}` is neither `text` nor `password`", form.mode),
            ));
        }
        Ok(form)
    }

    fn has_length_of(&self, value: &str) -> bool {
        let length = i64::try_from(value.chars().count()).unwrap_or(i64::MAX);
        (self.least..=self.most).contains(&length)
    }

    /// Whether the value matches the pattern; the pattern otherwise.
    fn matches(&self, value: &str) -> Result<(), &str> {
        match &self.pattern {
            Some(pattern) if !pattern::compile(pattern).is_ok_and(|pattern| pattern.is_match(value)) => Err(pattern),
            _ => Ok(()),
        }
    }
}

/// The domain `input_text`.
#[derive(Debug)]
pub struct InputText;

impl Domain for InputText {
    fn name(&self) -> &'static str {
        "input_text"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &["min", "max", "initial", "pattern", "mode"]
    }

    fn features(&self, _config: &EntityConfig) -> Option<u64> {
        None
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let form = Form::read(config)?;
        let initial = options::text(config, "initial")?;
        for (key, value) in [("initial", initial.as_ref()), ("state", config.state.as_ref())] {
            if let Some(value) = value.filter(|value| !form.has_length_of(value) || form.matches(value).is_err()) {
                let reason = format!("`{value}` has not the length or the pattern that the text must have");
                return Err(OptionError::at(key, reason));
            }
        }
        let value = config.state.clone().or(initial);
        let mut state = EntityState::new(value.unwrap_or_else(|| "unknown".to_owned()));
        let mut show = |key: &str, value: Value| state.attributes.insert(key.to_owned(), value);
        show("mode", form.mode.into());
        show("min", form.least.into());
        show("max", form.most.into());
        show("pattern", form.pattern.into());
        editable(&mut state.attributes);
        Ok(state)
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        _service: &str,
        data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<(), ServiceError> {
        let form = Form::read(config).map_err(|error| ServiceError::Refused(error.reason))?;
        let value = data.get("value").and_then(Value::as_str).unwrap_or_default();
        // One that is too short or too long is passed over without a word, as in Home Assistant.
        if form.has_length_of(value) {
            form.matches(value).map_err(|pattern| {
                ServiceError::Refused(format!("{value} does not match the pattern {pattern} of {}", config.id))
            })?;
            value.clone_into(&mut state.state);
        }
        Ok(())
    }

    fn reproduce(&self, _config: &EntityConfig, state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        Ok(vec![(
            "set_value",
            Map::from_iter([("value".to_owned(), state.into())]),
        )])
    }
}
