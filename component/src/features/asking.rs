//! Asking the client while a request of its own waits: with requests of ours in the handshake era, with a result that
//! asks for more in the stateless one (MCP 2026-07-28, multi-round-trip requests). The tool or prompt that asks sees no
//! difference: it is called again with what was answered.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::request_state::{self, Binding};
use super::{Context, Served, prompts, send, tools};
use crate::contract::hearth::mcp::types::{Effect, Ending};
use crate::llm::prompts::Prompted;
use crate::llm::{Answers, Ask, Call, Question, ToolResult};
use crate::protocol::answer::{self, Kind};
use crate::protocol::capabilities::ClientCapabilities;
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::Response;
use crate::protocol::params::Params;
use crate::session::questions::{self, Asking, Pending, Rest, Subject};

/// What a request of the stateless era brings back from an earlier attempt; None at the first.
///
/// # Errors
/// When the state is not one that was given to this principal for this very request.
pub fn brought(context: &Context, subject: Subject, name: &str, params: &Params) -> Result<Option<Answers>, RpcError> {
    if !context.caller.version.is_stateless() {
        return Ok(None);
    }
    let (given, state) = (params.input_responses()?, params.request_state()?);
    if given.is_none() && state.is_none() {
        return Ok(None);
    }
    let state = match state {
        None => None,
        Some(sealed) => {
            let binding = Binding {
                principal: &context.caller.principal,
                subject,
                name,
                arguments: params.arguments()?,
            };
            let secret = context.imports.secret();
            let opened = request_state::open(&secret, &binding, &sealed, context.moment);
            Some(opened.ok_or_else(|| {
                RpcError::new(
                    Code::InvalidParams,
                    "requestState is not one that was given for this request, was changed, or has expired: send the \
                     request again without it",
                )
            })?)
        }
    };
    Ok(Some(Answers {
        given: given.unwrap_or_default(),
        state,
    }))
}

/// Puts questions to the client. The request waits, or is to be made again.
///
/// # Errors
/// When the client did not declare that it can be asked that, or the call is too long to wait.
pub fn ask(context: &mut Context, asking: Asking, ask: Ask) -> Result<Served, RpcError> {
    let missing = ask
        .questions
        .iter()
        .find(|one| !context.caller.capabilities.allow(one.kind));
    if context.caller.version.is_stateless() {
        if let Some(question) = missing {
            let needed = ClientCapabilities::needed(question.kind);
            let text = format!("{} needs a client that declares {needed}", asking.name);
            let error = RpcError::bad_request(Code::MissingCapability, text);
            return Err(error.with_data(&json!({"requiredCapabilities": needed})));
        }
        return Ok(Served::Answer(input_required(context, &asking, &ask)));
    }
    if let Some(question) = missing {
        let text = format!(
            "{} has to ask the client, and the client does not answer {}",
            asking.name,
            question.kind.method()
        );
        return refused(context, &asking, text);
    }
    context.becomes_stream(&asking.request);
    go_on(context, asking, ask)
}

