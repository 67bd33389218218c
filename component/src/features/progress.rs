//! `notifications/progress`: how far a call has come, for clients that asked to be told.

use crate::contract::hearth::mcp::types::Progress;
use crate::protocol::answer::{self, json};
use crate::protocol::version::Version;
use crate::session::work::InFlight;

/// The message, if the request had a progress token. The host sees to it that progress rises strictly.
pub fn report(request: &InFlight, version: Version, progress: &Progress) -> Option<Vec<u8>> {
    let token = request.progress.as_deref()?;
    if !progress.done.is_finite() {
        return None;
    }
    let mut params = format!(r#"{{"progressToken":{token},"progress":{}"#, json(&progress.done));
    if let Some(total) = progress.total.filter(|total| total.is_finite()) {
        params += r#","total":"#;
        params += &json(&total);
    }
    if let Some(text) = progress.text.as_deref().filter(|_| version.has_progress_text()) {
        params += r#","message":"#;
        params += &json(text);
    }
    params.push('}');
    Some(answer::notification("notifications/progress", &params))
}
