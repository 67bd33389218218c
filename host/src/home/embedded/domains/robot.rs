//! The life of a machine that works by itself and lives in a dock: vacuum cleaners and lawn mowers.

use serde::{Deserialize, Serialize};

use super::options;
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError};

/// How long it works when it is told nothing else, unless the file says.
const WORK_SECONDS: f64 = 1800.0;
/// How long its way home takes, unless the file says.
const RETURN_SECONDS: f64 = 30.0;

/// A kind of machine.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    /// The state in which it works: `cleaning`.
    pub working: &'static str,
    /// The option that says how long it works.
    pub work_option: &'static str,
}

/// How long things take, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// All of its work; 0: it works until it is told to stop.
    pub work_ms: u64,
    /// Its way home.
    pub return_ms: u64,
}

/// What it is about; it is kept in [`EntityState::hidden`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Task {
    /// When it is done with its work, or home.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<Moment>,
    /// What is left of the work that was paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    left_ms: Option<u64>,
}

impl Kind {
    /// How long things take, by the file.
    ///
    /// # Errors
    /// When an option is no such time.
    pub fn times(self, config: &EntityConfig) -> Result<Times, OptionError> {
        Ok(Times {
            work_ms: options::milliseconds(config, self.work_option, WORK_SECONDS)?,
            return_ms: options::milliseconds(config, "return_seconds", RETURN_SECONDS)?,
        })
    }

    /// The state that it begins in: `docked`, unless the file says.
    ///
    /// # Errors
    /// When it is not one in which it could stand for long.
    pub fn initial(self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        self.times(config)?;
        match config.state.as_deref() {
            None => Ok(EntityState::new("docked")),
            Some(state @ ("docked" | "idle" | "paused" | "error")) => Ok(EntityState::new(state)),
            Some(other) => {
                let reason = format!("`{other}` is not a state that it begins in; write `docked`, `idle` or `paused`");
                Err(OptionError::at("state", reason))
            }
        }
    }

    /// Goes to work, or on with what was paused.
    pub fn start(self, state: &mut EntityState, times: Times, now: Moment) {
        let left_ms = task(state).left_ms;
        if state.state == "paused" && left_ms.is_some() {
            self.work(state, left_ms, now);
        } else if state.state != self.working {
            self.work(state, (times.work_ms > 0).then_some(times.work_ms), now);
        }
    }

    /// Begins a piece of work that takes so long, whatever it was about; without a time, until it is told to stop.
    pub fn work(self, state: &mut EntityState, ms: Option<u64>, now: Moment) {
        let until = ms.map(|ms| now.saturating_add(ms));
        set(state, self.working, Task { until, left_ms: None });
    }

    /// Stands still where it is, to go on later.
    pub fn pause(self, state: &mut EntityState, now: Moment) {
        if state.state == self.working {
            let left_ms = task(state).until.map(|until| until.saturating_sub(now));
            set(state, "paused", Task { until: None, left_ms });
        } else if state.state == "returning" {
            set(state, "paused", Task::default());
        }
    }

    /// Drops what it was about.
    pub fn stop(self, state: &mut EntityState) {
        if state.state != "docked" {
            set(state, "idle", Task::default());
        }
    }

    /// Sets out for its dock.
    pub fn go_home(self, state: &mut EntityState, times: Times, now: Moment) {
        if !["docked", "returning"].contains(&state.state.as_str()) {
            let until = Some(now.saturating_add(times.return_ms));
            set(state, "returning", Task { until, left_ms: None });
            self.advance(state, times, now);
        }
    }

    /// When it is done with what it is about.
    pub fn due(self, state: &EntityState) -> Option<Moment> {
        task(state).until
    }

    /// Done with its work it goes home, and then it is there.
    pub fn advance(self, state: &mut EntityState, times: Times, now: Moment) {
        while let Some(until) = task(state).until.filter(|until| *until <= now) {
            if state.state == self.working {
                let home = until.saturating_add(times.return_ms);
                set(
                    state,
                    "returning",
                    Task {
                        until: Some(home),
                        left_ms: None,
                    },
                );
            } else {
                set(state, "docked", Task::default());
            }
        }
    }
}

fn task(state: &EntityState) -> Task {
    state.remembered().unwrap_or_default()
}

fn set(state: &mut EntityState, to: &str, task: Task) {
    let attributes = std::mem::take(&mut state.attributes);
    *state = EntityState {
        attributes,
        ..EntityState::new(to)
    }
    .remembering(&task);
}
