//! Input numbers: a value between two ends.

use serde_json::{Map, Value};

use super::number::{self, json, real, text};
use super::schema::{Fault, Field, float, invalid};
use super::{Domain, Reproduction, Service, editable, options};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

const VALUE: &[Field] = &[Field::required("value", value)];
const SERVICES: &[Service] = &[
    Service::any("set_value").taking(VALUE),
    Service::any("increment"),
    Service::any("decrement"),
];

/// JSON has no infinity; it goes on as the text that it came as, to be refused with the range.
fn value(value: &Value) -> Result<Value, Fault> {
    let given = float(value)?;
    Ok(if given.is_finite() {
        json(given)
    } else {
        text(given).into()
    })
}

/// What the file says of an input number.
struct Scale {
    least: f64,
    most: f64,
    step: f64,
    initial: Option<f64>,
    mode: String,
}

impl Scale {
    fn read(config: &EntityConfig) -> Result<Self, OptionError> {
        let end = |key: &str| {
            options::number(config, key)?.ok_or_else(|| OptionError {
                key: None,
                reason: format!("an input number needs `{key}`"),
            })
        };
        let scale = Self {
            least: end("min")?,
            most: end("max")?,
            step: options::number(config, "step")?.unwrap_or(1.0),
            initial: options::number(config, "initial")?,
            mode: options::text(config, "mode")?.unwrap_or_else(|| "slider".to_owned()),
        };
        let Self { least, most, .. } = scale;
        if least >= most {
            return Err(OptionError::at(
                "max",
                format!("{most} is not above the minimum of {least}"),
            ));
        }
        if scale.step < 1e-9 {
            return Err(OptionError::at("step", format!("{} is not a step forward", scale.step)));
        }
        if scale.initial.is_some_and(|initial| !scale.spans(initial)) {
            return Err(OptionError::at(
                "initial",
                format!("it is not between {least} and {most}"),
            ));
        }
        if !["slider", "box"].contains(&scale.mode.as_str()) {
            return Err(OptionError::at(
                "mode",
                format!("`{}` is neither `slider` nor `box`", scale.mode),
            ));
        }
        Ok(scale)
    }

    fn spans(&self, value: f64) -> bool {
        (self.least..=self.most).contains(&value)
    }
}

/// The domain `input_number`.
#[derive(Debug)]
pub struct InputNumber;

impl Domain for InputNumber {
    fn name(&self) -> &'static str {
        "input_number"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &["min", "max", "step", "initial", "mode"]
    }

    fn features(&self, _config: &EntityConfig) -> Option<u64> {
        None
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let scale = Scale::read(config)?;
        let wanted = match config.state.as_deref() {
            None => None,
            Some(state) => match real(&state.into()) {
                Some(value) if scale.spans(value) => Some(value),
                _ => {
                    let reason = format!("`{state}` is not a number from {} to {}", scale.least, scale.most);
                    return Err(OptionError::at("state", reason));
                }
            },
        };
        let mut state = EntityState::default();
        let mut show = |key: &str, value: Value| state.attributes.insert(key.to_owned(), value);
        show("min", json(scale.least));
        show("max", json(scale.most));
        show("step", json(scale.step));
        show("mode", scale.mode.into());
        show("initial", scale.initial.map_or(Value::Null, json));
        editable(&mut state.attributes);
        set(&mut state, wanted.or(scale.initial).unwrap_or(scale.least));
        Ok(state)
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<(), ServiceError> {
        let scale = Scale::read(config).map_err(|error| ServiceError::Refused(error.reason))?;
        let current = state.hidden.get("value").and_then(Value::as_f64).unwrap_or(scale.least);
        let wanted = match service {
            "increment" => (current + scale.step).min(scale.most),
            "decrement" => (current - scale.step).max(scale.least),
            _ => data.get("value").and_then(real).unwrap_or(f64::NAN),
        };
        // Home Assistant lets `nan` pass, and the number is lost until it is set again; here it is out of range.
        if !scale.spans(wanted) {
            return Err(invalid(format!(
                "Invalid value for {}: {} (range {} - {})",
                config.id,
                text(wanted),
                text(scale.least),
                text(scale.most)
            )));
        }
        set(state, wanted);
        Ok(())
    }

    fn reproduce(&self, _config: &EntityConfig, state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        let data = Map::from_iter([("value".to_owned(), Value::from(state))]);
        let data = self
            .validate("set_value", &data)
            .map_err(|_| format!("`{state}` is not a number"))?;
        Ok(vec![("set_value", data)])
    }
}

/// The state shows fifteen digits; what is reckoned with is exact.
fn set(state: &mut EntityState, value: f64) {
    state.state = number::state(value);
    state.hidden.insert("value".to_owned(), json(value));
}
