//! Which scripts run: who may begin while others run, stopping, and what the script shows of it.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::Value;
use tokio::sync::{Mutex as Turn, watch};

use super::super::EmbeddedHome;
use super::super::file::Kind;
use super::super::model::{EntityState, ServiceError};
use super::super::show;
use super::run::Run;
use super::{Mode, Script};

/// Scripts that may wait for each other.
const MAX_DEPTH: usize = 16;

/// What runs, by its place in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// A script, by its place among the entities.
    Script(usize),
    /// What an intent does, by the place of the intent.
    Intent(usize),
}

/// Where a call comes from.
#[derive(Clone, Default)]
pub struct Lineage {
    /// The scripts that wait for it, the outermost first.
    stack: Vec<Who>,
    /// Steps taken so far, on behalf of the same first call.
    pub(super) steps: Arc<AtomicU32>,
}

impl Lineage {
    /// Where a call comes from that nobody waits for.
    pub fn detached(&self) -> Self {
        Self {
            stack: Vec::new(),
            steps: Arc::clone(&self.steps),
        }
    }
}

/// The runs of all scripts.
#[derive(Default)]
pub struct Runs {
    state: Mutex<RunsState>,
}

#[derive(Default)]
struct RunsState {
    next: u64,
    of: BTreeMap<Who, OfOne>,
}

/// The runs of one script.
#[derive(Default)]
struct OfOne {
    /// Number of the run, and what stops it.
    running: Vec<(u64, watch::Sender<bool>)>,
    /// Held by the run whose turn it is, in the mode `queued`.
    turn: Arc<Turn<()>>,
}
impl EmbeddedHome {
    /// Begins a run of a script, if its mode allows one now.
    pub(in super::super) fn begin(&self, who: Who, lineage: &Lineage) -> Result<Option<Run>, ServiceError> {
        let (Some(script), Some(home)) = (self.sequence_of(who), self.myself.upgrade()) else {
            return Ok(None);
        };
        if lineage.stack.len() >= MAX_DEPTH {
            let reason = format!("scripts call each other more than {MAX_DEPTH} deep");
            return Err(ServiceError::Refused(reason));
        }
        let mut state = self.runs.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.next += 1;
        let number = state.next;
        let of_script = state.of.entry(who).or_default();
        if !may_begin(script, of_script.running.len(), lineage.stack.contains(&who)) {
            tracing::warn!(script = self.id_of(who), "already running, not begun again");
            return Ok(None);
        }
        if script.mode == Mode::Restart {
            of_script.stop_all();
        }
        let (stop, stopped) = watch::channel(false);
        of_script.running.push((number, stop));
        let mut lineage = lineage.clone();
        lineage.stack.push(who);
        let run = Run {
            home,
            who,
            script: Arc::clone(script),
            number,
            stop: stopped,
            turn: Arc::clone(&of_script.turn),
            lineage,
        };
        drop(state);
        self.show_runs(who, true);
        Ok(Some(run))
    }

    /// Stops every run of a script.
    pub(in super::super) fn stop(&self, who: Who) {
        let mut state = self.runs.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.of.entry(who).or_default().stop_all();
        drop(state);
        self.show_runs(who, false);
    }

    /// Whether a script runs.
    pub(in super::super) fn is_running(&self, who: Who) -> bool {
        self.count(who) > 0
    }

    /// Strikes a run that is over from the list.
    pub(super) fn over(&self, who: Who, number: u64) {
        let mut state = self.runs.state.lock().unwrap_or_else(PoisonError::into_inner);
        let of_script = state.of.entry(who).or_default();
        let before = of_script.running.len();
        of_script.running.retain(|(known, _)| *known != number);
        let struck = of_script.running.len() != before;
        drop(state);
        // A run that was stopped by somebody else has been struck before.
        if struck {
            self.show_runs(who, false);
        }
    }

    /// What it does, step by step.
    fn sequence_of(&self, who: Who) -> Option<&Arc<Script>> {
        match who {
            Who::Script(place) => match &self.file.entities[place].kind {
                Kind::Script(script) => Some(script),
                Kind::Domain(_) | Kind::Scene(_) => None,
            },
            Who::Intent(place) => self.file.intents[place].script.as_ref(),
        }
    }

    /// What messages call it.
    pub(super) fn id_of(&self, who: Who) -> &str {
        match who {
            Who::Script(place) => &self.file.entities[place].config.id,
            Who::Intent(place) => &self.file.intents[place].action,
        }
    }

    fn count(&self, who: Who) -> usize {
        let state = self.runs.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.of.get(&who).map_or(0, |of| of.running.len())
    }

    fn show_runs(&self, who: Who, triggered: bool) {
        // An intent has no state that would show it.
        let Who::Script(place) = who else {
            return;
        };
        let now = self.clock.now();
        let mut live = self.live();
        // Counted under the lock of the states, so that the last to write has the newest count.
        let current = self.count(who);
        let mut state = live.state(place).clone();
        (if current > 0 { "on" } else { "off" }).clone_into(&mut state.state);
        if triggered {
            let moment = Value::String(show::timestamp(now));
            state.attributes.insert("last_triggered".to_owned(), moment);
        }
        state.attributes.insert("current".to_owned(), current.into());
        let done = live.set(&self.file, &*self.store, place, state, now);
        drop(live);
        self.tell(done);
    }
}

impl OfOne {
    fn stop_all(&mut self) {
        for (_, stop) in self.running.drain(..) {
            // A run that is over does not mind.
            let _ = stop.send(true);
        }
    }
}

fn may_begin(script: &Script, running: usize, within_itself: bool) -> bool {
    if within_itself && matches!(script.mode, Mode::Restart | Mode::Queued) {
        return false;
    }
    match script.mode {
        _ if running == 0 => true,
        Mode::Single => false,
        Mode::Restart => true,
        Mode::Queued | Mode::Parallel => running < script.max,
    }
}

/// The state of a script that does not run.
pub fn initial(script: &Script) -> EntityState {
    let mut state = EntityState::new("off");
    let mut add = |key: &str, value: Value| state.attributes.insert(key.to_owned(), value);
    add("last_triggered", Value::Null);
    add("mode", script.mode.name().into());
    add("current", 0.into());
    if script.mode.several() {
        add("max", script.max.into());
    }
    state
}

/// The state of a script after a restart: nothing runs, and when it last ran is still known.
pub fn restored(initial: &EntityState, kept: &EntityState) -> EntityState {
    let mut state = initial.clone();
    if let Some(moment) = kept.attributes.get("last_triggered") {
        state.attributes.insert("last_triggered".to_owned(), moment.clone());
    }
    state
}
