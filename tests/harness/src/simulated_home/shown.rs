//! The simulated home as the engine sees it.

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use hearth_host::contract::hearth::mcp::home as contract;
use hearth_host::contract::hearth::mcp::types::{Action, Change};
use hearth_host::home::{ActionError, Home, Nature, OnProgress};
use serde_json::json;

use super::{Entity, SimulatedHome, furniture};

impl Home for SimulatedHome {
    fn snapshot(&self) -> contract::Home {
        let state = self.lock();
        let exposed = state.entities.iter().filter(|(_, entity)| entity.exposed);
        let scripts = exposed.clone().filter(|(id, _)| id.starts_with("script."));
        let service = |domain: &str, name: &str| contract::Service {
            domain: domain.to_owned(),
            name: name.to_owned(),
        };
        contract::Home {
            revision: state.revision,
            time_zone: "Europe/Berlin".to_owned(),
            floors: Vec::new(),
            areas: vec![contract::Area {
                id: "bedroom".to_owned(),
                name: "Bedroom".to_owned(),
                aliases: Vec::new(),
                floor: None,
            }],
            devices: Vec::new(),
            services: ["turn_on", "turn_off"]
                .into_iter()
                .flat_map(|name| ["homeassistant", "light", "script"].map(|domain| service(domain, name)))
                .chain(["open_cover", "close_cover"].map(|name| service("cover", name)))
                .chain(["lock", "unlock"].map(|name| service("lock", name)))
                .filter(|service| {
                    !state
                        .withdrawn
                        .contains(&format!("{}.{}", service.domain, service.name))
                })
                .collect(),
            scripts: scripts
                .map(|(id, _)| contract::Script {
                    entity: id.clone(),
                    action: id.clone(),
                    description: "It takes its time".to_owned(),
                    fields: b"{}".to_vec(),
                })
                .chain(state.furnished.then(furniture::sentence))
                .collect(),
            entities: exposed.map(|(id, entity)| entity.show(id)).collect(),
        }
    }

    fn changed(&self) -> BoxFuture<'_, ()> {
        self.news.notified().boxed()
    }

    fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.lock().changes)
    }

    fn exposes(&self, entity: &str) -> bool {
        self.lock().entities.get(entity).is_some_and(|entity| entity.exposed)
    }

    fn nature(&self, action: &str) -> Option<Nature> {
        match action.split_once('.')? {
            ("home", "restart") => Some(Nature::Admin),
            (_, "look") => Some(Nature::Read),
            ("script", "slow" | "hidden") | (_, "turn_on" | "turn_off") => Some(Nature::Write),
            ("cover", "open_cover" | "close_cover") | ("lock", "lock" | "unlock") => Some(Nature::Write),
            (domain, service) => furniture::nature(domain, service).filter(|_| self.lock().furnished),
        }
    }

    fn run(&self, action: Action, progress: OnProgress) -> BoxFuture<'_, Result<Option<Vec<u8>>, ActionError>> {
        self.act(action, progress).boxed()
    }
}

impl Entity {
    fn show(&self, id: &str) -> contract::Entity {
        let domain = id.split('.').next().unwrap_or_default();
        contract::Entity {
            id: id.to_owned(),
            name: self.name.clone(),
            aliases: [self.name.as_str()]
                .into_iter()
                .chain((id == "light.bed").then_some("Reading Lamp"))
                .map(str::to_owned)
                .collect(),
            area: (domain == "light").then(|| "bedroom".to_owned()),
            device: None,
            domain: domain.to_owned(),
            device_class: None,
            features: furniture::features(domain),
            state: self.state.clone(),
            precision: None,
            attributes: json!({"friendly_name": self.name}).to_string().into_bytes(),
        }
    }
}
