//! Whether those who have listed the tools can go on with what they listed. Many clients never list again.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::candidate::Candidate;
use super::{Guarded, HeldBack, compatibility, differences};
use crate::contract::exports::hearth::mcp::server::Tool;
use crate::engine::shared::Shared;

/// Compares what everybody is offered with what they would be. What is new is added to the differences, and what is not
/// so any more as well, if that is allowed. It also makes the candidate write its lists before it has to.
pub(super) async fn compare(
    shared: &Arc<Shared>,
    candidate: &mut Candidate,
    guard: Option<&Guarded>,
    found: &mut Vec<String>,
) -> Result<(), HeldBack> {
    let audience = shared.core.lock().await.audience(shared);
    let mut lists = Vec::new();
    for (principal, route) in audience {
        let now = candidate
            .reducer
            .offers(&principal, &route)
            .await
            .map_err(HeldBack::Offers)?;
        if guard.is_none() {
            continue;
        }
        // If the running generation cannot say it any more, nobody goes by it.
        let before = shared.core.lock().await.offers(shared, &principal, &route).await;
        lists.push((before.unwrap_or_default(), now));
    }
    if let Some(guard) = guard {
        // Lists that somebody wrote with care can take a second.
        let compared = tokio::task::spawn_blocking(move || compared(&lists)).await;
        let (broken, other) = compared.map_err(|_| HeldBack::Ended)?;
        if !broken.is_empty() && !guard.allow_incompatible {
            return Err(HeldBack::Incompatible(broken));
        }
        found.extend(other);
        found.extend(broken);
    }
    Ok(())
}

/// What does not hold any more in any of these lists, and what else is different; each once.
fn compared(lists: &[(Vec<Tool>, Vec<Tool>)]) -> (Vec<String>, Vec<String>) {
    let (mut broken, mut other) = (BTreeSet::new(), BTreeSet::new());
    for (before, now) in lists {
        broken.extend(compatibility::incompatibilities(before, now));
        other.extend(differences::tools(before, now));
    }
    (broken.into_iter().collect(), other.into_iter().collect())
}
