//! Behind a reverse proxy: the path that all lies under, and who is believed.

mod support;

use std::io::{BufRead as _, BufReader};

use support::{Host, Installation, PATIENCE};

/// What a GET with these headers is answered: the status, and of a stream its first lines.
fn get(url: &str, token: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None)
        .timeout_global(Some(PATIENCE));
    let agent: ureq::Agent = config.build().into();
    let mut request = agent.get(url);
    if !token.is_empty() {
        request = request.header("Authorization", format!("Bearer {token}"));
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut answer = request.call().expect("the host answers");
    let status = answer.status().as_u16();
    let lines = BufReader::new(answer.body_mut().as_reader())
        .lines()
        .map_while(Result::ok)
        .take(2);
    (status, lines.collect::<Vec<_>>().join("\n"))
}

fn root(host: &Host) -> String {
    let port = host
        .url
        .rsplit(':')
        .next()
        .and_then(|rest| rest.split('/').next())
        .expect("it has a port");
    format!("http://127.0.0.1:{port}")
}

#[test]
fn all_lies_under_the_prefix_and_the_stream_names_it() {
    let installation = Installation::new();
    let host = installation.serve_with(&["--path-prefix", "/home/hearth/"]);
    assert!(host.url.ends_with("/home/hearth"), "{}", host.url);
    // The owner's commands, too.
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    assert_eq!(host.get("/healthz", "").0, 200);
    assert_eq!(host.get("/api/mcp", &token).0, 400);
    let (status, opening) = get(&format!("{}/mcp_server/sse", host.url), &token, &[]);
    assert_eq!(status, 200);
    assert!(opening.contains("data: /home/hearth/mcp_server/messages/"), "{opening}");
    for outside in ["/healthz", "/mcp_server/sse", "/home/hearthside/healthz"] {
        assert_eq!(
            get(&format!("{}{outside}", root(&host)), &token, &[]).0,
            404,
            "{outside}"
        );
    }
}

#[test]
fn a_proxy_that_is_trusted_is_believed_and_others_are_not() {
    let installation = Installation::new();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    let said = [
        ("X-Forwarded-For", "203.0.113.9"),
        ("X-Forwarded-Host", "hearth.example"),
        ("X-Forwarded-Prefix", "/hearth"),
    ];
    let stream = |host: &Host| get(&format!("{}/mcp_server/sse", host.url), &token, &said);

    let host = installation.serve_with(&["--trusted-proxy", "10.0.0.0/8"]);
    let (status, opening) = stream(&host);
    assert!(
        status == 200 && opening.contains("data: /mcp_server/messages/"),
        "{status} {opening}"
    );
    drop(host);

    let host = installation.serve_with(&["--trusted-proxy", "10.0.0.0/8,127.0.0.1"]);
    let (status, refusal) = stream(&host);
    assert!(
        status == 403 && refusal.contains("--allow-host hearth.example"),
        "{status} {refusal}"
    );
    drop(host);

    let host = installation.serve_with(&["--trusted-proxy", "127.0.0.0/8", "--allow-host", "hearth.example"]);
    let (status, opening) = stream(&host);
    assert!(
        status == 200 && opening.contains("data: /hearth/mcp_server/messages/"),
        "{status} {opening}"
    );
}

#[test]
fn what_is_no_proxy_and_no_prefix_is_refused() {
    let installation = Installation::new();
    let error = installation.fails(&["serve", "--trusted-proxy", "10.0.0.0/33"]);
    assert!(error.contains("`10.0.0.0/33` is no address"), "{error}");
    let error = installation.fails(&["serve", "--path-prefix", "hearth"]);
    assert!(error.contains("`hearth` is no path"), "{error}");
    installation.file("hearth.toml", b"trusted-proxy = [\"localhost\"]\n");
    let error = installation.fails(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(
        error.contains("`localhost` is no address") && error.contains("trusted-proxy"),
        "{error}"
    );
    installation.file("hearth.toml", b"path-prefix = \"/a b\"\n");
    let error = installation.fails(&["serve", "--listen", "127.0.0.1:0"]);
    assert!(error.contains("`/a b` is no path"), "{error}");
}
