//! The reducer: one method for each event of the contract.

use std::collections::BTreeMap;

use uuid::Builder;

use crate::contract::exports::hearth::mcp::server::{
    ConformanceLevel, Delivery, Description, OpenWork, Opened, Origin, OwnLlmApi, Principal, Received, Route, Tool,
};
use crate::contract::hearth::mcp::config_entries::{self, ConfigEntry, LookupError};
use crate::contract::hearth::mcp::types::{
    Change, Checkpoint, Effect, Ending, News, Nonce, Refusal, RefusalReason, Trace,
};
use crate::lights;
use crate::methods::{Context, Work, ending, limit, send, served};
use crate::protocol::{self, Message, RpcError};
use crate::session::{FORMAT, Session, Ticket};

/// All that there is, and all of it can be made again from checkpoints and tickets.
#[derive(Default)]
pub struct Server {
    /// By id, so that what goes to several clients goes out in one order.
    sessions: BTreeMap<String, Session>,
    work: Work,
}

/// What this component is.
pub fn describe() -> Description {
    let api = OwnLlmApi { id: lights::API.to_owned(), name: "Lights".to_owned(), requires_admin: false };
    Description {
        name: env!("CARGO_PKG_NAME").to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        protocol_versions: protocol::VERSIONS.map(str::to_owned).into(),
        level: ConformanceLevel::Tools,
        actions: vec![lights::ACTION.to_owned()],
        llm_apis: vec![api],
        writes: vec![FORMAT],
        reads: vec![FORMAT],
    }
}

/// What `tools/list` would say.
pub fn offers(principal: &Principal, route: &Route) -> Vec<Tool> {
    let here = !matches!(route, Route::Streamable(Some(api)) if api != lights::API);
    let tools = admit(principal).map(|entry| lights::offered(&entry)).unwrap_or_default();
    let tool = |tool: serde_json::Value| Tool {
        name: tool["name"].as_str().unwrap_or_default().to_owned(),
        definition: protocol::bytes(&tool),
    };
    tools.into_iter().filter(|_| here).map(tool).collect()
}

impl Server {
    /// Takes in what an earlier instance kept, and answers the keys that it cannot read.
    pub fn restore(&mut self, checkpoints: Vec<Checkpoint>, work: Vec<OpenWork>) -> Vec<String> {
        let mut unreadable = Vec::new();
        for checkpoint in checkpoints {
            let key = checkpoint.key.clone();
            if checkpoint.body.is_empty() {
                self.sessions.remove(&key);
            } else if let Some(session) = Session::read(checkpoint) {
                self.sessions.insert(key, session);
            } else {
                unreadable.push(key);
            }
        }
        for OpenWork { key, ticket } in work {
            if ticket.is_empty() {
                self.work.remove(&key);
            } else if let Some(ticket) = Ticket::read(&ticket) {
                self.work.insert(key, ticket.session);
            } else {
                unreadable.push(key);
            }
        }
        unreadable
    }

    /// From now on it is live. What changed since the instance before is told now.
    pub fn start(&mut self) -> Vec<Effect> {
        let orphans = self.work.extract_if(.., |_, session| !self.sessions.contains_key(session));
        let mut effects: Vec<Effect> = orphans.map(|(key, _)| Effect::Abandon(key)).collect();
        effects.extend(self.follow_entry());
        effects
    }

    /// A client connected.
    pub fn open(&mut self, origin: Origin, nonce: Nonce) -> Result<Opened, Refusal> {
        admit(&origin.principal)?;
        let full = |name| Err(refusal(RefusalReason::TooManySessions, format!("The limit of {name} is reached")));
        let own = self.sessions.values().filter(|session| session.principal == origin.principal.id);
        if own.count() as u64 >= limit("sessions-per-principal", 64) {
            return full("sessions-per-principal");
        }
        if self.sessions.len() as u64 >= limit("sessions", 1_024) {
            return full("sessions");
        }
        // All randomness comes from the event.
        let bits = (u128::from(nonce.high) << 64) | u128::from(nonce.low);
        let id = Builder::from_random_bytes(bits.to_be_bytes()).into_uuid().to_string();
        if self.sessions.contains_key(&id) {
            return Err(refusal(RefusalReason::Unsupported, "The nonce of this event was used before"));
        }
        let session = Session {
            outlet: origin.outlet,
            principal: origin.principal.id,
            version: String::new(),
            client: String::new(),
            listed: String::new(),
        };
        let effects = vec![Effect::Keep(session.checkpoint(&id))];
        self.sessions.insert(id.clone(), session);
        Ok(Opened { session: id, effects })
    }

