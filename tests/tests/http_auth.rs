//! Who may: tokens, rights, and the order in which a request is checked.

use hearth_tests::http_client::{Client, ask, get, post, request};
use hearth_tests::http_host::{ADA, BEN, Host, Setup};

const MESSAGES: &str = "/mcp_server/messages/x";

#[tokio::test]
async fn without_a_token_there_is_a_plain_challenge() {
    let host = Host::start(Setup::default()).await;
    for (method, path) in [("GET", "/mcp_server/sse"), ("POST", MESSAGES)] {
        for headers in [
            &["Content-Length: 0"][..],
            &["Content-Length: 0", "Authorization: Basic eDp5"],
        ] {
            let response = ask(host.address, request(method, path, headers)).await;
            assert_eq!(
                (response.status, response.text()),
                (401, "401: Unauthorized"),
                "{method} {path}"
            );
            assert_eq!(response.header("www-authenticate"), Some("Bearer"));
        }
    }
}

#[tokio::test]
async fn a_token_that_is_not_good_is_called_that() {
    let host = Host::start(Setup::default()).await;
    for path in [
        "/mcp_server/sse",
        "/mcp_server/sse?token=ada-token",
        "/mcp_server/sse?access_token=ada-token",
    ] {
        let response = ask(host.address, get(path, "nobodys-token")).await;
        assert_eq!((response.status, response.text()), (401, "401: Unauthorized"));
        assert_eq!(
            response.header("www-authenticate"),
            Some("Bearer error=\"invalid_token\"")
        );
    }
    let response = ask(host.address, request("GET", "/mcp_server/sse?token=ada-token", &[])).await;
    assert_eq!(response.status, 401);
}

#[tokio::test]
async fn an_entry_for_administrators_lets_only_them_in() {
    let host = Host::start(Setup {
        require_admin: true,
        ..Setup::default()
    })
    .await;
    let opened = ask(host.address, get("/mcp_server/sse", BEN)).await;
    assert_eq!((opened.status, opened.text()), (403, "403: Forbidden"));
    let posted = ask(host.address, post(MESSAGES, BEN, "{}")).await;
    assert_eq!((posted.status, posted.text()), (403, "403: Forbidden"));
    Client::initialized(host.address, ADA).await.ping().await;
}

#[tokio::test]
async fn the_first_check_that_fails_answers() {
    let host = Host::start(Setup {
        require_admin: true,
        ..Setup::default()
    })
    .await;
    let not_json = "not JSON";
    // Host, then path and method, then token.
    let stranger = |method, path| request(method, path, &["Host: evil.example", "Content-Length: 0"]);
    assert_eq!(
        ask(host.address, stranger("PATCH", "/mcp_server/sse")).await.status,
        403
    );
    assert_eq!(ask(host.address, stranger("GET", "/nowhere")).await.status, 403);
    assert_eq!(
        ask(host.address, request("PATCH", "/mcp_server/sse", &[])).await.status,
        405
    );
    // Token, then config entry.
    host.entries.set_loaded(0);
    assert_eq!(
        ask(host.address, post(MESSAGES, "nobodys-token", not_json))
            .await
            .status,
        401
    );
    // Config entry, then administrator.
    assert_eq!(ask(host.address, post(MESSAGES, BEN, not_json)).await.status, 404);
    assert_eq!(ask(host.address, get("/mcp_server/sse", BEN)).await.status, 404);
    // Administrator, then session.
    host.entries.set_loaded(1);
    assert_eq!(ask(host.address, post(MESSAGES, BEN, not_json)).await.status, 403);
    // Session, then body.
    assert_eq!(ask(host.address, post(MESSAGES, ADA, not_json)).await.status, 404);
    let mut client = Client::open(host.address, ADA).await;
    assert_eq!(client.post(not_json).await.status, 400);
}

#[tokio::test]
async fn a_revoked_token_ends_its_streams_and_no_others() {
    let host = Host::start(Setup::default()).await;
    let second = "second-token-of-ada";
    host.tokens.add(second, "ada", true);
    let mut revoked = Client::initialized(host.address, second).await;
    let mut same_principal = Client::initialized(host.address, ADA).await;
    let mut other = Client::initialized(host.address, BEN).await;

    host.tokens.revoke(second);
    assert_eq!(revoked.events.next().await, None);
    let response = revoked.post(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
    assert_eq!((response.status, response.text()), (401, "401: Unauthorized"));
    assert_eq!(ask(host.address, get("/mcp_server/sse", second)).await.status, 401);
    // Its session is over, for another token of the same principal too.
    host.until("the end of the session", || host.engine.status().sessions == 2)
        .await;
    let response = ask(host.address, post(&revoked.messages, ADA, "{}")).await;
    assert_eq!(response.status, 404);
    same_principal.ping().await;
    other.ping().await;
}
