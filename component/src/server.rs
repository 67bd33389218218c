//! The reducer: event in, effects out.
//!
//! It does no I/O, reads no clock and never waits. Whatever outlasts an event is in checkpoints, in the tickets of open
//! work, or can be derived from the home; so the instance may be dropped between any two events, and another one that
//! is given these goes on as this one would have.

mod body;
mod changes;
mod ending;
mod headers;
mod sse;
mod stateless;
mod streamable;
mod streams;

use crate::contract::exports::hearth::mcp::server::{
    Attachment, ConformanceLevel, Delivery, Description, Dismissal, Moment, News, Nonce, OpenWork as Work, Opened,
    Origin, OwnLlmApi, Principal, Received, Route, Tool,
};
use crate::contract::hearth::mcp::types::{Checkpoint, Effect, Level, Log, Outlet, Refusal};
use crate::features::line::Line;
use crate::features::tools;
use crate::home::Mirror;
use crate::imports::Imports;
use crate::llm::{self, LastPaused, Llm, Step};
use crate::protocol::initialize;
use crate::protocol::version::{VERSIONS, Version};
use crate::session::Sessions;
use crate::session::admission::{Admission, Entry};
use crate::session::checkpoint::{self, FORMAT};
use crate::session::id::SessionId;
use crate::session::limits::Limits;
use crate::session::memory;
use crate::session::questions::Questions;
use crate::session::work::{Holder, InFlight, OpenWork, Ticket};

