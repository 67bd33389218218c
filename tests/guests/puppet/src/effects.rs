//! Effects in JSON.
//!
//! `{"send": {"body"?, "bytes"?, "outlet"?, "replaces"?, "last"?, "status"?}}`, `{"end": outlet?}`, `{"perform": {"key", "principal"?, "actions",
//! "patience"?, "deadline"?, "ticket"?, "trace"?}}` (the ticket may hold `"trap"` and `"always"`), `{"abandon": key}`,
//! `{"keep": {"key", "body"?, "bytes"?, "format"?, "poison"?, "unreadable"?}}`, `{"forget": key}`, `{"wake": moment}`,
//! `{"log": text}`, `{"served": {"method", "since"?, "trace"?}}`, `{"resumable": {"outlet"?, "session"?, "prime"?}}`, `{"detach": {"outlet"?, "retry"?}}`. An outlet that
//! is not given is that of the SSE session or of the exchange. `bytes` makes a body of that many; without either it is
//! empty.

use serde_json::{Value, json};

use crate::contract::hearth::mcp::types::{
    Action, Checkpoint, CheckpointKind, Detach, Effect, Ending, Level, Log, Perform, Resumable, Send, Served, Status,
    Trace, Transport,
};

/// Who asked for the effects.
pub struct Asker<'a> {
    pub session: &'a str,
    pub principal: &'a str,
    pub outlet: u64,
}

/// A message to an outlet.
pub fn message(outlet: u64, body: &Value) -> Effect {
    Effect::Send(Send {
        outlet,
        body: body.to_string().into_bytes(),
        last: false,
        status: Status::Ok,
        replaces: None,
    })
}

/// A checkpoint with little in its head.
pub fn checkpoint(key: &str, kind: CheckpointKind, principal: Option<&str>, body: Vec<u8>) -> Checkpoint {
    Checkpoint {
        key: key.to_owned(),
        kind,
        principal: principal.map(str::to_owned),
        transport: Transport::Sse,
        protocol_version: String::new(),
        client: "puppeteer 1".to_owned(),
        tools_digest: String::new(),
        expiry: None,
        format: 1,
        body,
    }
}

/// The effect that a test describes.
pub fn read(effect: &Value, asker: &Asker) -> Effect {
    let Some((name, of)) = effect.as_object().and_then(|effect| effect.iter().next()) else {
        panic!("not an effect: {effect}");
    };
    let outlet = |value: &Value| value.as_u64().unwrap_or(asker.outlet);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match name.as_str() {
        "send" => Effect::Send(Send {
            outlet: outlet(&of["outlet"]),
            body: match (of.get("body"), of["bytes"].as_u64()) {
                (Some(body), _) => body.to_string().into_bytes(),
                (None, Some(bytes)) => json!("x".repeat(bytes.saturating_sub(2) as usize))
                    .to_string()
                    .into_bytes(),
                (None, None) => Vec::new(),
            },
            last: of["last"] == true,
            status: status(of["status"].as_str().unwrap_or("ok")),
            replaces: of["replaces"].as_str().map(str::to_owned),
        }),
        "end" => Effect::End(outlet(of)),
        "perform" => Effect::Perform(perform(of, asker)),
        "abandon" => Effect::Abandon(text(of)),
        "keep" => Effect::Keep(keep(of, asker)),
        "forget" => Effect::Forget(text(of)),
        "wake" => Effect::Wake(of.as_u64().unwrap_or_default()),
        "log" => Effect::Log(Log {
            level: Level::Info,
            text: text(of),
        }),
        "served" => Effect::Served(Served {
            method: text(&of["method"]),
            ending: Ending::Ok,
            since: of["since"].as_u64().unwrap_or_default(),
            trace: trace(&of["trace"]),
        }),
        "resumable" => Effect::Resumable(Resumable {
            outlet: outlet(&of["outlet"]),
            session: of["session"].as_str().unwrap_or(asker.session).to_owned(),
            prime: of["prime"] == true,
        }),
        "detach" => Effect::Detach(Detach {
            outlet: outlet(&of["outlet"]),
            retry: of["retry"].as_u64().unwrap_or_default() as u32,
        }),
        other => panic!("no such effect: {other}"),
    }
}

fn status(name: &str) -> Status {
    match name {
        "ok" => Status::Ok,
        "accepted" => Status::Accepted,
        "bad-request" => Status::BadRequest,
        "not-found" => Status::NotFound,
        "method-not-allowed" => Status::MethodNotAllowed,
        other => panic!("no such status: {other}"),
    }
}

fn perform(of: &Value, asker: &Asker) -> Perform {
    let bytes = |value: &Value| match value {
        Value::Null => Vec::new(),
        value => value.to_string().into_bytes(),
    };
    let number = |value: &Value, default: u32| value.as_u64().map_or(default, |number| number as u32);
    let actions = of["actions"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut ticket = of["ticket"].clone();
    if !ticket.is_object() {
        ticket = json!({});
    }
    ticket["outlet"] = json!(asker.outlet);
    Perform {
        ticket: ticket.to_string().into_bytes(),
        key: of["key"].as_str().unwrap_or("work").to_owned(),
        principal: of["principal"].as_str().unwrap_or(asker.principal).to_owned(),
        client: of["client"].as_str().unwrap_or_default().to_owned(),
        tool: "puppet".to_owned(),
        arguments: b"{}".to_vec(),
        actions: actions
            .iter()
            .map(|action| Action {
                name: action["name"].as_str().unwrap_or_default().to_owned(),
                target: bytes(&action["target"]),
                data: bytes(&action["data"]),
            })
            .collect(),
        patience: number(&of["patience"], 60_000),
        deadline: number(&of["deadline"], 60_000),
        trace: trace(&of["trace"]),
    }
}

/// A trace context by its `traceparent`.
fn trace(of: &Value) -> Option<Trace> {
    of.as_str().map(|traceparent| Trace {
        traceparent: traceparent.to_owned(),
        tracestate: String::new(),
    })
}

fn keep(of: &Value, asker: &Asker) -> Checkpoint {
    let mut body = of.to_string().into_bytes();
    if let Some(bytes) = of["bytes"].as_u64() {
        body = vec![b' '; bytes as usize];
    }
    let mut kept = checkpoint(
        of["key"].as_str().unwrap_or_default(),
        match of["kind"].as_str() {
            Some("exchange") => CheckpointKind::Exchange,
            _ => CheckpointKind::Session,
        },
        Some(asker.principal),
        body,
    );
    kept.format = of["format"].as_u64().map_or(1, |format| format as u32);
    kept
}
