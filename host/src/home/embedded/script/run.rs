//! Running scripts: who may begin while others run, the steps, and stopping.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use tokio::sync::{Mutex as Turn, watch};

use super::super::call::Call;
use super::super::file::Kind;
use super::super::model::{EntityState, ServiceError};
use super::super::show;
use super::super::{EmbeddedHome, OnProgress};
use super::{Mode, Script, Step, StepKind, duration, template};
use crate::contract::hearth::mcp::types::Progress;

/// Steps that one call may lead to, in all scripts that it starts.
const MAX_STEPS_OF_A_CALL: u32 = 10_000;

/// Scripts that may wait for each other.
const MAX_DEPTH: usize = 16;

/// Bytes of the variables of a run.
const MAX_VARIABLES: usize = 256 << 10;

/// Where a call comes from.
#[derive(Clone, Default)]
pub struct Lineage {
    /// The scripts that wait for it, the outermost first.
    stack: Vec<usize>,
    /// Steps taken so far, on behalf of the same first call.
    steps: Arc<AtomicU32>,
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
    /// By the place of the script.
    of: BTreeMap<usize, OfOne>,
}

/// The runs of one script.
#[derive(Default)]
struct OfOne {
    /// Number of the run, and what stops it.
    running: Vec<(u64, watch::Sender<bool>)>,
    /// Held by the run whose turn it is, in the mode `queued`.
    turn: Arc<Turn<()>>,
}

/// One run; it is over when this is dropped.
pub struct Run {
    home: Arc<EmbeddedHome>,
    place: usize,
    script: Arc<Script>,
    number: u64,
    stop: watch::Receiver<bool>,
    turn: Arc<Turn<()>>,
    lineage: Lineage,
}

/// What a step leads to.
enum Next {
    Step,
    End(Value),
}

/// Why a run ends before its end.
enum Halt {
    /// The script stops itself: it answers nothing, and who called it goes on. That is how Home Assistant has it.
    Aborted(String),
    /// A call failed: so does the script.
    Failed(ServiceError),
}

impl From<ServiceError> for Halt {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error)
    }
}

impl EmbeddedHome {
    /// Begins a run of a script, if its mode allows one now.
    pub(in super::super) fn begin(&self, place: usize, lineage: &Lineage) -> Result<Option<Run>, ServiceError> {
        let (Kind::Script(script), Some(home)) = (&self.file.entities[place].kind, self.myself.upgrade()) else {
            return Ok(None);
        };
        if lineage.stack.len() >= MAX_DEPTH {
            let reason = format!("scripts call each other more than {MAX_DEPTH} deep");
            return Err(ServiceError::Refused(reason));
        }
        let mut state = self.runs.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.next += 1;
        let number = state.next;
        let of_script = state.of.entry(place).or_default();
        if !may_begin(script, of_script.running.len(), lineage.stack.contains(&place)) {
            tracing::warn!(
                script = self.file.entities[place].config.id,
                "already running, not begun again"
            );
            return Ok(None);
        }
        if script.mode == Mode::Restart {
            of_script.stop_all();
        }
        let (stop, stopped) = watch::channel(false);
        of_script.running.push((number, stop));
        let mut lineage = lineage.clone();
        lineage.stack.push(place);
        let run = Run {
            home,
            place,
            script: Arc::clone(script),
            number,
            stop: stopped,
            turn: Arc::clone(&of_script.turn),
            lineage,
        };
        drop(state);
        self.show_runs(place, true);
        Ok(Some(run))
    }

    /// Stops every run of a script.
    pub(in super::super) fn stop(&self, place: usize) {
        let mut state = self.runs.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.of.entry(place).or_default().stop_all();
        drop(state);
        self.show_runs(place, false);
    }

    /// Whether a script runs.
    pub(in super::super) fn is_running(&self, place: usize) -> bool {
        self.count(place) > 0
    }

    fn count(&self, place: usize) -> usize {
        let state = self.runs.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.of.get(&place).map_or(0, |of| of.running.len())
    }

