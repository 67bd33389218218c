//! Invariants 2, 3 and 7: a new instance, given what is kept, the open work and a fresh snapshot, answers as the old one
//! would have, and a trap ends one event. Thousands of seeds with calls in flight are played twice, once undisturbed and
//! once while instances are replaced and trapped; nobody can tell. And where somebody could, the simulation does.

mod flaws;

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use clap::Parser;
use flaws::{Flaw, flawed};
use hearth_harness::conversation::{call, initialize};
use hearth_harness::simulation::{
    Act, Caller, Difference, Disturbance, Failure, Options, STEPS, Script, Simulation, Step, Strike, Sweep, load,
};
use hearth_host::engine::Component;
use hearth_tests::guests;
use hearth_tests::native::Native;
use serde_json::{Value, json};

/// Seeds against the component itself, and against the native reducer.
const SEEDS: u64 = 3_000;
const NATIVE_SEEDS: u64 = 500;

/// Under so many of them everything happens that can.
const WATCHED_SEEDS: u64 = 600;

/// A flaw shows under one of so many seeds, and so few steps are left of it.
const FLAW_SEEDS: u64 = 1_000;
const FLAW_STEPS: usize = 6;

fn built_in() -> Arc<Component> {
    static BUILT_IN: LazyLock<Arc<Component>> = LazyLock::new(|| Arc::new(load(guests::built_in()).expect("it loads")));
    BUILT_IN.clone()
}

fn simulation() -> Simulation {
    Simulation::new(built_in(), built_in()).expect("it starts")
}

/// One test at a time: each takes all cores, and one runtime has room for no more instances than that.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Plays the first seeds and says how fast that was.
fn sweep(simulation: &Simulation, seeds: u64) {
    let began = std::time::Instant::now();
    let tally = Sweep::first(seeds).run(simulation);
    println!("{}", tally.tell(None, began.elapsed()));
    assert!(tally.failure.is_none());
    assert_eq!(tally.seeds, seeds);
    // Half of the seeds strike every event, and the others some.
    assert!(tally.counts.struck * 2 > tally.counts.events, "{:?}", tally.counts);
}

#[test]
fn nobody_can_tell_that_instances_are_replaced_and_trap() {
    let _alone = alone();
    sweep(&simulation(), SEEDS);
}

#[test]
fn the_native_reducer_that_is_never_replaced_shows_the_same() {
    let _alone = alone();
    let simulation = Simulation::new(built_in(), Arc::new(Native::default())).expect("it starts");
    sweep(&simulation, NATIVE_SEEDS);
}

#[test]
fn what_can_happen_does_happen() {
    let _alone = alone();
    let simulation = simulation();
    let mut seen = String::new();
    for seed in 0..WATCHED_SEEDS {
        let script = simulation.script(seed, STEPS, Disturbance::All);
        seen.push_str(&simulation.watch(&script).expect("it plays").join("\n"));
    }
    let wanted = [
        // Statuses and limits.
        "TooManySessions",
        "UnknownSession",
        "Could not parse message",
        "NotConfigured",
        "SeveralConfigured",
        "AdminRequired",
        "-32000",
        "-32601",
        "-32602",
        "-32603",
        "reads the end",
        "1 overflows",
        // What clients are told.
        r#""protocolVersion":"2025-11-25""#,
        r#""protocolVersion":"2024-11-05""#,
        "notifications/tools/list_changed",
        "notifications/progress",
        "Live Context",
        r#""isError":true"#,
        r#""isError":false"#,
        "is offered homeassistant__GetLiveContext",
        // What becomes of actions.
        "the home did light.turn_on light.bed",
        "the home did script.slow",
        r#"outcome: "timed-out""#,
        r#"outcome: "running""#,
        r#"outcome: "failed: cancelled""#,
        r#"outcome: "failed: script.slow does not answer""#,
        r#"outcome: "refused"#,
    ];
    let missing: Vec<&str> = wanted.into_iter().filter(|text| !seen.contains(text)).collect();
    assert!(missing.is_empty(), "nothing shows {missing:?}");
}

/// The conversation in which every kind of state is in use: three sessions, one that listed tools, three calls in flight.
fn conversation(strike: Strike) -> Script {
    let request = |id: u32, method: &str| json!({"jsonrpc": "2.0", "id": id, "method": method, "params": {}});
    let say = |client: Caller, body: Value| Act::Say { client, body };
    let slow = |client: Caller, id: &str| say(client, call(id, "script__slow", json!({})));
    let cancel = json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": "b"}});
    let acts = [
        Act::Connect { client: Caller::Ada },
        Act::Connect { client: Caller::Ben },
        say(Caller::Ada, initialize("init")),
        say(Caller::Ben, initialize("init")),
        say(Caller::Ada, request(1, "tools/list")),
        slow(Caller::Ben, "a"),
        slow(Caller::Ben, "b"),
        slow(Caller::Ben2, "c"),
        Act::Switch {
            entity: "light.ceiling".to_owned(),
            state: "on".to_owned(),
        },
        Act::Report { done: 3 },
        say(Caller::Ben, cancel),
        say(
            Caller::Ada,
            call("on", "intent__HassTurnOn", json!({"name": "Bed Light"})),
        ),
        Act::Release { actions: 1 },
        Act::Expose {
            entity: "script.slow".to_owned(),
            exposed: false,
        },
        Act::HangUp { client: Caller::Ada },
        Act::Release { actions: 1 },
        say(Caller::Ben, request(9, "ping")),
    ];
    let step = |act| Step {
        act,
        hasty: false,
        strikes: vec![strike],
    };
    Script {
        seed: 1,
        steps: acts.map(step).into(),
    }
}

