//! Candidates that must not go live, each with a component built for it: the swap says at which step it was held back and
//! why, and nobody who is connected has noticed anything.

use std::sync::Arc;

use hearth_component::faults::Fault;
use hearth_harness::stage::{Stage, load};
use hearth_host::engine::{HeldBack, Swapped, Terms};
use hearth_tests::guests;
use hearth_tests::witnesses::Witnesses;

async fn swap(stage: &Stage, candidate: &[u8], terms: Terms) -> Result<Swapped, HeldBack> {
    let number = stage.engine.generation() + 1;
    let program = Arc::new(load(candidate).await);
    stage.engine.swap(program, number, terms, Box::new(|| Ok(()))).await
}

/// The candidate is held back at this step, and its text says that; those who are connected have noticed nothing.
async fn is_held_back(fault: Fault, step: &str, says: &str) {
    let stage = Stage::new(guests::built_in()).await;
    let mut witnesses = Witnesses::on(&stage).await;
    let before = stage.engine.status();
    let error = swap(&stage, &guests::candidate(fault), Terms::default()).await;
    let error = error.expect_err("it is held back");
    let text = error.to_string();
    println!("{text}");
    assert_eq!(error.step(), step, "{text}");
    assert!(text.starts_with(&format!("{step}: ")) && text.contains(says), "{text}");
    witnesses.notice_nothing(&stage).await;
    let after = stage.engine.status();
    let fared = |status: &hearth_host::engine::EngineStatus| (status.generation, status.previous, status.set_aside);
    assert_eq!(fared(&after), fared(&before));
    assert_eq!(
        (after.traps, after.faults, after.degraded),
        (0, 0, None),
        "the running one did nothing wrong"
    );
    assert_eq!(stage.generations.lines(), ["1 is live"]);
    witnesses.are_answered(&stage).await;
}

#[tokio::test]
async fn one_that_traps_in_restore() {
    is_held_back(Fault::TrapsInRestore, "restore", "this candidate traps in restore").await;
}

#[tokio::test]
async fn one_that_loops_in_restore() {
    is_held_back(Fault::LoopsInRestore, "restore", "it computed for more than 250 ms").await;
}

#[tokio::test]
async fn one_that_refuses_what_is_kept() {
    is_held_back(
        Fault::RefusesWhatIsKept,
        "restore",
        "their clients would lose their sessions",
    )
    .await;
}

