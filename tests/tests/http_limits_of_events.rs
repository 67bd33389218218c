//! What happens at the limits on events and calls, as clients see it over a real socket. In each case a second client
//! goes on.

use hearth_host::limits::Limits;
use hearth_tests::guests;
use hearth_tests::http_client::Client;
use hearth_tests::http_host::{ADA, BEN, Host, Setup};
use serde_json::{Value, json};

/// A host with Ben, who meets the limit, and Ada, who does not.
async fn two_clients(limits: Limits) -> (Host, Client, Client) {
    let host = Host::start(Setup {
        limits,
        ..Setup::default()
    })
    .await;
    let ben = Client::initialized(host.address, BEN).await;
    let ada = Client::initialized(host.address, ADA).await;
    (host, ben, ada)
}

/// The same on a component that does what it is told.
async fn puppeteers(limits: Limits) -> (Host, Client, Client) {
    let host = Host::start(Setup {
        limits,
        component: Some(guests::puppet()),
        ..Setup::default()
    })
    .await;
    let ben = Client::puppeteer(host.address, BEN).await;
    let ada = Client::puppeteer(host.address, ADA).await;
    (host, ben, ada)
}

/// The next message that has this member, and what it holds.
async fn until_told(client: &mut Client, member: &str) -> Value {
    loop {
        let mut message = client.events.message().await;
        if message.get(member).is_some() {
            return message[member].take();
        }
    }
}

async fn goes_on(client: &mut Client) {
    let hello = json!({"do": [{"send": {"body": {"hello": "you"}}}]});
    assert_eq!(client.post(hello.to_string()).await.status, 200);
    assert_eq!(until_told(client, "hello").await, "you");
}

/// Waits until something waits for the moment that is so many milliseconds ahead.
async fn awaited(host: &Host, ahead_ms: u64) {
    let moment = host.now() + ahead_ms;
    host.until("who waits for the clock", || host.clock.is_awaited(moment))
        .await;
}

/// Begins a call that takes so many seconds in the home; it has begun to wait when this returns.
async fn boil_eggs(host: &Host, client: &mut Client, id: &str, seconds: u64) {
    let params = json!({"name": "script__egg_timer", "arguments": {"seconds": seconds}});
    let call = json!({"jsonrpc": "2.0", "id": id, "method": "tools/call", "params": params});
    assert_eq!(client.post(call.to_string()).await.status, 200);
    awaited(host, seconds * 1_000).await;
}

async fn answer(client: &mut Client, id: &str) -> Value {
    let mut answer = client.events.message().await;
    assert_eq!(answer["id"], id, "{answer}");
    answer["result"].take()
}

#[tokio::test]
async fn one_request_more_than_may_be_in_flight_is_an_error_that_says_so() {
    let limits = Limits {
        requests_in_flight: 2,
        ..Limits::default()
    };
    let (host, mut ben, mut ada) = two_clients(limits).await;
    boil_eggs(&host, &mut ben, "a", 6).await;
    boil_eggs(&host, &mut ben, "b", 8).await;
    let refused = ben
        .call(
            "tools/call",
            json!({"name": "script__egg_timer", "arguments": {"seconds": 1}}),
        )
        .await;
    assert_eq!(refused["error"]["code"], -32000);
    let text = refused["error"]["message"].as_str().unwrap_or_default();
    assert!(
        text.contains("2 of this session") && text.contains("requests-in-flight"),
        "{text}"
    );
    ben.ping().await;
    // The limit is that of a session.
    boil_eggs(&host, &mut ada, "a", 7).await;
    host.clock.advance(6_000);
    assert_eq!(answer(&mut ben, "a").await["isError"], false);
    host.clock.advance(1_000);
    assert_eq!(answer(&mut ada, "a").await["isError"], false);
    host.clock.advance(1_000);
    assert_eq!(answer(&mut ben, "b").await["isError"], false);
    boil_eggs(&host, &mut ben, "c", 1).await;
}

#[tokio::test]
async fn an_action_at_its_time_limit_is_stopped_and_its_call_answered() {
    let limits = Limits {
        action_ms: 1_000,
        ..Limits::default()
    };
    let (host, mut ben, mut ada) = two_clients(limits).await;
    boil_eggs(&host, &mut ben, "a", 600).await;
    ada.ping().await;
    host.clock.advance(1_000);
    let stopped = answer(&mut ben, "a").await;
    assert_eq!(stopped["isError"], true);
    assert_eq!(
        stopped["content"][0]["text"],
        "Error calling tool: It took too long and was stopped"
    );
    assert_eq!(host.engine.status().work, 0);
    ada.ping().await;
    ben.ping().await;
}

#[tokio::test]
async fn an_action_past_its_patience_is_told_as_running_and_goes_on() {
    let (host, mut ben, mut ada) = puppeteers(Limits::default()).await;
    let eggs = json!({"name": "script.egg_timer", "data": {"seconds": 8}});
    let perform = json!({"do": [{"perform": {"actions": [eggs], "patience": 2_000}}]});
    assert_eq!(ben.post(perform.to_string()).await.status, 200);
    awaited(&host, 8_000).await;
    host.clock.advance(2_000);
    let outcomes = loop {
        // A script tells how far it is.
        let mut news = until_told(&mut ben, "news").await;
        if news.get("progress").is_none() {
            break news["outcomes"].take();
        }
    };
    assert_eq!(outcomes, json!([["running", null]]));
    goes_on(&mut ada).await;
    host.clock.advance(6_000);
    for client in [&mut ben, &mut ada] {
        while !until_told(client, "changed")
            .await
            .to_string()
            .contains("The eggs had 8")
        {}
    }
}

/// An event that takes too much is answered with 500 when it does so twice, and as a fault when it does so once.
async fn costs_one_event(limits: Limits, how: &str) {
    let (host, mut ben, mut ada) = puppeteers(limits).await;
    let always = json!({"trap": how, "always": true, "do": [{"send": {"body": "never"}}]});
    let response = ben.post(always.to_string()).await;
    let text = "The server failed at this request and has recovered; other requests are not affected";
    assert_eq!((response.status, response.text()), (500, text));
    goes_on(&mut ada).await;
    let once = json!({"trap": how, "do": [{"send": {"body": "never"}}]});
    assert_eq!(ben.post(once.to_string()).await.status, 200);
    assert_eq!(until_told(&mut ben, "fault").await, true);
    assert_eq!(host.engine.status().traps, 3);
    goes_on(&mut ada).await;
    goes_on(&mut ben).await;
}

#[tokio::test]
async fn an_event_that_computes_too_long_costs_itself() {
    let limits = Limits {
        event_ms: 50,
        ..Limits::default()
    };
    costs_one_event(limits, "loop").await;
}

#[tokio::test]
async fn an_event_that_takes_too_much_memory_costs_itself() {
    let limits = Limits {
        memory: 8 << 20,
        ..Limits::default()
    };
    costs_one_event(limits, "memory").await;
}
