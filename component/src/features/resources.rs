//! `resources/list` and `resources/read`: the snapshot of the live context, where that tool is offered.

use super::{Context, Served};
use crate::protocol::answer::{self, json};
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::Request;
use crate::protocol::params::Params;

const SNAPSHOT: &str = "homeassistant://assist/context-snapshot";

/// As in Home Assistant, so that clients find what they found there.
const LISTED_SNAPSHOT: &str = concat!(
    r#"{"uri":"homeassistant://assist/context-snapshot","name":"assist_context_snapshot","#,
    r#""title":"Assist context snapshot","description":"A snapshot of the current Assist context, matching the existing "#,
    r#"homeassistant__GetLiveContext tool output.","mimeType":"text/plain"}"#
);

/// The resources there are.
pub fn list(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    params.check_cursor()?;
    let device = params.meta()?.device()?;
    let ask = context.ask(device.as_deref())?;
    let offered = context.llm.live_context_offered(context.selection, &ask);
    let resources = if offered { LISTED_SNAPSHOT } else { "" };
    let body = answer::result(request.id.raw(), &[r#"{"resources":["#, resources, "]}"]);
    Ok(Served::Answer(body))
}

/// The text of one.
pub fn read(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let uri = params.uri()?;
    let device = params.meta()?.device()?;
    let ask = context.ask(device.as_deref())?;
    if uri != SNAPSHOT || !context.llm.live_context_offered(context.selection, &ask) {
        // MCP until 2025-11-25, resources, error handling: -32002 with the URI.
        let error = RpcError::new(Code::ResourceNotFound, format!("Unknown resource: {uri}"));
        return Err(error.with_data(&serde_json::json!({ "uri": uri })));
    }
    let snapshot = context.llm.live_context(&ask);
    if snapshot.is_error {
        return Err(RpcError::new(
            Code::Internal,
            "An error occurred while reading the Assist context snapshot",
        ));
    }
    let parts = [
        r#"{"contents":[{"uri":"#,
        &json(SNAPSHOT),
        r#","mimeType":"text/plain","text":"#,
        &json(&snapshot.text),
        "}]}",
    ];
    Ok(Served::Answer(answer::result(request.id.raw(), &parts)))
}
