//! Resources: what there is to be read.

use serde_json::{Value, json};

/// A resource as `resources/list` says it.
#[derive(Debug, Clone, PartialEq)]
pub struct Resource {
    /// Names it.
    pub uri: String,
    /// What programs call it.
    pub name: String,
    /// What people call it.
    pub title: String,
    /// What it holds.
    pub description: String,
    /// Its media type.
    pub mime_type: String,
}

impl Resource {
    /// The resource on the wire.
    pub fn json(&self) -> Value {
        json!({
            "uri": self.uri,
            "name": self.name,
            "title": self.title,
            "description": self.description,
            "mimeType": self.mime_type,
        })
    }
}

/// Resources that differ in a part of their URI, as `resources/templates/list` says them.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    /// RFC 6570.
    pub uri_template: String,
    /// What programs call it.
    pub name: String,
    /// What they hold.
    pub description: String,
    /// Their media type.
    pub mime_type: String,
}

impl Template {
    /// The template on the wire.
    pub fn json(&self) -> Value {
        json!({
            "uriTemplate": self.uri_template,
            "name": self.name,
            "description": self.description,
            "mimeType": self.mime_type,
        })
    }
}
