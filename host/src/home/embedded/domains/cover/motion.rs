//! Where a cover is, and where it is going.

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use super::build::Build;
use crate::clock::Moment;
use crate::home::embedded::domains::travel::Part;
pub use crate::home::embedded::domains::travel::{CLOSED, OPEN};
use crate::home::embedded::model::EntityState;

/// What a cover is doing; it is kept in [`EntityState::hidden`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Moving {
    cover: Part,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    slats: Option<Part>,
    /// Whether it was opening when it moved last: `toggle` then closes one that stands half open.
    pub last_opened: bool,
}

impl Moving {
    /// It stands here.
    pub fn standing(position: i64, tilt: Option<i64>) -> Self {
        Self {
            cover: Part::at(position),
            slats: tilt.map(Part::at),
            last_opened: true,
        }
    }

    /// What the state says that it is doing.
    pub fn of(state: &EntityState, build: &Build) -> Self {
        state
            .remembered()
            .unwrap_or_else(|| Self::standing(build.position, build.tilt))
    }

    /// The state that shows it.
    pub fn state(&self, build: &Build) -> EntityState {
        let state = match self.direction() {
            Some(OPEN) => "opening",
            Some(_) => "closing",
            None if self.is_closed() => "closed",
            None => "open",
        };
        let mut attributes = Map::new();
        if !build.speeds.is_empty() {
            attributes.insert("supported_speeds".to_owned(), json!(build.speeds));
        }
        attributes.insert("is_closed".to_owned(), self.is_closed().into());
        if build.positions {
            attributes.insert("current_position".to_owned(), self.cover.position.into());
        }
        if let Some(slats) = self.slats {
            attributes.insert("current_tilt_position".to_owned(), slats.position.into());
        }
        let shown = EntityState {
            attributes,
            ..EntityState::new(state)
        };
        shown.remembering(self)
    }

    /// [`OPEN`] or [`CLOSED`], towards which it moves; `None` when it stands.
    pub fn direction(&self) -> Option<i64> {
        self.cover.direction()
    }

    /// Whether it is shut.
    pub fn is_closed(&self) -> bool {
        self.cover.position == CLOSED
    }

    /// Whether it is open to the end.
    pub fn is_fully_open(&self) -> bool {
        self.cover.position == OPEN
    }

    /// Whether its slats are shut.
    pub fn tilted_shut(&self) -> bool {
        self.slats.is_some_and(|slats| slats.position == CLOSED)
    }

    /// Sends it to a position.
    pub fn travel(&mut self, build: &Build, to: i64, now: Moment) {
        self.cover.go(to, build.travel_ms, now);
        if let Some(direction) = self.direction() {
            self.last_opened = direction == OPEN;
        }
    }

    /// Lets it stand where it is.
    pub fn stop(&mut self) {
        self.cover.stop();
    }

    /// Turns its slats.
    pub fn turn(&mut self, build: &Build, to: i64, now: Moment) {
        if let Some(slats) = &mut self.slats {
            slats.go(to, build.tilt_ms, now);
        }
    }

    /// Lets its slats stand as they are.
    pub fn stop_turning(&mut self) {
        if let Some(slats) = &mut self.slats {
            slats.stop();
        }
    }

    /// Moves on to where it is now.
    pub fn advance(&mut self, build: &Build, now: Moment) {
        self.cover.advance(build.travel_ms, now);
        if let Some(slats) = &mut self.slats {
            slats.advance(build.tilt_ms, now);
        }
    }

    /// When it has something to tell next.
    pub fn due(&self, build: &Build) -> Option<Moment> {
        let cover = self.cover.due(build.travel_ms);
        let slats = self.slats.and_then(|slats| slats.due(build.tilt_ms));
        cover.into_iter().chain(slats).min()
    }
}
