//! A player: what it plays, how loud, and where in it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::build::{self, Build};
use super::media::Media;
use crate::clock::Moment;
use crate::home::embedded::domains::number;
use crate::home::embedded::model::EntityState;
use crate::home::embedded::show;

/// Tracks that may end before anybody looks; those before them are not worth the time.
const MOST_ENDED: usize = 10_000;

/// What a player does; it is kept in [`EntityState::hidden`].
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Player {
    /// `off`, `playing`, …
    pub state: String,
    /// What is set, in the order in which it is shown: `volume_level`, `source`, `shuffle`, …
    pub settings: Map<String, Value>,
    /// The players that it plays together with, itself the first.
    pub group: Vec<String>,
    /// What is to be played.
    pub queue: Vec<Media>,
    /// The place in it.
    pub place: usize,
    /// Where in that it was at `position_at`, in milliseconds.
    position_ms: u64,
    /// `None`: nobody has looked at the clock yet.
    position_at: Option<Moment>,
}

impl Player {
    /// A player in this state with this before it, `position_ms` into the first.
    pub fn new(
        state: String,
        settings: Map<String, Value>,
        group: Vec<String>,
        queue: Vec<Media>,
        position_ms: u64,
    ) -> Self {
        Self {
            state,
            settings,
            group,
            queue,
            place: 0,
            position_ms,
            position_at: None,
        }
    }

    /// The player that a state holds.
    pub fn of(state: &EntityState) -> Self {
        state.remembered().unwrap_or_default()
    }

    /// The state that shows it.
    pub fn state(&self, build: &Build) -> EntityState {
        let shown = EntityState {
            attributes: self.attributes(build),
            ..EntityState::new(&self.state)
        };
        shown.remembering(self)
    }

    fn attributes(&self, build: &Build) -> Map<String, Value> {
        let mut shown = build.capabilities();
        let mut show = |key: &str, value: Option<Value>| {
            if let Some(value) = value {
                shown.insert(key.to_owned(), value);
            }
        };
        let grouped = build.has(build::GROUPING).then(|| self.group.clone().into());
        show("group_members", grouped);
        // One that is off shows what it can do, and nothing that it does.
        if self.state == build::OFF {
            return shown;
        }
        let setting = |key: &str| self.settings.get(key).cloned();
        for key in ["volume_level", "is_volume_muted"] {
            show(key, setting(key));
        }
        if let Some(media) = self.media() {
            for (key, value) in media.identity() {
                show(key, value);
            }
            if build.has(build::SEEK) && media.duration.is_some() {
                show("media_position", Some((self.position_ms / 1000).into()));
                let since = self.position_at.filter(|_| self.plays());
                show("media_position_updated_at", since.map(show::timestamp).map(Value::from));
            }
            for (key, value) in media.description(self.place) {
                show(key, value);
            }
        }
        for key in ["app_name", "source", "sound_mode", "shuffle", "repeat"] {
            show(key, setting(key));
        }
        shown
    }

    /// What is played, or would be.
    pub fn media(&self) -> Option<&Media> {
        self.queue.get(self.place)
    }

    /// Whether it plays.
    pub fn plays(&self) -> bool {
        self.state == build::PLAYING
    }

    /// Goes into a state.
    pub fn turn(&mut self, state: &str, now: Moment) {
        // One that plays on is where it is.
        if self.plays() && state == build::PLAYING {
            return;
        }
        self.stand(now);
        self.state = state.to_owned();
    }

    /// Notes where it is now.
    fn stand(&mut self, now: Moment) {
        if let Some(since) = self.position_at.filter(|_| self.plays()) {
            self.position_ms += now.saturating_sub(since);
        }
        self.position_at = Some(now);
    }

    /// Goes to a place of what it plays, in milliseconds.
    pub fn seek(&mut self, position_ms: u64, now: Moment) {
        self.position_ms = position_ms;
        self.position_at = Some(now);
    }

    /// Goes to the beginning of what is at this place of the list.
    pub fn go_to(&mut self, place: usize, now: Moment) {
        self.place = place;
        self.seek(0, now);
    }

    /// The next or the previous of the list; at its end it stays where it is, unless all is repeated.
    pub fn step(&mut self, forward: bool, now: Moment) {
        let last = self.queue.len().saturating_sub(1);
        let around = self.repeats("all");
        match (forward, self.place) {
            (true, place) if place < last => self.go_to(place + 1, now),
            (true, _) if around => self.go_to(0, now),
            (false, place) if place > 0 => self.go_to(place - 1, now),
            (false, _) if around => self.go_to(last, now),
            _ => {}
        }
    }

    fn repeats(&self, mode: &str) -> bool {
        self.settings.get("repeat").is_some_and(|repeat| repeat == mode)
    }

    /// When what it plays ends; at once, if nobody has looked at the clock yet.
    pub fn ends_at(&self) -> Option<Moment> {
        if !self.plays() {
            return None;
        }
        match self.position_at {
            None => Some(0),
            Some(since) => {
                let left = self.media()?.duration_ms()?.saturating_sub(self.position_ms);
                Some(since.saturating_add(left))
            }
        }
    }

    /// Moves on to this moment: what ends is followed by what comes next.
    pub fn advance(&mut self, now: Moment) {
        if self.plays() && self.position_at.is_none() {
            self.position_at = Some(now);
        }
        for _ in 0..MOST_ENDED {
            match self.ends_at().filter(|end| *end <= now) {
                None => return,
                Some(end) => self.end(end),
            }
        }
        self.seek(0, now);
    }

    fn end(&mut self, now: Moment) {
        let last = self.place + 1 >= self.queue.len();
        match () {
            () if self.repeats("one") => self.go_to(self.place, now),
            () if !last => self.go_to(self.place + 1, now),
            () => {
                self.go_to(0, now);
                if !self.repeats("all") {
                    self.state = build::IDLE.to_owned();
                }
            }
        }
    }

    /// Changes the volume by a step; where it ends it is the whole number, as in Home Assistant.
    pub fn step_volume(&mut self, step: f64) {
        let Some(level) = self.settings.get("volume_level").and_then(Value::as_f64) else {
            return;
        };
        if step > 0.0 && level >= 1.0 || step < 0.0 && level <= 0.0 {
            return;
        }
        let wanted = level + step;
        let level = match wanted {
            _ if wanted >= 1.0 => 1.into(),
            _ if wanted <= 0.0 => 0.into(),
            _ => number::json(wanted),
        };
        self.set("volume_level", level);
    }

    /// Sets something.
    pub fn set(&mut self, key: &str, value: Value) {
        self.settings.insert(key.to_owned(), value);
    }
}
