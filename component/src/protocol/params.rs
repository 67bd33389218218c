//! The params of the requests that are served. One look at them gives the members as they stand; a feature asks for what
//! it takes.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::capabilities::ClientCapabilities;
use super::error::RpcError;
use super::id::RequestId;
use super::log_level::LogLevel;
use super::message::{even_null, is_object, text_of};
use super::meta::Meta;
use crate::contract::hearth::mcp::types::Trace;

/// The members of params that any method here takes. Others are ignored, as JSON-RPC peers of later versions send more.
#[derive(Debug, Default, Deserialize)]
pub struct Params<'a> {
    #[serde(rename = "_meta", borrow)]
    meta: Option<&'a RawValue>,
    /// `_meta` once it was read.
    #[serde(skip)]
    read_meta: OnceCell<Meta<'a>>,
    #[serde(borrow, default, deserialize_with = "even_null")]
    name: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "even_null")]
    uri: Option<&'a RawValue>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow)]
    cursor: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "even_null")]
    level: Option<&'a RawValue>,
    #[serde(rename = "ref", borrow)]
    reference: Option<&'a RawValue>,
    #[serde(borrow)]
    argument: Option<&'a RawValue>,
    #[serde(borrow)]
    notifications: Option<&'a RawValue>,
    #[serde(rename = "inputResponses", borrow)]
    input_responses: Option<&'a RawValue>,
    #[serde(rename = "requestState", borrow, default, deserialize_with = "even_null")]
    request_state: Option<&'a RawValue>,
    #[cfg(feature = "conformance")]
    #[serde(rename = "taskId", borrow, default, deserialize_with = "even_null")]
    task_id: Option<&'a RawValue>,
    #[serde(rename = "requestId", borrow, default, deserialize_with = "even_null")]
    request_id: Option<&'a RawValue>,
    #[serde(rename = "protocolVersion", borrow, default, deserialize_with = "even_null")]
    protocol_version: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "even_null")]
    capabilities: Option<&'a RawValue>,
    #[serde(rename = "clientInfo", borrow, default, deserialize_with = "even_null")]
    client_info: Option<&'a RawValue>,
}

/// What `completion/complete` is about.
#[derive(Debug, Deserialize)]
struct Reference<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    name: Option<Cow<'a, str>>,
    #[serde(borrow)]
    uri: Option<Cow<'a, str>>,
}

#[derive(Debug, Deserialize)]
struct Argument<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    value: Cow<'a, str>,
}

/// What is to be completed.
#[derive(Debug)]
pub struct Completion<'a> {
    /// The name of a prompt, or the URI template of resources.
    pub of: Cow<'a, str>,
    /// The argument's name.
    pub argument: Cow<'a, str>,
    /// What was typed of it.
    pub begun: Cow<'a, str>,
}

/// What `initialize` says of the client.
#[derive(Debug)]
pub struct Client<'a> {
    /// The version it asks for.
    pub protocol_version: Cow<'a, str>,
    /// Its name.
    pub name: Cow<'a, str>,
    /// Its version.
    pub version: Cow<'a, str>,
    /// What it can do.
    pub capabilities: ClientCapabilities,
}

#[derive(Deserialize)]
pub(super) struct Implementation<'a> {
    #[serde(borrow)]
    pub name: &'a RawValue,
    #[serde(borrow)]
    pub version: &'a RawValue,
}

impl<'a> Params<'a> {
    /// Reads them.
    ///
    /// # Errors
    /// When a member stands there twice.
    pub fn parse(raw: Option<&'a RawValue>) -> Result<Self, RpcError> {
        let Some(raw) = raw else {
            return Ok(Self::default());
        };
        serde_json::from_str(raw.get()).map_err(|_| RpcError::invalid_params())
    }

