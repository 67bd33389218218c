//! The services of scripts: one of its own for each script, and those that start and stop any.

use serde_json::{Map, Value};

use super::super::call::{Call, not_found};
use super::super::model::ServiceError;
use super::super::target::Target;
use super::super::{EmbeddedHome, OnProgress};
use super::runs::{Lineage, Who};

/// The services that act on any script.
pub const SERVICES: [&str; 3] = ["toggle", "turn_off", "turn_on"];

impl EmbeddedHome {
    /// Does a service of the domain `script`.
    pub(in super::super) async fn call_script(
        &self,
        call: Call,
        lineage: &Lineage,
        progress: Option<&OnProgress>,
    ) -> Result<Option<Value>, ServiceError> {
        if let Some(place) = self.script(&call.service) {
            // All of the data, its target too, is the variables.
            let response = match self.begin(Who::Script(place), lineage)? {
                Some(run) => run.execute(call.data, progress).await?,
                None => Value::Object(Map::new()),
            };
            return Ok(Some(response));
        }
        let (scripts, variables) = self.aimed_at(&call)?;
        for place in scripts {
            match call.service.as_str() {
                "turn_on" => self.start(place, variables.clone(), lineage)?,
                "toggle" if !self.is_running(Who::Script(place)) => self.start(place, Map::new(), lineage)?,
                "toggle" | "turn_off" => self.stop(Who::Script(place)),
                _ => return Err(not_found(&call.name())),
            }
        }
        Ok(None)
    }

    /// The script whose own service this is.
    pub(in super::super) fn script(&self, service: &str) -> Option<usize> {
        self.places.get(&format!("script.{service}")).copied()
    }

    /// Starts a script and does not wait for it.
    fn start(&self, place: usize, variables: Map<String, Value>, lineage: &Lineage) -> Result<(), ServiceError> {
        // Nobody waits for it, so it may be started by itself again.
        if let Some(run) = self.begin(Who::Script(place), &lineage.detached())? {
            tokio::spawn(async move {
                if let Err(error) = run.execute(variables, None).await {
                    tracing::warn!("a script that was started failed: {error}");
                }
            });
        }
        Ok(())
    }

    fn aimed_at(&self, call: &Call) -> Result<(Vec<usize>, Map<String, Value>), ServiceError> {
        if !SERVICES.contains(&call.service.as_str()) {
            return Err(not_found(&call.name()));
        }
        let mut data = call.data.clone();
        let target = Target::take(&mut data)?.required()?;
        let variables = match data.shift_remove("variables") {
            None => Map::new(),
            Some(Value::Object(variables)) => variables,
            Some(_) => return Err(ServiceError::Invalid("expected a mapping at 'variables'".to_owned())),
        };
        if let Some(key) = data.keys().next() {
            return Err(ServiceError::Invalid(format!("not a valid option at '{key}'")));
        }
        Ok((target.expand(&self.file, Some("script")), variables))
    }
}
