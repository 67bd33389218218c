//! The resources that the suite reads.

use serde_json::json;

use super::media::PNG;
use crate::llm::content::{Body, Contents};
use crate::llm::resources::{Resource, Template};

/// The template; `{id}` may be anything that is one segment of a path.
pub(super) const TEMPLATE: &str = "test://template/{id}/data";

const TEXT: &str = "text/plain";

/// Name, what people call it, what it holds, media type.
const RESOURCES: &[[&str; 4]] = &[
    ["static-text", "Static text", "A text that never changes.", TEXT],
    [
        "static-binary",
        "Static picture",
        "A picture that never changes.",
        "image/png",
    ],
    ["watched-resource", "Watched text", "A text to subscribe to.", TEXT],
];

pub(super) fn all() -> Vec<Resource> {
    let resource = |[name, title, description, mime_type]: &[&str; 4]| Resource {
        uri: format!("test://{name}"),
        name: (*name).to_owned(),
        title: (*title).to_owned(),
        description: (*description).to_owned(),
        mime_type: (*mime_type).to_owned(),
    };
    RESOURCES.iter().map(resource).collect()
}

pub(super) fn templates() -> Vec<Template> {
    vec![Template {
        uri_template: TEMPLATE.to_owned(),
        name: "template".to_owned(),
        description: "Data for any id.".to_owned(),
        mime_type: "application/json".to_owned(),
    }]
}

pub(super) fn read(uri: &str) -> Option<Contents> {
    let (mime_type, body) = match uri {
        "test://static-text" => text("This is the content of the static text resource."),
        "test://static-binary" => ("image/png", Body::Blob(PNG.to_owned())),
        "test://watched-resource" => text("This is watched."),
        _ => {
            let data = json!({"id": id(uri)?, "templateTest": true, "data": format!("Data for ID: {}", id(uri)?)});
            ("application/json", Body::Text(data.to_string()))
        }
    };
    Some(Contents {
        uri: uri.to_owned(),
        mime_type: mime_type.to_owned(),
        body,
    })
}

fn text(text: &str) -> (&'static str, Body) {
    (TEXT, Body::Text(text.to_owned()))
}

/// What stands for `{id}` in a URI of the template.
fn id(uri: &str) -> Option<&str> {
    let (before, after) = TEMPLATE.split_once("{id}")?;
    let id = uri.strip_prefix(before)?.strip_suffix(after)?;
    (!id.is_empty() && !id.contains('/')).then_some(id)
}
