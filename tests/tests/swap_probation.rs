//! Candidates that pass every check and misbehave later: the generation before takes over again by itself, answers what
//! they did not, and nobody who is connected has noticed anything.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hearth_component::faults::Fault;
use hearth_harness::conversation::{call, initialized, ping, request};
use hearth_harness::meddle::{Meddled, Meddler};
use hearth_harness::stage::{Stage, load};
use hearth_host::engine::{Answered, Event, Recording, Swapped, Terms, Trap};
use hearth_tests::guests;
use hearth_tests::witnesses::Witnesses;
use serde_json::json;

fn unrecorded() -> Recording {
    Box::new(|| Ok(()))
}

async fn swapped(stage: &Stage, fault: Fault, terms: Terms) -> Swapped {
    let number = stage.engine.generation() + 1;
    let program = Arc::new(load(&guests::candidate(fault)).await);
    let swapped = stage.engine.swap(program, number, terms, unrecorded());
    swapped.await.expect("nothing is wrong with it yet")
}

/// A stage with the candidate live on it, and those who were connected before.
async fn live(fault: Fault) -> (Stage, Witnesses) {
    let stage = Stage::new(guests::built_in()).await;
    let mut witnesses = Witnesses::on(&stage).await;
    let swapped = swapped(&stage, fault, Terms::default()).await;
    assert!(swapped.probation_until.is_some());
    assert_eq!(stage.engine.generation(), 2);
    witnesses.notice_nothing(&stage).await;
    (stage, witnesses)
}

/// The generation before has taken over again for this reason, and everybody is served.
async fn is_rolled_back(stage: &Stage, mut witnesses: Witnesses, says: &str) {
    assert_eq!(stage.engine.generation(), 1);
    let lines = stage.generations.lines();
    println!("{lines:?}");
    assert!(
        lines.iter().any(|line| line.contains("2") && line.contains(says)),
        "{lines:?}"
    );
    let status = stage.engine.status();
    assert_eq!(
        (status.generation, status.probation_until, status.set_aside),
        (1, None, 0)
    );
    witnesses.notice_nothing(stage).await;
    witnesses.are_answered(stage).await;
}

/// Pings until the candidate is gone; all are answered as if nothing was.
async fn ping_until_it_is_gone(stage: &Stage, witnesses: &mut Witnesses) {
    for _ in 0..20 {
        if stage.engine.generation() == 1 {
            return;
        }
        ping(&mut witnesses.ben).await;
    }
    panic!("it is still there");
}

#[tokio::test]
async fn the_event_that_trapped_is_answered_by_the_generation_before() {
    let (stage, mut witnesses) = live(Fault::TrapsAtTheTenth).await;
    ping_until_it_is_gone(&stage, &mut witnesses).await;
    assert_eq!(stage.engine.status().traps, 2);
    is_rolled_back(&stage, witnesses, "it trapped twice at `receive`").await;
}

/// Traps at a ping, and then no other instance can be made.
#[derive(Clone, Default)]
struct Shattering(Arc<AtomicBool>);

