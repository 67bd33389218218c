//! An item of a to-do list is named by what it says, and changed by its uid: first the list is read, then it is changed.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Finish, action_done, error, told};
use crate::contract::hearth::mcp::types::{Action, Outcome};
use crate::home::names;
use crate::llm::{Plan, ToolResult};

/// What is done to an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ItemChange {
    /// It is done. Only an item that is not can be meant.
    Complete,
    /// It is taken off the list.
    Remove,
}

/// The uid of the item that is meant: the first of this uid or, in any case, of these words.
pub(super) fn find(
    list: &str,
    item: &str,
    change: ItemChange,
    outcome: Option<&Outcome>,
) -> Result<String, ToolResult> {
    let items = told::of_entity(list, outcome).map(|mut told| told::list(&mut told, "items"));
    let items = items.map_err(|reason| error(format!("The list could not be read: {reason}")))?;
    let key = names::key(item);
    let is_meant = |candidate: &&Value| {
        let said = |name: &str| candidate[name].as_str().unwrap_or_default();
        let open = change == ItemChange::Remove || said("status") == "needs_action";
        open && (said("uid") == item || names::key(said("summary")) == key)
    };
    let uid = items.iter().find(is_meant).and_then(|item| item["uid"].as_str());
    let uid = uid.filter(|uid| !uid.is_empty()).map(str::to_owned);
    uid.ok_or_else(|| error(format!("Item '{item}' not found on list")))
}

/// Changes it.
pub(super) fn change(list: &str, called: &str, uid: &str, change: ItemChange) -> Plan {
    let (name, data) = match change {
        ItemChange::Complete => ("todo.update_item", json!({"item": uid, "status": "completed"})),
        ItemChange::Remove => ("todo.remove_item", json!({"item": [uid]})),
    };
    let finish = Finish::Whole {
        answer: action_done(&[json!({"name": called, "type": "entity", "id": list})], &[]),
        failing: "The list could not be changed".to_owned(),
    };
    let action = Action {
        name: name.to_owned(),
        target: json!({"entity_id": [list]}).to_string().into_bytes(),
        data: data.to_string().into_bytes(),
    };
    Plan::to_the_end(vec![action], finish)
}
