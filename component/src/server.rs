//! The reducer: event in, effects out.
//!
//! It does no I/O, reads no clock and never waits. Whatever outlasts an event is in checkpoints, in the tickets of open
//! work, or can be derived from the home; so the instance may be dropped between any two events, and another one that
//! is given these goes on as this one would have.

mod changes;

use crate::contract::exports::hearth::mcp::server::{
    Attachment, ConformanceLevel, Delivery, Description, Dismissal, Moment, News, Nonce, OpenWork as Work, Opened,
    Origin, OwnLlmApi, Principal, Received, Route, Tool,
};
use crate::contract::hearth::mcp::types::{Checkpoint, Effect, Level, Log, Outlet, Refusal, RefusalReason};
use crate::features::{self, Context, progress, tools};
use crate::home::Mirror;
use crate::imports::Imports;
use crate::llm::{self, Llm, Selection};
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::{Body, Message, Rules};
use crate::protocol::version::VERSIONS;
use crate::protocol::{answer, initialize};
use crate::session::admission::{Admission, Entry, refusal};
use crate::session::checkpoint::{self, FORMAT};
use crate::session::id::SessionId;
use crate::session::limits::Limits;
use crate::session::work::{OpenWork, Ticket};
use crate::session::{Session, Sessions};

/// One instance of the MCP server. Its methods are the exported interface of the contract, one for one.
pub struct Server<I> {
    imports: I,
    limits: Limits,
    admission: Admission,
    sessions: Sessions,
    work: OpenWork,
    /// None until the home is first needed: what is described needs none.
    mirror: Option<Mirror>,
    llm: Llm,
    /// Until then nothing is answered, only taken in.
    live: bool,
}

impl<I: Imports> Server<I> {
    /// An instance that knows nothing yet. The imports are not called before `restore` or `start`.
    pub fn new(imports: I) -> Self {
        Self {
            imports,
            limits: Limits::default(),
            admission: Admission::default(),
            sessions: Sessions::default(),
            work: OpenWork::default(),
            mirror: None,
            llm: Llm::new(),
            live: false,
        }
    }

    /// What this component is.
    pub fn describe(&self) -> Description {
        let own = |api: &llm::OwnApi| OwnLlmApi {
            id: api.id.to_owned(),
            name: api.name.to_owned(),
            requires_admin: api.requires_admin,
        };
        Description {
            name: initialize::NAME.to_owned(),
            version: initialize::VERSION.to_owned(),
            protocol_versions: VERSIONS.map(|version| version.as_str().to_owned()).into(),
            level: ConformanceLevel::Assist,
            actions: llm::actions(),
            llm_apis: llm::APIS.iter().map(own).collect(),
            writes: vec![FORMAT],
            reads: vec![FORMAT],
        }
    }

    /// Takes in state of an earlier instance, and the home. Work with an empty ticket is over.
    pub fn restore(&mut self, checkpoints: Vec<Checkpoint>, work: Vec<Work>, _write_format: u32) -> Vec<String> {
        self.take_home();
        let mut unreadable = Vec::new();
        for checkpoint in checkpoints {
            let removed = SessionId::parse(&checkpoint.key).filter(|_| checkpoint.body.is_empty());
            if let Some(id) = removed {
                self.sessions.remove(id);
                continue;
            }
            let key = checkpoint.key.clone();
            match checkpoint::read(checkpoint) {
                Some((id, session)) => self.sessions.insert(id, session),
                None => unreadable.push(key),
            }
        }
        for Work { key, ticket } in work {
            match Ticket::read(&ticket) {
                Some((session, _)) => self.work.begin(session, key),
                None if ticket.is_empty() => self.work.forget(&key),
                None => unreadable.push(key),
            }
        }
        unreadable
    }

