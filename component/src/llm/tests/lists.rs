//! To-do lists and calendars.

use serde_json::{Value, json};

use super::{Bench, MOMENT, deeds, outcome, parsed};
use crate::contract::hearth::mcp::types::{Outcome, OutcomeKind};
use crate::llm::{Call, Step, Variant};

fn desk() -> Value {
    json!({
        "time_zone": "Europe/Amsterdam",
        "entities": [
            {"id": "todo.shop", "name": "Einkauf", "aliases": ["Einkauf", "购物清单"], "state": "2"},
            {"id": "todo.chores", "name": "Chores", "state": "0"},
            {"id": "calendar.family", "name": "Family", "aliases": ["Семья"], "state": "off"},
        ],
    })
}

fn answers(entity: &str, what: Value) -> [Outcome; 1] {
    [outcome(OutcomeKind::Ok, json!({entity: what}))]
}

#[test]
fn lists_and_calendars_are_offered_by_the_names_they_answer_to() {
    let tools = |home: &Value| {
        let tools = Bench::of(home).with(|llm, selection, request| llm.tools_json(selection, request, Variant::Plain));
        serde_json::from_str::<Value>(&tools).expect("it is JSON")
    };
    let choices = |tools: &Value, tool: &str, argument: &str| {
        let tools = tools.as_array().expect("a list");
        let tool = tools.iter().find(|one| one["name"] == tool)?;
        Some(tool["inputSchema"]["properties"][argument]["enum"].clone())
    };
    let offered = tools(&desk());
    assert_eq!(
        choices(&offered, "todo__get_items", "todo_list"),
        Some(json!(["Chores", "Einkauf", "购物清单"]))
    );
    assert_eq!(
        choices(&offered, "calendar__get_events", "calendar"),
        Some(json!(["Семья"]))
    );
    // What cannot be named cannot be asked for.
    let nameless = json!({"entities": [{"id": "todo.shop", "name": "Shop", "aliases": [], "state": "0"}]});
    let offered = tools(&nameless);
    assert_eq!(choices(&offered, "todo__get_items", "todo_list"), None);
    assert_eq!(choices(&offered, "todo__HassListAddItem", "item"), None);
}

