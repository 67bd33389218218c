//! What a client may ask for, one file a feature. A feature answers at once, asks the client something, or begins work in
//! the home.

pub mod asking;
pub mod completion;
pub mod discover;
pub mod handshake;
pub mod line;
pub mod list_changed;
pub mod listening;
pub mod logging;
pub mod methods;
pub mod pages;
pub mod progress;
pub mod prompts;
mod request_state;
pub mod resources;
#[cfg(feature = "conformance")]
pub mod tasks;
pub mod tools;

use std::sync::Arc;

use self::line::Line;
use crate::contract::hearth::mcp::types::{Effect, Ending, Moment, Nonce, Outlet, Resumable, Send, Status};
use crate::home::Mirror;
use crate::imports::Imports;
use crate::llm::{self, Answers, LastPaused, List, Llm, Selection, SelectionError, ToolResult};
use crate::protocol::answer::{self, Kind};
use crate::protocol::capabilities::ClientCapabilities;
use crate::protocol::error::{Code, RpcError};
use crate::protocol::log_level::LogLevel;
use crate::protocol::message::{Notification, Request, Response};
use crate::protocol::meta::Envelope;
use crate::protocol::params::Params;
use crate::protocol::version::Version;
use crate::session::id::SessionId;
use crate::session::limits::Limits;
use crate::session::questions::Questions;
use crate::session::watched::Watched;
use crate::session::work::{Holder, InFlight, OpenWork, Waiting};
use crate::session::{Session, checkpoint};

/// Who asks.
pub struct Caller<'a> {
    /// Id of the principal.
    pub principal: String,
    /// What the request says of its client, in the stateless era.
    pub envelope: Option<&'a Envelope<'a>>,
    /// Whether that is an administrator.
    pub admin: bool,
    /// The version that the request is served at.
    pub version: Version,
    /// What the client can do.
    pub capabilities: ClientCapabilities,
    /// The least level of log messages that the client wants while it is served; None: it never said.
    pub log_level: Option<LogLevel>,
    /// The session, if it is in one. What is changed in it is kept by [`Context::keep`].
    pub session: Option<(SessionId, &'a mut Session)>,
}

/// The HTTP exchange that a body came in by.
#[derive(Debug)]
pub struct Exchange {
    /// The queue to it.
    pub outlet: Outlet,
    /// Answers that go out together (MCP 2025-03-26, batching).
    pub batch: Option<Vec<Vec<u8>>>,
    /// It was made resumable.
    pub resumable: bool,
}

/// What a message is served with.
pub struct Context<'a> {
    /// The LLM APIs.
    pub llm: &'a mut Llm,
    /// The home as of this event.
    pub mirror: &'a Mirror,
    /// The LLM APIs that are served.
    pub selection: &'a Selection,
    /// Who asks.
    pub caller: Caller<'a>,
    /// Where answers go; None: to the stream of the session.
    pub exchange: Option<Exchange>,
    /// Requests in flight.
    pub work: &'a mut OpenWork,
    /// Questions that clients have not answered.
    pub questions: &'a mut Questions,
    /// What was paused last.
    pub paused: &'a LastPaused,
    /// What was paused last once all is served, where that changes.
    pub remembered: Option<LastPaused>,
    /// Tasks that clients may ask for.
    #[cfg(feature = "conformance")]
    pub tasks: &'a mut crate::session::tasks::Tasks,
    /// What the client may use.
    pub limits: &'a Limits,
    /// When the event happened.
    pub moment: Moment,
    /// Its randomness.
    pub nonce: Nonce,
    /// What may be asked of the installation.
    pub imports: &'a dyn Imports,
    /// What is to be done.
    pub effects: &'a mut Vec<Effect>,
    /// Lists that changed while it was served.
    pub changed: Vec<List>,
}

/// What became of a request that was not refused.
pub enum Served {
    /// This is the whole answer.
    Answer(Vec<u8>),
    /// The same, and it says that the tool went wrong.
    Failed(Vec<u8>),
    /// The answer comes later.
    Later,
}

impl Served {
    /// What came of a tool call, as it is written.
    pub fn of_tool(result: &ToolResult, body: Vec<u8>) -> Self {
        match result.is_error {
            true => Self::Failed(body),
            false => Self::Answer(body),
        }
    }

    /// The answer and what it is, if it is there.
    fn answer(self) -> Option<(Vec<u8>, Ending)> {
        match self {
            Self::Answer(body) => Some((body, Ending::Ok)),
            Self::Failed(body) => Some((body, Ending::ToolError)),
            Self::Later => None,
        }
    }
}

