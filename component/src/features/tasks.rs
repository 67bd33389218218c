//! Tasks (SEP-2663, the extension `io.modelcontextprotocol/tasks` of MCP 2026-07-28): a call is answered with a task, and
//! the client asks for it until it is over. Only in builds with the feature `conformance`.

use serde_json::{Map, Value, json};

use super::{Context, Served};
use crate::contract::hearth::mcp::types::Moment;
use crate::llm::task::{Begun, Stage, Standing};
use crate::llm::{Answers, Question, ToolResult};
use crate::protocol::answer::{self, Kind};
use crate::protocol::capabilities::TASKS;
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::Request;
use crate::protocol::params::{Client, Params};
use crate::session::id::SessionId;
use crate::session::tasks::Task;

/// Adds the extension to the capabilities, where there is a tool that makes tasks.
pub fn declared(context: &Context, mut capabilities: Value) -> Value {
    if context.llm.makes_tasks(context.selection) {
        capabilities["extensions"][TASKS] = json!({});
    }
    capabilities
}

/// A client of the handshake era, which has no tasks whatever it declares.
pub fn without(mut client: Client) -> Client {
    client.capabilities.tasks = false;
    client
}

/// A client that does not know of tasks called a tool that makes one.
pub fn undeclared(name: &str) -> RpcError {
    let needed = json!({"requiredCapabilities": {"extensions": {TASKS: {}}}});
    let text = format!("{name} needs a client that declares the extension {TASKS}");
    RpcError::bad_request(Code::MissingCapability, text).with_data(&needed)
}

/// Answers a call with a task. It is kept before the client hears of it.
pub fn begin(
    context: &mut Context,
    request: &Request,
    tool: &str,
    arguments: &str,
    answers: Option<Answers>,
    begun: Begun,
) -> Result<Served, RpcError> {
    if !context.caller.capabilities.tasks {
        return Err(undeclared(tool));
    }
    context.tasks.expire(context.moment, context.effects);
    let id = SessionId::from_nonce(context.nonce).to_string();
    let task = Task {
        principal: context.caller.principal.clone(),
        tool: tool.to_owned(),
        arguments: arguments.to_owned(),
        answers: answers.unwrap_or_default(),
        created: context.moment,
        updated: context.moment,
        ttl_ms: begun.ttl_ms,
        poll_ms: begun.poll_ms,
        cancelled: false,
    };
    let standing = standing(context, &task, &task.answers)?;
    let members = described(&id, &task, &standing);
    keep(context, id, task)?;
    Ok(answered(request, Kind::Task, members))
}

/// `tasks/get`: how it stands, and what came of it.
pub fn get(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let (id, task) = asked_for(context, request, params)?;
    let standing = standing(context, &task, &task.answers)?;
    let mut members = described(&id, &task, &standing);
    match standing.stage {
        _ if task.cancelled => {}
        Stage::Working => {}
        Stage::Asks(questions) => {
            let question = |one: Question| (one.key, json!({"method": one.kind.method(), "params": one.params}));
            let questions: Map<String, Value> = questions.into_iter().map(question).collect();
            members["inputRequests"] = questions.into();
        }
        Stage::Done(result) => members["result"] = written(&result),
        Stage::Failed(error) => {
            members["error"] = json!({"code": error.code as i32, "message": error.message});
        }
    }
    Ok(answered(request, Kind::Complete, members))
}

/// `tasks/update`: the client answers. What was not asked is ignored.
pub fn update(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let (id, mut task) = asked_for(context, request, params)?;
    let given = params.input_responses()?.ok_or_else(RpcError::invalid_params)?;
    if let Stage::Asks(questions) = standing(context, &task, &task.answers)?.stage
        && !task.cancelled
    {
        let asked = |(key, _): &(String, Value)| questions.iter().any(|question| question.key == *key);
        task.answers.given.extend(given.into_iter().filter(asked));
        task.updated = context.moment;
        // An answer that does not fit its question is refused, and the task asks on.
        standing(context, &task, &task.answers)?;
        keep(context, id, task)?;
    }
    Ok(answered(request, Kind::Complete, json!({})))
}

/// `tasks/cancel`: the client gives it up. One that is over stays as it is.
pub fn cancel(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let (id, mut task) = asked_for(context, request, params)?;
    let standing = standing(context, &task, &task.answers)?;
    if !task.cancelled && matches!(standing.stage, Stage::Working | Stage::Asks(_)) {
        task.cancelled = true;
        task.updated = context.moment;
        keep(context, id, task)?;
    }
    Ok(answered(request, Kind::Complete, json!({})))
}

/// The task that a request is about.
fn asked_for(context: &mut Context, request: &Request, params: &Params) -> Result<(String, Task), RpcError> {
    if !context.caller.capabilities.tasks {
        return Err(undeclared(&request.method));
    }
    context.tasks.expire(context.moment, context.effects);
    let id = params.task_id()?;
    let task = context.tasks.get(&id, &context.caller.principal).cloned();
    let task = task.ok_or_else(|| RpcError::new(Code::InvalidParams, format!("There is no task {id}")))?;
    Ok((id.into_owned(), task))
}

fn standing(context: &mut Context, task: &Task, answers: &Answers) -> Result<Standing, RpcError> {
    let ask = context.ask(None, Some(answers))?;
    let arguments: Value = serde_json::from_str(&task.arguments).unwrap_or_default();
    let age = context.moment.saturating_sub(task.created);
    let standing = context
        .llm
        .standing(context.selection, &ask, &task.tool, &arguments, age);
    standing.unwrap_or_else(|| {
        let text = format!("There is no tool {} any more", task.tool);
        Err(RpcError::new(Code::InvalidParams, text))
    })
}

fn keep(context: &mut Context, id: String, task: Task) -> Result<(), RpcError> {
    let kept = context.tasks.keep(id, task);
    let too_much = || {
        RpcError::new(
            Code::Refused,
            "There are too many tasks, or this one is too long to be kept",
        )
    };
    context.effects.push(kept.ok_or_else(too_much)?);
    Ok(())
}

/// What is said of a task whenever it is spoken of.
fn described(id: &str, task: &Task, standing: &Standing) -> Value {
    let status = match standing.stage {
        _ if task.cancelled => "cancelled",
        Stage::Working => "working",
        Stage::Asks(_) => "input_required",
        Stage::Done(_) => "completed",
        Stage::Failed(_) => "failed",
    };
    let by_itself = if task.cancelled { 0 } else { standing.since_ms };
    let updated = task.updated.max(task.created.saturating_add(by_itself));
    json!({
        "taskId": id,
        "status": status,
        "createdAt": timestamp(task.created),
        "lastUpdatedAt": timestamp(updated),
        "ttlMs": task.ttl_ms,
        "pollIntervalMs": task.poll_ms,
    })
}

/// What came of the call, as it would have been answered at once.
fn written(result: &ToolResult) -> Value {
    let content: Vec<Value> = result.content.iter().map(|content| content.json()).collect();
    json!({"resultType": "complete", "content": content, "isError": result.is_error})
}

fn answered(request: &Request, kind: Kind, members: Value) -> Served {
    let members = members.to_string();
    let inner = members.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
    Served::Answer(answer::result(request.id.raw(), kind, &[inner.unwrap_or_default()]))
}

/// RFC 3339.
fn timestamp(moment: Moment) -> String {
    let moment = i64::try_from(moment).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(moment)
        .unwrap_or(jiff::Timestamp::MAX)
        .to_string()
}
