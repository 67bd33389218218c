//! JSON-RPC errors and what each code is used for here.

use std::borrow::Cow;

use super::version::VERSIONS;
use crate::contract::hearth::mcp::types::Status;

/// The codes that are answered. JSON-RPC 2.0, 5.1; MCP 2026-07-28, base protocol; MCP, resources, error handling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The server could do it and does not: too much is in flight, or this principal may not.
    Refused = -32000,
    /// There is no session of that id.
    SessionNotFound = -32001,
    /// MCP until 2025-11-25: there is no resource of that URI.
    ResourceNotFound = -32002,
    /// MCP 2026-07-28: a header is missing or does not say what the body says.
    HeaderMismatch = -32020,
    /// MCP 2026-07-28: the request needs something of the client that it did not declare.
    MissingCapability = -32021,
    /// MCP 2026-07-28: the version that the request says is not served.
    UnsupportedVersion = -32022,
    /// It is a message, but not one that can stand here.
    InvalidRequest = -32600,
    /// No such method.
    MethodNotFound = -32601,
    /// The method is there and its params are wrong.
    InvalidParams = -32602,
    /// It should have worked.
    Internal = -32603,
    /// It is not JSON.
    Parse = -32700,
}

/// An error answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RpcError {
    /// What kind of error.
    pub code: Code,
    /// What was wrong, for people.
    pub message: Cow<'static, str>,
    /// More of it, as JSON.
    pub data: Option<String>,
    /// How an exchange ends that is answered with it.
    pub status: Status,
}

impl RpcError {
    /// An error without data; an exchange ends well with it.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
            status: Status::Ok,
        }
    }

    /// An error that also says to HTTP that the request was bad.
    pub fn bad_request(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            status: Status::BadRequest,
            ..Self::new(code, message)
        }
    }

    /// With this JSON as data.
    pub fn with_data(mut self, data: &serde_json::Value) -> Self {
        self.data = Some(data.to_string());
        self
    }

    /// The params are not what the method takes. Text and data are those of Home Assistant.
    pub fn invalid_params() -> Self {
        Self {
            data: Some(r#""""#.to_owned()),
            ..Self::new(Code::InvalidParams, "Invalid request parameters")
        }
    }

    /// A request of this id, as JSON, is not answered yet. MCP, base protocol: an id must not be used twice in a session.
    pub fn id_in_flight(id: &str) -> Self {
        let text = format!("Request id {id} is in flight: give every request an id of its own");
        Self::new(Code::InvalidRequest, text)
    }

    /// There is no such method.
    pub fn method_not_found(method: &str) -> Self {
        Self::new(Code::MethodNotFound, "Method not found").with_data(&method.into())
    }

    /// The version that a request says is not served; these are.
    pub fn unsupported_version(requested: &str, supported: &[&str]) -> Self {
        let data = serde_json::json!({"supported": supported, "requested": requested});
        let supported = supported.join(", ");
        Self::bad_request(
            Code::UnsupportedVersion,
            format!("Protocol version {requested} is not served here; use one of {supported}"),
        )
        .with_data(&data)
    }

    /// The version that a header says is not served.
    pub fn unknown_version_header(requested: &str) -> Self {
        let supported = VERSIONS.map(super::version::Version::as_str);
        Self {
            code: Code::InvalidRequest,
            ..Self::unsupported_version(requested, &supported)
        }
    }
}
