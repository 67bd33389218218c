//! `notifications/tools/list_changed`: sent once to each client whose list is no longer the one it knows.

use std::sync::Arc;

use super::send_newest;
use crate::contract::hearth::mcp::types::{Effect, Moment};
use crate::home::Mirror;
use crate::llm::{Llm, Request};
use crate::protocol::answer;
use crate::session::admission::Entry;
use crate::session::{Sessions, checkpoint};

const METHOD: &str = "notifications/tools/list_changed";

/// Tells the clients that listed tools and would now be answered another list. One that may not list any more is told
/// nothing: it knows when it asks, and there is no list to fetch.
pub fn announce(
    sessions: &mut Sessions,
    entry: &Entry,
    llm: &mut Llm,
    mirror: &Mirror,
    moment: Moment,
    effects: &mut Vec<Effect>,
) {
    let mut digest_for = |admin: bool| -> Option<Arc<str>> {
        let allowed = entry.admits(admin) && entry.selection.check(admin).is_ok();
        let request = Request {
            mirror,
            device: None,
            admin,
            moment,
        };
        allowed.then(|| llm.tools_digest(&entry.selection, &request))
    };
    let (for_users, for_admins) = (digest_for(false), digest_for(true));
    for (id, session) in sessions.iter_mut() {
        let now = if session.admin { &for_admins } else { &for_users };
        let (Some(known), Some(now)) = (&session.listed, now) else {
            continue;
        };
        if known == now {
            continue;
        }
        session.listed = Some(Arc::clone(now));
        effects.push(Effect::Keep(checkpoint::write(id, session)));
        let body = answer::notification(METHOD, "");
        effects.push(send_newest(session.outlet, body, METHOD));
    }
}