    /// From now on it answers. Where this component offers other tools than the one before, clients are told.
    pub fn start(&mut self, moment: Moment, _nonce: Nonce) -> Vec<Effect> {
        self.take_home();
        self.live = true;
        let mut effects = Vec::new();
        let orphans: Vec<_> = self.work.sessions().filter(|id| !self.sessions.contains(*id)).collect();
        for session in orphans {
            effects.extend(self.work.end_all(session).map(Effect::Abandon));
        }
        self.follow_entry(moment, &mut effects);
        effects
    }

    /// A client connected over HTTP+SSE.
    ///
    /// # Errors
    /// When the config entry does not admit the principal, or a limit on sessions is reached.
    pub fn open(&mut self, origin: Origin, _moment: Moment, nonce: Nonce) -> Result<Opened, Refusal> {
        self.admission
            .admit(&self.imports, origin.entry_revision, &origin.principal)?;
        self.sessions.check_room(&origin.principal.id, &self.limits)?;
        let id = SessionId::from_nonce(nonce);
        if self.sessions.contains(id) {
            // The nonces repeat. Whoever owns that session must not lose it to another client.
            return Err(Refusal {
                reason: RefusalReason::Unsupported,
                detail: "The session id that the event's nonce makes is taken".to_owned(),
            });
        }
        let session = Session::new(origin.outlet, origin.principal.id, origin.principal.admin);
        let effects = vec![Effect::Keep(checkpoint::write(id, &session))];
        self.sessions.insert(id, session);
        Ok(Opened {
            session: id.to_string(),
            effects,
        })
    }

    /// A body arrived.
    ///
    /// # Errors
    /// When the config entry does not admit the principal; when the session is unknown or somebody else's; when the
    /// body is not a message: in this order. On any route but HTTP+SSE.
    pub fn receive(&mut self, delivery: Delivery) -> Result<Received, Refusal> {
        if delivery.route != Route::Sse {
            return Err(refusal(RefusalReason::Unsupported));
        }
        let entry = self
            .admission
            .admit(&self.imports, delivery.entry_revision, &delivery.principal)?;
        let name = delivery.session.as_deref().unwrap_or_default();
        let (id, session) = self.sessions.owned_by(name, &delivery.principal.id)?;
        let batches = session.served_version().has_batches();
        let rules = Rules {
            nesting: self.limits.nesting,
            batch: batches.then_some(self.limits.requests_in_flight),
        };
        // Home Assistant's text; why exactly is of no use to a client that cannot write JSON-RPC.
        let body = Body::parse(&delivery.body, rules).map_err(|_| Refusal {
            reason: RefusalReason::Malformed,
            detail: "Could not parse message".to_owned(),
        })?;

        let mut effects = Vec::with_capacity(2);
        if delivery.fault {
            effects.extend(refuse_all(session.outlet, &body));
            return Ok(Received { effects, session: None });
        }
        if session.admin != delivery.principal.admin {
            session.admin = delivery.principal.admin;
            effects.push(Effect::Keep(checkpoint::write(id, session)));
        }
        let mut context = Context {
            llm: &mut self.llm,
            mirror: self.mirror.get_or_insert_with(|| Mirror::new(self.imports.snapshot())),
            selection: &entry.selection,
            id,
            session,
            work: &mut self.work,
            limits: &self.limits,
            moment: delivery.moment,
            effects: &mut effects,
        };
        for message in body.messages() {
            match message {
                Message::Request(request) => context.serve(request),
                Message::Notification(notification) => context.hear(notification),
                Message::Response => {}
            }
        }
        Ok(Received { effects, session: None })
    }

    /// A stream of Streamable HTTP.
    ///
    /// # Errors
    /// Always: that transport is not served yet.
    pub fn attach(&mut self, _attachment: Attachment) -> Result<Vec<Effect>, Refusal> {
        Err(refusal(RefusalReason::Unsupported))
    }

    /// The end of a Streamable HTTP session.
    ///
    /// # Errors
    /// Always: that transport is not served yet.
    pub fn dismiss(&mut self, _dismissal: Dismissal) -> Result<Vec<Effect>, Refusal> {
        Err(refusal(RefusalReason::Unsupported))
    }

