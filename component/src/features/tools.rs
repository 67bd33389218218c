//! `tools/list` and `tools/call`. A call is answered at once, or becomes work whose ticket says how to answer it.

use serde_json::Value;

use super::{Context, Served, send};
use crate::contract::hearth::mcp::types::{Effect, Outlet, Perform};
use crate::llm::{Call, Plan, ToolResult};
use crate::protocol::answer::{self, json};
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::Request;
use crate::protocol::params::Params;
use crate::session::work::{LONGEST_NOTE, Ticket};

/// The tools that the principal is offered, on one page.
pub fn list(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    params.check_cursor()?;
    let device = params.meta()?.device()?;
    let ask = context.ask(device.as_deref())?;
    let tools = context.llm.tools_json(context.selection, &ask);
    let digest = context.llm.tools_digest(context.selection, &ask);
    if context.session.listed.as_ref() != Some(&digest) {
        context.session.listed = Some(digest);
        context.keep();
    }
    let body = answer::result(request.id.raw(), &[r#"{"tools":"#, &tools, "}"]);
    Ok(Served::Answer(body))
}

/// Calls a tool.
pub fn call(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let tool = params.name()?;
    let arguments = params.arguments()?;
    let value: Value = serde_json::from_str(arguments).map_err(|_| RpcError::invalid_params())?;
    let meta = params.meta()?;
    let device = meta.device()?;
    let ask = context.ask(device.as_deref())?;
    match context.llm.call(context.selection, &ask, &tool, &value) {
        Call::Answer(result) => Ok(Served::Answer(tool_result(request.id.raw(), &result))),
        Call::Perform(plan) => {
            let call = ToolCall {
                tool: &tool,
                arguments,
                progress: meta.progress_token(),
            };
            begin(context, request, call, plan)
        }
    }
}

/// What was called.
struct ToolCall<'a> {
    tool: &'a str,
    arguments: &'a str,
    progress: Option<&'a str>,
}

fn begin(context: &mut Context, request: &Request, call: ToolCall, plan: Plan) -> Result<Served, RpcError> {
    let limit = context.limits.requests_in_flight;
    if context.work.count(context.id) >= limit {
        return Err(RpcError::new(
            Code::Refused,
            format!(
                "Too many requests in flight: {limit} of this session are not answered yet, the limit of \
                 requests-in-flight; wait for an answer or cancel one"
            ),
        ));
    }
    let notes = [Some(request.id.raw()), call.progress];
    if notes.into_iter().flatten().any(|note| note.len() > LONGEST_NOTE) {
        return Err(RpcError::new(
            Code::InvalidRequest,
            format!("The request id or progress token of a tool call is longer than {LONGEST_NOTE} bytes"),
        ));
    }
    let ticket = Ticket::new(context.id, request.id, call.progress, plan.finish);
    context.work.begin(context.id, ticket.key.clone());
    context.effects.push(Effect::Perform(Perform {
        ticket: ticket.write(),
        key: ticket.key,
        principal: context.session.principal.clone(),
        tool: call.tool.to_owned(),
        arguments: call.arguments.as_bytes().to_vec(),
        actions: plan.actions,
        patience: plan.patience_ms,
        deadline: plan.deadline_ms,
    }));
    Ok(Served::Working)
}

/// Answers a call whose work is over.
pub fn finished(outlet: Outlet, ticket: &Ticket, result: &ToolResult) -> Effect {
    send(outlet, tool_result(&ticket.request, result))
}

/// Answers a call whose outcomes could not be made an answer.
pub fn lost(outlet: Outlet, ticket: &Ticket) -> Effect {
    let error = RpcError::new(
        Code::Internal,
        "Internal error: the call was carried out, but its answer is lost",
    );
    send(outlet, answer::error(&ticket.request, &error))
}

fn tool_result(id: &str, result: &ToolResult) -> Vec<u8> {
    let flag = if result.is_error { "true" } else { "false" };
    let text = json(&result.text);
    answer::result(
        id,
        &[
            r#"{"content":[{"type":"text","text":"#,
            &text,
            r#"}],"isError":"#,
            flag,
            "}",
        ],
    )
}
