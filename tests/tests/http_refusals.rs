//! Each refusal of the contract, as a client reads it off the wire: nothing is lost by it, and a second client is served.

use hearth_host::limits::Limits;
use hearth_tests::guests;
use hearth_tests::http_client::{Client, Response, ask, get, post, request};
use hearth_tests::http_host::{ADA, BEN, Host, Setup};
use hearth_tests::streamable_client::Streamable;
use serde_json::json;

const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

fn said(response: &Response) -> (u16, &str) {
    (response.status, response.text())
}

/// A host with Ben, who is refused, and Ada, who is not.
async fn two_clients(limits: Limits) -> (Host, Client, Client) {
    let setup = Setup {
        limits,
        ..Setup::default()
    };
    let host = Host::start(setup).await;
    let ben = Client::initialized(host.address, BEN).await;
    let ada = Client::initialized(host.address, ADA).await;
    (host, ben, ada)
}

/// While so many entries are loaded nothing of MCP is served; what is open goes on when there is one again.
async fn without_one_entry(loaded: u64, text: &str) {
    let (host, mut ben, mut ada) = two_clients(Limits::default()).await;
    host.entries.set_loaded(loaded);
    assert_eq!(said(&ben.post(PING).await), (404, text));
    assert_eq!(said(&ask(host.address, get("/mcp_server/sse", ADA)).await), (404, text));
    assert_eq!(ask(host.address, request("GET", "/healthz", &[])).await.status, 200);
    host.entries.set_loaded(1);
    ada.ping().await;
    ben.ping().await;
}

#[tokio::test]
async fn not_configured_is_404() {
    without_one_entry(0, "Model Context Protocol server is not configured").await;
}

#[tokio::test]
async fn several_configured_is_404() {
    without_one_entry(2, "Found multiple Model Context Protocol configurations").await;
}

#[tokio::test]
async fn admin_required_is_403() {
    let (host, mut ben, mut ada) = two_clients(Limits::default()).await;
    host.entries.change(|entry| entry.require_admin = true);
    assert_eq!(said(&ben.post(PING).await), (403, "403: Forbidden"));
    let opened = ask(host.address, get("/mcp_server/sse", BEN)).await;
    assert_eq!(said(&opened), (403, "403: Forbidden"));
    ada.ping().await;
    host.entries.change(|entry| entry.require_admin = false);
    ben.ping().await;
}

#[tokio::test]
async fn unknown_session_is_404_whether_it_is_nobodys_or_somebody_elses() {
    let (host, mut ben, mut ada) = two_clients(Limits::default()).await;
    for session in ["nobodys", ada.session()] {
        let path = format!("/mcp_server/messages/{session}");
        let response = ask(host.address, post(&path, BEN, PING)).await;
        assert_eq!(
            said(&response),
            (404, &*format!("Could not find session ID '{session}'"))
        );
    }
    // The next message on either stream is the answer to its own client.
    ada.ping().await;
    ben.ping().await;
}

#[tokio::test]
async fn malformed_is_400() {
    let (_host, mut ben, mut ada) = two_clients(Limits::default()).await;
    for body in ["not JSON", "", r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#] {
        assert_eq!(said(&ben.post(body).await), (400, "Could not parse message"), "{body}");
    }
    ada.ping().await;
    ben.ping().await;
}

#[tokio::test]
async fn too_many_sessions_is_503_and_says_which_and_when_to_come_back() {
    let limits = Limits {
        sessions_per_principal: 1,
        ..Limits::default()
    };
    let (host, mut ben, mut ada) = two_clients(limits).await;
    let response = ask(host.address, get("/mcp_server/sse", BEN)).await;
    let text = "This principal has 1 sessions open, the limit of sessions-per-principal; close one first";
    assert_eq!(said(&response), (503, text));
    assert_eq!(response.header("retry-after"), Some("30"));
    ada.ping().await;
    ben.ping().await;
}

/// A component that refuses as it is told, and its answer to that over the wire.
async fn told_to_refuse(reason: &str, detail: &str) -> Response {
    let host = Host::start(Setup {
        component: Some(guests::puppet()),
        ..Setup::default()
    })
    .await;
    let mut ben = Client::puppeteer(host.address, BEN).await;
    let mut ada = Client::puppeteer(host.address, ADA).await;
    let told = json!({"refuse": detail, "reason": reason, "do": [{"send": {"body": "never"}}]});
    let response = ben.post(told.to_string()).await;
    for client in [&mut ada, &mut ben] {
        let hello = json!({"do": [{"send": {"body": "hello"}}]});
        assert_eq!(client.post(hello.to_string()).await.status, 200);
        assert_eq!(client.events.message().await, "hello");
    }
    response
}

#[tokio::test]
async fn unknown_llm_api_is_404_and_names_it() {
    let response = told_to_refuse("unknown-llm-api", "tv").await;
    assert_eq!(said(&response), (404, "Unknown LLM API 'tv'"));
}

#[tokio::test]
async fn unsupported_is_404_at_which_clients_look_for_another_transport() {
    let response = told_to_refuse("unsupported", "not here").await;
    assert_eq!(said(&response), (404, "404: Not Found"));
}

/// Ben of a component that refuses as it is told, and asks for a stream or the end of a session.
async fn puppeteer() -> (Host, Streamable) {
    let setup = Setup {
        component: Some(guests::puppet()),
        ..Setup::default()
    };
    let host = Host::start(setup).await;
    let ben = Streamable::new(host.address, BEN);
    (host, ben)
}

#[tokio::test]
async fn session_required_is_400_and_says_where_one_comes_from() {
    let (host, ben) = puppeteer().await;
    let mut ada = Client::puppeteer(host.address, ADA).await;
    for method in ["GET", "DELETE"] {
        let (status, text) = ben.ask(method).await.text();
        assert_eq!(status, 400, "{method}");
        assert!(text.contains("Mcp-Session-Id") && text.contains("initialize"), "{text}");
    }
    ada.post(r#"{"do": [{"send": {"body": "hello"}}]}"#).await;
    assert_eq!(ada.events.message().await, "hello");
}

#[tokio::test]
async fn not_in_this_version_is_405_and_names_the_method_that_is() {
    let (host, ben) = puppeteer().await;
    let mut ada = Client::puppeteer(host.address, ADA).await;
    let ben = ben.with(r#"Mcp-Puppet: {"refuse": "", "reason": "not-in-this-version"}"#);
    for method in ["GET", "DELETE"] {
        let response = ben.ask(method).await.whole();
        assert_eq!(said(&response), (405, "405: Method Not Allowed"), "{method}");
        assert_eq!(response.header("allow"), Some("POST,OPTIONS"));
    }
    ada.post(r#"{"do": [{"send": {"body": "hello"}}]}"#).await;
    assert_eq!(ada.events.message().await, "hello");
}
