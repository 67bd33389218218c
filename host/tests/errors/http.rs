//! What a client is refused over HTTP, and a person who looks at its log or uses `curl` reads.

use super::List;
use super::support::{Host, Installation, PATIENCE};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const INITIALIZE: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}"#;
const PING: &str = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;

struct Client<'a> {
    host: &'a Host,
    list: List,
}

impl Client<'_> {
    /// Asks for something that is refused.
    fn refused(&mut self, line: &str, token: &str, headers: &[(&str, &str)], body: &str) {
        let (method, path) = line.split_once(' ').expect("a method and a path");
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .proxy(None)
            .timeout_global(Some(PATIENCE));
        let agent: ureq::Agent = config.build().into();
        let mut request = http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.host.url));
        if !token.is_empty() {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut answer = agent
            .run(request.body(body.to_owned()).expect("it is a request"))
            .expect("the host answers");
        let text = answer.body_mut().read_to_string().expect("it answers UTF-8");
        let shown = headers.iter().map(|(name, value)| format!("{name}: {value}\n"));
        let done = format!("{line}\n{}{body}", shown.collect::<String>());
        let status = answer.status().as_u16();
        assert!(status >= 400 || text.contains("\"error\""), "{done}: {status} {text}");
        self.list.note(done.trim_end(), &format!("{status} {text}"));
    }
}

#[test]
fn requests() {
    let place = Installation::new();
    let admin = place.ok(&["token", "create", "laptop", "--admin"]);
    let user = place.ok(&["token", "create", "tablet"]);
    let host = place.serve_with(&["--limit-body", "2000", "--limit-sessions-per-principal", "1"]);
    let mut list = List::of(&place);
    let port = host.url.rsplit(':').next().expect("it has one").to_owned();
    list.writes(port, "PORT");
    let mut client = Client { host: &host, list };
    client.refused("POST /api/mcp", "", &[JSON], PING);
    client.refused("POST /api/mcp", "hearth_wrong", &[JSON], PING);
    client.refused("POST /api/mcp", &user, &[JSON], INITIALIZE);
    client.refused("POST /api/mcp/nothing", &admin, &[JSON], INITIALIZE);
    client.refused("POST /api/mcp", &admin, &[JSON], "{");
    client.refused("POST /api/mcp", &admin, &[JSON], "7");
    client.refused("POST /api/mcp", &admin, &[JSON], PING);
    client.refused("POST /api/mcp", &admin, &[("Content-Type", "text/plain")], PING);
    client.refused(
        "POST /api/mcp",
        &admin,
        &[JSON, ("Mcp-Session-Id", "of-yesterday")],
        PING,
    );
    client.refused(
        "POST /api/mcp",
        &admin,
        &[JSON, ("MCP-Protocol-Version", "1999-01-01")],
        PING,
    );
    client.refused("POST /api/mcp", &admin, &[JSON], &" ".repeat(2_001));
    client.refused("GET /api/mcp", &admin, &[("Accept", "application/json")], "");
    client.refused(
        "GET /api/mcp",
        &admin,
        &[("Accept", "text/event-stream"), ("Last-Event-ID", "7-7")],
        "",
    );
    client.refused("DELETE /api/mcp", &admin, &[], "");
    client.refused("PUT /api/mcp", &admin, &[], "");
    client.refused("POST /mcp_server/sse", &admin, &[JSON], INITIALIZE);
    client.refused("POST /mcp_server/messages/of-yesterday", &admin, &[JSON], PING);
    client.refused("GET /api/mcp/", &admin, &[], "");
    client.refused("GET /healthz", "", &[("Host", "home.example")], "");
    client.refused("GET /healthz", "", &[("Origin", "https://page.example")], "");
    client.refused("GET /.well-known/oauth-protected-resource", "", &[], "");
    client.refused("GET /api/hearth/status", &user, &[], "");
    client.refused("GET /api/hearth/entries/4d95e26c0e", &admin, &[], "");
    client.refused(
        "PATCH /api/hearth/entries/4d95e26c0e",
        &admin,
        &[JSON],
        "{\"colour\": \"red\"}",
    );
    client.refused("PUT /api/hearth/component?dry-runs", &admin, &[], "");
    client.refused("POST /api/hearth/component/rollback", &admin, &[], "");
    client.refused("POST /api/hearth/restore", &admin, &[], "");
    let _only = host.stream(&admin);
    client.refused("GET /mcp_server/sse", &admin, &[], "");
    place.ok(&["entry", "add", "--title", "One more"]);
    client.refused("POST /api/mcp", &admin, &[JSON], INITIALIZE);
    let entries: serde_json::Value = serde_json::from_str(&place.ok(&["entry", "list", "--json"])).expect("it is JSON");
    for entry in entries.as_array().expect("it is a list") {
        place.ok(&["entry", "disable", entry["id"].as_str().expect("it has one")]);
    }
    client.refused("POST /api/mcp", &admin, &[JSON], INITIALIZE);
    client.list.keep("http");
}
