//! What a real list cannot be made to show: its limits, times that the clocks jump over, and files that are wrong.

use serde_json::{Value, json};

use super::items::MAX_ITEMS;
use crate::home::embedded::domains::tests::{Entity, NOW, wrong};

fn items(list: &Entity) -> Vec<Value> {
    let answer = list.ask("get_items", json!({}), NOW).expect("it tells its items");
    answer["items"].as_array().cloned().expect("items are a list")
}

#[test]
fn a_list_begins_with_the_items_of_its_file() {
    let list = Entity::new(
        "todo.chores",
        json!({"time_zone": "Europe/Berlin", "options": {"items": [
            {"summary": "Sweep the stairs", "due": "2027-03-01", "description": "All of them"},
            {"summary": "Call the plumber", "due": "2027-07-01T08:15:30", "uid": "plumber"},
            {"summary": "Pay the rent", "status": "completed"},
        ]}}),
    );
    assert_eq!(list.state.state, "2");
    let items = items(&list);
    assert_eq!(items[0]["due"], "2027-03-01");
    assert_eq!(
        items[1],
        json!({"summary": "Call the plumber", "uid": "plumber", "status": "needs_action",
            "due": "2027-07-01T08:15:30+02:00"})
    );
    // Nobody knows since when.
    assert_eq!(
        (&items[2]["status"], items[2].get("completed")),
        (&json!("completed"), None)
    );
    assert_eq!(items[0]["uid"].as_str().map(str::len), Some(36));
    assert_ne!(items[0]["uid"], items[2]["uid"]);
}

#[test]
fn items_of_one_moment_have_uids_of_their_own_and_are_found_by_them() {
    let mut list = Entity::new("todo.chores", json!({}));
    for _ in 0..2 {
        list.call("add_item", json!({"item": "Milk"}), NOW)
            .expect("it is added");
    }
    let uids: Vec<Value> = items(&list).iter().map(|item| item["uid"].clone()).collect();
    assert_ne!(uids[0], uids[1]);
    let done = json!({"item": uids[1], "status": "completed"});
    list.call("update_item", done, NOW + 5_000).expect("it is there");
    let items = items(&list);
    assert_eq!(items[0]["status"], "needs_action");
    assert_eq!(items[1]["completed"], "2027-01-15T08:00:05.000000+00:00");
    list.call("remove_item", json!({"item": [uids[0], uids[0]]}), NOW)
        .expect("it is there");
    assert_eq!(list.state.state, "0");
}

#[test]
fn a_due_time_that_the_clocks_jump_over_is_a_time_all_the_same() {
    let mut list = Entity::new("todo.chores", json!({"time_zone": "Europe/Berlin"}));
    let data = json!({"item": "Sleep", "due_datetime": "2027-03-28 02:30:00"});
    list.call("add_item", data, NOW).expect("it is added");
    assert_eq!(items(&list)[0]["due"], "2027-03-28T03:30:00+02:00");
}

#[test]
fn a_list_takes_so_many_items_of_such_a_length_and_no_more() {
    let mut list = Entity::new("todo.chores", json!({}));
    for number in 0..MAX_ITEMS {
        list.call("add_item", json!({"item": number.to_string()}), NOW)
            .expect("there is room");
    }
    let refused = list.call("add_item", json!({"item": "one more"}), NOW);
    assert_eq!(
        refused.map_err(|error| error.to_string()),
        Err("todo.chores has 1000 items and can take no more; remove some first".to_owned())
    );
    for (data, most) in [
        (
            json!({"item": "x".repeat(501)}),
            "501 bytes; 500 are the most at 'item'",
        ),
        (
            json!({"item": "x", "description": "x".repeat(4001)}),
            "4001 bytes; 4000 are the most at 'description'",
        ),
    ] {
        let refused = list.call("add_item", data, NOW).map_err(|error| error.to_string());
        assert_eq!(refused, Err(format!("the text has {most}")));
    }
}

#[test]
fn what_is_wrong_with_a_list_is_said() {
    for (options, reason) in [
        (json!({"items": 5}), "`items` is not a list of tables, [{ … }, …]"),
        (
            json!({"items": ["Milk"]}),
            "`items` is not a list of tables, [{ … }, …]",
        ),
        (
            json!({"items": [{"due": "2027-03-01"}]}),
            "number 1 of `items`: `summary` is missing; write summary = \"…\"",
        ),
        (
            json!({"items": [{"summary": " "}]}),
            "number 1 of `items`: `summary` is blank",
        ),
        (
            json!({"items": [{"summary": "x", "due": "soon"}]}),
            "number 1 of `items`: `due` is `soon`; write 2026-03-29 or 2026-03-29T12:30:00",
        ),
        (
            json!({"items": [{"summary": "x", "status": "done"}]}),
            "number 1 of `items`: `status` is `done`; it must be `needs_action` or `completed`",
        ),
        (
            json!({"items": [{"summary": "x", "uid": "1"}, {"summary": "y", "uid": "1"}]}),
            "number 2 of `items`: there is another item with the uid `1`",
        ),
        (
            json!({"items": [{"summary": "x", "done": true}]}),
            "number 1 of `items`: unknown key `done`; known here are summary, due, description, status, uid",
        ),
    ] {
        let told = wrong("todo.chores", json!({"options": options}));
        assert_eq!(told, (Some("items".to_owned()), reason.to_owned()));
    }
    let (key, _) = wrong("todo.chores", json!({"state": "3"}));
    assert_eq!(key.as_deref(), Some("state"));
}
