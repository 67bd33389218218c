//! Who has listed the tools, and on which route: a list that was given out is a promise.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::clock::Moment;
use crate::contract::hearth::mcp::types::{Principal, Route, Transport};
use crate::engine::core::Core;
use crate::engine::shared::Shared;

/// Milliseconds for which a client without a session counts after it was last heard: the host does not know what it
/// asked for, nor whether it is still there.
const HEARD_MS: u64 = 3_600_000;
/// Clients without a session that are remembered.
const HEARD_LIMIT: usize = 64;

/// See the module. Nothing of it is kept: after a restart sessions count as those of the config entry's route.
#[derive(Debug, Default)]
pub(in crate::engine) struct Audience {
    /// Sessions on a route that names an LLM API.
    apis: BTreeMap<String, String>,
    /// Clients without a session, who was heard last at the end.
    heard: VecDeque<Heard>,
}

#[derive(Debug)]
struct Heard {
    principal: String,
    api: Option<String>,
    at: Moment,
}

impl Audience {
    /// A session began on this route.
    pub fn began(&mut self, session: &str, route: &Route) {
        if let Route::Streamable(Some(api)) = route {
            self.apis.insert(session.to_owned(), api.clone());
        }
    }

    /// The LLM API that the route of this session names, if it names one and that is known.
    pub fn api_of(&self, session: &str) -> Option<String> {
        self.apis.get(session).cloned()
    }

    /// A session is over.
    pub fn ended(&mut self, session: &str) {
        self.apis.remove(session);
    }

    /// Somebody without a session was heard.
    pub fn heard(&mut self, principal: &str, route: &Route, at: Moment) {
        let Route::Streamable(api) = route else { return };
        let is_same = |heard: &Heard| heard.principal == principal && heard.api == *api;
        if let Some(last) = self.heard.back_mut().filter(|last| is_same(last)) {
            last.at = at;
            return;
        }
        self.heard.retain(|heard| !is_same(heard));
        if self.heard.len() == HEARD_LIMIT {
            self.heard.pop_front();
        }
        self.heard.push_back(Heard {
            principal: principal.to_owned(),
            api: api.clone(),
            at,
        });
    }
}

impl Core {
    /// Everybody who may go by a list, with their rights as of now; those of equal rights on one route once.
    pub(super) fn audience(&self, shared: &Shared) -> Vec<(Principal, Route)> {
        let now = shared.clock.now();
        let with_session = self.checkpoints.listeners().map(|(session, principal, transport)| {
            let route = match transport {
                Transport::Streamable => Some(self.audience.apis.get(session).cloned()),
                Transport::Sse | Transport::None => None,
            };
            (principal, route)
        });
        let heard = self.audience.heard.iter();
        let heard = heard.filter(|heard| heard.at.saturating_add(HEARD_MS) >= now);
        let without = heard.map(|heard| (heard.principal.as_str(), Some(heard.api.clone())));
        let everybody: BTreeSet<(&str, Option<Option<String>>)> = with_session.chain(without).collect();
        let with_rights = everybody.into_iter().filter_map(|(id, route)| {
            let admin = shared.principals.rights(id)?.admin;
            let id = id.to_owned();
            Some((Principal { id, admin }, route.map_or(Route::Sse, Route::Streamable)))
        });
        with_rights.collect()
    }
}
