//! `tools/list` and `tools/call`. A call is answered at once, or waits for the home or for the client.

use serde_json::Value;

use super::handshake::client_of;
use super::line::Line;
use super::{Context, Served, asking, pages};
use crate::contract::hearth::mcp::types::{Effect, Ending, Perform};
use crate::llm::{Call, Note, Plan, ToolResult, Variant};
use crate::protocol::answer::{self, json};
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::Request;
use crate::protocol::params::Params;
use crate::protocol::version::Version;
use crate::session::questions::{Asking, Subject};
use crate::session::work::{Asked, InFlight, OpenWork, Ticket};

/// The tools that the principal is offered.
pub fn list(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let device = params.meta()?.device()?;
    let ask = context.ask(device.as_deref(), None)?;
    let variant = if context.caller.version.has_structured_results() {
        Variant::Structured
    } else {
        Variant::Plain
    };
    let digest = context.llm.tools_digest(context.selection, &ask);
    let count = context.llm.tools_count(context.selection, &ask);
    let page = pages::page(params, "tools", &digest, count, context.limits.page)?;
    if let Some((_, session)) = &mut context.caller.session
        && session.listed.as_ref() != Some(&digest)
    {
        session.listed = Some(digest);
        context.keep();
    }
    let kind = context.kind().cacheable();
    let id = request.id.raw();
    let body = if page.items.len() == count {
        let tools = context.llm.tools_json(context.selection, &ask, variant);
        answer::result(id, kind, &[r#""tools":"#, &tools])
    } else {
        let tools = context.llm.tools_page(context.selection, &ask, variant, page.items);
        answer::result(id, kind, &[&pages::members("tools", &tools, page.next.as_deref())])
    };
    Ok(Served::Answer(body))
}

/// Calls a tool.
pub fn call(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let tool = params.name()?;
    let arguments = params.arguments()?;
    let value: Value = serde_json::from_str(arguments).map_err(|_| RpcError::invalid_params())?;
    let device = params.meta()?.device()?;
    let answers = asking::brought(context, Subject::Tool, &tool, params)?;
    let ask = context.ask(device.as_deref(), answers.as_ref())?;
    match context.llm.call(context.selection, &ask, &tool, &value) {
        Call::Answer(result) => {
            if !result.notes.is_empty() {
                let in_flight = context.in_flight(request, params)?;
                tell(context, &in_flight, &result.notes);
            }
            let body = written(request.id.raw(), context.caller.version, &result);
            Ok(Served::of_tool(&result, body))
        }
        Call::Perform(plan) => {
            let in_flight = context.in_flight(request, params)?;
            context.becomes_stream(&in_flight);
            begin(context, in_flight, &tool, arguments, plan);
            Ok(Served::Later)
        }
        Call::Ask(ask) => {
            let asking = Asking {
                request: context.in_flight(request, params)?,
                subject: Subject::Tool,
                name: tool.into_owned(),
                arguments: arguments.to_owned(),
                device: device.map(|device| device.into_owned()),
                answers: Default::default(),
            };
            asking::ask(context, asking, ask)
        }
        Call::Refuse(error) => Err(error),
        #[cfg(feature = "conformance")]
        Call::Task(begun) => super::tasks::begin(context, request, &tool, arguments, answers, begun),
    }
}

/// Tells what goes before an answer, as far as the client wants to know.
pub fn tell(context: &mut Context, request: &InFlight, notes: &[Note]) {
    for note in notes {
        if let Note::Changed(list) = note {
            context.changed.push(*list);
        }
        if let Some(told) = context.line(request).tell(note) {
            context.becomes_stream(request);
            context.effects.push(told);
        }
    }
}

/// The home has to act: its outcomes come back with a ticket that answers the call.
pub fn begin(context: &mut Context, request: InFlight, tool: &str, arguments: &str, plan: Plan) {
    if let Some(paused) = &plan.remembers {
        context.remembered = Some(paused.clone());
    }
    let asked = Asked {
        principal: context.caller.principal.clone(),
        tool: tool.to_owned(),
        arguments: arguments.to_owned(),
    };
    let client = context.caller.envelope.map(client_of).unwrap_or_default();
    context
        .effects
        .push(perform(context.work, request, client, asked, plan));
}

/// Work in the home for a request that waits for it.
pub fn perform(work: &mut OpenWork, request: InFlight, client: String, asked: Asked, plan: Plan) -> Effect {
    work.begin(&request);
    let key = request.key.clone();
    let trace = request.watched.trace.clone();
    let ticket = Ticket {
        request,
        asked: plan.finish.goes_on().then(|| asked.clone()),
        finish: plan.finish,
    };
    Effect::Perform(Perform {
        ticket: ticket.write(),
        key,
        principal: asked.principal,
        client,
        tool: asked.tool,
        arguments: asked.arguments.into_bytes(),
        actions: plan.actions,
        patience: plan.patience_ms,
        deadline: plan.deadline_ms,
        trace,
    })
}

/// Answers a call whose work is over.
pub fn finished(line: &Line, result: &ToolResult) -> Vec<Effect> {
    let mut effects: Vec<Effect> = result.notes.iter().filter_map(|note| line.tell(note)).collect();
    effects.push(line.answer(written(&line.request.request, line.version, result)));
    effects.push(line.ended(match result.is_error {
        true => Ending::ToolError,
        false => Ending::Ok,
    }));
    effects
}

/// Answers a call whose outcomes could not be made an answer.
pub fn lost(line: &Line) -> Vec<Effect> {
    let error = RpcError::new(
        Code::Internal,
        "Internal error: the call was carried out, but its answer is lost",
    );
    let answer = line.answer(answer::error(&line.request.request, &error));
    vec![answer, line.ended(Ending::Error)]
}

/// The answer of `tools/call`.
pub fn written(id: &str, version: Version, result: &ToolResult) -> Vec<u8> {
    let content: Vec<Value> = result.content.iter().map(|content| content.json()).collect();
    let structured = match &result.structured {
        Some(data) if version.has_structured_results() && !result.is_error => {
            format!(r#","structuredContent":{data}"#)
        }
        _ => String::new(),
    };
    let flag = if result.is_error { "true" } else { "false" };
    let members = [r#""content":"#, &json(&content), &structured, r#","isError":"#, flag];
    answer::result(id, answer::Kind::at(version), &members)
}