fn input_required(context: &Context, asking: &Asking, ask: &Ask) -> Vec<u8> {
    let mut members = Vec::new();
    if !ask.questions.is_empty() {
        let question = |question: &Question| {
            let request = json!({"method": question.kind.method(), "params": question.params});
            (question.key.clone(), request)
        };
        let questions: Map<String, Value> = ask.questions.iter().map(question).collect();
        members.push(format!(r#""inputRequests":{}"#, Value::Object(questions)));
    }
    if let Some(state) = &ask.state {
        let binding = Binding {
            principal: &context.caller.principal,
            subject: asking.subject.clone(),
            name: &asking.name,
            arguments: &asking.arguments,
        };
        let sealed = request_state::seal(
            &context.imports.secret(),
            context.nonce,
            &binding,
            state,
            context.moment,
        );
        members.push(format!(r#""requestState":"{sealed}""#));
    }
    answer::result(&asking.request.request, Kind::InputRequired, &[&members.join(",")])
}

/// Asks the first question, or makes the call again where only its state had to come back.
fn go_on(context: &mut Context, mut asking: Asking, ask: Ask) -> Result<Served, RpcError> {
    asking.answers = Answers {
        given: BTreeMap::new(),
        state: ask.state,
    };
    let mut questions = ask.questions.into_iter();
    match questions.next() {
        Some(first) => {
            let rest = questions.map(|question| Rest::of(&question)).collect();
            put(context, asking, first, rest)
        }
        None => call_again(context, asking),
    }
}

/// Puts one question.
fn put(context: &mut Context, asking: Asking, question: Question, rest: Vec<Rest>) -> Result<Served, RpcError> {
    let id = format!("{:016x}{:016x}", context.nonce.high, context.nonce.low);
    let Some((_, session)) = &context.caller.session else {
        return Err(RpcError::new(Code::Internal, "Only a session can be asked"));
    };
    let pending = Pending {
        asking,
        key: question.key.clone(),
        rest,
    };
    let Some(checkpoint) = questions::write(&id, &pending, session) else {
        return Err(RpcError::new(
            Code::Refused,
            "The arguments and answers of this call are too long to wait for another answer of the client",
        ));
    };
    let request = pending.asking.request.clone();
    context.work.begin(&request);
    let outlet = context.line(&request).outlet;
    context.questions.insert(id.clone(), pending);
    context.effects.push(Effect::Keep(checkpoint));
    let body = answer::request(&id, question.kind.method(), &question.params.to_string());
    context.effects.push(send(outlet, body));
    Ok(Served::Later)
}

/// The client answers. What nobody asked for, or was answered before, is ignored.
pub fn answered(context: &mut Context, response: &Response) {
    let Some((session, _)) = &context.caller.session else {
        return;
    };
    let id = response.id.and_then(|id| serde_json::from_str::<String>(id.raw()).ok());
    let Some((id, pending)) = id.and_then(|id| Some((id.clone(), context.questions.take(&id, *session)?))) else {
        return;
    };
    context.effects.push(Effect::Forget(questions::key(&id)));
    let Pending { mut asking, key, rest } = pending;
    let request = asking.request.clone();
    let result = response.result.and_then(|raw| serde_json::from_str(raw.get()).ok());
    let next = match result {
        None => {
            let text = format!("{} had to ask the client, and the client did not answer", asking.name);
            refused(context, &asking, text)
        }
        Some(result) => {
            asking.answers.given.insert(key, result);
            let mut rest = rest.into_iter();
            match rest.next().and_then(Rest::question) {
                Some(question) => put(context, asking, question, rest.collect()),
                None => call_again(context, asking),
            }
        }
    };
    let (body, ending) = match next.map(Served::answer) {
        Ok(None) => return,
        Ok(Some(answer)) => answer,
        Err(error) => (answer::error(&request.request, &error), Ending::Error),
    };
    context.work.end(request.holder, &request.key);
    let line = context.line(&request);
    let effects = [line.answer(body), line.ended(ending)];
    context.effects.extend(effects);
}

/// Makes a call again with what was answered.
fn call_again(context: &mut Context, asking: Asking) -> Result<Served, RpcError> {
    let device = asking.device.clone();
    let answers = asking.answers.clone();
    let ask = context.ask(device.as_deref(), Some(&answers))?;
    match asking.subject {
        Subject::Tool => {
            let arguments: Value = serde_json::from_str(&asking.arguments).unwrap_or_default();
            match context.llm.call(context.selection, &ask, &asking.name, &arguments) {
                Call::Answer(result) => {
                    tools::tell(context, &asking.request, &result.notes);
                    let version = context.caller.version;
                    let body = tools::written(&asking.request.request, version, &result);
                    Ok(Served::of_tool(&result, body))
                }
                Call::Perform(plan) => {
                    tools::begin(context, asking.request, &asking.name, &asking.arguments, plan);
                    Ok(Served::Later)
                }
                Call::Ask(ask) => asks_again(context, asking, ask),
                Call::Refuse(error) => Err(error),
                #[cfg(feature = "conformance")]
                Call::Task(_) => Err(super::tasks::undeclared(&asking.name)),
            }
        }
        Subject::Prompt => {
            let arguments = serde_json::from_str(&asking.arguments).unwrap_or_default();
            match context.llm.prompt(context.selection, &ask, &asking.name, &arguments) {
                Prompted::Text(text) => {
                    let body = prompts::written(&asking.request.request, context.kind(), &text);
                    Ok(Served::Answer(body))
                }
                Prompted::Ask(ask) => asks_again(context, asking, ask),
                Prompted::Invalid(what) => Err(RpcError::new(Code::InvalidParams, what)),
                Prompted::Unknown => {
                    let text = format!("Unknown prompt: {}", asking.name);
                    Err(RpcError::new(Code::InvalidParams, text))
                }
            }
        }
    }
}

/// A call that only wants its state back gets it; one that wants it twice in a row would do so for ever.
fn asks_again(context: &mut Context, asking: Asking, ask: Ask) -> Result<Served, RpcError> {
    if ask.questions.is_empty() && asking.answers.given.is_empty() {
        return Err(RpcError::new(
            Code::Internal,
            "The call asks for nothing, again and again",
        ));
    }
    go_on(context, asking, ask)
}

/// The client cannot be asked, or does not answer: the model is told, or whoever wanted the prompt.
fn refused(context: &Context, asking: &Asking, text: String) -> Result<Served, RpcError> {
    match asking.subject {
        Subject::Tool => {
            let result = ToolResult::failed(format!("Error calling tool: {text}"));
            let body = tools::written(&asking.request.request, context.caller.version, &result);
            Ok(Served::of_tool(&result, body))
        }
        Subject::Prompt => Err(RpcError::new(Code::InvalidParams, text)),
    }
}
