//! `initialize`: who the client is, and which protocol version is spoken.

use super::{Context, Served};
use crate::protocol::answer;
use crate::protocol::error::RpcError;
use crate::protocol::initialize::{self, Features};
use crate::protocol::message::Request;
use crate::protocol::meta::Envelope;
use crate::protocol::params::Params;
use crate::protocol::version::Version;

/// Characters of a client's name, and of its version, that are kept.
const LONGEST_NAME: usize = 100;

/// Agrees on a version. A client of HTTP+SSE may do it again: the latest handshake holds.
pub fn initialize(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let client = params.client()?;
    #[cfg(feature = "conformance")]
    let client = super::tasks::without(client);
    let version = Version::negotiate(&client.protocol_version);
    if let Some((_, session)) = &mut context.caller.session {
        session.version = Some(version);
        session.client = named(&client.name, &client.version);
        session.capabilities = client.capabilities;
    }
    context.caller.version = version;
    context.keep();
    let features = Features::of(context.llm, context.selection);
    let members = initialize::members(version, &features);
    Ok(Served::Answer(answer::result(
        request.id.raw(),
        context.kind(),
        &[&members],
    )))
}

/// Name and version of the client of a request of the stateless era, if it says.
pub fn client_of(envelope: &Envelope) -> String {
    let client = envelope.client.as_ref();
    client.map(|(name, version)| named(name, version)).unwrap_or_default()
}

/// Name and version of a client, as they may stand in a list or a log: no control characters, and not without end.
fn named(name: &str, version: &str) -> String {
    let printable = |text: &str| -> String {
        let printable = text.chars().filter(|character| !character.is_control());
        printable.take(LONGEST_NAME).collect()
    };
    format!("{} {}", printable(name), printable(version))
}
