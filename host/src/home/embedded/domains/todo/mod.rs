//! To-do lists: items that are open or done, some due by a day or an hour.

mod items;
#[cfg(test)]
mod tests;

use serde_json::{Map, Value, json};

use super::schema::{self, Fault, Field, at_least_one, at_most_one, string};
use super::{Domain, Reproduction, Service, civil, flags};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};
use items::{Changes, List};

const CREATE: u64 = 1;
const DELETE: u64 = 2;
const UPDATE: u64 = 4;
const DUE_DATE: u64 = 16;
const DUE_DATETIME: u64 = 32;
const DESCRIPTION: u64 = 64;
const FEATURES: &[(&str, u64)] = &[
    ("create", CREATE),
    ("delete", DELETE),
    ("update", UPDATE),
    ("move", 8),
    ("due_date", DUE_DATE),
    ("due_datetime", DUE_DATETIME),
    ("description", DESCRIPTION),
];
/// What an item has beside its summary, and the feature that it needs.
const DETAILS: &[(&str, u64)] = &[
    ("due_date", DUE_DATE),
    ("due_datetime", DUE_DATETIME),
    ("description", DESCRIPTION),
];
/// A list that the file says nothing of can do everything.
const ALL_FEATURES: u64 = 127;
const STATUSES: [&str; 2] = [items::COMPLETED, items::NEEDS_ACTION];
const ITEM: Field = Field::required("item", item);
const DUE: [Field; 3] = [
    Field::optional("due_date", |value| or_none(value, civil::date)),
    Field::optional("due_datetime", |value| or_none(value, civil::datetime)),
    Field::optional("description", |value| or_none(value, description)),
];
const SERVICES: &[Service] = &[
    Service::any("add_item")
        .needing(&[CREATE])
        .taking(&[ITEM, DUE[0], DUE[1], DUE[2]]),
    Service::any("update_item").needing(&[UPDATE]).taking(&[
        Field::required("item", named),
        Field::optional("rename", item),
        Field::optional("status", status),
        DUE[0],
        DUE[1],
        DUE[2],
    ]),
    Service::any("remove_item")
        .needing(&[DELETE])
        .taking(&[Field::required("item", all_named)]),
    Service::any("remove_completed_items").needing(&[DELETE]),
    Service::any("get_items")
        .taking(&[Field::optional("status", statuses)])
        .answering(),
];

fn or_none(value: &Value, read: schema::Reader) -> Result<Value, Fault> {
    match value {
        Value::Null => Ok(Value::Null),
        _ => read(value),
    }
}

/// What an item shall be called.
fn item(value: &Value) -> Result<Value, Fault> {
    let text = string(value)?.as_str().unwrap_or_default().trim().to_owned();
    named(&Value::String(text.clone()))?;
    within(&text, items::MAX_SUMMARY_BYTES)?;
    Ok(text.into())
}

/// What an item is called, or its uid.
fn named(value: &Value) -> Result<Value, Fault> {
    match string(value)? {
        Value::String(text) if text.is_empty() => Err(Fault::new("value must not be empty")),
        text => Ok(text),
    }
}

fn description(value: &Value) -> Result<Value, Fault> {
    let text = string(value)?;
    within(text.as_str().unwrap_or_default(), items::MAX_DESCRIPTION_BYTES)?;
    Ok(text)
}

fn within(text: &str, most_bytes: usize) -> Result<(), Fault> {
    match text.len() {
        length if length > most_bytes => Err(Fault::new(format!(
            "the text has {length} bytes; {most_bytes} are the most"
        ))),
        _ => Ok(()),
    }
}

fn all_named(value: &Value) -> Result<Value, Fault> {
    schema::list(value, string)
}

fn statuses(value: &Value) -> Result<Value, Fault> {
    schema::list(value, status)
}

fn status(value: &Value) -> Result<Value, Fault> {
    match value.as_str().filter(|status| STATUSES.contains(status)) {
        Some(_) => Ok(value.clone()),
        None => Err(Fault::new(
            "value must be one of [<TodoItemStatus.COMPLETED: 'completed'>, <TodoItemStatus.NEEDS_ACTION: 'needs_action'>]",
        )),
    }
}

