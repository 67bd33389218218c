//! Another generation takes over, and no client notices.

use std::sync::Arc;

use hearth_harness::conversation::{call, initialized, ping, request};
use hearth_harness::stage::{Client, Stage, load};
use hearth_host::engine::{HeldBack, Program, Recording, Swapped, Terms};
use hearth_tests::guests;
use serde_json::json;

/// Nobody has to write down that it runs.
fn unrecorded() -> Recording {
    Box::new(|| Ok(()))
}

/// Another build of our component, which does the same.
async fn another_build() -> Arc<dyn Program> {
    Arc::new(load(&guests::mutant(None)).await)
}

async fn swapped(stage: &Stage) -> Swapped {
    let number = stage.engine.generation() + 1;
    let swapped = stage
        .engine
        .swap(another_build().await, number, Terms::default(), unrecorded());
    swapped.await.expect("it is not held back")
}

/// A client that has listed the tools and has a call in flight.
async fn with_a_call(stage: &Stage, principal: &str) -> Client {
    let mut client = initialized(stage, principal).await;
    client.result(&request("list", "tools/list", json!({}))).await;
    let waiting = stage.home.waiting();
    client.say(&call("slow", "script__slow", json!({}))).await;
    stage
        .until("it runs", |stage| stage.home.waiting() == waiting + 1)
        .await;
    client
}

async fn is_answered(stage: &Stage, client: &mut Client) {
    ping(client).await;
    stage.home.release(1);
    let answer = client.next().await;
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!("slow"), &json!(false)),
        "{answer}"
    );
}

#[tokio::test]
async fn sessions_go_on_and_a_call_in_flight_is_answered_by_the_new_generation() {
    let stage = Stage::new(guests::built_in()).await;
    let mut ben = with_a_call(&stage, "ben").await;
    let swapped = swapped(&stage).await;
    assert_eq!((swapped.from, swapped.generation), (1, 2));
    assert!(ben.unread().is_empty(), "a client sees nothing of it");
    is_answered(&stage, &mut ben).await;
    let status = stage.engine.status();
    assert_eq!(
        (status.generation, status.previous, status.traps, status.faults),
        (2, Some(1), 0, 0)
    );
    assert_eq!(stage.generations.lines(), ["1 is live", "2 is live"]);
}

#[tokio::test]
async fn a_call_begun_before_can_be_cancelled_after() {
    let stage = Stage::new(guests::built_in()).await;
    let mut ben = with_a_call(&stage, "ben").await;
    swapped(&stage).await;
    ben.say(&hearth_harness::conversation::cancelled("slow")).await;
    ping(&mut ben).await;
    assert_eq!(stage.engine.status().work, 0);
}

#[tokio::test]
async fn the_generation_before_takes_over_again_when_the_owner_wants_it_and_so_does_the_one_after() {
    let stage = Stage::new(guests::built_in()).await;
    let mut ben = with_a_call(&stage, "ben").await;
    swapped(&stage).await;
    for (from, to) in [(2, 1), (1, 2)] {
        let back = stage.engine.roll_back(unrecorded()).await.expect("it can go back");
        assert_eq!((back.from, back.generation), (from, to));
        ping(&mut ben).await;
    }
    is_answered(&stage, &mut ben).await;
}

#[tokio::test]
async fn without_a_generation_before_there_is_nothing_to_go_back_to() {
    let stage = Stage::new(guests::built_in()).await;
    let refused = stage.engine.roll_back(unrecorded()).await;
    assert!(matches!(refused, Err(HeldBack::NoPrevious)), "{refused:?}");
}

#[tokio::test]
async fn what_cannot_be_written_down_does_not_go_live() {
    let stage = Stage::new(guests::built_in()).await;
    let mut ben = with_a_call(&stage, "ben").await;
    let full: Recording = Box::new(|| Err("the disk is full".to_owned()));
    let refused = stage
        .engine
        .swap(another_build().await, 2, Terms::default(), full)
        .await;
    let error = refused.expect_err("it is held back");
    assert_eq!(
        (error.step(), error.to_string().as_str()),
        ("record", "record: the disk is full")
    );
    assert_eq!(stage.engine.generation(), 1);
    is_answered(&stage, &mut ben).await;
}

#[tokio::test]
async fn who_passes_its_probation_stays() {
    let stage = Stage::new(guests::built_in()).await;
    let swapped = swapped(&stage).await;
    assert_eq!(
        swapped.probation_until,
        Some(hearth_host::clock::Clock::now(stage.clock.as_ref()) + Terms::default().probation_ms)
    );
    stage.clock.advance(Terms::default().probation_ms);
    stage
        .until("it has passed", |stage| stage.engine.status().probation_until.is_none())
        .await;
    assert_eq!(stage.generations.lines(), ["1 is live", "2 is live", "2 passed"]);
    assert_eq!(stage.engine.status().previous, Some(1), "it can still be gone back to");
}

#[tokio::test]
async fn what_is_said_and_what_changes_while_it_is_made_ready_is_not_lost() {
    let stage = Stage::new(guests::built_in()).await;
    let mut ben = initialized(&stage, "ben").await;
    let engine = stage.engine.clone();
    let program = another_build().await;
    let swap = tokio::spawn(async move { engine.swap(program, 2, Terms::default(), unrecorded()).await });
    let mut others = Vec::new();
    for turn in 0..40 {
        stage
            .home
            .set("light.bed_light", if turn % 2 == 0 { "on" } else { "off" });
        ping(&mut ben).await;
        others.push(initialized(&stage, "eve").await);
        stage.settle().await;
    }
    swap.await.expect("it does not panic").expect("it is not held back");
    assert_eq!(stage.engine.generation(), 2);
    ping(&mut ben).await;
    for eve in &mut others {
        ping(eve).await;
    }
}
