//! What the specification demands of `subscriptions/listen` at 2026-07-28: each test stands in `tests/harness/clauses/`.

use hearth_tests::http_host::{BEN, Host, Setup};
use hearth_tests::stateless_client::Stateless;
use hearth_tests::streamable_client::Reading;
use serde_json::{Value, json};

const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";
const CHANGED: &str = "notifications/tools/list_changed";

async fn stage() -> (Host, Stateless) {
    let host = Host::start(Setup::default()).await;
    let ben = Stateless::new(host.address, BEN);
    (host, ben)
}

async fn listen(ben: &Stateless, id: Value, wanted: Value) -> Reading {
    let request = ben.request(id, "subscriptions/listen", json!({"notifications": wanted}));
    ben.send(&request).await.stream()
}

fn change_the_list(host: &Host) {
    host.entries.change(|entry| entry.read_only = !entry.read_only);
    host.engine.notify_entries();
}

/// Ends every stream, as the owner of the home can.
fn end_all(host: &Host) {
    host.entries.set_loaded(0);
    host.engine.notify_entries();
}

#[tokio::test]
async fn the_acknowledgment_comes_first() {
    let (host, ben) = stage().await;
    for id in [json!(7), json!("seven")] {
        let mut reading = listen(&ben, id.clone(), json!({"toolsListChanged": true})).await;
        let (_, first) = reading.message().await;
        assert_eq!(first["method"], "notifications/subscriptions/acknowledged", "{first}");
        assert_eq!(first["params"]["_meta"][SUBSCRIPTION], id, "{first}");
        assert_eq!(first["params"]["notifications"]["toolsListChanged"], true, "{first}");
        change_the_list(&host);
        let (_, told) = reading.message().await;
        assert_eq!(
            (&told["method"], &told["params"]["_meta"][SUBSCRIPTION]),
            (&json!(CHANGED), &id),
            "{told}"
        );
    }
}

#[tokio::test]
async fn only_what_was_asked_for_is_told() {
    let (host, ben) = stage().await;
    let mut other = listen(
        &ben,
        json!("other"),
        json!({"promptsListChanged": true, "resourcesListChanged": true}),
    )
    .await;
    let mut nothing = listen(&ben, json!("nothing"), json!({})).await;
    let mut wanting = listen(&ben, json!("wanting"), json!({"toolsListChanged": true})).await;
    for reading in [&mut other, &mut nothing, &mut wanting] {
        let (_, first) = reading.message().await;
        assert_eq!(first["method"], "notifications/subscriptions/acknowledged", "{first}");
    }
    change_the_list(&host);
    assert_eq!(wanting.message().await.1["method"], CHANGED);
    end_all(&host);
    for mut reading in [other, nothing] {
        let told = reading.rest().await;
        assert!(told.iter().all(|message| message.get("method").is_none()), "{told:?}");
    }
}

#[tokio::test]
async fn a_subscription_ends_with_its_result() {
    let (host, ben) = stage().await;
    let mut reading = listen(&ben, json!("mine"), json!({"toolsListChanged": true})).await;
    assert_eq!(
        reading.message().await.1["method"],
        "notifications/subscriptions/acknowledged"
    );
    end_all(&host);
    let told = reading.rest().await;
    let cancelled = told
        .iter()
        .any(|message| message["method"] == "notifications/cancelled");
    assert!(!cancelled, "over HTTP a stream just ends: {told:?}");
    let last = told.last().expect("the end is told");
    assert_eq!(
        (&last["id"], &last["result"]["resultType"]),
        (&json!("mine"), &json!("complete")),
        "{last}"
    );
    assert_eq!(last["result"]["_meta"][SUBSCRIPTION], "mine", "{last}");
}
