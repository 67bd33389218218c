//! What tools, prompts and resources say: content blocks, as MCP has them.

use serde_json::{Value, json};

/// One block of content.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// Words.
    Text(String),
    /// A picture in Base64.
    Image {
        /// Its media type.
        mime_type: String,
        /// In Base64.
        data: String,
    },
    /// A sound in Base64.
    Audio {
        /// Its media type.
        mime_type: String,
        /// In Base64.
        data: String,
    },
    /// What a resource holds, in place.
    Resource(Contents),
}

/// What a resource holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Contents {
    /// Names the resource.
    pub uri: String,
    /// Its media type.
    pub mime_type: String,
    /// What is in it.
    pub body: Body,
}

/// The body of a resource.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Words.
    Text(String),
    /// Bytes in Base64.
    Blob(String),
}

impl Content {
    /// The block on the wire.
    pub fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!({"type": "text", "text": text}),
            Self::Image { mime_type, data } => json!({"type": "image", "data": data, "mimeType": mime_type}),
            Self::Audio { mime_type, data } => json!({"type": "audio", "data": data, "mimeType": mime_type}),
            Self::Resource(contents) => json!({"type": "resource", "resource": contents.json()}),
        }
    }
}

impl Contents {
    /// The contents on the wire.
    pub fn json(&self) -> Value {
        let Self { uri, mime_type, body } = self;
        match body {
            Body::Text(text) => json!({"uri": uri, "mimeType": mime_type, "text": text}),
            Body::Blob(blob) => json!({"uri": uri, "mimeType": mime_type, "blob": blob}),
        }
    }
}
