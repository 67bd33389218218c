//! A list that changes, and who is told.

use std::sync::Arc;

use serde_json::{Value, json};

use super::acting::tools;
use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{initialize, initialized, notification};
use crate::stage::{Client, Stage};

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Tools,
        a_changed_list_is_told,
        "A client that knows a list is told once when it becomes another, if `listChanged` is declared.",
        [the_list_stays_the_same]
    ),
    behaviour!(
        Tools,
        an_unchanged_list_is_not_told,
        "No client is told of a changed list while its list is the one that it knows.",
        [the_list_stays_the_same]
    ),
];

/// What may change the list of a component: exposure, rights, the config entry.
const CHANGES: [fn(&Stage); 8] = [
    |stage| stage.home.expose("script.hidden", true),
    |stage| stage.home.expose("script.slow", false),
    |stage| stage.home.expose("light.safe", true),
    |stage| entry(stage, true),
    |stage| entry(stage, false),
    |stage| rights(stage, true),
    |stage| rights(stage, false),
    |stage| {
        for light in ["light.bed", "light.ceiling", "light.safe"] {
            stage.home.expose(light, false);
        }
    },
];

fn entry(stage: &Stage, read_only: bool) {
    stage.entries.change(|entry| entry.read_only = read_only);
    stage.engine.notify_entries();
}

fn rights(stage: &Stage, admin: bool) {
    stage
        .principals
        .set("ben", Some(hearth_host::principals::Rights { admin }));
    stage.engine.notify_rights("ben");
}

/// Lets each change happen, and answers how often the client was told, and whether its list is another one now.
async fn follow(stage: &Stage, client: &mut Client) -> Vec<(usize, bool)> {
    let mut seen = Vec::new();
    let mut known = tools(client).await;
    for change in CHANGES {
        change(stage);
        stage.engine.deliver_changes().await;
        stage.settle().await;
        let told = client.unread();
        let news = notification("notifications/tools/list_changed", json!({}));
        for message in &told {
            assert_eq!(message["method"], news["method"], "unasked came {message}");
        }
        client.principal = stage.principal(&client.principal.id);
        let now = tools(client).await;
        seen.push((told.len(), now != known));
        known = now;
    }
    seen
}

async fn a_changed_list_is_told(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ada = stage.client("ada").await;
    let result: Value = ada.result(&initialize("first")).await;
    if result["capabilities"]["tools"]["listChanged"] != true {
        return case.note("it does not declare `listChanged`");
    }
    let mut ben = initialized(&stage, "ben").await;
    let seen = follow(&stage, &mut ben).await;
    for (place, (told, differs)) in seen.iter().enumerate() {
        assert!(*told <= 1, "the client was told {told} times of change {place}");
        assert!(!differs || *told == 1, "the client was not told of change {place}");
    }
    if !seen.iter().any(|(_, differs)| *differs) {
        case.note("its list did not change");
    }
}

async fn an_unchanged_list_is_not_told(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    for (place, (told, differs)) in follow(&stage, &mut ben).await.iter().enumerate() {
        assert!(
            *differs || *told == 0,
            "the client was told of change {place}, which changes nothing"
        );
    }
    stage.home.set("light.bed", "on");
    stage.engine.deliver_changes().await;
    ben.hears_nothing(&stage).await;
}