impl<'a> Context<'a> {
    /// Serves one request: answers it, or sees to it that it is answered later.
    pub fn serve(&mut self, request: &Request, params: &Params) {
        let (body, status, ending) = match methods::serve(self, request, params).map(Served::answer) {
            Ok(None) => return,
            Ok(Some((body, ending))) => (body, Status::Ok, ending),
            Err(error) => (answer::error(request.id.raw(), &error), error.status, Ending::Error),
        };
        self.answer(body, status);
        let served = self.watched(request, params).ended(ending);
        self.effects.push(served);
    }

    /// Answers a request with an error whose params cannot be read.
    pub fn refuse(&mut self, request: &Request, error: &RpcError) {
        self.answer(answer::error(request.id.raw(), error), error.status);
        let served = self.watched(request, &Params::default()).ended(Ending::Error);
        self.effects.push(served);
    }

    /// What is told of a request once it is finished.
    fn watched(&self, request: &Request, params: &Params) -> Watched {
        watched(request, params, self.moment)
    }

    /// Puts the answer to a request where it belongs.
    pub fn answer(&mut self, body: Vec<u8>, status: Status) {
        match &mut self.exchange {
            Some(Exchange { batch: Some(batch), .. }) => batch.push(body),
            Some(Exchange { outlet, .. }) => self.effects.push(last(*outlet, body, status)),
            None => {
                let stream = self.stream();
                self.effects.push(send(stream, body));
            }
        }
    }

    /// The answers of a batch that are there go out, after the last message of its body.
    pub fn finish_batch(&mut self) {
        let Some(Exchange { outlet, batch, .. }) = &mut self.exchange else {
            return;
        };
        let (outlet, batch) = (*outlet, batch.take().unwrap_or_default());
        if batch.is_empty() {
            return;
        }
        let body = answer::batch(&batch);
        let effect = if self.work.waits_at(self.holder(), outlet) {
            send(outlet, body)
        } else {
            last(outlet, body, Status::Ok)
        };
        self.effects.push(effect);
    }

    /// Takes note of a notification. Those that are unknown here are ignored, as JSON-RPC demands.
    pub fn hear(&mut self, notification: &Notification) {
        let served = heard(notification, self.moment);
        self.effects.push(served);
        if notification.method != "notifications/cancelled" {
            return;
        }
        // MCP, cancellation: unknown and finished requests, and what cannot be read, are ignored. `initialize`, which
        // must not be cancelled, is never in flight.
        let Some(request) = Params::parse(notification.params)
            .ok()
            .and_then(|params| params.request_id())
        else {
            return;
        };
        if listening::stop(self, request) {
            return;
        }
        let holder = self.holder();
        let Some(key) = self.work.of_request(holder, request) else {
            return;
        };
        let Some(Waiting { exchange, watched }) = self.work.cancel(holder, &key) else {
            return;
        };
        self.effects.push(self.questions.abandon(key));
        self.effects.push(watched.ended(Ending::Cancelled));
        if let Some(exchange) = exchange.filter(|exchange| !self.work.waits_at(holder, *exchange)) {
            self.effects.push(Effect::End(exchange));
        }
    }

    /// Takes an answer of the client to a question of ours. Nobody waits for one to a question that was never put, or was
    /// answered before.
    pub fn take(&mut self, response: &Response) {
        asking::answered(self, response);
    }

    /// What the request belongs to.
    pub fn holder(&self) -> Holder {
        match (&self.caller.session, &self.exchange) {
            (Some((id, _)), _) => Holder::Session(*id),
            (None, exchange) => Holder::Exchange(exchange.as_ref().map_or(0, |exchange| exchange.outlet)),
        }
    }

    /// A request as it is kept while it waits.
    fn in_flight(&self, request: &Request, params: &Params) -> Result<InFlight, RpcError> {
        let limit = self.limits.requests_in_flight;
        if self.work.count(self.holder()) >= limit {
            return Err(RpcError::new(
                Code::Refused,
                format!(
                    "Too many requests in flight: {limit} of this session are not answered yet, the limit of \
                     requests-in-flight; wait for an answer or cancel one"
                ),
            ));
        }
        let in_flight = InFlight {
            exchange: self.exchange.as_ref().map(|exchange| exchange.outlet),
            progress: params.meta()?.progress_token().map(str::to_owned),
            log_level: self.caller.log_level.filter(|_| self.caller.version.is_stateless()),
            ..InFlight::new(self.holder(), request.id, self.watched(request, params))
        };
        if !in_flight.is_short() {
            return Err(RpcError::new(
                Code::InvalidRequest,
                format!(
                    "The request id or progress token of a call is longer than {} bytes",
                    crate::session::work::LONGEST_NOTE
                ),
            ));
        }
        Ok(in_flight)
    }