#[tokio::test]
async fn one_that_names_a_key_that_nobody_had() {
    is_held_back(Fault::NamesKeysNobodyHad, "restore", r#""a key that nobody had""#).await;
}

#[tokio::test]
async fn one_that_traps_at_its_start() {
    is_held_back(Fault::TrapsAtStart, "self-check", "this candidate traps at its start").await;
}

#[tokio::test]
async fn one_that_grows_beyond_its_memory() {
    is_held_back(
        Fault::HoardsMemoryAtStart,
        "self-check",
        "bytes of memory and may have 134217728",
    )
    .await;
}

#[tokio::test]
async fn one_that_sends_to_an_outlet_that_it_was_never_given() {
    is_held_back(Fault::SendsIntoTheBlue, "self-check", "which was never given out").await;
}

#[tokio::test]
async fn one_that_floods_the_host_with_effects() {
    is_held_back(
        Fault::FloodsAtStart,
        "self-check",
        "effects at once, and 65536 are allowed",
    )
    .await;
}

#[tokio::test]
async fn one_that_keeps_in_a_format_that_it_does_not_name() {
    is_held_back(
        Fault::KeepsAnUnnamedFormat,
        "self-check",
        "state format 9, which `describe` does not name",
    )
    .await;
}

#[tokio::test]
async fn one_that_does_not_read_what_is_kept() {
    is_held_back(Fault::KnowsFormatTwoOnly, "formats", "does not read state format 1").await;
}

#[tokio::test]
async fn one_from_which_there_is_no_way_back() {
    is_held_back(
        Fault::WritesFormatTwoOnly,
        "formats",
        "install it with `--without-rollback`",
    )
    .await;
}

#[tokio::test]
async fn one_that_takes_away_a_tool_that_clients_have_listed() {
    is_held_back(Fault::TakesAToolAway, "compare", "`intent__HassTurnOff` is taken away").await;
}

#[tokio::test]
async fn one_that_wants_an_argument_that_was_optional() {
    let says = "`intent__HassTurnOn`: the argument `name` must now be given (was optional)";
    is_held_back(Fault::NarrowsAnInput, "compare", says).await;
}

#[tokio::test]
async fn one_after_another_and_a_good_one_in_the_end() {
    let stage = Stage::new(guests::built_in()).await;
    let mut witnesses = Witnesses::on(&stage).await;
    for fault in [Fault::TrapsAtStart, Fault::LoopsInRestore, Fault::RefusesWhatIsKept] {
        let refused = swap(&stage, &guests::candidate(fault), Terms::default()).await;
        assert!(refused.is_err(), "{fault:?}");
    }
    let good = swap(&stage, &guests::candidate(Fault::Version(2)), Terms::default()).await;
    assert_eq!(good.expect("it is good").generation, 2);
    witnesses.notice_nothing(&stage).await;
    witnesses.are_answered(&stage).await;
}

#[tokio::test]
async fn two_at_once_go_live_one_after_the_other() {
    let stage = Stage::new(guests::built_in()).await;
    let mut witnesses = Witnesses::on(&stage).await;
    let programs = [Fault::Version(2), Fault::Version(3)].map(guests::candidate);
    let (two, three) = (load(&programs[0]).await, load(&programs[1]).await);
    let swap = |program, number| {
        let recording = Box::new(|| Ok(()));
        stage
            .engine
            .swap(Arc::new(program), number, Terms::default(), recording)
    };
    let (two, three) = tokio::join!(swap(two, 2), swap(three, 3));
    let (two, three) = (two.expect("it is good"), three.expect("it is good"));
    assert_eq!((two.from, two.generation, three.from, three.generation), (1, 2, 2, 3));
    assert_eq!(stage.generations.lines(), ["1 is live", "2 is live", "3 is live"]);
    witnesses.notice_nothing(&stage).await;
    witnesses.are_answered(&stage).await;
}

/// One that has no common format with the running generation goes live when nobody wants to go back.
#[tokio::test]
async fn without_a_way_back_the_newest_format_is_written_at_once() {
    let stage = Stage::new(guests::built_in()).await;
    let mut witnesses = Witnesses::on(&stage).await;
    let terms = Terms {
        without_rollback: true,
        ..Terms::default()
    };
    let swapped = swap(&stage, &guests::candidate(Fault::WritesFormatTwoOnly), terms).await;
    let swapped = swapped.expect("it may go live");
    assert_eq!((swapped.format, swapped.probation_until), (2, None));
    witnesses.notice_nothing(&stage).await;
    let back = stage
        .engine
        .roll_back(Box::new(|| Ok(())))
        .await
        .expect_err("it cannot read format 2");
    assert_eq!(back.step(), "formats", "{back}");
    witnesses.notice_nothing(&stage).await;
    witnesses.are_answered(&stage).await;
}

/// A candidate that nothing is shown of would go live unseen the day the check on it goes.
#[test]
fn there_is_a_test_for_each_candidate() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let text = |name: &str| std::fs::read_to_string(folder.join(name)).expect("it can be read");
    let tests = ["swap_candidates.rs", "swap_probation.rs", "schema_guard.rs"]
        .map(text)
        .concat();
    let is_tried = |fault: &Fault| tests.contains(&format!("Fault::{}", fault.name()));
    let untried: Vec<_> = Fault::ALL.iter().filter(|fault| !is_tried(fault)).collect();
    assert!(untried.is_empty(), "{untried:?}");
}
