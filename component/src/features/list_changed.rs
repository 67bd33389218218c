//! `notifications/…/list_changed`: sent once to each client whose list is no longer the one it knows.

use super::{listening, send_newest};
use crate::contract::hearth::mcp::types::Effect;
use crate::llm::List;
use crate::protocol::answer;
use crate::session::{Filter, Session};

/// Tells one client that a list changed, by every way in which it asked to be told. A client without a stream is told
/// nothing now.
pub fn tell(session: &Session, list: List, effects: &mut Vec<Effect>) {
    let Some(stream) = session.stream else {
        return;
    };
    let (method, asked): (&str, fn(&Filter) -> bool) = match list {
        List::Tools => ("notifications/tools/list_changed", |filter| filter.tools_list_changed),
        List::Prompts => ("notifications/prompts/list_changed", |filter| {
            filter.prompts_list_changed
        }),
        List::Resources => ("notifications/resources/list_changed", |filter| {
            filter.resources_list_changed
        }),
    };
    if !session.served_version().is_stateless() {
        effects.push(send_newest(stream, answer::notification(method, ""), method));
    }
    for (id, _) in session.listens.iter().filter(|(_, filter)| asked(filter)) {
        effects.push(send_newest(
            stream,
            listening::told(id, method, ""),
            &format!("{method} {id}"),
        ));
    }
}
