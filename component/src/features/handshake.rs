//! `initialize`: who the client is, and which protocol version is spoken.

use super::{Context, Served};
use crate::protocol::error::RpcError;
use crate::protocol::message::Request;
use crate::protocol::params::Params;
use crate::protocol::version::Version;
use crate::protocol::{answer, initialize};

/// Characters of a client's name, and of its version, that are kept.
const LONGEST_NAME: usize = 100;

/// Agrees on a version. A client may do it again: the latest handshake holds.
pub fn initialize(context: &mut Context, request: &Request, params: &Params) -> Result<Served, RpcError> {
    let client = params.client()?;
    let version = Version::negotiate(&client.protocol_version);
    context.session.version = Some(version);
    context.session.client = format!("{} {}", printable(&client.name), printable(&client.version));
    context.keep();
    let result = initialize::result(version);
    Ok(Served::Answer(answer::result(request.id.raw(), &[&result])))
}

/// What may stand in a list or a log: no control characters, and not without end.
fn printable(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(LONGEST_NAME)
        .collect()
}
