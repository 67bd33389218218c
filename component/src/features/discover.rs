//! `server/discover` (MCP 2026-07-28): what the server is and can do, without a session.

use super::{Context, Served};
use crate::protocol::answer::{self, json};
use crate::protocol::error::RpcError;
use crate::protocol::initialize::{self, Features};
use crate::protocol::message::Request;
use crate::protocol::params::Params;
use crate::protocol::version::Version;

/// Answers it. Only versions that a request can say are listed: the others are agreed on by `initialize`.
pub fn discover(context: &mut Context, request: &Request, _: &Params) -> Result<Served, RpcError> {
    let version = Version::V2026_07_28;
    let capabilities = initialize::capabilities(&Features::of(context.llm, context.selection));
    #[cfg(feature = "conformance")]
    let capabilities = super::tasks::declared(context, capabilities);
    let members = format!(
        r#""supportedVersions":["{}"],"capabilities":{},"instructions":{}"#,
        version.as_str(),
        capabilities,
        json(initialize::INSTRUCTIONS),
    );
    let kind = context.kind().cacheable();
    Ok(Served::Answer(answer::result(request.id.raw(), kind, &[&members])))
}
