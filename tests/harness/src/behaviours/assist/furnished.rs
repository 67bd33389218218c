//! Lists, calendars and players: what takes more than one step, and what is remembered between calls.

use std::sync::Arc;

use serde_json::{Value, json};

use super::{begun, fails, works};
use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::call;
use crate::stage::{Client, Stage};

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Assist,
        an_item_is_found_and_then_changed,
        "An item of a to-do list is named by its words, in any case; it is read from the list and then changed, and one \
         that is not there is told and changes nothing.",
        [
            an_action_is_done_and_told,
            exposing_and_hiding_is_followed,
            an_unchanged_list_is_not_told
        ]
    ),
    behaviour!(
        Assist,
        work_of_two_steps_outlives_the_instance,
        "A call whose work takes a second step is finished by another instance than the one that began it.",
        [an_item_is_found_and_then_changed, a_call_outlives_its_instance]
    ),
    behaviour!(
        Assist,
        data_is_told_as_data,
        "What a tool with an output schema tells is there as structured content too, and both say the same.",
        [
            every_tool_answers_once,
            an_action_is_done_and_told,
            the_time_is_that_of_the_home,
            exposing_and_hiding_is_followed,
            an_unchanged_list_is_not_told
        ]
    ),
    behaviour!(
        Assist,
        events_are_asked_for_by_the_days_of_the_home,
        "The events of a calendar are asked for from now until midnight where the home is, also when the clocks change.",
        [
            an_action_is_done_and_told,
            the_time_is_that_of_the_home,
            exposing_and_hiding_is_followed,
            an_unchanged_list_is_not_told
        ]
    ),
    behaviour!(
        Assist,
        what_was_paused_goes_on,
        "Going on without a name resumes the players that were paused last, and no others; one that was changed by hand \
         since goes first.",
        [
            an_action_is_done_and_told,
            exposing_and_hiding_is_followed,
            an_unchanged_list_is_not_told
        ]
    ),
    behaviour!(
        Assist,
        what_was_paused_is_remembered_by_another_instance,
        "Another instance still knows which players were paused last.",
        [what_was_paused_goes_on, a_new_instance_goes_on]
    ),
];

const PAUSE: &str = "media_player__HassMediaPause";
const RESUME: &str = "media_player__HassMediaUnpause";

/// A stage with a furnished home and a client on it.
async fn furnished(case: &Case) -> (Stage, Client) {
    let (stage, ben) = begun(case).await;
    stage.home.furnish();
    stage.engine.deliver_changes().await;
    (stage, ben)
}

fn since(stage: &Stage, before: usize) -> Vec<String> {
    stage.home.done().split_off(before)
}

async fn an_item_is_found_and_then_changed(case: Arc<Case>) {
    let (stage, mut ben) = furnished(&case).await;
    for (tool, service) in [
        ("todo__HassListCompleteItem", "todo.update_item"),
        ("todo__HassListRemoveItem", "todo.remove_item"),
    ] {
        let before = stage.home.done().len();
        let result = works(&mut ben, tool, json!({"name": "shopping", "item": "MILK"})).await;
        assert_eq!(result["data"]["success"][0]["id"], "todo.shopping", "{result}");
        assert_eq!(
            since(&stage, before),
            ["todo.get_items todo.shopping", &format!("{service} todo.shopping m")]
        );
        let records = stage.audit.records();
        let changed = records.last().map(|record| record.tool.as_str());
        assert_eq!(changed, Some(tool), "the audit of the second step: {records:?}");
        let before = stage.home.done().len();
        let text = fails(&mut ben, tool, json!({"name": "shopping", "item": "Wine"})).await;
        assert!(text.contains("Wine"), "it does not say which: {text}");
        assert_eq!(since(&stage, before), ["todo.get_items todo.shopping"]);
    }
}

async fn work_of_two_steps_outlives_the_instance(case: Arc<Case>) {
    let (stage, mut ben) = furnished(&case).await;
    stage.home.hold("todo.get_items");
    stage.home.hold("todo.remove_item");
    let arguments = json!({"name": "Shopping", "item": "Milk"});
    ben.say(&call("remove", "todo__HassListRemoveItem", arguments)).await;
    stage.until("the home works", |stage| stage.home.waiting() == 1).await;
    for steps in 1..=2 {
        assert_eq!(stage.home.waiting(), 1, "step {steps} was not begun");
        stage.engine.renew().await;
        stage.home.release(1);
        stage
            .until("a step is done", |stage| stage.home.done().len() == steps)
            .await;
        stage.settle().await;
    }
    let answer = ben.next().await;
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!("remove"), &json!(false)),
        "{answer}"
    );
    assert_eq!(
        stage.home.done(),
        ["todo.get_items todo.shopping", "todo.remove_item todo.shopping m"]
    );
}

