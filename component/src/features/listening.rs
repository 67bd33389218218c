//! `subscriptions/listen` (MCP 2026-07-28): a request that stays open, and tells of changes that it asked for.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::{Context, Served, send};
use crate::contract::hearth::mcp::types::Ending;
use crate::protocol::answer::{self, json as text};
use crate::protocol::error::{Code, RpcError};
use crate::protocol::id::RequestId;
use crate::protocol::message::Request;
use crate::protocol::params::Params;
use crate::session::checkpoint::SUBSCRIPTION_BYTES;
use crate::session::{Filter, Session};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    #[serde(default)]
    tools_list_changed: bool,
    #[serde(default)]
    prompts_list_changed: bool,
    #[serde(default)]
    resources_list_changed: bool,
    #[serde(default)]
    resource_subscriptions: BTreeSet<String>,
}

/// On the stream of a stateless HTTP+SSE session: listens until it is cancelled or the session ends.
pub fn listen(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let filter = honoured(context, params)?;
    let digest = context.tools_digest()?;
    let id = request.id.raw();
    let stream = context.stream();
    let Some((_, session)) = &mut context.caller.session else {
        return Err(RpcError::new(Code::Internal, "Only a session can listen here"));
    };
    if session.listens.contains_key(id) {
        return Err(RpcError::id_in_flight(id));
    }
    check_size(session, id, &filter)?;
    session.listed.get_or_insert(digest);
    session.listens.insert(id.to_owned(), filter.clone());
    context.keep();
    context.effects.push(send(stream, acknowledged(id, &filter)));
    let served = context.watched(request, params).ended(Ending::Ok);
    context.effects.push(served);
    Ok(Served::Later)
}

/// Stops listening, if it is what this request does. True when it was.
pub fn stop(context: &mut Context, request: RequestId) -> bool {
    let session = context.caller.session.as_mut();
    let stopped = session.is_some_and(|(_, session)| session.listens.remove(request.raw()).is_some());
    if stopped {
        context.keep();
    }
    stopped
}

/// Of what a request asks for, that which there is.
///
/// # Errors
/// When it cannot be read.
pub fn honoured(context: &mut Context, params: &Params) -> Result<Filter, RpcError> {
    let wanted: Wanted = serde_json::from_str(params.notifications()?).map_err(|_| RpcError::invalid_params())?;
    let ask = context.ask(None, None)?;
    let changing = context.llm.changes_lists(context.selection);
    let mut resources = wanted.resource_subscriptions;
    resources.retain(|uri| context.llm.read(context.selection, &ask, uri).is_some());
    Ok(Filter {
        tools_list_changed: wanted.tools_list_changed,
        prompts_list_changed: wanted.prompts_list_changed && changing,
        resources_list_changed: wanted.resources_list_changed && changing,
        resource_subscriptions: resources,
    })
}

/// Whether a session can keep what it listens to.
///
/// # Errors
/// When it would be too much.
pub fn check_size(session: &Session, id: &str, filter: &Filter) -> Result<(), RpcError> {
    let size = |id: &str, filter: &Filter| id.len() + text(filter).len();
    let kept: usize = session.listens.iter().map(|(id, filter)| size(id, filter)).sum();
    if kept + size(id, filter) <= SUBSCRIPTION_BYTES {
        return Ok(());
    }
    Err(RpcError::new(
        Code::Refused,
        format!("Too many subscriptions: ids and URIs may have {SUBSCRIPTION_BYTES} bytes in all; cancel one first"),
    ))
}

/// The first message of a subscription: what of it is honoured.
pub fn acknowledged(id: &str, filter: &Filter) -> Vec<u8> {
    let params = format!(r#"{{"notifications":{},"_meta":{}}}"#, text(filter), meta(id));
    answer::notification("notifications/subscriptions/acknowledged", &params)
}

/// The end of a subscription that the server ends.
pub fn ended(id: &str) -> Vec<u8> {
    format!(
        r#"{{"jsonrpc":"2.0","id":{id},"result":{{"resultType":"complete","_meta":{}}}}}"#,
        meta(id)
    )
    .into_bytes()
}

/// A notification on a subscription; `members` are those of its params.
pub fn told(id: &str, method: &str, members: &str) -> Vec<u8> {
    let comma = if members.is_empty() { "" } else { "," };
    answer::notification(method, &format!(r#"{{{members}{comma}"_meta":{}}}"#, meta(id)))
}

fn meta(id: &str) -> String {
    format!(r#"{{"io.modelcontextprotocol/subscriptionId":{id}}}"#)
}
