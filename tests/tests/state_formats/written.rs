//! Checkpoints, work and events as JSON. What our component writes is JSON itself and stands there as such.

use hearth_host::contract::exports::hearth::mcp::server::{Attachment, Delivery, OpenWork};
use hearth_host::contract::hearth::mcp::types::{
    Change, Checkpoint, CheckpointKind, Header, News, Nonce, Outcome, OutcomeKind, Principal, Progress, Route,
    Transport,
};
use hearth_host::engine::Event;
use serde_json::{Value, json};

const KINDS: [(CheckpointKind, &str); 3] = [
    (CheckpointKind::Session, "session"),
    (CheckpointKind::Exchange, "exchange"),
    (CheckpointKind::Shared, "shared"),
];

const TRANSPORTS: [(Transport, &str); 3] = [
    (Transport::Sse, "sse"),
    (Transport::Streamable, "streamable"),
    (Transport::None, "none"),
];

const OUTCOMES: [(OutcomeKind, &str); 5] = [
    (OutcomeKind::Ok, "ok"),
    (OutcomeKind::Failed, "failed"),
    (OutcomeKind::Refused, "refused"),
    (OutcomeKind::TimedOut, "timed-out"),
    (OutcomeKind::Running, "running"),
];

pub fn checkpoint(checkpoint: &Checkpoint) -> Value {
    json!({
        "key": checkpoint.key,
        "kind": name(&KINDS, checkpoint.kind),
        "principal": checkpoint.principal,
        "transport": name(&TRANSPORTS, checkpoint.transport),
        "protocol-version": checkpoint.protocol_version,
        "client": checkpoint.client,
        "tools-digest": checkpoint.tools_digest,
        "expiry": checkpoint.expiry,
        "format": checkpoint.format,
        "body": json_of(&checkpoint.body),
    })
}

pub fn read_checkpoint(value: &Value) -> Checkpoint {
    Checkpoint {
        key: text(&value["key"]),
        kind: named(&KINDS, &value["kind"]),
        principal: value["principal"].as_str().map(str::to_owned),
        transport: named(&TRANSPORTS, &value["transport"]),
        protocol_version: text(&value["protocol-version"]),
        client: text(&value["client"]),
        tools_digest: text(&value["tools-digest"]),
        expiry: value["expiry"].as_u64(),
        format: u32::try_from(number(&value["format"])).expect("a format is a small number"),
        body: bytes_of(&value["body"]),
    }
}

pub fn work(work: &OpenWork) -> Value {
    json!({"key": work.key, "ticket": json_of(&work.ticket)})
}

pub fn read_work(value: &Value) -> OpenWork {
    OpenWork {
        key: text(&value["key"]),
        ticket: bytes_of(&value["ticket"]),
    }
}

/// # Panics
/// When it is an event of a kind that no conversation goes on with.
pub fn event(event: &Event) -> Value {
    match event {
        Event::Receive(delivery) => json!({"receive": {
            "route": route(&delivery.route),
            "session": delivery.session,
            "exchange": delivery.exchange,
            "principal": principal(&delivery.principal),
            "headers": headers(&delivery.headers),
            "body": json_of(&delivery.body),
            "entry-revision": delivery.entry_revision,
            "moment": delivery.moment,
            "nonce": nonce(delivery.nonce),
        }}),
        Event::Attach(attachment) => json!({"attach": {
            "route": route(&attachment.route),
            "session": attachment.session,
            "outlet": attachment.outlet,
            "resumes": attachment.resumes,
            "principal": principal(&attachment.principal),
            "headers": headers(&attachment.headers),
            "entry-revision": attachment.entry_revision,
            "moment": attachment.moment,
        }}),
        Event::Resume {
            ticket,
            news: told,
            moment,
            nonce: random,
        } => json!({"resume": {
            "ticket": json_of(ticket), "news": news(told), "moment": moment, "nonce": nonce(*random),
        }}),
        Event::HomeChanged { changes, moment } => {
            let change = |change: &Change| json!([change.kind, change.id, String::from_utf8_lossy(&change.data)]);
            json!({"home-changed": {"changes": changes.iter().map(change).collect::<Vec<_>>(), "moment": moment}})
        }
        Event::Closed { outlet, moment } => json!({"closed": {"outlet": outlet, "moment": moment}}),
        Event::Wake { moment } => json!({"wake": {"moment": moment}}),
        Event::Start { .. } | Event::Open { .. } | Event::Dismiss(_) => panic!("{event:?} is not taken down"),
    }
}

