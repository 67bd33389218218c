//! Clients that come again: what they go on reading, and until when they can.

use std::sync::Arc;

use super::Attaching;
use super::core::Core;
use super::outlet::{EventId, Lane, Way};
use super::shared::Shared;
use crate::clock::Moment;
use crate::contract::hearth::mcp::types::Outlet;

impl Core {
    /// What a client goes on reading: what it says, or the stream that it left before it was given an id. None: it has a
    /// new stream. Somebody without that session is left to the component, which tells that there is none.
    ///
    /// # Errors
    /// With what it said, if nothing of the session can be resumed there.
    pub(super) fn resumed(&self, attaching: &Attaching) -> Result<Option<(EventId, Arc<Lane>)>, String> {
        let Some(session) = &attaching.session else {
            return Ok(None);
        };
        let principal = &attaching.principal.id;
        let Some(last) = &attaching.last_event else {
            return Ok(self.left_unnamed(session, principal));
        };
        let is_theirs =
            self.checkpoints.is_session_of(session, principal) || self.outlets.has_exchange_of(session, principal);
        if !is_theirs {
            return Ok(None);
        }
        let event: EventId = last.parse().map_err(|_| last.clone())?;
        match self.outlets.get(event.outlet) {
            Some(open) => match &open.way {
                Way::Exchange(lane)
                    if open.session == *session && open.principal == *principal && lane.follows(event.number) =>
                {
                    Ok(Some((event, lane.clone())))
                }
                _ => Err(last.clone()),
            },
            // It was lost with an earlier host, and its session was not: to be refused would end all streams of it.
            None if self.outlets.is_earlier(event.outlet) => Ok(self.left_unnamed(session, principal)),
            None => Err(last.clone()),
        }
    }

    fn left_unnamed(&self, session: &str, principal: &str) -> Option<(EventId, Arc<Lane>)> {
        let (outlet, lane) = self.outlets.left_unnamed(session, principal)?;
        Some((EventId { outlet, number: 0 }, lane))
    }

    /// The connection of an outlet is over, which can be resumed for a while from then on.
    pub(super) fn left(&mut self, shared: &Shared, outlet: Outlet, moment: Moment) {
        let Some(open) = self.outlets.get(outlet) else { return };
        if matches!(&open.way, Way::Exchange(lane) if !lane.is_connected()) {
            let until = moment.saturating_add(shared.limits.resume_time_ms);
            self.outlets.expiries.set(outlet, until);
            shared.expiry.set(self.outlets.expiries.next());
        }
    }

    /// Ends what nobody has resumed in time.
    pub(super) async fn expire(&mut self, shared: &Arc<Shared>) {
        let now = shared.clock.now();
        while let Some(outlet) = self.outlets.expiries.take_due(now) {
            self.close(shared, outlet).await;
        }
        shared.expiry.set(self.outlets.expiries.next());
    }
}
