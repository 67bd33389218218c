//! Which method is which feature, in each era, and what holds for all of them.

use super::{Context, Served, completion, discover, handshake, listening, logging, prompts, resources, tools};
use crate::contract::hearth::mcp::types::Status;
use crate::protocol::answer;
use crate::protocol::error::RpcError;
use crate::protocol::message::Request;
use crate::protocol::params::Params;

/// What a method is called that is none of ours: those who count methods count only so many.
const OTHER: &str = "other";

/// All that a client may say, whatever its version: requests and notifications.
const NAMES: &[&str] = &[
    "ping",
    "tools/call",
    "tools/list",
    "initialize",
    "notifications/initialized",
    "notifications/cancelled",
    "notifications/progress",
    "notifications/roots/list_changed",
    "logging/setLevel",
    "resources/subscribe",
    "resources/unsubscribe",
    "server/discover",
    "subscriptions/listen",
    "prompts/list",
    "prompts/get",
    "resources/list",
    "resources/templates/list",
    "resources/read",
    "completion/complete",
    #[cfg(feature = "conformance")]
    "tasks/get",
    #[cfg(feature = "conformance")]
    "tasks/update",
    #[cfg(feature = "conformance")]
    "tasks/cancel",
];

/// The method by this name, or `other`.
pub fn named(method: &str) -> &'static str {
    NAMES.iter().find(|name| **name == method).copied().unwrap_or(OTHER)
}

type Feature = fn(&mut Context, &Request, &Params) -> Result<Served, RpcError>;

/// Serves a request.
///
/// # Errors
/// When there is no such method, or it refuses; when a request of this id is in flight.
pub fn serve(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    if context.work.of_request(context.holder(), request.id).is_some() {
        return Err(RpcError::id_in_flight(request.id.raw()));
    }
    let feature = if context.caller.version.is_stateless() {
        // MCP 2026-07-28, Streamable HTTP: 404 with the error, so that clients can tell it from a missing endpoint.
        stateless(&request.method).ok_or_else(|| RpcError {
            status: Status::NotFound,
            ..RpcError::method_not_found(&request.method)
        })?
    } else {
        handshaking(&request.method).ok_or_else(|| RpcError::method_not_found(&request.method))?
    };
    feature(context, request, params)
}

/// Whether the handshake era has this method.
pub fn is_of_handshake(method: &str) -> bool {
    handshaking(method).is_some()
}

/// `server/discover`, which only later versions have, is like any method that is not there: clients that probe with it
/// take that for a server of the handshake era.
fn handshaking(method: &str) -> Option<Feature> {
    Some(match method {
        "ping" => ping,
        "initialize" => handshake::initialize,
        "logging/setLevel" => logging::set_level,
        "resources/subscribe" => resources::subscribe,
        "resources/unsubscribe" => resources::unsubscribe,
        method => return common(method),
    })
}

fn stateless(method: &str) -> Option<Feature> {
    Some(match method {
        "server/discover" => discover::discover,
        "subscriptions/listen" => listening::listen,
        #[cfg(feature = "conformance")]
        "tasks/get" => super::tasks::get,
        #[cfg(feature = "conformance")]
        "tasks/update" => super::tasks::update,
        #[cfg(feature = "conformance")]
        "tasks/cancel" => super::tasks::cancel,
        method => return common(method),
    })
}

fn common(method: &str) -> Option<Feature> {
    Some(match method {
        "tools/list" => tools::list,
        "tools/call" => tools::call,
        "prompts/list" => prompts::list,
        "prompts/get" => prompts::get,
        "resources/list" => resources::list,
        "resources/templates/list" => resources::templates,
        "resources/read" => resources::read,
        "completion/complete" => completion::complete,
        _ => return None,
    })
}

fn ping(context: &mut Context, request: &Request, _: &Params) -> Result<Served, RpcError> {
    Ok(Served::Answer(answer::result(request.id.raw(), context.kind(), &[])))
}