/// The domain `todo`.
#[derive(Debug)]
pub struct Todo;

impl Domain for Todo {
    fn name(&self) -> &'static str {
        "todo"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &["features", "items"]
    }

    fn beginnings(&self) -> &'static [&'static str] {
        &["items"]
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        Some(features(config))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        flags::read(config, FEATURES)?;
        if let Some(state) = &config.state {
            let reason = format!("`{state}`: a list counts what is open by itself; leave it out and write `items`");
            return Err(OptionError::at("state", reason));
        }
        Ok(List::read(config)?.state())
    }

    fn validate(&self, service: &str, data: &Map<String, Value>) -> Result<Map<String, Value>, ServiceError> {
        let data = schema::read_for(SERVICES, service, data)?;
        if matches!(service, "add_item" | "update_item") {
            at_most_one(&data, &["due_date", "due_datetime"])?;
        }
        if service == "update_item" {
            at_least_one(&data, &["rename", "status", "due_date", "due_datetime", "description"])?;
        }
        Ok(data)
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        data: &Map<String, Value>,
        now: Moment,
    ) -> Result<(), ServiceError> {
        let mut list = List::of(state);
        let name = data.get("item").and_then(Value::as_str).unwrap_or_default();
        match service {
            "add_item" => {
                supports(config, data)?;
                list.add(config, name, &changes(config, data), now)?;
            }
            "update_item" => {
                let place = list.find(name)?;
                supports(config, data)?;
                list.update(place, &changes(config, data), now);
            }
            "remove_item" => {
                let names = data.get("item").and_then(Value::as_array).into_iter().flatten();
                list.remove(names.filter_map(Value::as_str))?;
            }
            _ => list.remove_completed(),
        }
        *state = list.state();
        Ok(())
    }

    fn answer(
        &self,
        config: &EntityConfig,
        state: &EntityState,
        _service: &str,
        data: &Map<String, Value>,
        _now: Moment,
    ) -> Result<Value, ServiceError> {
        let wanted = data.get("status").and_then(Value::as_array);
        let wanted = wanted.filter(|wanted| !wanted.is_empty());
        // A plain list, as Home Assistant's shopping list is one, does not note when something was done.
        let detailed = features(config) & (DUE_DATE | DUE_DATETIME | DESCRIPTION) != 0;
        let list = List::of(state);
        let items = list.items.iter().filter(|item| {
            let status = Value::from(item.status());
            wanted.is_none_or(|wanted| wanted.contains(&status))
        });
        let items: Vec<Value> = items.map(|item| item.shown(detailed)).collect();
        Ok(json!({ "items": items }))
    }

    fn reproduce(&self, _config: &EntityConfig, _state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        Err("a to-do list has no state that a scene could bring about".to_owned())
    }
}

fn features(config: &EntityConfig) -> u64 {
    flags::read(config, FEATURES).ok().flatten().unwrap_or(ALL_FEATURES)
}

/// Refuses a detail that this list does not keep.
fn supports(config: &EntityConfig, data: &Map<String, Value>) -> Result<(), ServiceError> {
    let features = features(config);
    match DETAILS
        .iter()
        .find(|(key, feature)| data.contains_key(*key) && features & feature == 0)
    {
        Some((key, _)) => Err(ServiceError::Refused(format!(
            "Entity does not support setting field: {key}"
        ))),
        None => Ok(()),
    }
}

/// What a call says of an item.
fn changes(config: &EntityConfig, data: &Map<String, Value>) -> Changes {
    let text = |key: &str| data.get(key).and_then(Value::as_str);
    let detail = |key: &str| data.get(key).map(|value| value.as_str().map(str::to_owned));
    let due_datetime = detail("due_datetime").map(|due| due.and_then(|due| items::due_datetime(config, &due)));
    Changes {
        rename: text("rename").map(str::to_owned),
        completed: text("status").map(|status| status == items::COMPLETED),
        due: detail("due_date").or(due_datetime),
        description: detail("description"),
    }
}
