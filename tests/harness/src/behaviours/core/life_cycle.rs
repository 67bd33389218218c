//! How a conversation begins. MCP 2025-11-25, lifecycle.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::behaviour::{Behaviour, behaviour};
use crate::case::Case;
use crate::conversation::{initialize, initialize_at, initialized, notification, ping, request, with_handshake};
use crate::stage::Client;

pub const TABLE: &[Behaviour] = &[
    behaviour!(
        Core,
        it_says_what_it_is,
        "`describe` gives a name, a version, protocol versions with the newest first, actions as `domain.service`, and \
         formats of which it reads each that it writes.",
        []
    ),
    behaviour!(
        Core,
        a_client_is_let_in,
        "A client that connects gets a session, whose id can stand in a path: letters, digits and -._~ only.",
        []
    ),
    behaviour!(
        Core,
        initialize_is_answered,
        "`initialize` is answered with a protocol version, capabilities, and the name and version of the server.",
        [a_client_is_let_in]
    ),
    behaviour!(
        Core,
        every_declared_version_is_agreed_to,
        "A client that asks for a version that `describe` names gets that version.",
        [initialize_is_answered]
    ),
    behaviour!(
        Core,
        an_unknown_version_gets_the_newest,
        "A client that asks for a version that is not served is offered the newest.",
        [initialize_is_answered]
    ),
    behaviour!(
        Core,
        initialize_without_its_params_is_told,
        "`initialize` without a protocol version is answered with -32602, and the session goes on.",
        [initialize_is_answered]
    ),
    behaviour!(
        Core,
        ping_is_answered,
        "`ping` is answered with an empty result.",
        [initialize_is_answered]
    ),
    behaviour!(
        Core,
        a_client_may_speak_before_it_initializes,
        "A request on a session without `initialize` is served: clients that reconnect do not repeat it.",
        [ping_is_answered]
    ),
];

async fn it_says_what_it_is(case: Arc<Case>) {
    let description = case.description();
    assert!(!description.name.is_empty(), "the name is empty");
    assert!(!description.version.is_empty(), "the version is empty");
    let versions = &description.protocol_versions;
    assert!(!versions.is_empty(), "no protocol version is named");
    let is_sorted = versions.windows(2).all(|pair| pair[0] > pair[1]);
    assert!(
        is_sorted,
        "the newest protocol version does not stand first: {versions:?}"
    );
    for action in &description.actions {
        let parts: Vec<&str> = action.split('.').collect();
        let well_formed = parts.len() == 2 && parts.iter().all(|part| !part.is_empty());
        assert!(
            well_formed,
            "the action {action:?} is not `domain.service` or `domain.*`"
        );
    }
    let (writes, reads) = (&description.writes, &description.reads);
    let unread = writes.iter().find(|format| !reads.contains(format));
    assert!(unread.is_none(), "it writes the formats {writes:?} and reads {reads:?}");
}

async fn a_client_is_let_in(case: Arc<Case>) {
    let stage = case.stage().await;
    let ben = stage.client("ben").await;
    let id = ben.stream.session();
    // RFC 3986, unreserved characters.
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    assert!(
        !id.is_empty() && id.bytes().all(fits),
        "the id of the session is {id:?}"
    );
}

async fn initialize_is_answered(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = stage.client("ben").await;
    let result = ben.result(&initialize("first")).await;
    assert!(result["protocolVersion"].is_string(), "no protocol version: {result}");
    assert!(result["capabilities"].is_object(), "no capabilities: {result}");
    let server = &result["serverInfo"];
    let is_named = ["name", "version"].map(|member| server[member].as_str().is_some_and(|text| !text.is_empty()));
    assert_eq!(is_named, [true; 2], "no name and version of the server: {result}");
}

async fn every_declared_version_is_agreed_to(case: Arc<Case>) {
    let stage = case.stage().await;
    for version in &with_handshake(case.description()) {
        let mut ben = stage.client("ben").await;
        assert_eq!(agreed(&mut ben, version).await, *version, "asked for {version}");
    }
}

async fn an_unknown_version_gets_the_newest(case: Arc<Case>) {
    let stage = case.stage().await;
    let newest = with_handshake(case.description()).into_iter().max();
    let newest = newest.expect("it names a version with a handshake");
    for unknown in ["1900-01-01", "2999-12-31", "latest", ""] {
        let mut ben = stage.client("ben").await;
        assert_eq!(agreed(&mut ben, unknown).await, newest, "asked for {unknown:?}");
    }
}

async fn agreed(client: &mut Client, version: &str) -> Value {
    client.result(&initialize_at("first", version)).await["protocolVersion"].take()
}

async fn initialize_without_its_params_is_told(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = stage.client("ben").await;
    let client = json!({"name": "tests", "version": "1"});
    for params in [
        json!({}),
        json!({"capabilities": {}, "clientInfo": client}),
        json!({"protocolVersion": 1, "capabilities": {}, "clientInfo": client}),
    ] {
        let code = ben.error(&request(1, "initialize", params.clone())).await;
        assert_eq!(code, -32602, "the code for the params {params}");
    }
    ben.result(&initialize("again")).await;
}

async fn ping_is_answered(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = initialized(&stage, "ben").await;
    assert_eq!(ben.result(&request("p", "ping", json!({}))).await, json!({}));
    let bare = json!({"jsonrpc": "2.0", "id": "q", "method": "ping"});
    assert_eq!(ben.result(&bare).await, json!({}), "without params");
}

async fn a_client_may_speak_before_it_initializes(case: Arc<Case>) {
    let stage = case.stage().await;
    let mut ben = stage.client("ben").await;
    ping(&mut ben).await;
    ben.say(&notification("notifications/initialized", json!({}))).await;
    ping(&mut ben).await;
}
