//! The params of the requests that are served. One look at them gives the members as they stand; a feature asks for what
//! it takes.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::RpcError;
use super::id::RequestId;
use super::message::{even_null, is_object, text_of};

/// The members of params that any method here takes. Others are ignored, as JSON-RPC peers of later versions send more.
#[derive(Debug, Default, Deserialize)]
pub struct Params<'a> {
    #[serde(rename = "_meta", borrow)]
    meta: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "even_null")]
    name: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "even_null")]
    uri: Option<&'a RawValue>,
    #[serde(borrow)]
    arguments: Option<&'a RawValue>,
    #[serde(borrow)]
    cursor: Option<&'a RawValue>,
    #[serde(rename = "requestId", borrow, default, deserialize_with = "even_null")]
    request_id: Option<&'a RawValue>,
    #[serde(rename = "protocolVersion", borrow, default, deserialize_with = "even_null")]
    protocol_version: Option<&'a RawValue>,
    #[serde(borrow, default, deserialize_with = "even_null")]
    capabilities: Option<&'a RawValue>,
    #[serde(rename = "clientInfo", borrow, default, deserialize_with = "even_null")]
    client_info: Option<&'a RawValue>,
}

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
    envelope: Option<&'a RawValue>,
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
}

#[derive(Deserialize)]
struct Implementation<'a> {
    #[serde(borrow)]
    name: &'a RawValue,
    #[serde(borrow)]
    version: &'a RawValue,
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
    pub fn meta(&self) -> Result<Meta<'a>, RpcError> {
        let Some(raw) = self.meta else {
            return Ok(Meta::default());
        };
        if !is_object(raw) {
            return Err(RpcError::invalid_params());
        }
        let meta: Meta = serde_json::from_str(raw.get()).map_err(|_| RpcError::invalid_params())?;
        if meta.progress_token.is_some_and(|token| RequestId::new(token).is_none()) {
            return Err(RpcError::invalid_params());
        }
        Ok(meta)
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

    /// Checks the cursor of a list. Every list here is one page, so that it is not looked at further.
    ///
    /// # Errors
    /// When it is not a string.
    pub fn check_cursor(&self) -> Result<(), RpcError> {
        match self.cursor {
            Some(raw) if text_of(raw).is_none() => Err(RpcError::invalid_params()),
            _ => Ok(()),
        }
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
        if !is_object(capabilities) || !is_object(info) {
            return Err(RpcError::invalid_params());
        }
        let info: Implementation = serde_json::from_str(info.get()).map_err(|_| RpcError::invalid_params())?;
        Ok(Client {
            protocol_version,
            name: required_text(Some(info.name))?,
            version: required_text(Some(info.version))?,
        })
    }
}

impl<'a> Meta<'a> {
    /// Whether this is the envelope of a request of the stateless era (2026-07-28).
    pub fn is_envelope(&self) -> bool {
        self.envelope.is_some()
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
            RpcError::new(super::error::Code::InvalidParams, message)
        })
    }
}

fn required_text(raw: Option<&RawValue>) -> Result<Cow<'_, str>, RpcError> {
    raw.and_then(text_of).ok_or_else(RpcError::invalid_params)
}