#[test]
fn items_are_told_as_text_and_as_data() {
    let mut bench = Bench::of(&desk());
    let tool = "todo__get_items";
    for (arguments, data) in [
        (json!({"todo_list": "Einkauf"}), r#"{"status":"needs_action"}"#),
        (
            json!({"todo_list": "购物清单", "status": "completed"}),
            r#"{"status":"completed"}"#,
        ),
        (json!({"todo_list": "Einkauf", "status": "all"}), "{}"),
    ] {
        assert_eq!(
            bench.deeds(tool, arguments),
            [format!("todo.get_items todo.shop {data}")]
        );
    }
    let items = json!([{"summary": "Milk", "uid": "1", "status": "needs_action", "due": "2026-11-23"}]);
    let answer = bench.finished(
        tool,
        json!({"todo_list": "Einkauf"}),
        &answers("todo.shop", json!({"items": items})),
    );
    assert_eq!(answer.text(), json!({"items": items}).to_string());
    assert_eq!(answer.structured.as_deref(), Some(answer.text()));
    let nothing = bench.finished(
        tool,
        json!({"todo_list": "Einkauf"}),
        &answers("todo.chores", json!({})),
    );
    assert!(nothing.is_error && nothing.structured.is_none());
    for (arguments, text) in [
        (json!({}), "todo_list is required"),
        (json!({"todo_list": "einkauf"}), "todo_list must be one of"),
        (
            json!({"todo_list": "Einkauf", "list": 1}),
            "not a valid option at 'list'",
        ),
    ] {
        let refusal = bench.refusal(tool, arguments);
        assert!(refusal.contains(text), "{refusal}");
    }
}

#[test]
fn an_item_is_added_with_a_large_letter() {
    let mut bench = Bench::of(&desk());
    let tool = "todo__HassListAddItem";
    let arguments = json!({"name": "EINKAUF", "item": " öl und milch "});
    assert_eq!(
        bench.deeds(tool, arguments.clone()),
        [r#"todo.add_item todo.shop {"item":"Öl und milch"}"#]
    );
    let answer = bench.finished(tool, arguments, &[outcome(OutcomeKind::Ok, Value::Null)]);
    let list = json!({"name": "EINKAUF", "type": "entity", "id": "todo.shop"});
    assert_eq!(parsed(&answer)["data"]["success"], json!([list]));
    assert_eq!(
        bench.refusal(tool, json!({"name": "Wishes", "item": "x"})),
        "No entities matched the name (given name 'Wishes', domains todo)"
    );
    assert!(
        bench
            .refusal(tool, json!({"name": "Einkauf", "item": " "}))
            .contains("item is required")
    );
}

#[test]
fn an_item_is_found_by_its_words_and_changed_by_its_uid() {
    let mut bench = Bench::of(&desk());
    let item = |uid: &str, summary: &str, status: &str| json!({"uid": uid, "summary": summary, "status": status});
    let items = json!({"items": [
        item("1", "Straße fegen", "completed"),
        item("2", "STRASSE FEGEN", "needs_action"),
        item("3", "Milk", "completed"),
    ]});
    let (complete, remove) = ("todo__HassListCompleteItem", "todo__HassListRemoveItem");
    for (tool, said, deed) in [
        (
            complete,
            "strasse fegen",
            Some(r#"todo.update_item todo.shop {"item":"2","status":"completed"}"#),
        ),
        (
            complete,
            "2",
            Some(r#"todo.update_item todo.shop {"item":"2","status":"completed"}"#),
        ),
        (complete, "milk", None),
        (complete, "1", None),
        (
            remove,
            "strasse fegen",
            Some(r#"todo.remove_item todo.shop {"item":["1"]}"#),
        ),
        (remove, "MILK", Some(r#"todo.remove_item todo.shop {"item":["3"]}"#)),
        (remove, "4", None),
    ] {
        let plan = bench.plan(tool, json!({"name": "Einkauf", "item": said}));
        assert_eq!(deeds(&plan), ["todo.get_items todo.shop {}"]);
        assert!(plan.finish.goes_on());
        match (bench.step(&plan, &answers("todo.shop", items.clone())), deed) {
            (Step::Further(plan), Some(deed)) => {
                assert_eq!(deeds(&plan), [deed]);
                let ok = outcome(OutcomeKind::Ok, Value::Null);
                let Step::Answer(answer) = bench.step(&plan, &[ok]) else {
                    panic!("it is done");
                };
                let list = json!({"name": "Einkauf", "type": "entity", "id": "todo.shop"});
                assert_eq!(parsed(&answer)["data"]["success"], json!([list]));
            }
            (Step::Answer(answer), None) => assert_eq!(
                answer.text(),
                format!("Error calling tool: Item '{said}' not found on list")
            ),
            (step, _) => panic!("{tool} {said}: {step:?}"),
        }
    }
    let plan = bench.plan(remove, json!({"name": "Einkauf", "item": "Milk"}));
    let failed = outcome(OutcomeKind::Failed, json!({"error": "Gone"}));
    assert!(matches!(bench.step(&plan, &[failed]), Step::Answer(answer) if answer.is_error));
}

#[test]
fn days_are_those_of_the_home_also_when_the_clocks_change() {
    let mut bench = Bench::of(&desk());
    // 2026-10-24 at noon, the day before the clocks go back an hour: the week has 169 hours less those that are over.
    const BEFORE_THE_CHANGE: u64 = 1_792_836_000_000;
    for (moment, range, start, end) in [
        (
            MOMENT,
            "today",
            "2026-11-22T14:24:43+01:00",
            "2026-11-23T00:00:00+01:00",
        ),
        (MOMENT, "week", "2026-11-22T14:24:43+01:00", "2026-11-29T00:00:00+01:00"),
        (
            MOMENT + 7,
            "today",
            "2026-11-22T14:24:43.007000+01:00",
            "2026-11-23T00:00:00+01:00",
        ),
        (
            BEFORE_THE_CHANGE,
            "today",
            "2026-10-24T12:00:00+02:00",
            "2026-10-25T00:00:00+02:00",
        ),
        (
            BEFORE_THE_CHANGE,
            "week",
            "2026-10-24T12:00:00+02:00",
            "2026-10-31T00:00:00+01:00",
        ),
    ] {
        bench.moment = moment;
        let deed =
            format!(r#"calendar.get_events calendar.family {{"start_date_time":"{start}","end_date_time":"{end}"}}"#);
        assert_eq!(
            bench.deeds("calendar__get_events", json!({"calendar": "Семья", "range": range})),
            [deed]
        );
    }
}

#[test]
fn an_event_without_a_time_lasts_all_day() {
    let mut bench = Bench::of(&desk());
    let arguments = json!({"calendar": "Семья", "range": "week"});
    let events = json!({"events": [
        {"start": "2026-11-23T09:00:00+01:00", "end": "2026-11-23T10:00:00+01:00", "summary": "Dentist"},
        {"start": "2026-11-24", "end": "2026-11-25", "summary": "Birthday", "location": "Home"},
    ]});
    let answer = bench.finished(
        "calendar__get_events",
        arguments.clone(),
        &answers("calendar.family", events),
    );
    let told = json!({"events": [
        {"start": "2026-11-23T09:00:00+01:00", "end": "2026-11-23T10:00:00+01:00", "summary": "Dentist"},
        {"start": "2026-11-24", "end": "2026-11-25", "summary": "Birthday", "location": "Home", "all_day": true},
    ]});
    assert_eq!(answer.text(), told.to_string());
    assert_eq!(answer.structured.as_deref(), Some(answer.text()));
    let refused = outcome(
        OutcomeKind::Refused,
        json!({"error": "there is no entity calendar.family"}),
    );
    let answer = bench.finished("calendar__get_events", arguments.clone(), &[refused]);
    assert_eq!(answer.text(), "Error calling tool: there is no entity calendar.family");
    assert!(
        bench
            .refusal("calendar__get_events", json!({"calendar": "Семья", "range": "month"}))
            .contains("range must be one of")
    );
    assert!(matches!(
        bench.call("calendar__get_events", arguments),
        Call::Perform(_)
    ));
}
