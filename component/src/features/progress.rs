//! `notifications/progress`: how far a call has come, for clients that asked to be told.

use super::send_newest;
use crate::contract::hearth::mcp::types::{Effect, Progress};
use crate::protocol::answer::{self, json};
use crate::session::Session;
use crate::session::work::Ticket;

/// Tells the client, if its request had a progress token. The host sees to it that progress rises strictly.
pub fn report(session: &Session, ticket: &Ticket, progress: &Progress) -> Option<Effect> {
    let token = ticket.progress.as_deref()?;
    if !progress.done.is_finite() {
        return None;
    }
    let mut params = format!(r#"{{"progressToken":{token},"progress":{}"#, json(&progress.done));
    if let Some(total) = progress.total.filter(|total| total.is_finite()) {
        params += r#","total":"#;
        params += &json(&total);
    }
    if let Some(text) = progress
        .text
        .as_deref()
        .filter(|_| session.served_version().has_progress_text())
    {
        params += r#","message":"#;
        params += &json(text);
    }
    params.push('}');
    let body = answer::notification("notifications/progress", &params);
    Some(send_newest(session.outlet, body, &ticket.key))
}