    /// `_meta`.
    ///
    /// # Errors
    /// When it is not an object, or has a progress token that is neither a string nor an integer.
    pub fn meta(&self) -> Result<&Meta<'a>, RpcError> {
        if let Some(read) = self.read_meta.get() {
            return Ok(read);
        }
        let read = self.meta.map(Meta::parse).transpose()?.unwrap_or_default();
        Ok(self.read_meta.get_or_init(|| read))
    }

    /// The trace that the request is part of. None where `_meta` cannot be read.
    pub fn trace(&self) -> Option<Trace> {
        self.meta.and_then(|_| self.meta().ok()?.trace())
    }

    /// The name of a tool or prompt.
    ///
    /// # Errors
    /// When it is missing or not a string.
    pub fn name(&self) -> Result<Cow<'a, str>, RpcError> {
        required_text(self.name)
    }

    /// The URI of a resource.
    ///
    /// # Errors
    /// When it is missing or not a string.
    pub fn uri(&self) -> Result<Cow<'a, str>, RpcError> {
        required_text(self.uri)
    }

    /// The arguments as they stand: an object, `{}` when there are none or null.
    ///
    /// # Errors
    /// When they are anything else.
    pub fn arguments(&self) -> Result<&'a str, RpcError> {
        match self.arguments {
            None => Ok("{}"),
            Some(raw) if is_object(raw) => Ok(raw.get()),
            Some(_) => Err(RpcError::invalid_params()),
        }
    }

    /// Where a list goes on.
    ///
    /// # Errors
    /// When it is not a string.
    pub fn cursor(&self) -> Result<Option<Cow<'a, str>>, RpcError> {
        self.cursor
            .map(|raw| text_of(raw).ok_or_else(RpcError::invalid_params))
            .transpose()
    }

    /// The level of `logging/setLevel`.
    ///
    /// # Errors
    /// When it is missing or none of the eight.
    pub fn level(&self) -> Result<LogLevel, RpcError> {
        LogLevel::named(&required_text(self.level)?).ok_or_else(RpcError::invalid_params)
    }

    /// What is to be completed.
    ///
    /// # Errors
    /// When a part of it is missing, or it is about something else than a prompt or a resource template.
    pub fn completion(&self) -> Result<Completion<'a>, RpcError> {
        let (Some(reference), Some(argument)) = (self.reference, self.argument) else {
            return Err(RpcError::invalid_params());
        };
        let reference: Reference = serde_json::from_str(reference.get()).map_err(|_| RpcError::invalid_params())?;
        let argument: Argument = serde_json::from_str(argument.get()).map_err(|_| RpcError::invalid_params())?;
        let of = match reference.kind.as_ref() {
            "ref/prompt" => reference.name,
            "ref/resource" => reference.uri,
            _ => None,
        };
        Ok(Completion {
            of: of.ok_or_else(RpcError::invalid_params)?,
            argument: argument.name,
            begun: argument.value,
        })
    }

    /// What `subscriptions/listen` wants to hear of, as JSON.
    ///
    /// # Errors
    /// When it is missing or not an object.
    pub fn notifications(&self) -> Result<&'a str, RpcError> {
        self.notifications
            .filter(|raw| is_object(raw))
            .map(RawValue::get)
            .ok_or_else(RpcError::invalid_params)
    }

    /// What the client answers to the questions of an earlier attempt, by their keys.
    ///
    /// # Errors
    /// When it is there and not an object.
    pub fn input_responses(&self) -> Result<Option<BTreeMap<String, Value>>, RpcError> {
        self.input_responses
            .map(|raw| serde_json::from_str(raw.get()).map_err(|_| RpcError::invalid_params()))
            .transpose()
    }

    /// The state that an earlier attempt was answered with.
    ///
    /// # Errors
    /// When it is there and not a string.
    pub fn request_state(&self) -> Result<Option<Cow<'a, str>>, RpcError> {
        self.request_state
            .map(|raw| text_of(raw).ok_or_else(RpcError::invalid_params))
            .transpose()
    }

    /// The task that a request is about.
    ///
    /// # Errors
    /// When it is missing or not a string.
    #[cfg(feature = "conformance")]
    pub fn task_id(&self) -> Result<Cow<'a, str>, RpcError> {
        required_text(self.task_id)
    }

    /// The request that a notification is about.
    pub fn request_id(&self) -> Option<RequestId<'a>> {
        self.request_id.and_then(RequestId::new)
    }

    /// What `initialize` says.
    ///
    /// # Errors
    /// When version, capabilities or the client's name and version are missing or of the wrong type.
    pub fn client(&self) -> Result<Client<'a>, RpcError> {
        let protocol_version = required_text(self.protocol_version)?;
        let (Some(capabilities), Some(info)) = (self.capabilities, self.client_info) else {
            return Err(RpcError::invalid_params());
        };
        if !is_object(info) {
            return Err(RpcError::invalid_params());
        }
        let capabilities = ClientCapabilities::read(capabilities.get()).ok_or_else(RpcError::invalid_params)?;
        let info: Implementation = serde_json::from_str(info.get()).map_err(|_| RpcError::invalid_params())?;
        Ok(Client {
            protocol_version,
            name: required_text(Some(info.name))?,
            version: required_text(Some(info.version))?,
            capabilities,
        })
    }
}

pub(super) fn required_text(raw: Option<&RawValue>) -> Result<Cow<'_, str>, RpcError> {
    raw.and_then(text_of).ok_or_else(RpcError::invalid_params)
}
