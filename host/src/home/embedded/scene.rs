//! Scenes: states that entities are brought into together.

use serde_json::{Map, Value};

use super::EmbeddedHome;
use super::call::{Call, not_found};
use super::domains;
use super::file::Kind;
use super::live::{Live, Set};
use super::model::{EntityState, ServiceError, UNAVAILABLE};
use super::show;
use super::target::Target;
use crate::clock::Moment;

/// The services of the domain.
pub const SERVICES: [&str; 1] = ["turn_on"];

/// A scene as the file describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Whom it brings into which state, in the order of the file.
    pub wanted: Vec<Wanted>,
}

/// A state that a scene wants.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The place of the entity in the file.
    pub place: usize,
    /// Its id.
    pub entity: String,
    /// `on`, `closed`, …
    pub state: String,
    /// `brightness`, `current_position`, …
    pub attributes: Map<String, Value>,
}

/// The state of a scene that was never turned on.
pub(super) fn initial(scene: &Scene) -> EntityState {
    let mut state = EntityState::new("unknown");
    let entities = scene.wanted.iter().map(|wanted| Value::from(wanted.entity.as_str()));
    state.attributes.insert("entity_id".to_owned(), entities.collect());
    state
}

impl EmbeddedHome {
    /// Does a service of the domain `scene`.
    pub(super) fn call_scene(&self, mut call: Call) -> Result<(), ServiceError> {
        if !SERVICES.contains(&call.service.as_str()) {
            return Err(not_found(&call.name()));
        }
        let target = Target::take(&mut call.data)?.required()?;
        // Nothing in this home fades; how long it may take is only checked.
        domains::scene::turn_on(&call.data)?;
        let now = self.clock.now();
        let mut live = self.live();
        let mut done = live.advance(&self.file, &*self.store, now);
        let mut result = Ok(());
        for place in target.expand(&self.file, Some("scene")) {
            let Kind::Scene(scene) = &self.file.entities[place].kind else {
                continue;
            };
            for wanted in &scene.wanted {
                let brought = self.bring(&mut live, wanted, now, &mut done);
                result = result.and(brought);
            }
            let mut state = live.state(place).clone();
            state.state = show::timestamp(now);
            done |= live.set(&self.file, &*self.store, place, state, now);
        }
        drop(live);
        self.tell(done);
        result
    }

    /// Brings one entity into the state that is wanted of it.
    fn bring(&self, live: &mut Live, wanted: &Wanted, now: Moment, done: &mut Set) -> Result<(), ServiceError> {
        let entity = &self.file.entities[wanted.place];
        let Kind::Domain(rules) = entity.kind else {
            return Ok(());
        };
        if live.state(wanted.place).state == UNAVAILABLE {
            return Ok(());
        }
        let steps = rules.reproduce(&entity.config, &wanted.state, &wanted.attributes);
        for (service, data) in steps.map_err(ServiceError::Refused)? {
            let data = rules.validate(service, &data)?;
            let mut state = live.state(wanted.place).clone();
            rules.call(&entity.config, &mut state, service, &data, now)?;
            *done |= live.set(&self.file, &*self.store, wanted.place, state, now);
            *done |= self.follow(live, wanted.place, now);
        }
        Ok(())
    }
}
