//! JSON-RPC errors and what each code is used for here.

use std::borrow::Cow;

/// The codes that are answered. JSON-RPC 2.0, 5.1; MCP, resources, error handling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The server could do it and does not: too much is in flight, or this principal may not.
    Refused = -32000,
    /// MCP until 2025-11-25: there is no resource of that URI.
    ResourceNotFound = -32002,
    /// It is a message, but not one that can stand here.
    InvalidRequest = -32600,
    /// No such method.
    MethodNotFound = -32601,
    /// The method is there and its params are wrong.
    InvalidParams = -32602,
    /// It should have worked.
    Internal = -32603,
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
}

impl RpcError {
    /// An error without data.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            message: message.into(),
            data: None,
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

    /// There is no such method.
    pub fn method_not_found(method: &str) -> Self {
        Self::new(Code::MethodNotFound, "Method not found").with_data(&method.into())
    }
}