    /// News of work. Of work that is not open any more, or whose session is gone, nobody wants to hear.
    pub fn resume(&mut self, ticket: Vec<u8>, news: News, _moment: Moment, _nonce: Nonce) -> Vec<Effect> {
        let Some((id, ticket)) = Ticket::read(&ticket) else {
            let text = "a ticket came back that this component cannot read".to_owned();
            return vec![Effect::Log(Log {
                level: Level::Error,
                text,
            })];
        };
        let open = match news {
            News::Progress(_) => self.work.is_open(id, &ticket.key),
            News::Outcomes(_) | News::Fault => self.work.end(id, &ticket.key),
        };
        let Some(session) = self.sessions.get(id).filter(|_| open) else {
            return Vec::new();
        };
        match news {
            News::Progress(news) => progress::report(session, &ticket, &news).into_iter().collect(),
            News::Outcomes(outcomes) => {
                let result = self.llm.finish(&ticket.finish, &outcomes);
                vec![tools::finished(session.outlet, &ticket, &result)]
            }
            News::Fault => vec![tools::lost(session.outlet, &ticket)],
        }
    }

    /// An outlet is over for good, and its session with it.
    pub fn closed(&mut self, outlet: Outlet, _moment: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        if let Some(id) = self.sessions.at_outlet(outlet) {
            self.drop_session(id, &mut effects);
        }
        effects
    }

    /// Nothing here waits for a moment, so that no timer is ever set.
    pub fn wake(&mut self, _moment: Moment) -> Vec<Effect> {
        Vec::new()
    }

    /// What `tools/list` would say to this principal on this route.
    pub fn offers(&mut self, principal: Principal, route: Route) -> Vec<Tool> {
        let selection = match route {
            Route::Sse | Route::Streamable(None) => Entry::look_up(&self.imports)
                .ok()
                .filter(|entry| entry.admits(principal.admin))
                .map(|entry| entry.selection),
            Route::Streamable(Some(api)) => Selection::of_api(&api),
        };
        let Some(selection) = selection.filter(|selection| selection.check(principal.admin).is_ok()) else {
            return Vec::new();
        };
        let request = llm::Request {
            mirror: self.mirror.get_or_insert_with(|| Mirror::new(self.imports.snapshot())),
            device: None,
            admin: principal.admin,
            moment: 0,
        };
        let tool = |(name, definition): (String, String)| Tool {
            name,
            definition: definition.into_bytes(),
        };
        self.llm.tools(&selection, &request).into_iter().map(tool).collect()
    }

    /// The home as it is when an instance takes over; what changes later comes by `home_changed`.
    fn take_home(&mut self) {
        if self.mirror.is_none() {
            self.limits = Limits::of(&self.imports);
            self.mirror = Some(Mirror::new(self.imports.snapshot()));
        }
    }

    /// Ends the stream of a session, and the session.
    fn end_session(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        let outlet = self.sessions.get(id).map(|session| session.outlet);
        self.drop_session(id, effects);
        effects.extend(outlet.map(Effect::End));
    }

    /// Forgets a session and stops what it waits for.
    fn drop_session(&mut self, id: SessionId, effects: &mut Vec<Effect>) {
        if self.sessions.remove(id).is_some() {
            effects.extend(self.work.end_all(id).map(Effect::Abandon));
            effects.push(Effect::Forget(id.to_string()));
        }
    }
}

/// Answers the requests of a body that trapped at its first delivery.
fn refuse_all(outlet: Outlet, body: &Body) -> Vec<Effect> {
    let error = RpcError::new(
        Code::Internal,
        "Internal error: the server failed at this request and did not carry it out",
    );
    let answer = |message: &Message| match message {
        Message::Request(request) => Some(features::send(outlet, answer::error(request.id.raw(), &error))),
        Message::Notification(_) | Message::Response => None,
    };
    body.messages().iter().filter_map(answer).collect()
}
