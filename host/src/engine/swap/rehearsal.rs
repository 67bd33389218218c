//! What a scratch instance is put through, before another one is made ready: its effects are looked at and forgotten.

use std::sync::Arc;

use super::HeldBack;
use super::candidate::{Candidate, Given};
use super::conduct::Scene;
use crate::contract::exports::hearth::mcp::server::{Delivery, Origin};
use crate::contract::hearth::mcp::types::{Nonce, Outlet, Principal, Route};
use crate::engine::core::Generation;
use crate::engine::reducer::{Answer, Event};
use crate::engine::shared::Shared;

/// Who is let in at a rehearsal. Nobody has this id: it is not one that a token can have.
const NOBODY: &str = "(self-check)";

/// The outlet of that client. No number of a client's comes near it.
const OUTLET: Outlet = Outlet::MAX;

/// An instance with all that is kept starts, lets a client in, is told something that is no message, is asked what it
/// offers, loses the client and is woken.
pub(super) async fn rehearse(shared: &Arc<Shared>, generation: &Generation, given: &Given) -> Result<(), HeldBack> {
    let instance = Candidate::restored(shared, generation.clone(), given).await?;
    let mut rehearsal = Rehearsal {
        shared,
        instance,
        outlet: OUTLET,
        principal: Principal {
            id: NOBODY.to_owned(),
            admin: true,
        },
    };
    rehearsal.play().await
}

struct Rehearsal<'a> {
    shared: &'a Arc<Shared>,
    instance: Candidate,
    outlet: Outlet,
    principal: Principal,
}

impl Rehearsal<'_> {
    async fn play(&mut self) -> Result<(), HeldBack> {
        let moment = self.shared.clock.now();
        let nonce = Nonce { high: 0, low: 0 };
        self.take(Event::Start { moment, nonce }).await?;
        let origin = Origin {
            outlet: self.outlet,
            principal: self.principal.clone(),
            headers: Vec::new(),
            entry_revision: self.shared.entries.revision(),
        };
        let opened = self.take(Event::Open { origin, moment, nonce }).await?;
        if let Some(session) = opened.and_then(|answer| answer.session) {
            self.take(Event::Receive(self.no_message(session, moment, nonce)))
                .await?;
        }
        let offers = self.instance.reducer.offers(&self.principal, &Route::Sse).await;
        offers.map_err(|trap| HeldBack::Rehearsal { event: "offers", trap })?;
        let outlet = self.outlet;
        self.take(Event::Closed { outlet, moment }).await?;
        self.take(Event::Wake { moment }).await?;
        Ok(())
    }

    fn no_message(&self, session: String, moment: u64, nonce: Nonce) -> Delivery {
        Delivery {
            route: Route::Sse,
            session: Some(session),
            exchange: None,
            principal: self.principal.clone(),
            headers: Vec::new(),
            body: b"no message".to_vec(),
            entry_revision: self.shared.entries.revision(),
            moment,
            nonce,
            fault: false,
        }
    }

    /// None when it refuses, which it may.
    async fn take(&mut self, event: Event) -> Result<Option<Answer>, HeldBack> {
        let name = event.name();
        let answered = self.instance.reducer.handle(&event).await;
        let answered = answered.map_err(|trap| HeldBack::Rehearsal { event: name, trap })?;
        let Ok(answer) = answered else {
            return Ok(None);
        };
        let scene = Scene {
            outlet: self.outlet,
            principal: &self.principal,
        };
        let core = self.shared.core.lock().await;
        match core.misconduct(&self.instance.generation, &answer.effects, Some(&scene)) {
            Some(text) => Err(HeldBack::Misconduct { event: name, text }),
            None => Ok(Some(answer)),
        }
    }
}
