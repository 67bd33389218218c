//! Each refusal of the contract, as it leaves a component: it names its reason, nothing is lost, and others go on.

use hearth_harness::conversation::{initialized, ping, refusal};
use hearth_harness::stage::{Client, Stage, load};
use hearth_harness::streamable::{StreamableClient, header};
use hearth_host::contract::hearth::mcp::types::{RefusalReason, Route};
use hearth_host::limits::Limits;
use hearth_tests::guests;
use serde_json::{Value, json};

/// Ben, who is refused, and Eve, who is not.
async fn two_clients() -> (Stage, Client, Client) {
    let stage = Stage::new(guests::built_in()).await;
    let (ben, eve) = (initialized(&stage, "ben").await, initialized(&stage, "eve").await);
    (stage, ben, eve)
}

fn pinged() -> Value {
    json!({"jsonrpc": "2.0", "id": 1, "method": "ping"})
}

/// While so many entries are loaded nothing is served; with one again, as if nothing had been.
async fn without_one_entry(loaded: u64, expected: RefusalReason) {
    let (stage, mut ben, mut eve) = two_clients().await;
    stage.entries.set_loaded(loaded);
    assert_eq!(refusal(ben.post(&pinged()).await), (expected, String::new()));
    assert_eq!(refusal(stage.try_client("ada", Vec::new()).await).0, expected);
    stage.entries.set_loaded(1);
    ping(&mut ben).await;
    ping(&mut eve).await;
}

#[tokio::test(start_paused = true)]
async fn not_configured() {
    without_one_entry(0, RefusalReason::NotConfigured).await;
}

#[tokio::test(start_paused = true)]
async fn several_configured() {
    without_one_entry(2, RefusalReason::SeveralConfigured).await;
}

#[tokio::test(start_paused = true)]
async fn admin_required() {
    let (stage, mut ben, _eve) = two_clients().await;
    let mut ada = initialized(&stage, "ada").await;
    stage.entries.change(|entry| entry.require_admin = true);
    assert_eq!(refusal(ben.post(&pinged()).await).0, RefusalReason::AdminRequired);
    let opened = stage.try_client("ben", Vec::new()).await;
    assert_eq!(refusal(opened).0, RefusalReason::AdminRequired);
    ping(&mut ada).await;
    stage.entries.change(|entry| entry.require_admin = false);
    ping(&mut ben).await;
}

#[tokio::test(start_paused = true)]
async fn unknown_session() {
    let (_stage, mut ben, mut eve) = two_clients().await;
    let (unknown, hers) = ("no such session", eve.stream.session());
    for session in [unknown, hers] {
        let refused = refusal(ben.post_to(session, &pinged()).await);
        assert_eq!(refused, (RefusalReason::UnknownSession, session.to_owned()));
    }
    assert!(eve.unread().is_empty());
    ping(&mut eve).await;
    ping(&mut ben).await;
}

#[tokio::test(start_paused = true)]
async fn malformed() {
    let (_stage, mut ben, mut eve) = two_clients().await;
    for body in [
        &b"not JSON"[..],
        b"",
        b"\xff",
        br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
    ] {
        let (reason, detail) = refusal(ben.deliver(Route::Sse, body).await);
        assert_eq!(reason, RefusalReason::Malformed);
        assert!(!detail.is_empty(), "it says what is wrong");
    }
    ping(&mut eve).await;
    ping(&mut ben).await;
}

#[tokio::test(start_paused = true)]
async fn too_many_sessions() {
    let limits = Limits {
        sessions_per_principal: 1,
        ..Limits::default()
    };
    let stage = Stage::on(load(guests::built_in()).await, limits).await;
    let (mut ben, mut eve) = (initialized(&stage, "ben").await, initialized(&stage, "eve").await);
    let (reason, detail) = refusal(stage.try_client("ben", Vec::new()).await);
    assert_eq!(reason, RefusalReason::TooManySessions);
    assert!(
        detail.contains("sessions-per-principal") && detail.contains("close one"),
        "{detail}"
    );
    ping(&mut eve).await;
    ping(&mut ben).await;
}

#[tokio::test(start_paused = true)]
async fn unknown_llm_api() {
    let (stage, _ben, mut eve) = two_clients().await;
    let mut ada = stage.streamable("ada");
    ada.route = Route::Streamable(Some("tv".to_owned()));
    let expected = (RefusalReason::UnknownLlmApi, "tv".to_owned());
    assert_eq!(refusal(ada.try_post(pinged().to_string().as_bytes()).await), expected);
    assert_eq!(refusal(ada.get().await), expected);
    assert_eq!(refusal(ada.delete().await), expected);
    ping(&mut eve).await;
}

/// Our component serves all routes, so one that does as it is told says this.
#[tokio::test(start_paused = true)]
async fn unsupported() {
    let told = json!({"refuse": "", "reason": "unsupported", "do": [{"send": {"body": "never"}}]});
    let (_stage, ben, mut eve) = puppeteer(&told).await;
    assert_eq!(
        refusal(ben.try_post(told.to_string().as_bytes()).await).0,
        RefusalReason::Unsupported
    );
    assert_eq!(refusal(ben.get().await).0, RefusalReason::Unsupported);
    goes_on(&mut eve).await;
}

/// A client of Streamable HTTP at a component that refuses as it is told, and Eve, who is not refused.
async fn puppeteer(told: &Value) -> (Stage, StreamableClient, Client) {
    let stage = Stage::new(guests::puppet()).await;
    let eve = stage.client("eve").await;
    let mut ben = stage.streamable("ben");
    ben.headers.push(header("mcp-puppet", &told.to_string()));
    (stage, ben, eve)
}

async fn goes_on(eve: &mut Client) {
    let hello = json!({"do": [{"send": {"body": "hello"}}]});
    eve.post(&hello).await.expect("it is taken");
    assert_eq!(eve.next().await, "hello");
}

#[tokio::test(start_paused = true)]
async fn session_required() {
    let (_stage, ben, mut eve) = puppeteer(&json!({})).await;
    assert_eq!(refusal(ben.get().await).0, RefusalReason::SessionRequired);
    assert_eq!(refusal(ben.delete().await).0, RefusalReason::SessionRequired);
    goes_on(&mut eve).await;
}

#[tokio::test(start_paused = true)]
async fn not_in_this_version() {
    let told = json!({"refuse": "", "reason": "not-in-this-version"});
    let (_stage, ben, mut eve) = puppeteer(&told).await;
    assert_eq!(refusal(ben.get().await).0, RefusalReason::NotInThisVersion);
    assert_eq!(refusal(ben.delete().await).0, RefusalReason::NotInThisVersion);
    goes_on(&mut eve).await;
}