impl Meddler for Shattering {
    fn after_event(&mut self, event: &Event, answered: &mut Answered) {
        let traps = match event {
            Event::Start { .. } => self.0.load(Ordering::SeqCst),
            Event::Receive(delivery) => String::from_utf8_lossy(&delivery.body).contains(r#""ping""#),
            _ => false,
        };
        if traps {
            self.0.store(true, Ordering::SeqCst);
            *answered = Err(Trap("it lies in pieces".to_owned()));
        }
    }
}

#[tokio::test]
async fn the_event_after_which_no_instance_could_be_made_is_answered_by_the_generation_before() {
    let stage = Stage::new(guests::built_in()).await;
    let mut witnesses = Witnesses::on(&stage).await;
    let sound = load(&guests::candidate(Fault::Version(2))).await;
    let shattering = Shattering::default();
    let program = Meddled::new(Arc::new(sound), move || shattering.clone());
    let swapped = stage.engine.swap(program, 2, Terms::default(), unrecorded());
    swapped.await.expect("nothing is wrong with it yet");
    ping(&mut witnesses.ben).await;
    is_rolled_back(&stage, witnesses, "no instance can be made on probation").await;
}

#[tokio::test]
async fn the_event_that_came_to_no_end_is_answered_by_the_generation_before() {
    let (stage, mut witnesses) = live(Fault::LoopsAtTheThird).await;
    ping_until_it_is_gone(&stage, &mut witnesses).await;
    is_rolled_back(&stage, witnesses, "it trapped twice at `receive`").await;
}

#[tokio::test]
async fn the_event_that_took_more_memory_than_there_is_is_answered_by_the_generation_before() {
    let (stage, mut witnesses) = live(Fault::HoardsMemoryAtTheThird).await;
    ping_until_it_is_gone(&stage, &mut witnesses).await;
    is_rolled_back(&stage, witnesses, "it trapped twice at `receive`").await;
}

#[tokio::test]
async fn the_event_that_flooded_the_host_with_effects_is_answered_by_the_generation_before() {
    let (stage, witnesses) = live(Fault::Floods).await;
    is_rolled_back(&stage, witnesses, "it trapped twice at `receive`").await;
}

#[tokio::test]
async fn one_that_acts_for_somebody_else_is_not_believed_and_goes() {
    let (stage, witnesses) = live(Fault::ClaimsAnotherPrincipal).await;
    let mut ada = initialized(&stage, "ada").await;
    let on = |id: u32| call(&id.to_string(), "intent__HassTurnOn", json!({"name": "Bed Light"}));
    for id in 0..3 {
        assert_eq!(stage.engine.generation(), 2, "after {id} calls");
        let answer = ada.ask(&on(id)).await;
        assert_eq!(answer["result"]["isError"], true, "{answer}");
    }
    assert!(stage.home.done().is_empty(), "nothing was done for nobody");
    stage.until("it is gone", |stage| stage.engine.generation() == 1).await;
    let answer = ada.ask(&on(3)).await;
    assert_eq!(answer["result"]["isError"], false, "{answer}");
    drop(ada);
    stage
        .until("she is gone", |stage| stage.engine.status().sessions == 2)
        .await;
    is_rolled_back(&stage, witnesses, "3 faults on probation").await;
}

#[tokio::test]
async fn one_that_refuses_what_the_one_before_did_not() {
    let stage = Stage::new(guests::built_in()).await;
    let mut witnesses = Witnesses::on(&stage).await;
    swapped(&stage, Fault::RefusesMore, Terms::default()).await;
    let asked = request("ping", "ping", json!({}));
    let mut refused = 0;
    while stage.engine.generation() == 2 {
        refused += u32::from(witnesses.ben.post(&asked).await.is_err());
        assert!(refused < 20, "it is still there");
    }
    assert_eq!(refused, 10, "of twenty");
    witnesses.ben.unread();
    is_rolled_back(&stage, witnesses, "it refused 10 of 20 requests").await;
}

#[tokio::test]
async fn what_began_with_the_candidate_goes_on_after_it() {
    let (stage, mut witnesses) = live(Fault::TrapsAtTheTenth).await;
    let mut ada = initialized(&stage, "ada").await;
    ada.say(&call("begun", "script__slow", json!({}))).await;
    stage.until("it runs", |stage| stage.home.waiting() == 3).await;
    ping_until_it_is_gone(&stage, &mut witnesses).await;
    ping(&mut ada).await;
    stage.home.release(3);
    assert_eq!(ada.next().await["id"], "begun");
    assert_eq!(witnesses.ben.next().await["id"], "slow");
}

#[tokio::test]
async fn one_trap_costs_one_event_and_not_the_generation() {
    let (stage, mut witnesses) = live(Fault::Version(2)).await;
    stage.home.change("test-trap", "receive", &json!(null));
    stage.engine.deliver_changes().await;
    let answer = witnesses.ben.ask(&request("on", "ping", json!({}))).await;
    assert_eq!(answer["error"]["code"], -32603, "{answer}");
    let status = stage.engine.status();
    assert_eq!((status.generation, status.traps), (2, 1));
    witnesses.notice_nothing(&stage).await;
    witnesses.are_answered(&stage).await;
}

#[tokio::test]
async fn on_probation_state_is_kept_in_a_format_that_the_one_before_reads_and_in_the_newest_after_it() {
    let (stage, mut witnesses) = live(Fault::KnowsFormatsOneAndTwo).await;
    let ada = initialized(&stage, "ada").await;
    for to in [1, 2] {
        let back = stage.engine.roll_back(unrecorded()).await.expect("both can go on");
        assert_eq!((back.generation, back.format), (to, u32::try_from(to).expect("small")));
        witnesses.notice_nothing(&stage).await;
    }
    let back = stage
        .engine
        .roll_back(unrecorded())
        .await
        .expect_err("it cannot read format 2");
    assert_eq!(back.step(), "formats", "{back}");
    drop(ada);
    stage
        .until("she is gone", |stage| stage.engine.status().sessions == 2)
        .await;
    witnesses.notice_nothing(&stage).await;
    witnesses.are_answered(&stage).await;
}

#[tokio::test]
async fn who_passes_is_kept_in_the_newest_format_without_anybody_noticing() {
    let stage = Stage::new(guests::built_in()).await;
    let mut witnesses = Witnesses::on(&stage).await;
    // Less than the deadline of the calls in flight.
    let terms = Terms {
        probation_ms: 1_000,
        ..Terms::default()
    };
    swapped(&stage, Fault::KnowsFormatsOneAndTwo, terms).await;
    witnesses.notice_nothing(&stage).await;
    stage.clock.advance(terms.probation_ms);
    let raised = |stage: &Stage| {
        stage
            .generations
            .lines()
            .iter()
            .filter(|line| *line == "2 is live")
            .count()
            == 2
    };
    stage.until("the format is raised", raised).await;
    witnesses.notice_nothing(&stage).await;
    let back = stage
        .engine
        .roll_back(unrecorded())
        .await
        .expect_err("it cannot read format 2");
    assert_eq!(back.step(), "formats", "{back}");
    witnesses.are_answered(&stage).await;
}
