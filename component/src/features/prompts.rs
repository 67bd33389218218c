//! `prompts/list` and `prompts/get`.

use std::collections::BTreeMap;

use super::{Context, Served, asking, pages};
use crate::llm::prompts::{PromptText, Prompted};
use crate::protocol::answer::{self, Kind, json};
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::Request;
use crate::protocol::params::Params;
use crate::session::questions::{Asking, Subject};

/// What there is.
pub fn list(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let device = params.meta()?.device()?;
    context.ask(device.as_deref(), None)?;
    let prompts = context.llm.prompts(context.selection);
    let names: String = prompts.iter().map(|prompt| json(&prompt.name)).collect();
    let page = pages::page(params, "prompts", &names, prompts.len(), context.limits.page)?;
    let shown: Vec<_> = prompts[page.items].iter().map(|prompt| prompt.json()).collect();
    let members = pages::members("prompts", &json(&shown), page.next.as_deref());
    let kind = context.kind().cacheable();
    Ok(Served::Answer(answer::result(request.id.raw(), kind, &[&members])))
}

/// The text of one.
pub fn get(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let name = params.name()?;
    // MCP, prompts: arguments are strings by name.
    let arguments: BTreeMap<String, String> =
        serde_json::from_str(params.arguments()?).map_err(|_| RpcError::invalid_params())?;
    let device = params.meta()?.device()?;
    let answers = asking::brought(context, Subject::Prompt, &name, params)?;
    let ask = context.ask(device.as_deref(), answers.as_ref())?;
    match context.llm.prompt(context.selection, &ask, &name, &arguments) {
        Prompted::Text(text) => Ok(Served::Answer(written(request.id.raw(), context.kind(), &text))),
        Prompted::Ask(ask) => {
            let asking = Asking {
                request: context.in_flight(request, params)?,
                subject: Subject::Prompt,
                name: name.into_owned(),
                arguments: params.arguments()?.to_owned(),
                device: device.map(|device| device.into_owned()),
                answers: Default::default(),
            };
            asking::ask(context, asking, ask)
        }
        Prompted::Invalid(what) => Err(RpcError::new(Code::InvalidParams, what)),
        Prompted::Unknown => Err(RpcError::new(Code::InvalidParams, format!("Unknown prompt: {name}"))),
    }
}

/// The answer of `prompts/get`.
pub fn written(id: &str, kind: Kind, text: &PromptText) -> Vec<u8> {
    let members = [
        r#""description":"#,
        &json(&text.description),
        r#","messages":"#,
        &text.messages_json().to_string(),
    ];
    answer::result(id, kind, &members)
}
