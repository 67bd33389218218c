//! What a client may ask for. A request is answered at once, or begins work whose outcome `resume` answers.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::contract::hearth::mcp::config_entries::ConfigEntry;
use crate::contract::hearth::mcp::types::{Effect, Ending, Perform, Send, Served, Status, Trace};
use crate::contract::hearth::mcp::{home, installation};
use crate::lights;
use crate::protocol::{self, Params, Request, RpcError};
use crate::session::{FORMAT, Session, Ticket, key};

/// Milliseconds after which a light that still moves is reported as on its way.
const PATIENCE_MS: u32 = 10_000;

/// Milliseconds after which it is given up.
const DEADLINE_MS: u32 = 60_000;

/// Bytes of a request id that a ticket holds: the host keeps it while the home works.
const LONGEST_ID: usize = 1_024;

/// Calls that the home works on: the key of the work, and the session that waits for it.
pub type Work = BTreeMap<String, String>;

/// The methods that are served. All others are told of as `other`: those who count methods count only so many.
const METHODS: [&str; 4] = ["ping", "initialize", "tools/list", "tools/call"];

/// Tells of a request that is finished, for who watches over the host. Of calls that are cancelled nothing is told here.
pub fn served(method: &str, ending: Ending, since: u64, trace: Option<Trace>) -> Effect {
    let method = METHODS.iter().find(|known| **known == method).unwrap_or(&"other");
    Effect::Served(Served { method: (*method).to_owned(), ending, since, trace })
}

/// How a request ended whose result this is.
pub fn ending(result: &Value) -> Ending {
    if result["isError"] == true { Ending::ToolError } else { Ending::Ok }
}

/// What a message of a session is served with.
pub struct Context<'a> {
    pub id: &'a str,
    pub session: &'a mut Session,
    pub work: &'a mut Work,
    pub entry: &'a ConfigEntry,
    pub moment: u64,
    pub effects: Vec<Effect>,
}

impl Context<'_> {
    /// Answers a request, or begins its work.
    pub fn serve(&mut self, request: &Request) {
        let (answer, ending) = match self.answer(request) {
            Ok(Some(result)) => (protocol::result(&request.id, &result), ending(&result)),
            Ok(None) => return,
            Err(error) => (protocol::error(&request.id, &error), Ending::Error),
        };
        self.effects.push(send(self.session.outlet, answer));
        self.effects.push(served(&request.method, ending, self.moment, protocol::trace(&request.params)));
    }

    /// Takes note of a notification. Those that are unknown are ignored, and so is the end of what is not in flight.
    pub fn hear(&mut self, method: &str, params: &Params) {
        let key = key(self.id, params.get("requestId").unwrap_or(&Value::Null));
        if method == "notifications/cancelled" && self.work.remove(&key).is_some() {
            self.effects.push(Effect::Abandon(key));
        }
    }

    fn answer(&mut self, request: &Request) -> Result<Option<Value>, RpcError> {
        if self.work.contains_key(&key(self.id, &request.id)) {
            let text = format!("Request id {} is in flight: give every request one of its own", request.id);
            return Err(RpcError::new(RpcError::INVALID_REQUEST, text));
        }
        match request.method.as_str() {
            "ping" => Ok(Some(json!({}))),
            "initialize" => self.initialize(&request.params).map(Some),
            "tools/list" => self.list(&request.params).map(Some),
            "tools/call" => self.call(request),
            method => Err(RpcError::new(RpcError::METHOD_NOT_FOUND, format!("There is no method {method:?}"))),
        }
    }

    fn initialize(&mut self, params: &Params) -> Result<Value, RpcError> {
        let (version, client) = protocol::handshake(params)?;
        self.session.version = version.to_owned();
        self.session.client = client;
        self.keep();
        Ok(json!({
            "protocolVersion": version,
            "capabilities": {"tools": {"listChanged": true}},
            "serverInfo": {"name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION")},
        }))
    }

    fn list(&mut self, params: &Params) -> Result<Value, RpcError> {
        // The list is one page, so that there is no cursor to go on from.
        if params.get("cursor").is_some_and(|cursor| !cursor.is_string()) {
            return Err(RpcError::new(RpcError::INVALID_PARAMS, "The cursor is not a string"));
        }
        let tools = lights::offered(self.entry);
        let digest = lights::digest(&tools);
        if self.session.listed != digest {
            self.session.listed = digest;
            self.keep();
        }
        Ok(json!({ "tools": tools }))
    }

    fn call(&mut self, request: &Request) -> Result<Option<Value>, RpcError> {
        let invalid = |text| RpcError::new(RpcError::INVALID_PARAMS, text);
        let name = request.params.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| invalid("tools/call needs the name of a tool"))?;
        let none = Map::new();
        let arguments = match request.params.get("arguments") {
            None => &none,
            Some(Value::Object(arguments)) => arguments,
            Some(_) => return Err(invalid("The arguments of a tool are an object")),
        };
        // What the model got wrong is a result, so that the model sees it and can correct itself.
        if name != lights::NAME || lights::offered(self.entry).is_empty() {
            return Ok(Some(lights::text(&format!("There is no tool {name:?}"), true)));
        }
        match lights::choose(arguments, home::snapshot()) {
            Ok(lights) => self.perform(request, arguments, &lights).map(|()| None),
            Err(wrong) => Ok(Some(lights::text(&wrong, true))),
        }
    }

    /// Has the lights turned off. The ticket comes back with the outcomes.
    fn perform(&mut self, request: &Request, arguments: &Params, lights: &[home::Entity]) -> Result<(), RpcError> {
        let in_flight = self.work.values().filter(|session| *session == self.id).count() as u64;
        let limit = limit("requests-in-flight", 64);
        if in_flight >= limit {
            let text = format!("{limit} requests are in flight, the limit of requests-in-flight: wait or cancel one");
            return Err(RpcError::new(RpcError::REFUSED, text));
        }
        if request.id.to_string().len() > LONGEST_ID {
            let text = format!("The request id of a call is longer than {LONGEST_ID} bytes");
            return Err(RpcError::new(RpcError::INVALID_REQUEST, text));
        }
        let trace = protocol::trace(&request.params);
        let ticket = Ticket {
            format: FORMAT,
            session: self.id.to_owned(),
            request: request.id.clone(),
            lights: lights.iter().map(|light| light.name.clone()).collect(),
            since: self.moment,
            trace: trace.as_ref().map(|trace| (trace.traceparent.clone(), trace.tracestate.clone())),
        };
        self.work.insert(ticket.key(), ticket.session.clone());
        self.effects.push(Effect::Perform(Perform {
            ticket: ticket.write(),
            key: ticket.key(),
            principal: self.session.principal.clone(),
            // The session's; the host has it.
            client: String::new(),
            tool: lights::NAME.to_owned(),
            arguments: protocol::bytes(&Value::Object(arguments.clone())),
            actions: lights.iter().map(lights::action).collect(),
            patience: PATIENCE_MS,
            deadline: DEADLINE_MS,
            trace,
        }));
        Ok(())
    }

    /// Keeps the session as it is now. Comes before the message that shows the change.
    fn keep(&mut self) {
        self.effects.push(Effect::Keep(self.session.checkpoint(self.id)));
    }
}

/// Puts a message into the stream of a session.
pub fn send(outlet: u64, body: Vec<u8>) -> Effect {
    let (last, status, replaces) = (false, Status::Ok, None);
    Effect::Send(Send { outlet, body, last, status, replaces })
}

/// A limit that the owner set, or what holds without.
pub fn limit(name: &str, default: u64) -> u64 {
    installation::limit(name).unwrap_or(default)
}
