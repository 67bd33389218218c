//! The stateless era (MCP 2026-07-28) over Streamable HTTP: a request brings all that there is to know, and its headers
//! repeat what proxies want to know without reading the body.

use serde_json::Value;

use super::Server;
use super::headers::{self, decoded};
use super::streamable::{Post, visit};
use crate::contract::exports::hearth::mcp::server::Received;
use crate::contract::hearth::mcp::types::{Ending, Refusal, Status};
use crate::features::{handshake, listening, send, watched};
use crate::home::Mirror;
use crate::imports::Imports;
use crate::llm;
use crate::protocol::error::{Code, RpcError};
use crate::protocol::message::Request;
use crate::protocol::meta::Envelope;
use crate::protocol::params::Params;
use crate::protocol::version::Version;
use crate::session::checkpoint;
use crate::session::{Kind, Session};

impl<I: Imports> Server<I> {
    pub(super) fn receive_stateless(
        &mut self,
        post: &Post,
        request: &Request,
        params: Result<Params, RpcError>,
    ) -> Result<Received, Refusal> {
        let params = match params {
            Ok(params) => params,
            Err(error) => return Ok(post.refuse(Some(request), &bad(error))),
        };
        let envelope = match self.checked(post, request, &params) {
            Ok(envelope) => envelope,
            Err(error) => return Ok(post.refuse(Some(request), &error)),
        };
        if request.method == "subscriptions/listen" {
            return self.listen(post, request, &params, &envelope);
        }
        let mut effects = Vec::with_capacity(2);
        let visit = visit(post, None, false);
        self.serve(visit, Some(&envelope), &mut effects, |context| {
            context.serve(request, &params)
        });
        Ok(Received { effects, session: None })
    }

    /// The envelope of a request whose headers say what its body says.
    fn checked<'a>(&mut self, post: &Post, request: &Request, params: &Params<'a>) -> Result<Envelope<'a>, RpcError> {
        if let Some(name) = post.headers.twice() {
            return Err(mismatch(format!("The header {name} is there more than once")));
        }
        let envelope = params.meta().map_err(bad)?.envelope()?;
        repeats(post, headers::VERSION, &envelope.version)?;
        if envelope.version != Version::V2026_07_28.as_str() {
            // As `server/discover` says: the versions of the handshake era are agreed on by `initialize`.
            let supported = [Version::V2026_07_28.as_str()];
            return Err(RpcError::unsupported_version(&envelope.version, &supported));
        }
        repeats(post, headers::METHOD, &request.method)?;
        match request.method.as_ref() {
            "tools/call" => {
                let tool = params.name()?;
                repeats(post, headers::NAME, &tool)?;
                self.check_params(post, params, &tool)?;
            }
            "prompts/get" => repeats(post, headers::NAME, &params.name()?)?,
            "resources/read" => repeats(post, headers::NAME, &params.uri()?)?,
            #[cfg(feature = "conformance")]
            "tasks/get" | "tasks/update" | "tasks/cancel" => repeats(post, headers::NAME, &params.task_id()?)?,
            _ => {}
        }
        Ok(envelope)
    }

    /// Whether the arguments that the tool wants repeated are.
    fn check_params(&mut self, post: &Post, params: &Params, tool: &str) -> Result<(), RpcError> {
        let mirror = self.mirror.get_or_insert_with(|| Mirror::new(self.imports.snapshot()));
        let ask = llm::Request::of_nobody(mirror, post.delivery.principal.admin);
        let repeated = self.llm.header_params(&post.selection, &ask, tool);
        if repeated.is_empty() {
            return Ok(());
        }
        let arguments: Value = serde_json::from_str(params.arguments()?).map_err(|_| RpcError::invalid_params())?;
        for param in repeated {
            let value = param
                .path
                .iter()
                .try_fold(&arguments, |value, member| value.get(member));
            let name = format!("{}{}", headers::PARAM, param.header);
            let header = post.headers.get(&name);
            let same = match (value.unwrap_or(&Value::Null), header) {
                (Value::Null, header) => header.is_none(),
                (_, None) => false,
                (value, Some(header)) => decoded(header).is_some_and(|header| says(value, &header)),
            };
            if !same {
                let text = format!(
                    "The header {name} must say what the argument {} says",
                    param.path.join(".")
                );
                return Err(mismatch(text));
            }
        }
        Ok(())
    }

    /// Begins a subscription: the exchange stays open.
    fn listen(
        &mut self,
        post: &Post,
        request: &Request,
        params: &Params,
        envelope: &Envelope,
    ) -> Result<Received, Refusal> {
        let request_id = request.id.raw();
        let mut effects = Vec::new();
        let begun = self.serve(visit(post, None, false), Some(envelope), &mut effects, |context| {
            Ok((listening::honoured(context, params)?, context.tools_digest()?))
        });
        let (filter, digest) = match begun {
            Ok(begun) => begun,
            Err(error) => return Ok(post.refuse(Some(request), &error)),
        };
        let principal = &post.delivery.principal;
        let moment = post.delivery.moment;
        let mut session = Session::new(
            Kind::Listening,
            Some(post.outlet),
            principal.id.clone(),
            principal.admin,
            moment,
        );
        if let Err(error) = listening::check_size(&session, request_id, &filter) {
            return Ok(post.refuse(Some(request), &error));
        }
        self.make_room(&principal.id, &mut effects)?;
        let id = self.fresh_id(post.delivery.nonce)?;
        session.api = post.api.map(str::to_owned);
        session.version = Some(Version::V2026_07_28);
        session.client = handshake::client_of(envelope);
        session.listed = Some(digest);
        session.listens.insert(request_id.to_owned(), filter.clone());
        effects.push(checkpoint::keep(id, &session, &self.limits));
        effects.push(send(post.outlet, listening::acknowledged(request_id, &filter)));
        effects.push(watched(request, params, moment).ended(Ending::Ok));
        self.sessions.insert(id, session);
        Ok(Received { effects, session: None })
    }
}

/// Whether a header says what the body says.
fn repeats(post: &Post, name: &str, body: &str) -> Result<(), RpcError> {
    let Some(header) = post.headers.get(name) else {
        return Err(mismatch(format!(
            "The header {name} is missing; it must say {body:?}, as the body does"
        )));
    };
    match decoded(header) {
        Some(header) if header == body => Ok(()),
        _ => Err(mismatch(format!(
            "The header {name} says {header:?}, the body {body:?}"
        ))),
    }
}

/// Whether a header says this value. Numbers may be written in several ways.
fn says(value: &Value, header: &str) -> bool {
    match value {
        Value::String(text) => text == header,
        Value::Number(number) => match (number.as_f64(), header.parse::<f64>()) {
            (Some(number), Ok(header)) => number == header,
            _ => false,
        },
        Value::Bool(flag) => header == if *flag { "true" } else { "false" },
        _ => false,
    }
}

fn mismatch(text: String) -> RpcError {
    RpcError::bad_request(Code::HeaderMismatch, text)
}

/// The same error, and the request is bad.
fn bad(error: RpcError) -> RpcError {
    RpcError {
        status: Status::BadRequest,
        ..error
    }
}