#[test]
fn a_conversation_with_calls_in_flight_goes_on_whatever_strikes() {
    let _alone = alone();
    let simulation = simulation();
    let seen = simulation
        .watch(&conversation(Strike::Calm))
        .expect("it plays")
        .join("\n");
    let answered = |id: &str| seen.contains(&format!(r#""id":"{id}","result""#));
    assert!(answered("a") && answered("c") && answered("on"), "{seen}");
    assert!(!answered("b"), "it was cancelled: {seen}");
    assert!(seen.contains("notifications/tools/list_changed"), "{seen}");
    for strike in [
        Strike::Restart,
        Strike::Renew,
        Strike::Trap,
        Strike::TrapAtStart,
        Strike::TrapAtRestore,
        Strike::TrapAtOffers,
        Strike::Swap,
        Strike::RefusedSwap,
        Strike::Rollback,
    ] {
        let counts = simulation
            .play(&conversation(strike))
            .unwrap_or_else(|difference| panic!("{strike:?}: {difference}"));
        assert_eq!(counts.struck, counts.events, "{strike:?}");
        assert!(counts.instances > counts.events / 2, "{strike:?}: {counts:?}");
    }
}

#[test]
fn a_component_that_knows_nothing_of_assist_is_simulated_too() {
    let _alone = alone();
    let simulation = Simulation::of(guests::puppet()).expect("it starts");
    assert_eq!(
        Sweep::first(40)
            .run(&simulation)
            .failure
            .map(|failure| failure.to_string()),
        None
    );
}

#[test]
fn a_component_that_traps_by_itself_is_told_so() {
    let _alone = alone();
    let simulation = Simulation::of(guests::puppet()).expect("it starts");
    let say = |body| {
        Step::from(Act::Say {
            client: Caller::Ben,
            body,
        })
    };
    let script = Script {
        seed: 1,
        steps: vec![say(json!({"do": []})), say(json!({"trap": "panic"}))],
    };
    let difference = simulation.play(&script).expect_err("it traps");
    assert_eq!(*difference, Difference::Trapped { disturbed: false });
}

/// What `hearth-harness` reads.
#[derive(clap::Parser)]
struct Command {
    #[command(flatten)]
    options: Options,
}

/// A flaw is found; what is left of its script is short; and the command that is printed, and the script, show it again.
fn is_found(flaw: Flaw) -> Failure {
    let simulation = Simulation::new(flawed(built_in(), flaw), built_in()).expect("it starts");
    let failure = Sweep::first(FLAW_SEEDS).run(&simulation).failure;
    let failure = failure.unwrap_or_else(|| panic!("{flaw:?} is not found"));
    println!("{flaw:?}: {failure}");
    assert!(failure.script.steps.len() <= FLAW_STEPS, "{flaw:?}: {failure}");

    let found = failure.found.expect("it was found with a seed");
    let command = Command::try_parse_from(found.replay(None)).expect("it can be said");
    let report = command.options.run(&simulation).expect("it runs");
    let again = report.failure.as_ref().expect("it fails again");
    assert_eq!(
        (&again.script, &again.difference),
        (&failure.script, &failure.difference),
        "{flaw:?}"
    );
    let text = report.tell(Some("flawed.wasm"), Duration::ZERO);
    assert!(
        text.contains(&format!("hearth-harness simulate flawed.wasm --seed {}", found.seed)),
        "{text}"
    );

    let saved = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(saved.path(), failure.script.to_string()).expect("it is written");
    let words = ["simulate", "--script", saved.path().to_str().expect("a name")];
    let command = Command::try_parse_from(words).expect("it can be said");
    let report = command.options.run(&simulation).expect("it runs");
    assert_eq!(
        report.failure.as_ref().map(|again| &again.difference),
        Some(&failure.difference),
        "{flaw:?}"
    );
    *failure
}

#[test]
fn a_component_that_forgets_is_found() {
    let _alone = alone();
    is_found(Flaw::ForgetsASession);
    is_found(Flaw::ForgetsItsWork);
    is_found(Flaw::ForgetsWhatWasListed);
    is_found(Flaw::CannotReadWhatIsKept);
}

#[test]
fn a_component_that_says_other_things_after_a_restart_is_found() {
    let _alone = alone();
    is_found(Flaw::RepeatsItself);
    is_found(Flaw::SendsInAnotherOrder);
}

#[test]
fn a_component_that_traps_after_a_restart_is_found() {
    let _alone = alone();
    let failure = is_found(Flaw::TrapsWhenAClientHangsUp);
    assert_eq!(failure.difference, Difference::Trapped { disturbed: true });
}
