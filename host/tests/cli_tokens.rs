//! `hearth token`, beside a running host and without one.

mod support;

use serde_json::Value;
use support::{Installation, LAST_CHUNK};

#[test]
fn a_token_made_before_the_host_runs_opens_a_stream() {
    let installation = Installation::new();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    assert_eq!(token.lines().count(), 1);
    assert!(token.starts_with("hearth_"), "{token}");
    let host = installation.serve();
    drop(host.stream(&token));
}

#[test]
fn a_token_is_told_once_and_listed_by_its_name() {
    let installation = Installation::new();
    let host = installation.serve();
    let token = installation.ok(&["token", "create", "laptop", "--admin"]);
    installation.ok(&["token", "create", "phone", "--principal", "ada"]);
    let json = installation.ok(&["token", "list", "--json"]);
    assert!(!json.contains(&token));
    let list: Value = serde_json::from_str(&json).expect("JSON");
    let seen: Vec<_> = list
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (&one["name"], &one["principal"], &one["admin"]))
        .collect();
    assert_eq!(
        seen,
        [
            (&"laptop".into(), &"laptop".into(), &true.into()),
            (&"phone".into(), &"ada".into(), &false.into())
        ]
    );
    let table = installation.ok(&["token", "list"]);
    assert!(
        table.starts_with("NAME") && table.contains("laptop") && !table.contains(&token),
        "{table}"
    );
    drop(host);
    assert_eq!(
        installation.ok(&["token", "list", "--json"]),
        json,
        "the same without a host"
    );
}

#[test]
fn revoking_a_token_ends_its_stream_and_turns_it_away() {
    let installation = Installation::new();
    let host = installation.serve();
    let lost = installation.ok(&["token", "create", "lost", "--admin"]);
    let kept = installation.ok(&["token", "create", "kept", "--admin"]);
    let stream = host.stream(&lost);
    installation.ok(&["token", "revoke", "lost"]);
    assert!(stream.rest().ends_with(LAST_CHUNK));
    let (status, body) = host.get("/mcp_server/sse", &lost);
    assert_eq!((status, body.as_str()), (401, "401: Unauthorized"));
    drop(host.stream(&kept));
}

#[test]
fn a_token_without_admin_is_kept_from_an_entry_for_administrators() {
    let installation = Installation::new();
    let host = installation.serve();
    let guest = installation.ok(&["token", "create", "guest"]);
    let (status, body) = host.get("/mcp_server/sse", &guest);
    assert_eq!((status, body.as_str()), (403, "403: Forbidden"));
    assert_eq!(host.get("/api/hearth/tokens", &guest).0, 403);
    assert_eq!(host.get("/api/hearth/tokens", "").0, 401);
    let admin = installation.ok(&["token", "create", "admin", "--admin"]);
    assert_eq!(host.get("/api/hearth/tokens", &admin).0, 200);
}

#[test]
fn what_cannot_be_done_is_said_with_what_to_do() {
    let installation = Installation::new();
    for suffix in ["alone", "beside"] {
        let _host = (suffix == "beside").then(|| installation.serve());
        let name = format!("laptop-{suffix}");
        installation.ok(&["token", "create", &name]);
        let text = installation.fails(&["token", "create", &name]);
        assert!(text.contains(&format!("already a token `{name}`")), "{text}");
        let text = installation.fails(&["token", "create", "other", "--admin", "--principal", &name]);
        assert!(text.contains("not an administrator"), "{text}");
        let text = installation.fails(&["token", "create", "a/b"]);
        assert!(text.contains("`a/b` cannot be a name"), "{text}");
        let text = installation.fails(&["token", "revoke", "Öl?"]);
        assert!(text.contains("no token `Öl?`"), "{text}");
    }
}