/// # Panics
/// When it is none.
pub fn read_event(value: &Value) -> Event {
    let (kind, said) = value
        .as_object()
        .and_then(|event| event.iter().next())
        .expect("an event has a name");
    let moment = number(&said["moment"]);
    match kind.as_str() {
        "receive" => Event::Receive(Delivery {
            route: read_route(&said["route"]),
            session: said["session"].as_str().map(str::to_owned),
            exchange: said["exchange"].as_u64(),
            principal: read_principal(&said["principal"]),
            headers: read_headers(&said["headers"]),
            body: bytes_of(&said["body"]),
            entry_revision: number(&said["entry-revision"]),
            moment,
            nonce: read_nonce(&said["nonce"]),
            fault: false,
        }),
        "attach" => Event::Attach(Attachment {
            route: read_route(&said["route"]),
            session: said["session"].as_str().map(str::to_owned),
            outlet: number(&said["outlet"]),
            resumes: said["resumes"].as_u64(),
            principal: read_principal(&said["principal"]),
            headers: read_headers(&said["headers"]),
            entry_revision: number(&said["entry-revision"]),
            moment,
        }),
        "resume" => Event::Resume {
            ticket: bytes_of(&said["ticket"]),
            news: read_news(&said["news"]),
            moment,
            nonce: read_nonce(&said["nonce"]),
        },
        "home-changed" => Event::HomeChanged {
            changes: list(&said["changes"]).iter().map(read_change).collect(),
            moment,
        },
        "closed" => Event::Closed {
            outlet: number(&said["outlet"]),
            moment,
        },
        "wake" => Event::Wake { moment },
        other => panic!("there is no event {other}"),
    }
}

fn news(news: &News) -> Value {
    match news {
        News::Progress(Progress { done, total, text }) => json!({"progress": [done, total, text]}),
        News::Outcomes(outcomes) => {
            let outcome =
                |outcome: &Outcome| json!([name(&OUTCOMES, outcome.kind), String::from_utf8_lossy(&outcome.data)]);
            json!({"outcomes": outcomes.iter().map(outcome).collect::<Vec<_>>()})
        }
        News::Fault => json!("fault"),
    }
}

fn read_news(value: &Value) -> News {
    let outcome = |outcome: &Value| Outcome {
        kind: named(&OUTCOMES, &outcome[0]),
        data: text(&outcome[1]).into_bytes(),
    };
    if let Value::Array(outcomes) = &value["outcomes"] {
        return News::Outcomes(outcomes.iter().map(outcome).collect());
    }
    let Value::Array(progress) = &value["progress"] else {
        return News::Fault;
    };
    News::Progress(Progress {
        done: progress[0].as_f64().unwrap_or_default(),
        total: progress[1].as_f64(),
        text: progress[2].as_str().map(str::to_owned),
    })
}

fn read_change(value: &Value) -> Change {
    Change {
        kind: text(&value[0]),
        id: text(&value[1]),
        data: text(&value[2]).into_bytes(),
    }
}

fn route(route: &Route) -> Value {
    match route {
        Route::Sse => json!("sse"),
        Route::Streamable(api) => json!({"streamable": api}),
    }
}

fn read_route(value: &Value) -> Route {
    match value {
        Value::String(_) => Route::Sse,
        _ => Route::Streamable(value["streamable"].as_str().map(str::to_owned)),
    }
}

fn principal(principal: &Principal) -> Value {
    json!({"id": principal.id, "admin": principal.admin})
}

fn read_principal(value: &Value) -> Principal {
    Principal {
        id: text(&value["id"]),
        admin: value["admin"] == true,
    }
}

fn headers(headers: &[Header]) -> Value {
    headers
        .iter()
        .map(|header| json!([header.name, header.value]))
        .collect()
}

fn read_headers(value: &Value) -> Vec<Header> {
    let header = |header: &Value| Header {
        name: text(&header[0]),
        value: text(&header[1]),
    };
    list(value).iter().map(header).collect()
}

fn nonce(nonce: Nonce) -> Value {
    json!([nonce.high, nonce.low])
}

fn read_nonce(value: &Value) -> Nonce {
    Nonce {
        high: number(&value[0]),
        low: number(&value[1]),
    }
}

/// # Panics
/// When it is no list.
pub fn list(value: &Value) -> &[Value] {
    value.as_array().unwrap_or_else(|| panic!("{value} is no list"))
}

/// # Panics
/// When it is no text.
pub fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no text"))
        .to_owned()
}

/// # Panics
/// When it is no number.
pub fn number(value: &Value) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no number"))
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap_or_else(|error| panic!("{}: {error}", String::from_utf8_lossy(bytes)))
}

fn bytes_of(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}

fn name<T: PartialEq>(names: &[(T, &'static str)], value: T) -> &'static str {
    names.iter().find(|(one, _)| *one == value).map_or("", |(_, name)| name)
}

fn named<T: Copy>(names: &[(T, &'static str)], value: &Value) -> T {
    let found = names.iter().find(|(_, name)| value == name);
    found.unwrap_or_else(|| panic!("{value} is not known")).0
}
