//! What a client may ask for, one file a feature. A feature answers at once or begins work in the home.

pub mod handshake;
pub mod list_changed;
pub mod progress;
pub mod prompts;
pub mod resources;
pub mod tools;

use crate::contract::hearth::mcp::types::{Effect, Moment, Outlet, Send, Status};
use crate::home::Mirror;
use crate::llm::{self, Llm, Selection, SelectionError};
use crate::protocol::answer;
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::{Notification, Request};
use crate::protocol::params::Params;
use crate::session::id::SessionId;
use crate::session::limits::Limits;
use crate::session::work::OpenWork;
use crate::session::{Session, checkpoint};

/// What a message of a session is served with.
pub struct Context<'a> {
    /// The LLM APIs.
    pub llm: &'a mut Llm,
    /// The home as of this event.
    pub mirror: &'a Mirror,
    /// The LLM APIs that the config entry serves.
    pub selection: &'a Selection,
    /// The session's id.
    pub id: SessionId,
    /// The session. What is changed in it is kept by `keep`.
    pub session: &'a mut Session,
    /// Calls in flight.
    pub work: &'a mut OpenWork,
    /// What the client may use.
    pub limits: &'a Limits,
    /// When the event happened.
    pub moment: Moment,
    /// What is to be done.
    pub effects: &'a mut Vec<Effect>,
}

/// What became of a request that was not refused.
pub enum Served {
    /// This is the whole answer.
    Answer(Vec<u8>),
    /// The home works on it.
    Working,
}

impl<'a> Context<'a> {
    /// Serves one request: puts its answer into the session's outlet, or begins work.
    pub fn serve(&mut self, request: &Request) {
        let body = match self.dispatch(request) {
            Ok(Served::Working) => return,
            Ok(Served::Answer(body)) => body,
            Err(error) => answer::error(request.id.raw(), &error),
        };
        self.effects.push(send(self.session.outlet, body));
    }

    /// Takes note of a notification. Those that are unknown here are ignored, as JSON-RPC demands.
    pub fn hear(&mut self, notification: &Notification) {
        if notification.method != "notifications/cancelled" {
            return;
        }
        // MCP, cancellation: unknown and finished requests, and what cannot be read, are ignored. `initialize`, which
        // must not be cancelled, is never in flight.
        let Ok(params) = Params::parse(notification.params) else {
            return;
        };
        let key = params
            .request_id()
            .and_then(|request| self.work.of_request(self.id, request));
        if let Some(key) = key {
            self.work.end(self.id, &key);
            self.effects.push(Effect::Abandon(key));
        }
    }

    fn dispatch(&mut self, request: &Request) -> Result<Served, RpcError> {
        let id = request.id.raw();
        if self.work.of_request(self.id, request.id).is_some() {
            // MCP, base protocol: an id must not be used twice in a session.
            return Err(RpcError::new(
                Code::InvalidRequest,
                format!("Request id {id} is in flight: give every request an id of its own"),
            ));
        }
        let serve = feature(&request.method).ok_or_else(|| RpcError::method_not_found(&request.method))?;
        let params = Params::parse(request.params)?;
        if params.meta()?.is_envelope() {
            return Err(RpcError::new(
                Code::InvalidRequest,
                "This session serves the protocol versions that begin with initialize; it does not take requests with \
                 the envelope of 2026-07-28",
            ));
        }
        serve(self, request, &params)
    }

    /// What a request brings to the LLM APIs.
    ///
    /// # Errors
    /// When the principal may not use those that the config entry serves, or there are none.
    fn ask<'b>(&self, device: Option<&'b str>) -> Result<llm::Request<'b>, RpcError>
    where
        'a: 'b,
    {
        self.selection.check(self.session.admin).map_err(|error| {
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
            admin: self.session.admin,
            moment: self.moment,
        })
    }

    /// Keeps the session as it is now. Comes before the messages that show the change.
    fn keep(&mut self) {
        self.effects
            .push(Effect::Keep(checkpoint::write(self.id, self.session)));
    }
}

type Feature = fn(&mut Context, &Request, &Params) -> Result<Served, RpcError>;

/// The method's feature. `server/discover`, which only later versions have, is like any method that is not there: clients
/// that probe with it take that for a server of the handshake era.
fn feature(method: &str) -> Option<Feature> {
    Some(match method {
        "ping" => ping,
        "initialize" => handshake::initialize,
        "tools/list" => tools::list,
        "tools/call" => tools::call,
        "prompts/list" => prompts::list,
        "prompts/get" => prompts::get,
        "resources/list" => resources::list,
        "resources/read" => resources::read,
        _ => return None,
    })
}

fn ping(_: &mut Context, request: &Request, _: &Params) -> Result<Served, RpcError> {
    Ok(Served::Answer(answer::result(request.id.raw(), &["{}"])))
}

/// Puts a message into the stream of a session.
pub fn send(outlet: Outlet, body: Vec<u8>) -> Effect {
    Effect::Send(Send {
        outlet,
        body,
        last: false,
        status: Status::Ok,
        replaces: None,
    })
}

/// Puts a message into the stream of a session, in place of an older one of this tag that was not read yet.
pub fn send_newest(outlet: Outlet, body: Vec<u8>, tag: &str) -> Effect {
    Effect::Send(Send {
        outlet,
        body,
        last: false,
        status: Status::Ok,
        replaces: Some(tag.to_owned()),
    })
}