/// One instance of the MCP server. Its methods are the exported interface of the contract, one for one.
pub struct Server<I> {
    imports: I,
    limits: Limits,
    admission: Admission,
    sessions: Sessions,
    work: OpenWork,
    questions: Questions,
    /// What was paused last.
    paused: LastPaused,
    #[cfg(feature = "conformance")]
    tasks: crate::session::tasks::Tasks,
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
            questions: Questions::default(),
            paused: LastPaused::default(),
            #[cfg(feature = "conformance")]
            tasks: Default::default(),
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
            let key = checkpoint.key.clone();
            if !self.take_in(checkpoint) {
                unreadable.push(key);
            }
        }
        for Work { key, ticket } in work {
            match Ticket::read(&ticket) {
                Some(ticket) => self.work.begin(&InFlight { key, ..ticket.request }),
                None if ticket.is_empty() => self.work.forget(&key),
                None => unreadable.push(key),
            }
        }
        unreadable
    }

    /// Takes in one checkpoint. False when it cannot be read.
    fn take_in(&mut self, checkpoint: Checkpoint) -> bool {
        let question = Questions::id_of(&checkpoint.key).map(str::to_owned);
        if let Some(pending) = question.and_then(|id| self.questions.remove(&id)) {
            let request = pending.asking.request;
            self.work.end(request.holder, &request.key);
        }
        #[cfg(feature = "conformance")]
        if self.tasks.take_in(&checkpoint) {
            return true;
        }
        if memory::is_it(&checkpoint) {
            let paused = memory::read(&checkpoint);
            let known = paused.is_some();
            self.paused = paused.unwrap_or_default();
            return known;
        }
        if checkpoint.body.is_empty() {
            if let Some(id) = SessionId::parse(&checkpoint.key) {
                self.sessions.remove(id);
            }
            return true;
        }
        if let Some((id, pending)) = Questions::read(&checkpoint) {
            self.work.begin(&pending.asking.request);
            self.questions.insert(id, pending);
            return true;
        }
        let session = checkpoint::read(checkpoint);
        let known = session.is_some();
        if let Some((id, session)) = session {
            self.sessions.insert(id, session);
        }
        known
    }

    /// From now on it answers. Where this component offers other tools than the one before, clients are told.
    pub fn start(&mut self, moment: Moment, _nonce: Nonce) -> Vec<Effect> {
        self.take_home();
        self.live = true;
        let mut effects = Vec::new();
        let is_orphan = |holder: &Holder| matches!(holder, Holder::Session(id) if !self.sessions.contains(*id));
        let orphans: Vec<_> = self.work.holders().filter(is_orphan).collect();
        for holder in orphans {
            self.abandon_all(holder, &mut effects);
        }
        self.follow_entry(&mut effects);
        self.set_timer(moment, &mut effects);
        effects
    }

    /// A client connected over HTTP+SSE.
    ///
    /// # Errors
    /// When the config entry does not admit the principal, or a limit on sessions is reached.
    pub fn open(&mut self, origin: Origin, moment: Moment, nonce: Nonce) -> Result<Opened, Refusal> {
        self.open_sse(origin, moment, nonce)
    }

    /// A body arrived.
    ///
    /// # Errors
    /// When the config entry does not admit the principal, or there is no such LLM API. On HTTP+SSE also when the session
    /// is unknown or somebody else's, then when the body is not a message; over Streamable HTTP these are answered in the
    /// exchange. When a limit on sessions is reached.
    pub fn receive(&mut self, delivery: Delivery) -> Result<Received, Refusal> {
        match delivery.route {
            Route::Sse => self.receive_sse(&delivery),
            Route::Streamable(_) => self.receive_streamable(&delivery),
        }
    }

    /// A client opens a stream of its Streamable HTTP session.
    ///
    /// # Errors
    /// As a body, and when the session is missing or unknown, or there are no streams in the version that it says.
    pub fn attach(&mut self, attachment: Attachment) -> Result<Vec<Effect>, Refusal> {
        self.attach_stream(&attachment)
    }

    /// A client ends its Streamable HTTP session.
    ///
    /// # Errors
    /// As a body, and when the session is missing or unknown, or there are no sessions in the version that it says.
    pub fn dismiss(&mut self, dismissal: Dismissal) -> Result<Vec<Effect>, Refusal> {
        self.dismiss_session(&dismissal)
    }

    /// News of work. Of work that is not open any more, or whose session is gone, nobody wants to hear.
    pub fn resume(&mut self, ticket: Vec<u8>, news: News, _moment: Moment, _nonce: Nonce) -> Vec<Effect> {
        let Some(ticket) = Ticket::read(&ticket) else {
            let text = "a ticket came back that this component cannot read".to_owned();
            return vec![Effect::Log(Log {
                level: Level::Error,
                text,
            })];
        };
        let (holder, key) = (ticket.request.holder, &ticket.request.key);
        let open = match news {
            News::Progress(_) => self.work.is_open(holder, key),
            News::Outcomes(_) | News::Fault => self.work.end(holder, key),
        };
        let Some(line) = self.line(&ticket.request).filter(|_| open) else {
            return Vec::new();
        };
        match news {
            News::Progress(news) => line.progress(&news).into_iter().collect(),
            News::Outcomes(outcomes) => match self.llm.finish(&ticket.finish, &outcomes) {
                Step::Answer(result) => tools::finished(&line, &result),
                Step::Further(plan) => match ticket.asked {
                    Some(asked) => vec![tools::perform(
                        &mut self.work,
                        ticket.request,
                        String::new(),
                        asked,
                        plan,
                    )],
                    None => tools::lost(&line),
                },
            },
            News::Fault => tools::lost(&line),
        }
    }

    /// The way to the client that waits for this request; None when it is gone.
    fn line<'a>(&self, request: &'a InFlight) -> Option<Line<'a>> {
        let (version, log_level, stream) = match request.holder {
            Holder::Exchange(_) => (Version::V2026_07_28, request.log_level, None),
            Holder::Session(id) => {
                let session = self.sessions.get(id)?;
                let version = session.served_version();
                let log_level = if version.is_stateless() {
                    request.log_level
                } else {
                    session.log_level
                };
                (version, log_level, session.stream)
            }
        };
        Some(Line {
            request,
            outlet: request.exchange.or(stream)?,
            version,
            log_level,
            is_last: !self.work.waits_beside(request),
        })
    }

    /// An outlet is over for good.
    pub fn closed(&mut self, outlet: Outlet, moment: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        // MCP 2026-07-28: to close the response is to cancel the request. Before that it cancels nothing.
        self.abandon_all(Holder::Exchange(outlet), &mut effects);
        self.end_questions_at(outlet, &mut effects);
        if let Some(id) = self.sessions.at_stream(outlet) {
            self.lose_stream(id, moment, &mut effects);
        }
        effects
    }

    /// The timer went off: sessions that were not heard of for too long end.
    pub fn wake(&mut self, moment: Moment) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.end_idle(moment, &mut effects);
        self.set_timer(moment, &mut effects);
        effects
    }

    /// What `tools/list` would say to this principal on this route.
    pub fn offers(&mut self, principal: Principal, route: Route) -> Vec<Tool> {
        let api = match &route {
            Route::Sse => None,
            Route::Streamable(api) => api.as_deref(),
        };
        let entry = Entry::look_up(&self.imports).ok();
        let Some(selection) = Entry::offered(entry.as_ref(), api, principal.admin) else {
            return Vec::new();
        };
        let mirror = self.mirror.get_or_insert_with(|| Mirror::new(self.imports.snapshot()));
        let request = llm::Request::of_nobody(mirror, principal.admin);
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
}