    /// A body arrived. The checks come in one order: config entry, administrator, session, body.
    pub fn receive(&mut self, delivery: Delivery) -> Result<Received, Refusal> {
        if !matches!(delivery.route, Route::Sse) {
            return Err(refusal(RefusalReason::Unsupported, "Only HTTP+SSE is served"));
        }
        let entry = admit(&delivery.principal)?;
        let id = delivery.session.unwrap_or_default();
        let session = self.sessions.get_mut(&id).filter(|session| session.principal == delivery.principal.id);
        let Some(session) = session else {
            return Err(refusal(RefusalReason::UnknownSession, id));
        };
        let message = protocol::parse(&delivery.body, limit("nesting", 64));
        let message = message.map_err(|wrong| refusal(RefusalReason::Malformed, wrong))?;
        let effects = Vec::new();
        let moment = delivery.moment;
        let mut context = Context { id: &id, session, work: &mut self.work, entry: &entry, moment, effects };
        match message {
            Message::Request(request) if delivery.fault => {
                let error = RpcError::new(RpcError::INTERNAL, "Internal error: the server failed at this request");
                context.effects.push(send(context.session.outlet, protocol::error(&request.id, &error)));
            }
            Message::Request(request) => context.serve(&request),
            Message::Notification { method, params } if !delivery.fault => context.hear(&method, &params),
            Message::Notification { .. } | Message::Response => {}
        }
        Ok(Received { effects: context.effects, session: None })
    }

    /// News of work. Of a call that was cancelled, or whose client is gone, nobody wants to hear.
    pub fn resume(&mut self, ticket: &[u8], news: News) -> Vec<Effect> {
        let Some(ticket) = Ticket::read(ticket) else {
            return Vec::new();
        };
        let (answer, ending) = match news {
            News::Progress(_) => return Vec::new(),
            News::Outcomes(outcomes) => {
                let result = lights::answer(&ticket.lights, &outcomes);
                (protocol::result(&ticket.request, &result), ending(&result))
            }
            News::Fault => {
                let error = RpcError::new(RpcError::INTERNAL, "Internal error: it was done, and the answer is lost");
                (protocol::error(&ticket.request, &error), Ending::Error)
            }
        };
        let open = self.work.remove(&ticket.key()).is_some();
        let session = self.sessions.get(&ticket.session).filter(|_| open);
        let Some(outlet) = session.map(|session| session.outlet) else {
            return Vec::new();
        };
        let trace = ticket.trace.map(|(traceparent, tracestate)| Trace { traceparent, tracestate });
        vec![send(outlet, answer), served("tools/call", ending, ticket.since, trace)]
    }

    /// The home, the configuration or rights changed. The home itself is looked at when a tool is called.
    pub fn home_changed(&mut self, changes: &[Change]) -> Vec<Effect> {
        let mut effects = Vec::new();
        for change in changes {
            match change.kind.as_str() {
                "config-entry" => effects.extend(self.follow_entry()),
                // Nobody without any right keeps a session. Who may do what else is in each delivery.
                "rights" if change.data == b"null" => {
                    effects.extend(self.end_where(|session| session.principal == change.id));
                }
                _ => {}
            }
        }
        effects
    }

    /// A client hung up.
    pub fn closed(&mut self, outlet: u64) -> Vec<Effect> {
        let mut effects = self.end_where(|session| session.outlet == outlet);
        effects.retain(|effect| !matches!(effect, Effect::End(_)));
        effects
    }

    /// Ends all sessions when no config entry is served; else tells those clients whose list of tools is another one.
    fn follow_entry(&mut self) -> Vec<Effect> {
        let Ok(entry) = config_entries::lookup() else {
            return self.end_where(|_| true);
        };
        let digest = lights::digest(&lights::offered(&entry));
        let mut effects = Vec::new();
        for (id, session) in &mut self.sessions {
            if !session.listed.is_empty() && session.listed != digest {
                session.listed.clone_from(&digest);
                effects.push(Effect::Keep(session.checkpoint(id)));
                let body = protocol::notification("notifications/tools/list_changed");
                effects.push(send(session.outlet, body));
            }
        }
        effects
    }

    /// Ends sessions, their streams and what they wait for.
    fn end_where(&mut self, which: impl Fn(&Session) -> bool) -> Vec<Effect> {
        let mut effects = Vec::new();
        for (id, session) in self.sessions.extract_if(.., |_, session| which(session)) {
            let work = self.work.extract_if(.., |_, waiting| *waiting == id);
            effects.extend(work.map(|(key, _)| Effect::Abandon(key)));
            effects.push(Effect::Forget(id));
            effects.push(Effect::End(session.outlet));
        }
        effects
    }
}

/// The config entry, if this principal may use it.
fn admit(principal: &Principal) -> Result<ConfigEntry, Refusal> {
    let entry = config_entries::lookup().map_err(|error| match error {
        LookupError::NotConfigured => refusal(RefusalReason::NotConfigured, ""),
        LookupError::SeveralConfigured => refusal(RefusalReason::SeveralConfigured, ""),
    })?;
    if entry.require_admin && !principal.admin {
        return Err(refusal(RefusalReason::AdminRequired, ""));
    }
    Ok(entry)
}

pub fn refusal(reason: RefusalReason, detail: impl Into<String>) -> Refusal {
    let detail = detail.into();
    Refusal { reason, detail }
}
