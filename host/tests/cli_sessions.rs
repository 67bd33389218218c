//! `hearth session`: who is connected, and how the owner ends it.

mod support;

use serde_json::{Value, json};
use support::{Host, Installation, PATIENCE};

const HELLO: &str = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25",
    "capabilities":{},"clientInfo":{"name":"web","version":"2"}}}"#;
const PING: &str = r#"{"jsonrpc":"2.0","id":2,"method":"ping"}"#;

/// Posts to Streamable HTTP, and answers the status and the session that it began.
fn post(host: &Host, token: &str, session: Option<&str>, body: &str) -> (u16, Option<String>) {
    let config = ureq::Agent::config_builder().http_status_as_error(false).proxy(None);
    let agent: ureq::Agent = config.timeout_global(Some(PATIENCE)).build().into();
    let mut request = agent.post(format!("{}/api/mcp", host.url));
    request = request.header("Authorization", format!("Bearer {token}"));
    request = request.header("Content-Type", "application/json");
    if let Some(session) = session {
        request = request.header("Mcp-Session-Id", session);
    }
    let answer = request.send(body).expect("the host answers");
    let session = answer.headers().get("Mcp-Session-Id");
    let session = session.map(|session| session.to_str().expect("it is ASCII").to_owned());
    (answer.status().as_u16(), session)
}

fn listed(home: &Installation) -> Vec<Value> {
    serde_json::from_str(&home.ok(&["session", "list", "--json"])).expect("it is JSON")
}

#[test]
fn sessions_of_both_transports_are_listed_and_ended() {
    let home = Installation::new();
    let ada = home.ok(&["token", "create", "ada", "--admin"]);
    let ben = home.ok(&["token", "create", "ben", "--admin"]);
    let host = home.serve();
    assert_eq!(
        home.run(&["session", "end", "--all"]).stderr,
        b"There are no sessions.\n"
    );

    let stream = host.client(&ada);
    let (status, session) = post(&host, &ben, None, HELLO);
    let session = session.expect("it begins a session");
    assert_eq!(status, 200);
    assert_eq!(post(&host, &ben, Some(&session), PING).0, 200);

    let sessions = listed(&home);
    assert_eq!(sessions.len(), 2);
    let of = |principal: &str| {
        sessions
            .iter()
            .find(|one| one["principal"] == principal)
            .expect("it is there")
    };
    let (sse, web) = (of("ada"), of("ben"));
    assert_eq!(
        (&sse["transport"], &sse["client"], &sse["streams"]),
        (&json!("sse"), &json!("test 1"), &json!(1))
    );
    assert_eq!(
        (&sse["requests"], &sse["protocol_version"]),
        (&json!(2), &json!("2025-11-25"))
    );
    assert_eq!(
        (&web["transport"], &web["client"], &web["streams"]),
        (&json!("streamable"), &json!("web 2"), &json!(0))
    );
    assert_eq!(
        (&web["requests"], &web["in_flight"], &web["unread"]),
        (&json!(1), &json!(0), &json!(0))
    );
    let short = web["id"].as_str().expect("a text");
    assert!(
        session.starts_with(short) && short.len() < session.len(),
        "{short} shows no more than it has to"
    );
    let table = home.ok(&["session", "list"]);
    assert!(table.contains("web 2") && !table.contains(&session), "{table}");

    assert!(
        home.fails(&["session", "end", "zzz"])
            .contains("There is no session `zzz`")
    );
    assert!(
        home.fails(&["session", "end", "--principal", "cleo"])
            .contains("`cleo` has no sessions")
    );
    assert!(home.fails(&["session", "end"]).contains("required"));
    home.ok(&["session", "end", short]);
    assert_eq!(
        post(&host, &ben, Some(&session), PING).0,
        404,
        "its client is told that it is over"
    );
    assert_eq!(post(&host, &ben, None, HELLO).0, 200, "and can begin anew");
    home.ok(&["session", "end", "--principal", "ada"]);
    assert!(
        stream.rest().ends_with(support::LAST_CHUNK),
        "the stream ends in good order"
    );
    home.ok(&["session", "end", "--all"]);
    assert_eq!(listed(&home), Vec::<Value>::new());
}

#[test]
fn how_long_a_session_is_there_outlives_the_host() {
    let home = Installation::new();
    let token = home.ok(&["token", "create", "ada", "--admin"]);
    let host = home.serve();
    let (_, session) = post(&host, &token, None, HELLO);
    let session = session.expect("it begins a session");
    post(&host, &token, Some(&session), PING);
    let before = listed(&home);
    host.terminate();
    assert!(host.ended().0.success());

    let host = home.serve();
    let after = listed(&home);
    assert_eq!(after[0]["id"], before[0]["id"]);
    assert_eq!(after[0]["since"], before[0]["since"]);
    assert_eq!((&before[0]["requests"], &after[0]["requests"]), (&json!(1), &json!(0)));
    home.ok(&["session", "end", &session]);
    assert_eq!(post(&host, &token, Some(&session), PING).0, 404);
}

#[test]
fn a_session_of_one_llm_api_is_ended_as_well_after_a_restart() {
    let home = Installation::new();
    let token = home.ok(&["token", "create", "ada", "--admin"]);
    let host = home.serve();
    let (status, _) = host.ask("POST", "/api/mcp/assist", &token, HELLO.as_bytes());
    assert_eq!(status, 415, "it has to say that it is JSON");
    let config = ureq::Agent::config_builder().proxy(None).timeout_global(Some(PATIENCE));
    let agent: ureq::Agent = config.build().into();
    let request = agent.post(format!("{}/api/mcp/assist", host.url));
    let request = request.header("Authorization", format!("Bearer {token}"));
    request
        .content_type("application/json")
        .send(HELLO)
        .expect("it begins a session");
    host.terminate();
    host.ended();
    // Which LLM API its route named is nowhere but in the component.
    let _host = home.serve();
    assert_eq!(listed(&home).len(), 1);
    home.ok(&["session", "end", "--all"]);
    assert_eq!(listed(&home), Vec::<Value>::new());
}

#[test]
fn without_a_host_there_are_no_sessions_and_it_says_so() {
    let home = Installation::new();
    home.ok(&["token", "create", "ada"]);
    for arguments in [&["session", "list"][..], &["session", "end", "--all"]] {
        let said = home.fails(arguments);
        assert!(
            said.contains("No Hearth runs on") && said.contains("hearth serve"),
            "{said}"
        );
    }
}

#[test]
fn who_is_no_administrator_neither_sees_nor_ends_sessions() {
    let home = Installation::new();
    let token = home.ok(&["token", "create", "ben"]);
    let host = home.serve();
    for (method, path) in [
        ("GET", "/api/hearth/sessions"),
        ("DELETE", "/api/hearth/sessions?all=true"),
    ] {
        assert_eq!(host.ask(method, path, &token, b"").0, 403);
        assert_eq!(host.ask(method, path, "", b"").0, 401);
    }
}
