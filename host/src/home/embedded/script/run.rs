//! One run of a script: its steps, its variables, its end.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::{Map, Value};
use tokio::sync::{Mutex as Turn, watch};

use super::super::call::Call;
use super::super::model::ServiceError;
use super::super::{EmbeddedHome, OnProgress};
use super::runs::{Lineage, Who};
use super::{Mode, Script, Step, StepKind, duration, template};
use crate::contract::hearth::mcp::types::Progress;

/// Steps that one call may lead to, in all scripts that it starts.
const MAX_STEPS_OF_A_CALL: u32 = 10_000;

/// Bytes of the variables of a run.
const MAX_VARIABLES: usize = 256 << 10;

/// One run; it is over when this is dropped.
pub struct Run {
    pub(super) home: Arc<EmbeddedHome>,
    /// What runs.
    pub(super) who: Who,
    pub(super) script: Arc<Script>,
    /// Tells it from other runs.
    pub(super) number: u64,
    /// Turns true when it is told to stop.
    pub(super) stop: watch::Receiver<bool>,
    /// What it waits for in the mode `queued`.
    pub(super) turn: Arc<Turn<()>>,
    /// Where it comes from, itself included.
    pub(super) lineage: Lineage,
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

impl Run {
    /// Does the steps, and answers the response: an object, empty where the script gives none.
    ///
    /// # Errors
    /// When a call that it makes fails, or its response is not an object.
    pub async fn execute(
        self,
        given: Map<String, Value>,
        progress: Option<&OnProgress>,
    ) -> Result<Value, ServiceError> {
        let home = Arc::clone(&self.home);
        let who = self.who;
        match self.respond(given, progress).await? {
            Value::Null => Ok(Value::Object(Map::new())),
            response @ Value::Object(_) => Ok(response),
            other => Err(ServiceError::Refused(format!(
                "the response of {} is {other}, and should be a mapping",
                home.id_of(who)
            ))),
        }
    }

    /// Does the steps, and answers the response: nothing where the script gives none.
    ///
    /// # Errors
    /// When a call that it makes fails.
    pub async fn respond(
        mut self,
        given: Map<String, Value>,
        progress: Option<&OnProgress>,
    ) -> Result<Value, ServiceError> {
        let turn = Arc::clone(&self.turn);
        let _turn = match self.script.mode {
            Mode::Queued => tokio::select! {
                turn = turn.lock() => Some(turn),
                () = stopped(&mut self.stop) => return Ok(Value::Null),
            },
            _ => None,
        };
        match self.steps(given, progress).await {
            Ok(response) => Ok(response),
            Err(Halt::Aborted(reason)) => {
                tracing::warn!(script = self.id(), "stopped with an error: {reason}");
                Ok(Value::Null)
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
                let response = tokio::select! {
                    response = home.call(call, &self.lineage, None) => response?,
                    // What it waits for stops with it; the next step sees that it is stopped.
                    () = stopped(&mut self.stop) => return Ok(Next::Step),
                };
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
        self.fits(&variables)?;
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
        self.fits(variables)
    }

    fn fits(&self, variables: &Map<String, Value>) -> Result<(), Halt> {
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
        self.home.id_of(self.who)
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
        self.home.over(self.who, self.number);
    }
}
