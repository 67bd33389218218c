//! `completion/complete`: what an argument that is being typed may be meant to be.

use super::{Context, Served};
use crate::protocol::answer::{self, json};
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::Request;
use crate::protocol::params::Params;

/// Values that one answer may hold (MCP, completion).
const MOST: usize = 100;

/// Suggests values.
pub fn complete(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let wanted = params.completion()?;
    context.ask(None, None)?;
    let values = context
        .llm
        .complete(context.selection, &wanted.of, &wanted.argument, &wanted.begun)
        .ok_or_else(|| {
            let text = format!("There is no prompt or resource template {:?} with arguments", wanted.of);
            RpcError::new(Code::InvalidParams, text)
        })?;
    let shown = &values[..values.len().min(MOST)];
    let members = format!(
        r#""completion":{{"values":{},"total":{},"hasMore":{}}}"#,
        json(shown),
        values.len(),
        shown.len() < values.len()
    );
    Ok(Served::Answer(answer::result(
        request.id.raw(),
        context.kind(),
        &[&members],
    )))
}