async fn data_is_told_as_data(case: Arc<Case>) {
    let (_stage, mut ben) = furnished(&case).await;
    for (tool, arguments) in [
        ("todo__get_items", json!({"todo_list": "Shopping"})),
        ("calendar__get_events", json!({"calendar": "Family", "range": "week"})),
        ("llm__GetDateTime", json!({})),
    ] {
        let result = ben.result(&call(tool, tool, arguments)).await;
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        let told: Value = serde_json::from_str(text).unwrap_or_default();
        assert_eq!(result["structuredContent"], told, "{tool}: {result}");
    }
    let live = ben
        .result(&call("live", super::LIVE_CONTEXT, json!({"name": "Radio"})))
        .await;
    let entities = &live["structuredContent"]["entities"];
    assert_eq!(
        entities,
        &json!([{"names": ["Radio"], "domain": "media_player", "state": "playing"}]),
        "{live}"
    );
}

async fn events_are_asked_for_by_the_days_of_the_home(case: Arc<Case>) {
    let (stage, mut ben) = furnished(&case).await;
    // Berlin; from 2026-01-01T00:00:00Z to the noon before the clocks go forward.
    const TO_THE_CHANGE_MS: u64 = 86 * 86_400_000 + 11 * 3_600_000;
    for (advance, [start, today, week]) in [
        (
            0,
            [
                "2026-01-01T01:00:00+01:00",
                "2026-01-02T00:00:00+01:00",
                "2026-01-08T00:00:00+01:00",
            ],
        ),
        (
            TO_THE_CHANGE_MS,
            [
                "2026-03-28T12:00:00+01:00",
                "2026-03-29T00:00:00+01:00",
                "2026-04-04T00:00:00+02:00",
            ],
        ),
    ] {
        stage.clock.advance(advance);
        for (range, end) in [("today", today), ("week", week)] {
            let arguments = json!({"calendar": "Family", "range": range});
            let told = works(&mut ben, "calendar__get_events", arguments).await;
            let event = &told["events"][0];
            assert_eq!(
                (&event["start"], &event["end"]),
                (&json!(start), &json!(end)),
                "{range}: {told}"
            );
        }
    }
}

async fn what_was_paused_goes_on(case: Arc<Case>) {
    let (stage, mut ben) = furnished(&case).await;
    works(&mut ben, PAUSE, json!({"name": "Radio"})).await;
    resumes(&stage, &mut ben, &["media_player.radio"]).await;
    works(&mut ben, PAUSE, json!({})).await;
    resumes(&stage, &mut ben, &["media_player.radio", "media_player.television"]).await;
    works(&mut ben, PAUSE, json!({})).await;
    stage.home.set("media_player.television", "idle");
    stage.engine.deliver_changes().await;
    resumes(&stage, &mut ben, &["media_player.television"]).await;
    // Nothing is remembered now: all that there are go on.
    resumes(&stage, &mut ben, &["media_player.radio", "media_player.television"]).await;
}

async fn what_was_paused_is_remembered_by_another_instance(case: Arc<Case>) {
    let (stage, mut ben) = furnished(&case).await;
    works(&mut ben, PAUSE, json!({"name": "Radio"})).await;
    stage.engine.renew().await;
    resumes(&stage, &mut ben, &["media_player.radio"]).await;
    stage.engine.renew().await;
    resumes(&stage, &mut ben, &["media_player.radio", "media_player.television"]).await;
}

/// Going on without a name resumes these.
async fn resumes(stage: &Stage, client: &mut Client, players: &[&str]) {
    let before = stage.home.done().len();
    works(client, RESUME, json!({})).await;
    let mut done = since(stage, before);
    done.sort();
    let expected: Vec<String> = players
        .iter()
        .map(|player| format!("media_player.media_play {player}"))
        .collect();
    assert_eq!(done, expected);
}
