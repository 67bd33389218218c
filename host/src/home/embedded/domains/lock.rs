//! Locks: they take a moment to turn, may ask for a code, and one may jam.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::schema::{Field, string};
use super::{Domain, Reproduction, Service, flags, options, pattern};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};

const OPEN: u64 = 1;
const FEATURES: &[(&str, u64)] = &[("open", OPEN)];
const CODE: &[Field] = &[Field::optional("code", string)];
const SERVICES: &[Service] = &[
    Service::any("lock").taking(CODE),
    Service::any("unlock").taking(CODE),
    Service::any("open").needing(&[OPEN]).taking(CODE),
];
/// How long a lock turns, unless the file says.
const MOTOR_SECONDS: f64 = 2.0;

/// What the bolt is doing; it is kept in [`EntityState::hidden`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Turning {
    becomes: String,
    at: Moment,
}

/// The domain `lock`.
#[derive(Debug)]
pub struct Lock;

impl Domain for Lock {
    fn name(&self) -> &'static str {
        "lock"
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn options(&self) -> &'static [&'static str] {
        &["features", "motor_seconds", "jams", "code_format", "default_code"]
    }

    fn features(&self, config: &EntityConfig) -> Option<u64> {
        Some(flags::read(config, FEATURES).ok().flatten().unwrap_or(0))
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        options::milliseconds(config, "motor_seconds", MOTOR_SECONDS)?;
        options::boolean(config, "jams")?;
        options::text(config, "default_code")?;
        let features = flags::read(config, FEATURES)?.unwrap_or(0);
        let mut state = match config.state.as_deref() {
            None => EntityState::new("locked"),
            Some(state @ ("locked" | "unlocked" | "jammed")) => EntityState::new(state),
            Some("open") if features & OPEN != 0 => EntityState::new("open"),
            Some(other) => {
                let reason = format!("`{other}` is not a state that it begins in; write `locked` or `unlocked`");
                return Err(OptionError::at("state", reason));
            }
        };
        if let Some(format) = options::text(config, "code_format")? {
            pattern::compile(&format).map_err(|reason| OptionError::at("code_format", reason))?;
            state.attributes.insert("code_format".to_owned(), format.into());
        }
        Ok(state)
    }

    fn call(
        &self,
        config: &EntityConfig,
        state: &mut EntityState,
        service: &str,
        data: &Map<String, Value>,
        now: Moment,
    ) -> Result<(), ServiceError> {
        check_code(config, data)?;
        let jams = options::boolean(config, "jams").ok().flatten().unwrap_or(false);
        let (while_turning, becomes) = match service {
            "lock" if jams => ("locking", "jammed"),
            "lock" => ("locking", "locked"),
            "unlock" => ("unlocking", "unlocked"),
            _ => ("opening", "open"),
        };
        let motor_ms = options::milliseconds(config, "motor_seconds", MOTOR_SECONDS).unwrap_or(0);
        let turning = Turning {
            becomes: becomes.to_owned(),
            at: now.saturating_add(motor_ms),
        };
        let shown = EntityState {
            attributes: std::mem::take(&mut state.attributes),
            ..EntityState::new(while_turning)
        };
        *state = shown.remembering(&turning);
        self.advance(config, state, now);
        Ok(())
    }

    fn due(&self, _config: &EntityConfig, state: &EntityState) -> Option<Moment> {
        turning(state).map(|turning| turning.at)
    }

    fn advance(&self, _config: &EntityConfig, state: &mut EntityState, now: Moment) {
        if let Some(turning) = turning(state).filter(|turning| turning.at <= now) {
            state.state = turning.becomes;
            state.hidden.clear();
        }
    }

    fn reproduce(&self, _config: &EntityConfig, state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        let service = match state {
            "locked" => "lock",
            "unlocked" => "unlock",
            "open" => "open",
            other => return Err(format!("`{other}` is none of `locked`, `unlocked`, `open`")),
        };
        Ok(vec![(service, Map::new())])
    }
}

fn turning(state: &EntityState) -> Option<Turning> {
    state.remembered()
}

/// The code that was given, else the default one, must be of the lock's format.
fn check_code(config: &EntityConfig, data: &Map<String, Value>) -> Result<(), ServiceError> {
    let Some(format) = config.options.get("code_format").and_then(Value::as_str) else {
        return Ok(());
    };
    let given = data.get("code").and_then(Value::as_str).filter(|code| !code.is_empty());
    let default = config.options.get("default_code").and_then(Value::as_str);
    let code = given.or(default).unwrap_or_default();
    if pattern::compile(format).is_ok_and(|pattern| pattern.is_match(code)) {
        Ok(())
    } else {
        let id = &config.id;
        Err(ServiceError::Refused(format!(
            "The code for {id} doesn't match pattern {format}"
        )))
    }
}
