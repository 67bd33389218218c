//! `_meta` of a request: the progress token, the device, and the envelope of the stateless era.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::capabilities::ClientCapabilities;
use super::error::{Code, RpcError};
use super::id::RequestId;
use super::log_level::LogLevel;
use super::message::{even_null, is_object, text_of};
use super::params::{Implementation, required_text};
use crate::contract::hearth::mcp::types::Trace;

/// Bytes of `traceparent` that are passed on. Those of today have 55; later versions may say more.
const LONGEST_TRACEPARENT: usize = 128;

/// Bytes of `tracestate` that are passed on (W3C Trace Context, 3.3.1.5: at least 512 should be).
const LONGEST_TRACESTATE: usize = 512;

/// `_meta`, as far as it says something here.
#[derive(Debug, Default, Deserialize)]
pub struct Meta<'a> {
    #[serde(rename = "progressToken", borrow, default, deserialize_with = "even_null")]
    progress_token: Option<&'a RawValue>,
    #[serde(rename = "io.home-assistant/device_id", borrow)]
    device: Option<&'a RawValue>,
    #[serde(
        rename = "io.modelcontextprotocol/protocolVersion",
        borrow,
        default,
        deserialize_with = "even_null"
    )]
    version: Option<&'a RawValue>,
    #[serde(
        rename = "io.modelcontextprotocol/clientCapabilities",
        borrow,
        default,
        deserialize_with = "even_null"
    )]
    capabilities: Option<&'a RawValue>,
    #[serde(rename = "io.modelcontextprotocol/clientInfo", borrow)]
    client: Option<&'a RawValue>,
    #[serde(rename = "io.modelcontextprotocol/logLevel", borrow)]
    log_level: Option<&'a RawValue>,
    #[serde(borrow)]
    traceparent: Option<&'a RawValue>,
    #[serde(borrow)]
    tracestate: Option<&'a RawValue>,
}

/// What a request of the stateless era says of itself (MCP 2026-07-28).
#[derive(Debug)]
pub struct Envelope<'a> {
    /// The version that it is written in.
    pub version: Cow<'a, str>,
    /// What the client can do.
    pub capabilities: ClientCapabilities,
    /// Name and version of the client, if it says.
    pub client: Option<(Cow<'a, str>, Cow<'a, str>)>,
    /// The least level of log messages that it wants to hear of while it is served.
    pub log_level: Option<LogLevel>,
}

impl<'a> Meta<'a> {
    /// Reads it.
    ///
    /// # Errors
    /// When it is not an object, or has a progress token that is neither a string nor an integer.
    pub fn parse(raw: &'a RawValue) -> Result<Self, RpcError> {
        if !is_object(raw) {
            return Err(RpcError::invalid_params());
        }
        let meta: Self = serde_json::from_str(raw.get()).map_err(|_| RpcError::invalid_params())?;
        if meta.progress_token.is_some_and(|token| RequestId::new(token).is_none()) {
            return Err(RpcError::invalid_params());
        }
        Ok(meta)
    }

    /// Whether this is the envelope of a request of the stateless era (2026-07-28).
    pub fn is_envelope(&self) -> bool {
        self.version.is_some()
    }

    /// The envelope.
    ///
    /// # Errors
    /// When the version or the capabilities are missing, or a part of it is not what it should be.
    pub fn envelope(&self) -> Result<Envelope<'a>, RpcError> {
        let invalid = |what: &'static str| RpcError::bad_request(Code::InvalidParams, what);
        let version = self.version.and_then(text_of);
        let version = version
            .ok_or_else(|| invalid("params._meta must say io.modelcontextprotocol/protocolVersion, a string"))?;
        let capabilities = self.capabilities.and_then(|raw| ClientCapabilities::read(raw.get()));
        let capabilities = capabilities
            .ok_or_else(|| invalid("params._meta must say io.modelcontextprotocol/clientCapabilities, an object"))?;
        let client = match self.client {
            None => None,
            Some(raw) => {
                let info: Implementation = serde_json::from_str(raw.get()).map_err(|_| {
                    invalid("io.modelcontextprotocol/clientInfo must be an object with name and version")
                })?;
                Some((required_text(Some(info.name))?, required_text(Some(info.version))?))
            }
        };
        let log_level = match self.log_level {
            None => None,
            Some(raw) => {
                let level = text_of(raw).and_then(|name| LogLevel::named(&name));
                Some(level.ok_or_else(|| invalid("io.modelcontextprotocol/logLevel must be a level of RFC 5424"))?)
            }
        };
        Ok(Envelope {
            version,
            capabilities,
            client,
            log_level,
        })
    }

    /// The trace that the request is part of (MCP, SEP-414). What is no text, or too long for one, is none: a trace is
    /// never a reason to refuse a request.
    pub fn trace(&self) -> Option<Trace> {
        let short = |raw: Option<&'a RawValue>, longest| raw.and_then(text_of).filter(|text| text.len() <= longest);
        let traceparent = short(self.traceparent, LONGEST_TRACEPARENT)?.into_owned();
        let tracestate = short(self.tracestate, LONGEST_TRACESTATE).unwrap_or_default();
        Some(Trace {
            traceparent,
            tracestate: tracestate.into_owned(),
        })
    }

    /// The token to report progress under, as JSON.
    pub fn progress_token(&self) -> Option<&'a str> {
        self.progress_token.map(RawValue::get)
    }

    /// The device that the user speaks to.
    ///
    /// # Errors
    /// When it is something else than a string.
    pub fn device(&self) -> Result<Option<Cow<'a, str>>, RpcError> {
        let Some(raw) = self.device else {
            return Ok(None);
        };
        text_of(raw).map(Some).ok_or_else(|| {
            let message = "io.home-assistant/device_id must be a string";
            RpcError::new(Code::InvalidParams, message)
        })
    }
}
