//! Which generation answered, as administrators are told over HTTP, and nobody else.

use std::sync::Arc;

use hearth_host::engine::Terms;
use hearth_tests::guests;
use hearth_tests::http_client::{Connection, get};
use hearth_tests::http_host::{ADA, BEN, Host, Setup, compiled};
use hearth_tests::streamable_client::{Answer, Streamable};
use serde_json::json;

const VERSION: &str = "2025-11-25";
const TIMER_S: u64 = 30;

fn ping() -> String {
    json!({"jsonrpc": "2.0", "id": "ping", "method": "ping"}).to_string()
}

/// The generation that the head of an answer names.
fn named(answer: &Answer) -> Option<String> {
    let (Answer::Whole(head) | Answer::Stream(head, _)) = answer;
    head.header("hearth-generation").map(str::to_owned)
}

async fn swap(host: &Host) {
    let program = compiled(&guests::mutant(None), &Default::default()).await;
    let next = host.engine.generation() + 1;
    let swapped = host
        .engine
        .swap(Arc::new(program), next, Terms::default(), Box::new(|| Ok(())));
    swapped.await.expect("it is not held back");
}

#[tokio::test]
async fn every_answer_to_an_administrator_names_the_generation_and_none_to_others() {
    let host = Host::start(Setup::default()).await;
    for (token, generation) in [(ADA, Some("1".to_owned())), (BEN, None)] {
        let client = Streamable::initialized(host.address, token, VERSION).await;
        assert_eq!(named(&client.post(ping()).await), generation);
        assert_eq!(named(&client.get().await), generation);
        assert_eq!(
            client.delete().await.header("hearth-generation").map(str::to_owned),
            generation
        );
        let mut connection = Connection::open(host.address).await;
        connection.send(get("/mcp_server/sse", token)).await;
        assert_eq!(
            connection.head().await.header("hearth-generation").map(str::to_owned),
            generation
        );
    }
}

#[tokio::test]
async fn a_call_begun_before_a_swap_is_answered_by_the_generation_after_it_and_says_so() {
    let host = Host::start(Setup::default()).await;
    let client = Streamable::initialized(host.address, ADA, VERSION).await;
    // Its answer is one document: nothing of it is sent before it is known.
    let patient = Streamable::initialized(host.address, ADA, VERSION)
        .await
        .with("Accept: application/json");
    let call = json!({"name": "script__egg_timer", "arguments": {"seconds": TIMER_S}});
    let call = json!({"jsonrpc": "2.0", "id": "eggs", "method": "tools/call", "params": call});
    let waiting = patient.send(call.to_string()).await;
    host.until("it runs", || host.clock.is_awaited(host.now() + TIMER_S * 1_000))
        .await;
    assert_eq!(named(&client.post(ping()).await).as_deref(), Some("1"));
    swap(&host).await;
    assert_eq!(named(&client.post(ping()).await).as_deref(), Some("2"));
    for _ in 0..TIMER_S {
        host.clock.advance(1_000);
    }
    let answer = patient.hear(waiting).await;
    assert_eq!(named(&answer).as_deref(), Some("2"));
    assert_eq!(answer.json().1["result"]["isError"], false);
}
