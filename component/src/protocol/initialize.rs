//! The handshake: what `initialize` answers.

use super::answer::json;
use super::version::Version;

/// The name of the server on the wire.
pub const NAME: &str = "hearth";

/// The version of the component.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Capabilities are declared as they come to be served, never before.
const CAPABILITIES: &str = concat!(
    r#"{"prompts":{"listChanged":false},"resources":{"listChanged":false,"subscribe":false},"#,
    r#""tools":{"listChanged":true}}"#
);

/// How to use the home's tools, for the model of the client.
const INSTRUCTIONS: &str = "Hearth reads and controls one home. \
Read the live context before you say how something is, and again after you changed it: what an earlier answer said may be out of date. \
Name what you mean as its owner does, by name, by area or by floor, with an optional domain or device class; never by entity id. \
Give an area or a floor and a domain to reach everything of a kind there at once. \
When a call answers that nothing matched or that several did, correct the name or add the area, and ask the user if it is still unclear. \
Only what the owner has exposed is there.";

/// The result of `initialize` at this version, as JSON.
pub fn result(version: Version) -> String {
    let title = if version.has_titles() {
        r#","title":"Hearth""#
    } else {
        ""
    };
    format!(
        r#"{{"protocolVersion":"{}","capabilities":{CAPABILITIES},"serverInfo":{{"name":"{NAME}"{title},"version":"{VERSION}"}},"instructions":{}}}"#,
        version.as_str(),
        json(INSTRUCTIONS),
    )
}
