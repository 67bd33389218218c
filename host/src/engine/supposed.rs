//! What the component would offer in a home that is not so: asked of an instance of its own, which hears of nobody.

use std::sync::Arc;

use futures_util::future::{self, BoxFuture, FutureExt as _};

use super::imports::{Imports, Parts};
use super::reducer::{Event, Trap};
use super::{Engine, Refused};
use crate::contract::exports::hearth::mcp::server::Tool;
use crate::contract::hearth::mcp::home as contract;
use crate::contract::hearth::mcp::types::{Action, Change, Nonce, Principal, Route};
use crate::home::{ActionError, Home, Nature, OnProgress};

impl Engine {
    /// What `tools/list` would say to this principal on this route if this were what is exposed of the home. Nobody hears of
    /// it, and nothing changes. It takes its turn after a swap that is under way.
    ///
    /// # Errors
    /// When the component traps on it.
    pub async fn offers_supposing(
        &self,
        home: contract::Home,
        principal: &Principal,
        route: &Route,
    ) -> Result<Vec<Tool>, Refused> {
        let shared = &self.shared;
        // One instance beside the one that serves, as in a swap: more than that there may be no room for.
        let _turn = shared.swapping.lock().await;
        let imports = Arc::new(shared.imports.supposing(Arc::new(Supposed(home))));
        let generation = shared.core.lock().await.generation.clone();
        let offers = async {
            let mut instance = generation.program.instantiate(imports).await?;
            instance.restore(&[], &[], generation.format).await?;
            let start = Event::Start {
                moment: shared.clock.now(),
                nonce: Nonce { high: 0, low: 0 },
            };
            // What it would do at its start is not done.
            let _ = instance.handle(&start).await?;
            instance.offers(principal, route).await
        };
        offers.await.map_err(|trap: Trap| {
            tracing::warn!(%trap, "the component does not say what it would offer");
            Refused::Fault
        })
    }
}

impl Imports {
    /// The same host with another home.
    fn supposing(&self, home: Arc<dyn Home>) -> Self {
        let host = self.host.as_ref().map(|host| Parts {
            entries: host.entries.clone(),
            home,
            limits: host.limits.clone(),
            secret: host.secret,
        });
        Self { host }
    }
}

/// A home that is only looked at.
struct Supposed(contract::Home);

impl Home for Supposed {
    fn snapshot(&self) -> contract::Home {
        self.0.clone()
    }

    fn take_changes(&self) -> Vec<Change> {
        Vec::new()
    }

    fn nature(&self, _action: &str) -> Option<Nature> {
        None
    }

    fn run(&self, action: Action, _progress: OnProgress) -> BoxFuture<'_, Result<Option<Vec<u8>>, ActionError>> {
        let error = ActionError(format!("Action {} not found", action.name));
        future::ready(Err(error)).boxed()
    }
}
