//! Invariant 4: the component is not trusted with rights. Each `perform` is checked against who asked, what that
//! principal may now, what is exposed, what the config entry allows and what `describe` declared.

use hearth_harness::stage::{Client, Stage};
use hearth_host::principals::Rights;
use hearth_tests::guests;
use serde_json::{Value, json};

/// Performs one action and answers its outcome: kind, and data.
async fn outcome(client: &mut Client, perform: Value) -> (String, String) {
    client
        .post(&json!({"do": [{"perform": perform}]}))
        .await
        .expect("it is taken");
    loop {
        let message = client.next().await;
        if let [kind, data] = message["news"]["outcomes"][0]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
        {
            let kind = kind.as_str().expect("a kind").to_owned();
            return (kind, data["error"].as_str().unwrap_or_default().to_owned());
        }
    }
}

fn turn_on(entity: &str) -> Value {
    json!({"name": "light.turn_on", "target": {"entity_id": [entity]}})
}

async fn refusal(client: &mut Client, action: Value) -> String {
    let (kind, error) = outcome(client, json!({"actions": [action]})).await;
    assert_eq!(kind, "refused", "{error}");
    error
}

#[tokio::test]
async fn whoever_asks_may_do_what_is_exposed_and_declared() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    let (kind, _) = outcome(&mut ben, json!({"actions": [turn_on("light.bed")]})).await;
    assert_eq!(kind, "ok");
    assert_eq!(stage.home.done(), ["light.turn_on light.bed"]);
    assert_eq!(stage.audit.lines(), ["ben light.turn_on: ok"]);
    let [record] = stage.audit.records().try_into().expect("one record");
    assert_eq!(
        (record.client.as_str(), record.tool.as_str()),
        ("puppeteer 1", "puppet")
    );
    assert_eq!(record.entities, ["light.bed"]);
}

#[tokio::test]
async fn what_is_not_exposed_is_refused_as_what_does_not_exist() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ada = stage.client("ada").await;
    let hidden = refusal(&mut ada, turn_on("light.safe")).await;
    let missing = refusal(&mut ada, turn_on("light.none")).await;
    assert_eq!(hidden.replace("light.safe", "…"), missing.replace("light.none", "…"));
    assert!(stage.home.done().is_empty());
    assert_eq!(stage.audit.lines().len(), 2, "refusals are recorded as well");
}

#[tokio::test]
async fn hiding_an_entity_in_data_lists_or_wide_targets_does_not_help() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ada = stage.client("ada").await;
    for action in [
        json!({"name": "light.turn_on", "target": {"entity_id": "light.bed, light.safe"}}),
        json!({"name": "light.turn_on", "target": {"entity_id": ["light.bed", ["light.safe"]]}}),
        json!({"name": "light.turn_on", "target": {"entity_id": "all"}}),
        json!({"name": "light.turn_on", "target": {"area_id": "bedroom"}}),
        json!({"name": "light.turn_on", "data": {"entity_id": "light.safe"}}),
        json!({"name": "light.turn_on", "data": {"area_id": "bedroom"}}),
        json!({"name": "light.turn_on", "data": {"entities": {"light.safe": "on"}}}),
        json!({"name": "light.turn_on", "target": "light.safe"}),
        json!({"name": "script.hidden"}),
    ] {
        refusal(&mut ada, action).await;
    }
    assert!(stage.home.done().is_empty());
}

#[tokio::test]
async fn exposure_counts_as_it_is_when_the_work_begins() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ada = stage.client("ada").await;
    stage.home.expose("light.bed", false);
    refusal(&mut ada, turn_on("light.bed")).await;
}

#[tokio::test]
async fn a_read_only_entry_lets_nothing_change() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ada = stage.client("ada").await;
    stage.entries.change(|entry| entry.read_only = true);
    refusal(&mut ada, turn_on("light.bed")).await;
    refusal(&mut ada, json!({"name": "home.restart"})).await;
    let (kind, _) = outcome(&mut ada, json!({"actions": [{"name": "light.look"}]})).await;
    assert_eq!(kind, "ok", "looking changes nothing");
}

