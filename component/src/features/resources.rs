//! `resources/…`: what there is to be read, reading it, and being told when it changed.

use super::{Context, Served, listening, pages, send_newest};
use crate::contract::hearth::mcp::types::Effect;
use crate::protocol::answer::{self, json};
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::Request;
use crate::protocol::params::Params;
use crate::session::Session;
use crate::session::checkpoint::SUBSCRIPTION_BYTES;

/// The resources there are.
pub fn list(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let device = params.meta()?.device()?;
    let ask = context.ask(device.as_deref(), None)?;
    let resources = context.llm.resources(context.selection, &ask);
    let names: String = resources.iter().map(|resource| json(&resource.uri)).collect();
    let page = pages::page(params, "resources", &names, resources.len(), context.limits.page)?;
    let shown: Vec<_> = resources[page.items].iter().map(|resource| resource.json()).collect();
    let members = pages::members("resources", &json(&shown), page.next.as_deref());
    let kind = context.kind().cacheable();
    Ok(Served::Answer(answer::result(request.id.raw(), kind, &[&members])))
}

/// The templates there are.
pub fn templates(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let device = params.meta()?.device()?;
    context.ask(device.as_deref(), None)?;
    let templates = context.llm.templates(context.selection);
    let names: String = templates.iter().map(|template| json(&template.uri_template)).collect();
    let page = pages::page(
        params,
        "resource templates",
        &names,
        templates.len(),
        context.limits.page,
    )?;
    let shown: Vec<_> = templates[page.items].iter().map(|template| template.json()).collect();
    let members = pages::members("resourceTemplates", &json(&shown), page.next.as_deref());
    let kind = context.kind().cacheable();
    Ok(Served::Answer(answer::result(request.id.raw(), kind, &[&members])))
}

/// What one holds.
pub fn read(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let uri = params.uri()?;
    let device = params.meta()?.device()?;
    let ask = context.ask(device.as_deref(), None)?;
    let contents = match context.llm.read(context.selection, &ask, &uri) {
        None => return Err(unknown(context, &uri)),
        Some(Err(why)) => return Err(RpcError::new(Code::Internal, why)),
        Some(Ok(contents)) => contents,
    };
    let members = format!(r#""contents":[{}]"#, contents.json());
    let kind = context.kind().cacheable();
    Ok(Served::Answer(answer::result(request.id.raw(), kind, &[&members])))
}

/// From now on the client is told when it changed.
pub fn subscribe(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let uri = params.uri()?;
    let ask = context.ask(None, None)?;
    if context.llm.read(context.selection, &ask, &uri).is_none() {
        return Err(unknown(context, &uri));
    }
    if let Some((_, session)) = &mut context.caller.session {
        let bytes: usize = session.subscribed.iter().map(|uri| uri.len() + 8).sum();
        if bytes + uri.len() > SUBSCRIPTION_BYTES {
            return Err(RpcError::new(
                Code::Refused,
                format!(
                    "Too many subscriptions: their URIs may have {SUBSCRIPTION_BYTES} bytes in all; unsubscribe first"
                ),
            ));
        }
        if session.subscribed.insert(uri.into_owned()) {
            context.keep();
        }
    }
    Ok(Served::Answer(answer::result(request.id.raw(), context.kind(), &[])))
}

/// From now on it is not.
pub fn unsubscribe(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let uri = params.uri()?;
    if let Some((_, session)) = &mut context.caller.session
        && session.subscribed.remove(uri.as_ref())
    {
        context.keep();
    }
    Ok(Served::Answer(answer::result(request.id.raw(), context.kind(), &[])))
}

/// Tells a client that a resource holds something else now, by every way in which it subscribed to it.
pub fn tell_updated(session: &Session, uri: &str, effects: &mut Vec<Effect>) {
    const METHOD: &str = "notifications/resources/updated";
    let Some(stream) = session.stream else {
        return;
    };
    if session.subscribed.contains(uri) {
        let params = json(&serde_json::json!({ "uri": uri }));
        let body = answer::notification(METHOD, &params);
        effects.push(send_newest(stream, body, &format!("{METHOD} {uri}")));
    }
    let listens = session.listens.iter();
    for (id, _) in listens.filter(|(_, filter)| filter.resource_subscriptions.contains(uri)) {
        let body = listening::told(id, METHOD, &format!(r#""uri":{}"#, json(uri)));
        effects.push(send_newest(stream, body, &format!("{METHOD} {uri} {id}")));
    }
}

fn unknown(context: &Context, uri: &str) -> RpcError {
    // MCP until 2025-11-25, resources, error handling: -32002 with the URI; 2026-07-28: -32602 with it.
    let code = if context.caller.version.is_stateless() {
        Code::InvalidParams
    } else {
        Code::ResourceNotFound
    };
    let error = RpcError::new(code, format!("Unknown resource: {uri}"));
    error.with_data(&serde_json::json!({ "uri": uri }))
}
