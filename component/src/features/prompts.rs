//! `prompts/list` and `prompts/get`: one prompt, that of the LLM APIs served.

use std::collections::BTreeMap;

use super::{Context, Served};
use crate::protocol::answer::{self, json};
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::Request;
use crate::protocol::params::Params;

/// The prompt by its name.
pub fn list(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    params.check_cursor()?;
    let device = params.meta()?.device()?;
    context.ask(device.as_deref())?;
    let name = context.selection.name();
    let parts = [
        r#"{"prompts":[{"name":"#,
        &json(name),
        r#","description":"#,
        &json(&description(name)),
        "}]}",
    ];
    Ok(Served::Answer(answer::result(request.id.raw(), &parts)))
}

/// Its text.
pub fn get(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let wanted = params.name()?;
    // It takes no arguments. MCP: those given are strings by name.
    let _: BTreeMap<String, String> =
        serde_json::from_str(params.arguments()?).map_err(|_| RpcError::invalid_params())?;
    let device = params.meta()?.device()?;
    let ask = context.ask(device.as_deref())?;
    let name = context.selection.name();
    if wanted != name {
        return Err(RpcError::new(Code::InvalidParams, format!("Unknown prompt: {wanted}")));
    }
    let prompt = context.llm.prompt(context.selection, &ask);
    let parts = [
        r#"{"description":"#,
        &json(&description(name)),
        r#","messages":[{"role":"assistant","content":{"type":"text","text":"#,
        &json(&prompt),
        "}}]}",
    ];
    Ok(Served::Answer(answer::result(request.id.raw(), &parts)))
}

fn description(name: &str) -> String {
    format!("Default prompt for Home Assistant {name} API")
}
