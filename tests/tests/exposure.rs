//! Invariant 4: what is not exposed does not reach the component.

use hearth_harness::stage::Stage;
use hearth_tests::guests;
use serde_json::json;

#[tokio::test]
async fn a_snapshot_holds_what_is_exposed_and_is_constant_during_an_event() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    ben.post(&json!({"ask": "snapshot"})).await.expect("it is taken");
    let answer = ben.next().await;
    let [first, second] = answer["asked"].as_array().expect("two answers").as_slice() else {
        panic!("two answers: {answer}");
    };
    assert_eq!(first, second);
    let exposed = ["cover.blind", "light.bed", "light.ceiling", "lock.front", "script.slow"];
    assert_eq!(first[1], json!(exposed));
}

#[tokio::test]
async fn changes_of_what_is_not_exposed_are_not_told() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    // A home that tells too much, and an entity that was hidden after it had changed.
    stage.home.change("state", "light.safe", &json!({"state": "on"}));
    stage.home.set("light.ceiling", "on");
    stage.home.expose("light.ceiling", false);
    stage.home.set("light.bed", "on");
    let told = ben.next().await["changed"].to_string();
    assert!(told.contains("light.bed") && told.contains("registry"), "{told}");
    assert!(
        !told.contains("light.safe") && !told.contains("light.ceiling"),
        "{told}"
    );
}

#[tokio::test]
async fn imports_are_answered_from_the_host() {
    let stage = Stage::new(guests::puppet()).await;
    let mut ben = stage.client("ben").await;
    ben.post(&json!({"ask": "lookup"})).await.expect("it is taken");
    assert_eq!(ben.next().await["asked"][0], "Simulated");
    ben.post(&json!({"ask": "limits"})).await.expect("it is taken");
    assert_eq!(ben.next().await["asked"][0], json!([1024, null]));
}
