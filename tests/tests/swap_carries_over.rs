//! What a client has begun and not brought to its end goes over to the next generation: questions to a person, what a
//! stream can be resumed from, an answer of which half is sent, subscriptions, the timer. And back.

use std::sync::Arc;

use hearth_component::faults::Fault;
use hearth_harness::conversation::{call, initialized, request};
use hearth_harness::stage::{Stage, load};
use hearth_harness::streamable::{Reading, StreamableClient};
use hearth_host::contract::hearth::mcp::types::Status;
use hearth_host::engine::{Component, Program, Recording, Runtime, Terms};
use hearth_host::limits::Limits;
use hearth_tests::guests;
use serde_json::{Value, json};

/// A resource that changes with the home.
const CONTEXT: &str = "homeassistant://assist/context-snapshot";

fn unrecorded() -> Recording {
    Box::new(|| Ok(()))
}

/// Another version of our component goes live.
async fn swap(stage: &Stage) {
    let program = load(&guests::candidate(Fault::Version(2))).await;
    swap_to(stage, Arc::new(program)).await;
}

async fn swap_to(stage: &Stage, program: Arc<dyn Program>) {
    let number = stage.engine.generation() + 1;
    let swapped = stage.engine.swap(program, number, Terms::default(), unrecorded());
    swapped.await.expect("nothing is wrong with it");
}

async fn go_back(stage: &Stage) {
    stage.engine.roll_back(unrecorded()).await.expect("it can go back");
}

#[tokio::test]
async fn who_the_server_is_the_next_handshake_says() {
    let stage = Stage::new(guests::built_in()).await;
    let version = |answer: Value| answer["result"]["serverInfo"]["version"].clone();
    let before = version(stage.streamable("ben").begin("2025-11-25").await);
    assert_eq!(before, stage.engine.describe().version);
    swap(&stage).await;
    let after = version(stage.streamable("ben").begin("2025-11-25").await);
    assert_eq!(
        (after, stage.engine.describe().version.as_str()),
        (json!("2.0.0"), "2.0.0")
    );
}

/// A client whose call asks a person, and the question.
async fn asked(stage: &Stage) -> (StreamableClient, Reading, Value) {
    let mut ann = stage.streamable("ann");
    ann.begin_with("2025-11-25", json!({"elicitation": {}})).await;
    let asks = call("asks", "test_elicitation", json!({"message": "Who are you?"}));
    let mut asks = ann.post(&asks).await;
    asks.prime().await;
    let question = asks.next().await;
    (ann, asks, question)
}

#[tokio::test]
async fn a_question_waits_for_its_answer_through_a_swap_and_back() {
    let conformance: Arc<dyn Program> = Arc::new(load(guests::conformance()).await);
    for back in [false, true] {
        let stage = Stage::new(guests::conformance()).await;
        stage.entries.change(|entry| {
            entry.all_llm_apis = false;
            entry.llm_apis = vec!["conformance".to_owned()];
        });
        stage.engine.notify_entries();
        let (ann, mut asks, question) = asked(&stage).await;
        swap_to(&stage, conformance.clone()).await;
        if back {
            go_back(&stage).await;
        }
        let form = json!({"action": "accept", "content": {"username": "ann", "email": "ann@example.org"}});
        let answer = json!({"jsonrpc": "2.0", "id": question["id"], "result": form});
        let accepted = ann.post(&answer).await.only().await;
        assert_eq!(accepted, (Status::Accepted, Value::Null));
        let answer = asks.next().await;
        let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
        assert!(text.contains("ann@example.org"), "{answer}");
        assert!(asks.is_over());
    }
}

#[tokio::test]
async fn an_answer_of_which_half_was_sent_is_resumed_after_the_swap_without_a_gap() {
    let stage = Stage::new(guests::built_in()).await;
    let mut eve = stage.streamable("eve");
    eve.begin("2025-11-25").await;
    let mut slow = eve.post(&call("slow", "script__slow", json!({}))).await;
    let begun = slow.prime().await;
    stage.until("it runs", |stage| stage.home.waiting() == 1).await;
    stage.home.report(4.0);
    let (_, progress) = slow.event().await;
    assert_eq!(progress["params"]["progress"], 4.0, "{progress}");
    drop(slow);
    stage.settle().await;
    swap(&stage).await;
    stage.home.release(1);
    stage.until("it is done", |stage| stage.engine.status().work == 0).await;
    go_back(&stage).await;
    let mut resumed = eve.resume(begun).await.expect("it can be resumed");
    let all = resumed.rest().await;
    assert_eq!(all.len(), 2, "{all:?}");
    assert_eq!((&all[0], &all[1]["id"]), (&progress, &json!("slow")));
}

#[tokio::test]
async fn a_subscription_goes_on() {
    let stage = Stage::new(guests::built_in()).await;
    let mut ben = initialized(&stage, "ben").await;
    let subscribe = request("subscribe", "resources/subscribe", json!({"uri": CONTEXT}));
    ben.result(&subscribe).await;
    swap(&stage).await;
    for state in ["on", "off"] {
        stage.home.set("light.bed", state);
        let told = ben.next().await;
        assert_eq!(told["params"]["uri"], CONTEXT, "{told}");
        go_back(&stage).await;
    }
    ben.hears_nothing(&stage).await;
}

#[tokio::test]
async fn the_timer_goes_on_and_ends_who_was_not_heard_of_since_before() {
    let limits = Limits {
        session_idle_ms: 60_000,
        ..Limits::default()
    };
    let stage = Stage::with_limits(guests::built_in(), limits.clone()).await;
    let mut eve = stage.streamable("eve");
    eve.begin("2025-11-25").await;
    let ping = request("ping", "ping", json!({}));
    stage.clock.advance(40_000);
    let runtime = Runtime::new(&limits).expect("the runtime starts");
    let candidate = guests::candidate(Fault::Version(2));
    let program = Component::load(&runtime, &candidate, None).await;
    swap_to(&stage, Arc::new(program.expect("it loads"))).await;
    assert_eq!(stage.engine.status().sessions, 1);
    stage.clock.advance(60_000);
    stage
        .until("it is over", |stage| stage.engine.status().sessions == 0)
        .await;
    let (status, answer) = eve.post(&ping).await.only().await;
    assert_eq!(
        (status, &answer["error"]["code"]),
        (Status::NotFound, &json!(-32001)),
        "{answer}"
    );
}

#[tokio::test]
async fn what_was_paused_goes_on_after_a_swap_and_back() {
    for back in [false, true] {
        let stage = Stage::new(guests::built_in()).await;
        stage.home.furnish();
        stage.engine.deliver_changes().await;
        let mut ben = initialized(&stage, "ben").await;
        let radio = json!({"name": "Radio"});
        ben.result(&call("pause", "media_player__HassMediaPause", radio)).await;
        swap(&stage).await;
        if back {
            go_back(&stage).await;
        }
        ben.result(&call("resume", "media_player__HassMediaUnpause", json!({})))
            .await;
        let done = stage.home.done();
        assert_eq!(
            done,
            [
                "media_player.media_pause media_player.radio",
                "media_player.media_play media_player.radio"
            ]
        );
    }
}
