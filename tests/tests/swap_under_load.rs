//! Another generation takes over again and again while clients talk over real sockets: nothing is lost, doubled or closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hearth_host::engine::{Program, Terms};
use hearth_tests::guests;
use hearth_tests::http_client::Client;
use hearth_tests::http_host::{ADA, Host, Setup, compiled};
use hearth_tests::streamable_client::{Answer, Reading, Streamable};
use serde_json::{Value, json};

const VERSION: &str = "2025-11-25";
const SWAPS: usize = 24;
/// Clients of each transport that ask without a pause.
const BUSY: usize = 4;
/// Clients of each transport that only have a stream.
const QUIET: usize = 6;
const TIMER_S: u64 = 30;

fn ping(id: usize) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": "ping"}).to_string()
}

fn timer() -> Value {
    json!({"name": "script__egg_timer", "arguments": {"seconds": TIMER_S}})
}

/// Asks over HTTP+SSE until it is told to stop. Answers how often.
async fn talk(mut client: Client, stop: Arc<AtomicBool>) -> (Client, usize) {
    let mut asked = 0;
    while !stop.load(Ordering::Relaxed) {
        // It waits for the answer of this id, and another message in its place fails the test.
        client.ping().await;
        asked += 1;
    }
    (client, asked)
}

/// The same over Streamable HTTP.
async fn talk_streamable(client: Streamable, stop: Arc<AtomicBool>) -> usize {
    let mut asked = 0;
    while !stop.load(Ordering::Relaxed) {
        asked += 1;
        let (status, answer) = client.post(ping(asked)).await.json();
        assert_eq!(
            (status, &answer["id"], &answer["result"]),
            (200, &json!(asked), &json!({})),
            "{answer}"
        );
    }
    asked
}

async fn streamable(host: &Host) -> Streamable {
    Streamable::initialized(host.address, ADA, VERSION).await
}

async fn with_stream(host: &Host) -> (Streamable, Reading) {
    let client = streamable(host).await;
    let mut stream = client.get().await.stream();
    stream.prime().await;
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}).to_string();
    let listed = client.post(list).await.json();
    assert!(listed.1["result"]["tools"].is_array(), "{listed:?}");
    (client, stream)
}

async fn listed(host: &Host) -> Client {
    let mut client = Client::initialized(host.address, ADA).await;
    client.call("tools/list", json!({})).await;
    client
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn under_load_no_answer_is_lost_or_doubled_and_no_stream_is_closed() {
    let host = Host::start(Setup::default()).await;
    let stop = Arc::new(AtomicBool::new(false));
    let (mut quiet, mut streams) = (Vec::new(), Vec::new());
    for _ in 0..QUIET {
        quiet.push(listed(&host).await);
        streams.push(with_stream(&host).await);
    }
    let (mut talks, mut streamable_talks) = (Vec::new(), Vec::new());
    for _ in 0..BUSY {
        talks.push(tokio::spawn(talk(
            Client::initialized(host.address, ADA).await,
            stop.clone(),
        )));
        streamable_talks.push(tokio::spawn(talk_streamable(streamable(&host).await, stop.clone())));
    }
    // Calls that are in flight from the first swap to the last.
    let mut waiting = Client::initialized(host.address, ADA).await;
    let call = json!({"jsonrpc": "2.0", "id": "timer", "method": "tools/call", "params": timer()});
    waiting.post(call.to_string()).await;
    let waiting_streamable = streamable(&host).await;
    let exchange = waiting_streamable.send(call.to_string()).await;
    host.until("both calls", || host.engine.status().work == 2).await;

    swap_again_and_again(&host).await;

    stop.store(true, Ordering::Relaxed);
    for talk in talks {
        let (mut client, asked) = talk.await.expect("every answer came, once");
        assert!(asked > 0);
        client.ping().await;
    }
    for talk in streamable_talks {
        assert!(talk.await.expect("every answer came, once") > 0);
    }
    each_hears_of_one_change(&host, quiet, streams).await;
    host.clock.advance(TIMER_S * 1_000);
    let answer = waiting.events.message().await;
    assert_eq!(
        (&answer["id"], &answer["result"]["isError"]),
        (&json!("timer"), &json!(false)),
        "{answer}"
    );
    let answers = match waiting_streamable.hear(exchange).await {
        Answer::Whole(whole) => vec![serde_json::from_slice(&whole.body).expect("the answer is JSON")],
        Answer::Stream(_, mut reading) => reading.rest().await,
    };
    let answered = |answer: &&Value| answer["id"] == "timer";
    assert_eq!(answers.iter().filter(answered).count(), 1, "{answers:?}");
    let status = host.engine.status();
    assert_eq!((status.traps, status.faults, status.overflows), (0, 0, 0));
}

async fn swap_again_and_again(host: &Host) {
    let limits = Setup::default().limits;
    let builds: [Arc<dyn Program>; 2] = [
        Arc::new(compiled(&guests::mutant(None), &limits).await),
        Arc::new(compiled(guests::built_in(), &limits).await),
    ];
    for (number, build) in (2..).zip(builds.iter().cycle().take(SWAPS)) {
        let swapped = host
            .engine
            .swap(build.clone(), number, Terms::default(), Box::new(|| Ok(())));
        let swapped = swapped.await.expect("it is not held back");
        assert_eq!((swapped.from, swapped.generation), (number - 1, number));
        assert_eq!(swapped.differences, [""; 0]);
    }
}

/// The streams are the same as before: a change of the list is told once on each, and nothing else was.
async fn each_hears_of_one_change(host: &Host, quiet: Vec<Client>, streams: Vec<(Streamable, Reading)>) {
    host.entries.change(|entry| entry.read_only = true);
    host.engine.notify_entries();
    for mut client in quiet {
        let message = client.events.message().await;
        assert_eq!(message["method"], "notifications/tools/list_changed", "{message}");
        client.ping().await;
    }
    for (client, mut stream) in streams {
        let (_, message) = stream.message().await;
        assert_eq!(message["method"], "notifications/tools/list_changed", "{message}");
        assert_eq!(client.post(ping(7)).await.json().0, 200);
    }
}
