//! Short ways to describe a home, for those who write one.

use serde_json::json;

use crate::contract::hearth::mcp::home::{Entity, Home, Service};
use crate::contract::hearth::mcp::types::Change;

impl Home {
    /// A home of these services and entities, in no area, where it is UTC.
    pub fn of(services: impl Into<Vec<Service>>, entities: impl Into<Vec<Entity>>) -> Self {
        Self {
            services: services.into(),
            entities: entities.into(),
            ..Self::empty()
        }
    }

    /// A home with nothing in it, where it is UTC.
    pub fn empty() -> Self {
        Self {
            revision: 0,
            time_zone: "UTC".to_owned(),
            floors: Vec::new(),
            areas: Vec::new(),
            devices: Vec::new(),
            services: Vec::new(),
            scripts: Vec::new(),
            entities: Vec::new(),
        }
    }
}

impl Entity {
    /// An entity that answers to its name, with no attributes and in no area. The domain is that of its id.
    pub fn new(id: &str, name: &str, state: &str) -> Self {
        let (domain, _) = id.split_once('.').unwrap_or_default();
        Self {
            id: id.to_owned(),
            name: name.to_owned(),
            aliases: vec![name.to_owned()],
            area: None,
            device: None,
            domain: domain.to_owned(),
            device_class: None,
            features: 0,
            state: state.to_owned(),
            precision: None,
            attributes: b"{}".to_vec(),
        }
    }
}

impl Service {
    /// The service of this action, `light.turn_on`.
    pub fn of_action(action: &str) -> Self {
        let (domain, name) = action.split_once('.').unwrap_or_default();
        Self {
            domain: domain.to_owned(),
            name: name.to_owned(),
        }
    }
}

impl Change {
    /// An entity has another state, and no attributes.
    pub fn of_state(entity: &str, state: &str) -> Self {
        Self {
            kind: "state".to_owned(),
            id: entity.to_owned(),
            data: json!({"state": state, "attributes": {}}).to_string().into_bytes(),
        }
    }
}
