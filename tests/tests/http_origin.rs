//! Names, web pages, and what browsers are told.

use hearth_tests::http_client::{Connection, Response, ask, request};
use hearth_tests::http_host::{ADA, Host, Setup};

const PAGE: &str = "https://chat.example";

async fn start() -> Host {
    Host::start(Setup {
        allowed_hosts: vec!["hearth.example".to_owned()],
        allowed_origins: vec![PAGE.to_owned()],
        ..Setup::default()
    })
    .await
}

fn lists(response: &Response, header: &str) -> Vec<String> {
    let value = response
        .header(header)
        .unwrap_or_else(|| panic!("no {header} in {:?}", response.head));
    value.split(',').map(|one| one.trim().to_ascii_lowercase()).collect()
}

#[tokio::test]
async fn a_name_that_is_not_ours_is_refused_before_all_else() {
    let host = start().await;
    for path in ["/mcp_server/sse", "/healthz", "/nowhere"] {
        let response = ask(host.address, request("GET", path, &["Host: evil.example:8124"])).await;
        assert_eq!(response.status, 403);
        let text = response.text();
        assert!(text.contains("Host 'evil.example:8124'"), "{text}");
        assert!(text.contains("--allow-host evil.example:8124"), "{text}");
    }
    let own = format!("Host: {}", host.address);
    for name in [
        own.as_str(),
        "Host: localhost:9",
        "Host: [::1]:8124",
        "Host: hearth.example",
    ] {
        assert_eq!(
            ask(host.address, request("GET", "/healthz", &[name])).await.status,
            200,
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_request_without_a_host_is_a_bad_one() {
    let host = start().await;
    for head in [
        "GET /healthz HTTP/1.1\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost:\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "GET /healthz HTTP/1.1\r\nHost: user@localhost\r\n\r\n",
    ] {
        assert_eq!(ask(host.address, head).await.status, 400, "{head:?}");
    }
    let absolute = "GET http://evil.example/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    assert_eq!(ask(host.address, absolute).await.status, 403);
}

#[tokio::test]
async fn a_page_that_is_not_welcome_is_refused_and_cannot_read_why() {
    let host = start().await;
    for origin in ["https://evil.example", "null", "http://chat.example"] {
        let header = format!("Origin: {origin}");
        let response = ask(host.address, request("GET", "/healthz", &[&header])).await;
        assert_eq!(response.status, 403);
        let text = response.text();
        assert!(text.contains(&format!("Origin '{origin}'")), "{text}");
        assert!(text.contains(&format!("--allow-origin {origin}")), "{text}");
        assert_eq!(response.header("access-control-allow-origin"), None);
        let preflight = [header.as_str(), "Access-Control-Request-Method: GET"];
        assert_eq!(
            ask(host.address, request("OPTIONS", "/mcp_server/sse", &preflight))
                .await
                .status,
            403
        );
    }
}

#[tokio::test]
async fn a_preflight_of_a_welcome_page_is_answered_without_a_token() {
    let host = start().await;
    for origin in [PAGE, "http://localhost:6274"] {
        let headers = [
            &format!("Origin: {origin}"),
            "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: authorization, content-type, mcp-protocol-version, mcp-param-region",
        ];
        let response = ask(host.address, request("OPTIONS", "/mcp_server/messages/x", &headers)).await;
        assert_eq!((response.status, response.text()), (204, ""));
        assert_eq!(response.header("access-control-allow-origin"), Some(origin));
        assert_eq!(
            lists(&response, "access-control-allow-methods"),
            ["get", "post", "delete", "options"]
        );
        let allowed = lists(&response, "access-control-allow-headers");
        for name in [
            "content-type",
            "accept",
            "authorization",
            "mcp-session-id",
            "mcp-protocol-version",
            "mcp-method",
            "mcp-name",
            "mcp-param-region",
            "last-event-id",
        ] {
            assert!(allowed.iter().any(|one| one == name), "{name} in {allowed:?}");
        }
        assert!(lists(&response, "vary").contains(&"origin".to_owned()));
    }
}

#[tokio::test]
async fn a_welcome_page_may_read_answers_errors_and_streams() {
    let host = start().await;
    let origin = format!("Origin: {PAGE}");
    let mut connection = Connection::open(host.address).await;
    let authorization = format!("Authorization: Bearer {ADA}");
    connection
        .send(request("GET", "/mcp_server/sse", &[&origin, &authorization]))
        .await;
    let stream = connection.head().await;
    let refused = ask(host.address, request("GET", "/mcp_server/sse", &[&origin])).await;
    let health = ask(host.address, request("GET", "/healthz", &[&origin])).await;
    assert_eq!([stream.status, refused.status, health.status], [200, 401, 200]);
    for response in [stream, refused, health] {
        assert_eq!(response.header("access-control-allow-origin"), Some(PAGE));
        let exposed = lists(&response, "access-control-expose-headers");
        assert!(exposed.contains(&"mcp-session-id".to_owned()) && exposed.contains(&"www-authenticate".to_owned()));
        assert!(lists(&response, "vary").contains(&"origin".to_owned()));
    }
    let without = ask(host.address, request("GET", "/healthz", &[])).await;
    assert_eq!(without.header("access-control-allow-origin"), None);
}

#[tokio::test]
async fn options_without_a_page_tell_the_methods() {
    let host = start().await;
    for (path, allow) in [
        ("/mcp_server/sse", "GET,OPTIONS"),
        ("/mcp_server/messages/x", "OPTIONS,POST"),
    ] {
        let response = ask(host.address, request("OPTIONS", path, &[])).await;
        assert_eq!((response.status, response.header("allow")), (204, Some(allow)));
    }
}
