//! To-do lists: reading them, adding to them, and what is done or goes.

use serde_json::{Map, Value, json};

use super::service::{self, Kind, action, entity_target};
use super::targets::Constraints;
use crate::home::{Entity, Mirror};
use crate::llm::finish::{Finish, ItemChange, Told, action_done};
use crate::llm::schema::{Parameters, Schema};
use crate::llm::tool::{Arguments, Hints, Reading, Refused, Run, Tool};
use crate::llm::{Call, Plan, Request, ToolResult};

/// The domain that the tools are for.
pub(super) const DOMAIN: &str = "todo";

/// What these tools may do.
pub(super) const ACTIONS: &[&str] = &[
    "todo.add_item",
    "todo.get_items",
    "todo.remove_item",
    "todo.update_item",
];

/// Empty where no list can be named.
pub(super) fn tools(mirror: &Mirror) -> Vec<Tool> {
    let names = mirror.names_in(DOMAIN);
    if names.is_empty() {
        return Vec::new();
    }
    vec![get_items(&names), add(), complete(), remove()]
}

fn get_items(names: &[&str]) -> Tool {
    let status = Schema::one_of(&["needs_action", "completed", "all"]).with("default", "needs_action");
    let tool = Tool::new(
        "todo__get_items",
        "Get to-do list items",
        "What is on a to-do list.",
        Parameters::of(
            [("todo_list", Schema::one_of(names)), ("status", status)],
            &["todo_list"],
        ),
        Hints::ASKS,
        |_, request, arguments| read(request, &arguments),
    );
    tool.reading(Reading::Strict).giving(output())
}

fn output() -> Schema {
    Schema::object(
        [("items", Schema::array_of_records(&["summary", "uid", "status"]))],
        &["items"],
    )
}

fn add() -> Tool {
    of_item(
        "todo__HassListAddItem",
        "Add to-do list item",
        "Add an item to a to-do list.",
        Hints::ADDS,
        |_, request, arguments| {
            let (list, called, item) = on_list(request, &arguments)?;
            let data = json!({"item": capitalized(item)});
            Ok(service::whole(
                vec![action("todo.add_item", &[&list.id], &data)],
                action_done(&[entity_target(called, list)], &[]),
                "The item could not be added",
            ))
        },
    )
}

fn complete() -> Tool {
    of_item(
        "todo__HassListCompleteItem",
        "Complete to-do list item",
        "Mark an item of a to-do list as done.",
        Hints::REPEATS,
        |_, request, arguments| change(request, &arguments, ItemChange::Complete),
    )
}

fn remove() -> Tool {
    of_item(
        "todo__HassListRemoveItem",
        "Remove to-do list item",
        "Take an item off a to-do list.",
        Hints::REPEATS,
        |_, request, arguments| change(request, &arguments, ItemChange::Remove),
    )
}

fn of_item(name: &str, title: &str, description: &str, hints: Hints, run: Run) -> Tool {
    let list = Schema::string().describe("Of the list");
    let parameters = Parameters::of([("item", Schema::string()), ("name", list)], &["item", "name"]);
    Tool::new(name, title, description, parameters, hints, run)
}

fn read(request: &Request, arguments: &Arguments) -> Result<Call, Refused> {
    let wanted = Constraints {
        name: arguments.get("todo_list").and_then(Value::as_str),
        domains: Some(vec![DOMAIN]),
        ..Constraints::default()
    };
    let Ok(list) = service::one(request, &wanted) else {
        let error = json!({"error": "To-do list not found"});
        return Ok(Call::Answer(ToolResult::failed(error.to_string())));
    };
    let status = arguments
        .get("status")
        .and_then(Value::as_str)
        .unwrap_or("needs_action");
    let finish = Finish::Told {
        entity: list.id.clone(),
        what: Told::Items,
    };
    Ok(ask(list, Some(status).filter(|status| *status != "all"), finish))
}

/// First the items are read, then the one that is meant is changed.
fn change(request: &Request, arguments: &Arguments, change: ItemChange) -> Result<Call, Refused> {
    let (list, called, item) = on_list(request, arguments)?;
    let finish = Finish::Item {
        list: list.id.clone(),
        called: called.to_owned(),
        item: item.to_owned(),
        change,
    };
    Ok(ask(list, None, finish))
}

/// Asks for the items, those of one status or all.
fn ask(list: &Entity, status: Option<&str>, finish: Finish) -> Call {
    let data: Map<String, Value> = status
        .map(|status| ("status".to_owned(), status.into()))
        .into_iter()
        .collect();
    let actions = vec![action("todo.get_items", &[&list.id], &Value::Object(data))];
    Call::Perform(Plan::to_the_end(actions, finish))
}

/// The list that is meant, what the caller calls it, and the item.
fn on_list<'a, 'b>(request: &Request<'a>, arguments: &'b Arguments) -> Result<(&'a Entity, &'b str, &'b str), Refused> {
    let text = |name: &str| arguments.get(name).and_then(Value::as_str).unwrap_or_default();
    let list = service::one(request, &service::constraints(arguments, Kind::of(DOMAIN)))?;
    Ok((list, text("name"), text("item").trim()))
}

/// The first letter large, the rest as it is.
fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars.as_str().chars()).collect()
}
