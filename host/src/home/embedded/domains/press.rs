//! What is pressed: buttons and input buttons. Their state is when that was last.

use serde_json::{Map, Value};

use super::{Domain, Reproduction, Service, editable};
use crate::clock::Moment;
use crate::home::embedded::model::{EntityConfig, EntityState, OptionError, ServiceError};
use crate::home::embedded::show::timestamp;

const SERVICES: &[Service] = &[Service::any("press")];

/// The domains `button` and `input_button`.
#[derive(Debug)]
pub struct Press {
    name: &'static str,
    is_helper: bool,
}

/// The domain `button`.
pub const BUTTON: Press = Press {
    name: "button",
    is_helper: false,
};

/// The domain `input_button`.
pub const INPUT_BUTTON: Press = Press {
    name: "input_button",
    is_helper: true,
};

impl Domain for Press {
    fn name(&self) -> &'static str {
        self.name
    }

    fn services(&self) -> &'static [Service] {
        SERVICES
    }

    fn features(&self, _config: &EntityConfig) -> Option<u64> {
        None
    }

    fn initial(&self, config: &EntityConfig) -> Result<EntityState, OptionError> {
        if !matches!(config.state.as_deref(), None | Some("unknown")) {
            let reason = "its state is when it was pressed last; leave it out";
            return Err(OptionError::at("state", reason));
        }
        let mut state = EntityState::new("unknown");
        if self.is_helper {
            editable(&mut state.attributes);
        }
        Ok(state)
    }

    fn call(
        &self,
        _config: &EntityConfig,
        state: &mut EntityState,
        _service: &str,
        _data: &Map<String, Value>,
        now: Moment,
    ) -> Result<(), ServiceError> {
        state.state = timestamp(now);
        Ok(())
    }

    fn reproduce(&self, _config: &EntityConfig, _state: &str, _attributes: &Map<String, Value>) -> Reproduction {
        Err("what is pressed has no state that a scene could bring about".to_owned())
    }
}