    fn show_runs(&self, place: usize, triggered: bool) {
        let now = self.clock.now();
        let mut live = self.live();
        // Counted under the lock of the states, so that the last to write has the newest count.
        let current = self.count(place);
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

impl Run {
    /// Does the steps, and answers the response: an object, empty where the script gives none.
    ///
    /// # Errors
    /// When a call that it makes fails, or its response is not an object.
    pub async fn execute(
        mut self,
        given: Map<String, Value>,
        progress: Option<&OnProgress>,
    ) -> Result<Value, ServiceError> {
        let turn = Arc::clone(&self.turn);
        let _turn = match self.script.mode {
            Mode::Queued => tokio::select! {
                turn = turn.lock() => Some(turn),
                () = stopped(&mut self.stop) => return Ok(Value::Object(Map::new())),
            },
            _ => None,
        };
        match self.steps(given, progress).await {
            Ok(Value::Null) => Ok(Value::Object(Map::new())),
            Ok(response @ Value::Object(_)) => Ok(response),
            Ok(other) => Err(ServiceError::Refused(format!(
                "the response of {} is {other}, and should be a mapping",
                self.id()
            ))),
            Err(Halt::Aborted(reason)) => {
                tracing::warn!(script = self.id(), "stopped with an error: {reason}");
                Ok(Value::Object(Map::new()))
            }
            Err(Halt::Failed(error)) => Err(error),
        }
    }

    async fn steps(&mut self, given: Map<String, Value>, progress: Option<&OnProgress>) -> Result<Value, Halt> {
        let script = Arc::clone(&self.script);
        let mut variables = self.defaults(given)?;
        let total = script.sequence.len();
        for (done, step) in script.sequence.iter().enumerate() {
            if *self.stop.borrow() {
                return Ok(Value::Null);
            }
            if self.lineage.steps.fetch_add(1, Ordering::Relaxed) >= MAX_STEPS_OF_A_CALL {
                let reason = format!("a call may lead to {MAX_STEPS_OF_A_CALL} steps of scripts");
                return Err(Halt::Failed(ServiceError::Refused(reason)));
            }
            // Scripts that call each other must not keep a thread for themselves.
            tokio::task::yield_now().await;
            if let Some(progress) = progress {
                progress(Progress {
                    done: done as f64,
                    total: Some(total as f64),
                    text: step.alias.clone(),
                });
            }
            match self.step(step, &mut variables).await? {
                Next::Step => {}
                Next::End(response) => return Ok(response),
            }
        }
        Ok(Value::Null)
    }

    async fn step(&mut self, step: &Step, variables: &mut Map<String, Value>) -> Result<Next, Halt> {
        match &step.kind {
            StepKind::Call {
                action,
                target,
                data,
                response_variable,
            } => {
                let target = self.render_all(target, variables)?;
                let data = self.render_all(data, variables)?;
                let call = Call::new(action, target, data)?;
                let home = Arc::clone(&self.home);
                let response = home.call(call, &self.lineage, None).await?;
                if let Some(name) = response_variable {
                    self.assign(variables, name, response.unwrap_or(Value::Null))?;
                }
            }
            StepKind::Delay(delay) => self.delay(delay, variables).await?,
            StepKind::Variables(new) => {
                for (name, value) in new {
                    let value = self.render(value, variables)?;
                    self.assign(variables, name, value)?;
                }
            }
            StepKind::Stop { text, error: true, .. } => return Err(Halt::Aborted(text.clone())),
            StepKind::Stop { response_variable, .. } => {
                let response = match response_variable {
                    None => Value::Null,
                    Some(name) => variables
                        .get(name)
                        .cloned()
                        .ok_or_else(|| Halt::Aborted(format!("there is no variable `{name}` to answer")))?,
                };
                return Ok(Next::End(response));
            }
        }
        Ok(Next::Step)
    }

    async fn delay(&mut self, delay: &Value, variables: &Map<String, Value>) -> Result<(), Halt> {
        let milliseconds = template::render(&self.home.templates, delay, variables)
            .and_then(|delay| duration::milliseconds(&delay))
            .map_err(Halt::Aborted)?;
        tokio::select! {
            () = self.home.clock.sleep_ms(milliseconds) => {}
            // The next step sees that it is stopped.
            () = stopped(&mut self.stop) => {}
        }
        Ok(())
    }

    /// The variables that it begins with: what it was given, and the script's own for what it was not.
    fn defaults(&self, given: Map<String, Value>) -> Result<Map<String, Value>, Halt> {
        let mut variables = given;
        for (name, value) in &self.script.variables {
            if !variables.contains_key(name) {
                let value = self.render(value, &variables)?;
                self.assign(&mut variables, name, value)?;
            }
        }
        Ok(variables)
    }

    fn assign(&self, variables: &mut Map<String, Value>, name: &str, value: Value) -> Result<(), Halt> {
        variables.insert(name.to_owned(), value);
        let bytes = serde_json::to_vec(variables).map_or(usize::MAX, |bytes| bytes.len());
        if bytes > MAX_VARIABLES {
            let reason = format!("the variables of {} have more than {MAX_VARIABLES} bytes", self.id());
            return Err(Halt::Failed(ServiceError::Refused(reason)));
        }
        Ok(())
    }

    fn render(&self, value: &Value, variables: &Map<String, Value>) -> Result<Value, Halt> {
        template::render(&self.home.templates, value, variables).map_err(failed)
    }

    fn render_all(
        &self,
        values: &Map<String, Value>,
        variables: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Halt> {
        template::render_all(&self.home.templates, values, variables).map_err(failed)
    }

    fn id(&self) -> &str {
        &self.home.file.entities[self.place].config.id
    }
}

fn failed(reason: String) -> Halt {
    Halt::Failed(ServiceError::Refused(reason))
}

/// Resolves when the run is told to stop.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the run was struck from the list, which it is only when it is over or stopped.
    let _ = stop.wait_for(|stop| *stop).await;
}

impl Drop for Run {
    fn drop(&mut self) {
        let mut state = self.home.runs.state.lock().unwrap_or_else(PoisonError::into_inner);
        let of_script = state.of.entry(self.place).or_default();
        let before = of_script.running.len();
        of_script.running.retain(|(number, _)| *number != self.number);
        let over = of_script.running.len() != before;
        drop(state);
        // A run that was stopped by somebody else has been struck from the list before.
        if over {
            self.home.show_runs(self.place, false);
        }
    }
}
