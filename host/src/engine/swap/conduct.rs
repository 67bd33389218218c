//! What no component may ask for, found before it is applied. Once a generation is live the same costs it the effect.

use crate::contract::hearth::mcp::types::{Effect, Outlet, Principal};
use crate::engine::core::{Core, Generation};
use crate::engine::outlet::Destination;

/// Effects that one event may have.
pub(in crate::engine) const EFFECTS_LIMIT: usize = 65_536;

/// What a rehearsal brings that the running generation does not know of.
pub(super) struct Scene<'a> {
    pub outlet: Outlet,
    pub principal: &'a Principal,
}

impl Core {
    /// What of these effects breaks the contract, if anything does.
    pub(super) fn misconduct(
        &self,
        generation: &Generation,
        effects: &[Effect],
        scene: Option<&Scene<'_>>,
    ) -> Option<String> {
        if let Err(trap) = self.check_effects(generation, effects) {
            return Some(trap.0);
        }
        effects.iter().find_map(|effect| match effect {
            Effect::Send(send) => self.stranger(send.outlet, "sent to", scene),
            Effect::End(outlet) => self.stranger(*outlet, "ended", scene),
            Effect::Resumable(resumable) => self.stranger(resumable.outlet, "made resumable", scene),
            Effect::Detach(detach) => self.stranger(detach.outlet, "detached", scene),
            Effect::Perform(perform) => self.impostor(&perform.principal, scene),
            _ => None,
        })
    }

    fn stranger(&self, outlet: Outlet, did: &str, scene: Option<&Scene<'_>>) -> Option<String> {
        let own = scene.is_some_and(|scene| scene.outlet == outlet);
        let unknown = !own && matches!(self.outlets.find(outlet), Destination::Unknown);
        unknown.then(|| format!("it {did} the outlet {outlet}, which was never given out"))
    }

    fn impostor(&self, principal: &str, scene: Option<&Scene<'_>>) -> Option<String> {
        let own = scene.is_some_and(|scene| scene.principal.id == principal);
        let known = own || self.outlets.has_session_of(principal) || self.checkpoints.has_session_of(principal);
        (!known).then(|| format!("it acted for the principal {principal:?}, who did not ask and has no session"))
    }
}
