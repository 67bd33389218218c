//! `logging/setLevel`: which log messages a client of the handshake era wants.

use super::{Context, Served};
use crate::protocol::answer;
use crate::protocol::error::RpcError;
use crate::protocol::message::Request;
use crate::protocol::params::Params;

/// From now on only messages of this level and above.
pub fn set_level(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let level = params.level()?;
    if let Some((_, session)) = &mut context.caller.session
        && session.log_level != Some(level)
    {
        session.log_level = Some(level);
        context.caller.log_level = Some(level);
        context.keep();
    }
    Ok(Served::Answer(answer::result(request.id.raw(), context.kind(), &[])))
}
