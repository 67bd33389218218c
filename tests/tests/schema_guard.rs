//! What clients have listed holds at the next generation, or they are told; and what is held to be compatible is.

use std::sync::Arc;

use hearth_component::faults::Fault;
use hearth_harness::conversation::initialized;
use hearth_harness::stage::{Stage, load};
use hearth_host::engine::{HeldBack, Swapped, Terms};
use hearth_tests::guests;
use hearth_tests::witnesses::Witnesses;
use serde_json::Value;

const CHANGED: &str = "notifications/tools/list_changed";

async fn swap(stage: &Stage, fault: Fault, allow_incompatible: bool) -> Result<Swapped, HeldBack> {
    let number = stage.engine.generation() + 1;
    let terms = Terms {
        allow_incompatible,
        ..Terms::default()
    };
    let program = Arc::new(load(&guests::candidate(fault)).await);
    stage.engine.swap(program, number, terms, Box::new(|| Ok(()))).await
}

/// The methods of what came to the witnesses since they were asked last.
async fn heard(stage: &Stage, witnesses: &mut Witnesses) -> [Vec<Value>; 2] {
    use hearth_host::engine::Part;
    stage.settle().await;
    let ben = witnesses.ben.unread().into_iter();
    let eve = witnesses.stream.unread().into_iter().filter_map(|part| match part {
        Part::Message { body, .. } => serde_json::from_slice::<Value>(&body).ok(),
        _ => None,
    });
    let method = |message: Value| message["method"].clone();
    [ben.map(method).collect(), eve.map(method).collect()]
}

#[tokio::test]
async fn a_list_that_is_the_same_is_not_said_to_have_changed_and_a_longer_one_is() {
    let stage = Stage::new(guests::built_in()).await;
    let mut witnesses = Witnesses::on(&stage).await;
    let mut ada = initialized(&stage, "ada").await;
    let swapped = swap(&stage, Fault::Version(2), false).await.expect("it is good");
    assert_eq!(swapped.differences, ["its version is 2.0.0 (was 0.1.0)"]);
    assert_eq!(heard(&stage, &mut witnesses).await, [[""; 0]; 2]);
    let swapped = swap(&stage, Fault::AddsATool, false)
        .await
        .expect("one tool more hurts nobody");
    assert!(
        swapped
            .differences
            .contains(&"it also offers the tool `BlessThisHouse`".to_owned()),
        "{:?}",
        swapped.differences
    );
    assert_eq!(heard(&stage, &mut witnesses).await, [[CHANGED]; 2]);
    assert!(ada.unread().is_empty(), "she never listed them");
    witnesses.notice_nothing(&stage).await;
    witnesses.are_served().await;
}

#[tokio::test]
async fn what_is_taken_away_needs_the_owners_word_and_is_said_then() {
    let stage = Stage::new(guests::built_in()).await;
    let mut witnesses = Witnesses::on(&stage).await;
    let held_back = swap(&stage, Fault::TakesAToolAway, false).await.expect_err("a promise");
    assert!(
        matches!(&held_back, HeldBack::Incompatible(found) if *found == ["`intent__HassTurnOff` is taken away"]),
        "{held_back}"
    );
    assert_eq!(heard(&stage, &mut witnesses).await, [[""; 0]; 2]);
    let swapped = swap(&stage, Fault::TakesAToolAway, true)
        .await
        .expect("the owner wants it");
    assert!(
        swapped
            .differences
            .contains(&"`intent__HassTurnOff` is taken away".to_owned()),
        "{:?}",
        swapped.differences
    );
    assert_eq!(heard(&stage, &mut witnesses).await, [[CHANGED]; 2]);
    witnesses.notice_nothing(&stage).await;
    witnesses.are_answered(&stage).await;
}

#[tokio::test]
async fn where_nobody_has_listed_the_tools_nothing_is_promised() {
    let stage = Stage::new(guests::built_in()).await;
    let mut ada = initialized(&stage, "ada").await;
    swap(&stage, Fault::NarrowsAnInput, false)
        .await
        .expect("nobody goes by it");
    stage.settle().await;
    assert!(ada.unread().is_empty());
}
