//! The home as it is now: the state of every entity, what has changed, and what will move by itself next.

use std::collections::{BTreeMap, BTreeSet};

use super::exposure::Exposure;
use super::file::{HomeFile, Kind};
use super::model::EntityState;
use super::script::runs;
use super::state::{self, StateStore};
use crate::clock::Moment;

/// All that changes; behind the one lock of the home.
pub(super) struct Live {
    /// By the place of the entity in the file.
    states: Vec<EntityState>,
    /// Exposed entities whose change nobody has taken yet, in the order of their first change. The place stands for
    /// the newest state, so it is bounded by the number of entities.
    pending: Vec<usize>,
    /// The same, to find them.
    is_pending: Vec<bool>,
    /// What is exposed.
    exposure: Exposure,
    /// That is another than what was taken last.
    reexposed: bool,
    /// What changes by itself, the next first.
    due: BTreeSet<(Moment, usize)>,
    /// The same, by entity.
    due_of: BTreeMap<usize, Moment>,
    /// Rises with every change.
    pub revision: u64,
    /// Whether the task that moves things is there.
    pub mover: bool,
}

/// What setting a state did.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Set {
    /// There is a change to take.
    pub news: bool,
    /// Something moves by itself that did not, or at another moment.
    pub moving: bool,
}

impl std::ops::BitOrAssign for Set {
    fn bitor_assign(&mut self, other: Self) {
        self.news |= other.news;
        self.moving |= other.moving;
    }
}

impl Live {
    /// The states that were kept where they fit the file, the file's own elsewhere.
    pub fn restore(home: &HomeFile, store: &dyn StateStore, exposure: Exposure) -> Self {
        let kept = store.load();
        let states: Vec<EntityState> = home
            .entities
            .iter()
            .map(|entity| {
                let kept = kept.get(&entity.config.id);
                let kept = kept.and_then(|kept| state::restore(&entity.config, kept));
                match (&entity.kind, kept) {
                    (_, None) => entity.initial.clone(),
                    (Kind::Domain(_), Some(state)) => state,
                    (Kind::Script(_), Some(state)) => runs::restored(&entity.initial, &state),
                    (Kind::Scene(_), Some(state)) => EntityState {
                        state: state.state,
                        ..entity.initial.clone()
                    },
                }
            })
            .collect();
        let mut live = Self {
            pending: Vec::new(),
            is_pending: vec![false; states.len()],
            exposure,
            reexposed: false,
            due: BTreeSet::new(),
            due_of: BTreeMap::new(),
            revision: 1,
            mover: false,
            states,
        };
        for place in 0..live.states.len() {
            live.schedule(home, place, 0);
        }
        live
    }

    /// The state of an entity.
    pub fn state(&self, place: usize) -> &EntityState {
        &self.states[place]
    }

    /// Puts an entity into a state.
    pub fn set(
        &mut self,
        home: &HomeFile,
        store: &dyn StateStore,
        place: usize,
        state: EntityState,
        now: Moment,
    ) -> Set {
        let config = &home.entities[place].config;
        let old = std::mem::replace(&mut self.states[place], state);
        let state = &self.states[place];
        if *state == old {
            return Set::default();
        }
        store.save(&config.id, &state::keep(config, state));
        let visible = state.state != old.state || state.attributes != old.attributes;
        let moving = self.schedule(home, place, now);
        if !visible {
            return Set { news: false, moving };
        }
        self.revision += 1;
        let exposed = self.exposure.is_exposed(place);
        if exposed && !std::mem::replace(&mut self.is_pending[place], true) {
            self.pending.push(place);
        }
        Set { news: exposed, moving }
    }

    /// What is exposed.
    pub fn exposure(&self) -> &Exposure {
        &self.exposure
    }

    /// Exposes this from now on, and nothing else: of what is hidden no change is told any more.
    pub fn expose(&mut self, exposure: Exposure) {
        self.exposure = exposure;
        self.reexposed = true;
        self.revision += 1;
        let (exposure, is_pending) = (&self.exposure, &mut self.is_pending);
        self.pending.retain(|place| {
            let exposed = exposure.is_exposed(*place);
            is_pending[*place] = exposed;
            exposed
        });
    }

    /// Moves on to this moment all that changes by itself.
    pub fn advance(&mut self, home: &HomeFile, store: &dyn StateStore, now: Moment) -> Set {
        let mut done = Set::default();
        while let Some(&(moment, place)) = self.due.first() {
            if moment > now {
                break;
            }
            self.due.remove(&(moment, place));
            self.due_of.remove(&place);
            let Kind::Domain(rules) = &home.entities[place].kind else {
                continue;
            };
            let mut state = self.states[place].clone();
            rules.advance(&home.entities[place].config, &mut state, now);
            done |= self.set(home, store, place, state, now);
            self.schedule(home, place, now);
        }
        done
    }

    /// When something changes by itself next.
    pub fn next_due(&self) -> Option<Moment> {
        self.due.first().map(|(moment, _)| *moment)
    }

    /// Whether there are changes to take.
    pub fn has_news(&self) -> bool {
        self.reexposed || !self.pending.is_empty()
    }

    /// Whether something else is exposed than when this was asked last.
    pub fn take_reexposed(&mut self) -> bool {
        std::mem::take(&mut self.reexposed)
    }

    /// Takes the places of what has changed.
    pub fn take_news(&mut self) -> Vec<usize> {
        let taken = std::mem::take(&mut self.pending);
        for place in &taken {
            self.is_pending[*place] = false;
        }
        taken
    }

    /// Notes when an entity changes by itself next; whether that is news. A moment that has been `advance`d to lies
    /// behind, so the next one is later.
    fn schedule(&mut self, home: &HomeFile, place: usize, advanced_to: Moment) -> bool {
        let entity = &home.entities[place];
        let due = match &entity.kind {
            Kind::Domain(rules) => rules.due(&entity.config, &self.states[place]),
            Kind::Script(_) | Kind::Scene(_) => None,
        };
        let due = due.map(|due| due.max(advanced_to + 1));
        let known = match due {
            Some(due) => self.due_of.insert(place, due),
            None => self.due_of.remove(&place),
        };
        if known == due {
            return false;
        }
        if let Some(known) = known {
            self.due.remove(&(known, place));
        }
        if let Some(due) = due {
            self.due.insert((due, place));
        }
        due.is_some()
    }
}
