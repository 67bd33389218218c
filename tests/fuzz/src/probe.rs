//! What an instance must still do, whatever it was told before: greet a client, list, tell, and do.

use hearth_component::contract::exports::hearth::mcp::server::{News, Principal};
use hearth_component::contract::hearth::mcp::types::{Effect, Outcome, OutcomeKind};
use serde_json::{Value, json};

use crate::host::Host;
use crate::jsonrpc::Said;
use crate::reducer::Answered;

/// Who asks the last questions. Inputs do not know of it.
pub const PROBE: &str = "probe";

/// An administrator.
pub fn admin(id: &str) -> Principal {
    Principal {
        id: id.to_owned(),
        admin: true,
    }
}

/// Somebody who is none.
pub fn user(id: &str) -> Principal {
    Principal {
        id: id.to_owned(),
        admin: false,
    }
}

/// A request as most clients write it.
pub fn request(id: &str, method: &str, params: Value) -> String {
    json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
}

/// `initialize`.
pub fn initialize(version: &str) -> String {
    let client = json!({"name": "fuzz", "version": "1"});
    let params = json!({"protocolVersion": version, "capabilities": {}, "clientInfo": client});
    request("init", "initialize", params)
}

/// A call that the home has to work on.
pub fn light_on(id: &str) -> String {
    let params = json!({
        "name": "intent__HassTurnOn",
        "arguments": {"name": "Kitchen light"},
        "_meta": {"progressToken": id},
    });
    request(id, "tools/call", params)
}

/// An action that is done.
pub fn done() -> Outcome {
    Outcome {
        kind: OutcomeKind::Ok,
        data: Vec::new(),
    }
}

/// The session of an event that began one.
///
/// # Panics
/// When it began none.
pub fn session(opened: Answered) -> String {
    let answer = opened.unwrap_or_else(|refusal| panic!("a client is welcome: {refusal:?}"));
    answer.session.expect("who opens gets a session")
}

/// Posts a request and answers its result, after the home did what it takes.
///
/// # Panics
/// When it is refused, or answered with an error.
pub fn result(host: &mut Host, session: &str, principal: &Principal, body: &str) -> Value {
    let before: Vec<String> = host.work.keys().cloned().collect();
    let mut answered = host.post(session, principal, body.as_bytes(), false);
    let begun = host.work.iter().find(|(key, _)| !before.contains(key));
    if let Some((key, actions)) = begun.map(|(key, work)| (key.clone(), work.actions)) {
        answered = host.resume(&key, News::Outcomes(vec![done(); actions]));
    }
    let answer = answered.unwrap_or_else(|refusal| panic!("{body} is refused: {refusal:?}"));
    let said = answer.effects.iter().find_map(|effect| match effect {
        Effect::Send(send) => Some(Said::read(&send.body)),
        _ => None,
    });
    match said {
        Some(Said::Answer {
            result: Some(result), ..
        }) => result,
        other => panic!("{body} is answered with {other:?}"),
    }
}

/// A ping is answered.
///
/// # Panics
/// When it is not.
pub fn ping(host: &mut Host, session: &str, principal: &Principal) {
    let result = result(host, session, principal, &request("ping", "ping", json!({})));
    assert_eq!(result, json!({}));
}

/// A client that comes now is served all there is.
///
/// # Panics
/// When it is not.
pub fn serves(host: &mut Host) {
    let principal = admin(PROBE);
    let opened = host.open(&principal);
    let session = session(opened);
    for version in ["2024-11-05", "2025-11-25"] {
        let agreed = result(host, &session, &principal, &initialize(version));
        assert_eq!(agreed["protocolVersion"], version);
    }
    talks(host, &session, &principal);
    host.close(&session).expect("the end of a stream is not refused");
}

/// A session is served all there is.
///
/// # Panics
/// When it is not.
pub fn talks(host: &mut Host, session: &str, principal: &Principal) {
    ping(host, session, principal);
    let mut ask = |method: &str, params: Value| result(host, session, principal, &request("probe", method, params));

    let tools = ask("tools/list", json!({}));
    let tools = tools["tools"].as_array().expect("tools are a list");
    let tools: Vec<&str> = tools.iter().filter_map(|tool| tool["name"].as_str()).collect();
    let prompts = ask("prompts/list", json!({}));
    let prompt = ask("prompts/get", json!({"name": prompts["prompts"][0]["name"]}));
    assert!(prompt["messages"].is_array(), "{prompt}");
    let resources = ask("resources/list", json!({}));
    let resource = ask("resources/read", json!({"uri": resources["resources"][0]["uri"]}));
    assert!(resource["contents"].is_array(), "{resource}");

    for (tool, arguments) in [
        ("homeassistant__GetLiveContext", json!({})),
        ("intent__HassTurnOn", json!({"name": "Kitchen light"})),
        ("intent__HassTurnOff", json!({"area": "Kitchen", "domain": ["light"]})),
    ] {
        assert!(tools.contains(&tool), "{tool} is offered among {tools:?}");
        let result = ask("tools/call", json!({"name": tool, "arguments": arguments}));
        assert_eq!(result["isError"], false, "{tool}: {result}");
    }
    let mut offered = host.offers(principal);
    offered.retain(|tool| !tools.contains(&tool.as_str()));
    assert_eq!(offered, Vec::<String>::new(), "what is offered is listed");
}