#[tokio::test]
async fn what_is_reserved_to_administrators_is_refused_to_others() {
    let stage = Stage::new(guests::puppet()).await;
    let (mut ada, mut ben) = (stage.client("ada").await, stage.client("ben").await);
    refusal(&mut ben, json!({"name": "home.restart"})).await;
    let (kind, _) = outcome(&mut ada, json!({"actions": [{"name": "home.restart"}]})).await;
    assert_eq!(kind, "ok");
    // Rights are those of now, not those of the event.
    stage.principals.set("ada", Some(Rights { admin: false }));
    refusal(&mut ada, json!({"name": "home.restart"})).await;
}

#[tokio::test]
async fn who_lost_all_rights_or_the_entry_does_nothing_more() {
    let stage = Stage::new(guests::puppet()).await;
    let (mut ada, mut ben) = (stage.client("ada").await, stage.client("ben").await);
    stage.principals.set("ben", None);
    refusal(&mut ben, turn_on("light.bed")).await;
    stage.principals.set("ben", Some(Rights { admin: false }));
    stage.entries.change(|entry| entry.require_admin = true);
    refusal(&mut ben, turn_on("light.bed")).await;
    stage.entries.set_loaded(0);
    refusal(&mut ada, turn_on("light.bed")).await;
}

#[tokio::test]
async fn actions_that_were_not_declared_or_do_not_exist_are_refused() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ada = stage.client("ada").await;
    let error = refusal(
        &mut ada,
        json!({"name": "light.turn_off", "target": {"entity_id": "light.bed"}}),
    )
    .await;
    assert!(error.contains("did not declare"), "{error}");
    let error = refusal(&mut ada, json!({"name": "home.nothing"})).await;
    assert!(error.contains("has no action"), "{error}");
}

#[tokio::test]
async fn each_action_of_one_perform_is_decided_on_its_own() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    let actions = json!([turn_on("light.safe"), turn_on("light.bed")]);
    ben.post(&json!({"do": [{"perform": {"actions": actions}}]}))
        .await
        .expect("it is taken");
    let changed = ben.next().await;
    assert!(
        changed["changed"].is_array(),
        "the light changes before the outcome: {changed}"
    );
    let outcomes = ben.next().await["news"]["outcomes"].clone();
    assert_eq!((&outcomes[0][0], &outcomes[1][0]), (&json!("refused"), &json!("ok")));
}

#[tokio::test]
async fn what_is_refused_is_recorded_as_refused_even_if_nobody_waits_for_it() {
    let stage = Stage::new(guests::puppet()).await;
    let ben = stage.client("ben").await;
    let perform = json!({"perform": {"key": "k", "actions": [turn_on("light.safe")]}});
    ben.post(&json!({"do": [perform, {"abandon": "k"}]}))
        .await
        .expect("it is taken");
    stage.settle().await;
    let lines = stage.audit.lines();
    assert!(
        matches!(&lines[..], [line] if line.starts_with("ben light.turn_on: refused")),
        "{lines:?}"
    );
}

#[tokio::test]
async fn nobody_acts_for_one_who_is_not_there() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    let for_ada = json!({"principal": "ada", "actions": [{"name": "home.restart"}]});
    let (kind, _) = outcome(&mut ben, for_ada.clone()).await;
    assert_eq!(kind, "refused");
    assert_eq!(stage.engine.status().faults, 1);

    // A checkpoint is a claim of the component, not a session.
    let claim = json!({"do": [{"keep": {"key": "ada", "body": "of ada"}}]});
    ben.post(&claim).await.expect("it is taken");
    assert_eq!(outcome(&mut ben, for_ada.clone()).await.0, "refused");

    let ada = stage.client("ada").await;
    assert_eq!(outcome(&mut ben, for_ada.clone()).await.0, "ok", "her session is live");
    drop(ada);
    stage
        .until("her session is over", |stage| stage.engine.status().sessions == 1)
        .await;
    assert_eq!(outcome(&mut ben, for_ada).await.0, "refused");
}

#[tokio::test]
async fn work_that_follows_work_is_for_the_principal_of_its_ticket() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    for (principal, expected) in [("ben", "ok"), ("ada", "refused")] {
        let then = json!([{"perform": {"key": "second", "actions": [turn_on("light.bed")]}}]);
        let ticket = json!({"principal": principal, "do": then});
        let first = json!({"actions": [turn_on("light.ceiling")], "ticket": ticket});
        assert_eq!(outcome(&mut ben, first).await.0, "ok");
        let second = loop {
            let message = ben.next().await;
            if message["news"].is_object() {
                break message["news"]["outcomes"][0][0].clone();
            }
        };
        assert_eq!(second, expected);
    }
}