    /// The way to the client that waits for this request.
    fn line<'b>(&self, request: &'b InFlight) -> Line<'b> {
        Line {
            request,
            outlet: request.exchange.unwrap_or_else(|| self.stream()),
            version: self.caller.version,
            log_level: self.caller.log_level,
            is_last: !self.work.waits_beside(request),
        }
    }

    /// More than one message goes to the exchange of a request: a client of the handshake era may then resume it.
    fn becomes_stream(&mut self, request: &InFlight) {
        let version = self.caller.version;
        let (Some(exchange), Some((id, _))) = (&mut self.exchange, &self.caller.session) else {
            return;
        };
        if exchange.resumable || request.exchange != Some(exchange.outlet) {
            return;
        }
        exchange.resumable = true;
        self.effects.push(Effect::Resumable(Resumable {
            outlet: exchange.outlet,
            session: id.to_string(),
            prime: version.primes_streams(),
        }));
    }

    /// The stream of the session. Whoever has no exchange has one.
    fn stream(&self) -> Outlet {
        let session = self.caller.session.as_ref();
        session.and_then(|(_, session)| session.stream).unwrap_or_default()
    }

    /// The kind of the results of this client.
    fn kind(&self) -> Kind {
        Kind::at(self.caller.version)
    }

    /// What a request brings to the LLM APIs.
    ///
    /// # Errors
    /// When the principal may not use those that are served, or there are none.
    fn ask<'b>(&self, device: Option<&'b str>, answers: Option<&'b Answers>) -> Result<llm::Request<'b>, RpcError>
    where
        'a: 'b,
    {
        self.selection.check(self.caller.admin).map_err(|error| {
            // Which LLM APIs there are is the owner's business: the client did nothing wrong. Who may use them is not.
            let code = match error {
                SelectionError::Unauthorized => Code::Refused,
                _ => Code::Internal,
            };
            RpcError::new(code, error.to_string())
        })?;
        Ok(llm::Request {
            mirror: self.mirror,
            device,
            admin: self.caller.admin,
            moment: self.moment,
            client: self.caller.capabilities,
            answers,
            paused: Some(self.paused),
        })
    }

    /// Digest of the tools that are served.
    ///
    /// # Errors
    /// When none are served.
    pub fn tools_digest(&mut self) -> Result<Arc<str>, RpcError> {
        let ask = self.ask(None, None)?;
        Ok(self.llm.tools_digest(self.selection, &ask))
    }

    /// Keeps the session as it is now. Comes before the messages that show the change.
    pub fn keep(&mut self) {
        if let Some((id, session)) = &self.caller.session {
            self.effects.push(checkpoint::keep(*id, session, self.limits));
        }
    }
}

/// What is told of a request that came in at this moment.
pub fn watched(request: &Request, params: &Params, moment: Moment) -> Watched {
    Watched {
        method: methods::named(&request.method),
        since: moment,
        trace: params.trace(),
    }
}

/// A notification was taken note of.
pub fn heard(notification: &Notification, moment: Moment) -> Effect {
    let watched = Watched {
        method: methods::named(&notification.method),
        since: moment,
        trace: Params::parse(notification.params)
            .ok()
            .and_then(|params| params.trace()),
    };
    watched.ended(Ending::Ok)
}

/// A message that others follow.
pub fn send(outlet: Outlet, body: Vec<u8>) -> Effect {
    message(outlet, body, false, Status::Ok, None)
}

/// A message in place of an older one of this tag that was not read yet.
pub fn send_newest(outlet: Outlet, body: Vec<u8>, tag: &str) -> Effect {
    message(outlet, body, false, Status::Ok, Some(tag.to_owned()))
}

/// The last message of an exchange.
pub fn last(outlet: Outlet, body: Vec<u8>, status: Status) -> Effect {
    message(outlet, body, true, status, None)
}

fn message(outlet: Outlet, body: Vec<u8>, last: bool, status: Status, replaces: Option<String>) -> Effect {
    Effect::Send(Send {
        outlet,
        body,
        last,
        status,
        replaces,
    })
}
