//! Input selects: one of several options.

use serde_json::{Map, Value};

use super::schema::{Fault, Field, boolean, string};
use super::{Domain, Reproduction, Service, editable, options};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

const CYCLE: &[Field] = &[Field::optional("cycle", boolean)];
const SERVICES: &[Service] = &[
    Service::any("select_first"),
    Service::any("select_last"),
    Service::any("select_next").taking(CYCLE),
    Service::any("select_option").taking(&[Field::required("option", string)]),
    Service::any("select_previous").taking(CYCLE),
    Service::any("set_options").taking(&[Field::required("options", texts)]),
];

/// One text or a list of them.
fn texts(value: &Value) -> Result<Value, Fault> {
    let given = match value {
        Value::Null => Vec::new(),
        Value::Array(given) => given.clone(),
        one => vec![one.clone()],
    };
    if given.is_empty() {
        return Err(Fault::new("value must not be empty"));
    }
    let read = given.iter().enumerate().map(|(at, item)| {
        string(item).map_err(|fault| Fault {
            place: format!("[{at}]"),
            ..fault
        })
    });
    read.collect::<Result<Vec<_>, _>>().map(Value::Array)
}

/// The domain `input_select`.
#[derive(Debug)]
pub struct InputSelect;

impl Domain for InputSelect {
    fn name(&self) -> &'static str {
        "input_select"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &["options", "initial"]
    }

    fn features(&self, _config: &EntityConfig) -> Option<u64> {
        None
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        let choices = options::texts(config, "options")?.unwrap_or_default();
        let Some(first) = choices.first() else {
            return Err(OptionError::at("options", "an input select needs at least one option"));
        };
        if let Some(twice) = twice(&choices) {
            return Err(OptionError::at("options", format!("`{twice}` is there twice")));
        }
        let initial = options::text(config, "initial")?;
        for (key, wanted) in [("initial", initial.as_ref()), ("state", config.state.as_ref())] {
            if let Some(wanted) = wanted.filter(|wanted| !choices.contains(wanted)) {
                let reason = format!("`{wanted}` is not one of its options: {}", choices.join(", "));
                return Err(OptionError::at(key, reason));
            }
        }
        let mut state = EntityState::new(config.state.as_ref().or(initial.as_ref()).unwrap_or(first));
        state.attributes.insert("options".to_owned(), choices.clone().into());
        editable(&mut state.attributes);
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
        if service == "set_options" {
            return set_options(config, state, data);
        }
        let choices = listed(state.attributes.get("options"));
        let at = choices.iter().position(|choice| *choice == state.state);
        let cycle = data.get("cycle").and_then(Value::as_bool).unwrap_or(true);
        let last = choices.len().saturating_sub(1);
        let to = match (service, at) {
            ("select_first", _) | ("select_next", None) => 0,
            ("select_last", _) | ("select_previous", None) => last,
            ("select_next", Some(at)) if at < last => at + 1,
            ("select_next", Some(at)) => {
                if cycle {
                    0
                } else {
                    at
                }
            }
            ("select_previous", Some(0)) => {
                if cycle {
                    last
                } else {
                    0
                }
            }
            ("select_previous", Some(at)) => at - 1,
            _ => {
                let option = data.get("option").and_then(Value::as_str).unwrap_or_default();
                choices.iter().position(|choice| choice == option).ok_or_else(|| {
                    let choices = choices.join(", ");
                    let id = &config.id;
                    ServiceError::Refused(format!(
                        "Option {option} is not valid for {id}. Valid options are: {choices}"
                    ))
                })?
            }
        };
        if let Some(choice) = choices.get(to) {
            state.state.clone_from(choice);
        }
        Ok(())
    }

    fn reproduce(&self, config: &EntityConfig, state: &str, attributes: &Map<String, Value>) -> Reproduction {
        let mut calls = Vec::new();
        let mut choices = listed(config.options.get("options"));
        if let Some(given) = attributes.get("options") {
            let data = Map::from_iter([("options".to_owned(), given.clone())]);
            let data = self.validate("set_options", &data).map_err(|error| error.to_string())?;
            choices = listed(data.get("options"));
            calls.push(("set_options", data));
        }
        if !choices.iter().any(|choice| choice == state) {
            return Err(format!("`{state}` is not one of its options: {}", choices.join(", ")));
        }
        calls.push(("select_option", Map::from_iter([("option".to_owned(), state.into())])));
        Ok(calls)
    }
}

fn set_options(config: &EntityConfig, state: &mut EntityState, data: &Map<String, Value>) -> Result<(), ServiceError> {
    let choices = listed(data.get("options"));
    if let Some(twice) = twice(&choices) {
        let id = &config.id;
        return Err(ServiceError::Refused(format!(
            "Options for {id} contain duplicates: {twice}"
        )));
    }
    if let Some(first) = choices.first().filter(|_| !choices.contains(&state.state)) {
        state.state.clone_from(first);
    }
    state.attributes.insert("options".to_owned(), choices.into());
    Ok(())
}

fn listed(value: Option<&Value>) -> Vec<String> {
    let items = value.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The options that are there more than once, each named once.
fn twice(choices: &[String]) -> Option<String> {
    let mut repeated: Vec<&str> = Vec::new();
    for (at, choice) in choices.iter().enumerate() {
        if choices[..at].contains(choice) && !repeated.contains(&choice.as_str()) {
            repeated.push(choice);
        }
    }
    (!repeated.is_empty()).then(|| repeated.join(", "))
}
